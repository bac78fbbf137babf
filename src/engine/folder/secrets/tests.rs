//! That secrets are made once, kept whole, and never replaced where data needs them.

use std::fs;

use super::*;
use crate::{
    cipher::Place,
    domain::{identifier::Kind, identity::Key},
};

fn kept(dir: &Path, has_commits: bool) -> Result<Secrets, StartError> {
    by(dir, None, has_commits)
}

fn by(dir: &Path, master: Option<&MasterKeys>, has_commits: bool) -> Result<Secrets, StartError> {
    let secrets = Secrets::find(dir, master)?;
    secrets.keep(has_commits)?;
    Ok(secrets)
}

fn master(keys: &[u8]) -> MasterKeys {
    let keys: Vec<String> = keys.iter().map(|key| format!("{key:02x}").repeat(32)).collect();
    MasterKeys::parse(&keys.join("\n")).unwrap()
}

/// What a keyring makes of a customer id: the same keys give the same, others give others.
fn sample(secrets: &Secrets) -> (String, String) {
    let key = Key {
        kind: Kind::USER_ID,
        value: "u".to_owned(),
    };
    let keyring = secrets.keyring();
    (
        keyring.key(&key).to_string(),
        keyring.profile_of_user(&key).to_string(),
    )
}

fn encrypted(secrets: &Secrets) -> Vec<u8> {
    let cipher = secrets.cipher().as_ref().unwrap();
    cipher.encrypt(Place::Value, b"key", b"value")
}

fn opens(secrets: &Secrets, bytes: &[u8]) -> bool {
    let cipher = secrets.cipher().as_ref().unwrap();
    cipher.decrypt(Place::Value, b"key", bytes).is_ok()
}

#[test]
fn a_new_folder_gets_secrets_of_its_own_and_keeps_them() {
    let [one, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let first = sample(&kept(one.path(), false).unwrap());
    assert_eq!(sample(&kept(one.path(), false).unwrap()), first);
    let second = sample(&kept(other.path(), false).unwrap());
    assert!(first.0 != second.0 && first.1 != second.1, "{first:?}");
    let names = fs::read_dir(one.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    assert_eq!(names.collect::<Vec<_>>(), ["secrets"]);
}

#[test]
fn data_whose_secrets_are_gone_gets_no_new_ones() {
    for (data, master) in [("journal", None), ("store", None), ("store", Some(master(&[1])))] {
        let dir = tempfile::tempdir().unwrap();
        if data == "store" {
            fs::create_dir(dir.path().join(data)).unwrap();
        }
        let refused = by(dir.path(), master.as_ref(), data == "journal").unwrap_err();
        let path = dir.path().join("secrets");
        assert!(
            matches!(&refused, StartError::Secrets { path: named } if *named == path),
            "{refused}"
        );
        for part in [path.to_str().unwrap(), "two keys of 64 hexadecimal digits"] {
            assert!(refused.to_string().contains(part), "{refused}");
        }
        assert!(!path.exists(), "{data}: nothing was made");
    }
}

#[test]
fn a_file_that_holds_no_two_keys_is_refused_and_left_as_it_is() {
    let key = "0f".repeat(32);
    let bad = [
        String::new(),
        key.clone(),
        format!("{key}\n{}", "0f".repeat(31)),
        format!("{key}\n{}", "zz".repeat(32)),
        format!("{WRAPPED_LINE} zz"),
    ];
    for text in bad {
        for master in [None, Some(master(&[1]))] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("secrets");
            fs::write(&path, &text).unwrap();
            let refused = by(dir.path(), master.as_ref(), false).unwrap_err();
            assert!(matches!(refused, StartError::Secrets { .. }), "{refused}");
            assert!(!refused.to_string().contains("0f0f"), "no key is told");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}

const WRAPPED_LINE: &str = crate::cipher::WRAPPED;

#[test]
fn wrapped_secrets_are_found_by_their_master_key_alone() {
    let dir = tempfile::tempdir().unwrap();
    let first = by(dir.path(), Some(&master(&[1])), false).unwrap();
    let (ids, bytes) = (sample(&first), encrypted(&first));
    let text = fs::read_to_string(dir.path().join("secrets")).unwrap();
    assert!(
        text.starts_with(WRAPPED_LINE) && text.lines().count() == 1,
        "{text}"
    );
    for refused in [kept(dir.path(), true), by(dir.path(), Some(&master(&[2])), true)] {
        let refused = refused.unwrap_err();
        assert!(matches!(refused, StartError::Wrapped { .. }), "{refused}");
        assert!(refused.to_string().contains("data.key_file"), "{refused}");
    }
    assert_eq!(fs::read_to_string(dir.path().join("secrets")).unwrap(), text);
    let again = by(dir.path(), Some(&master(&[1])), true).unwrap();
    assert_eq!(sample(&again), ids);
    assert!(opens(&again, &bytes) && again.retiring().is_none());
}

#[test]
fn secrets_from_before_there_was_a_key_stay_and_what_they_kept_is_to_be_encrypted() {
    let dir = tempfile::tempdir().unwrap();
    let ids = sample(&kept(dir.path(), false).unwrap());
    for _ in 0..2 {
        let secrets = by(dir.path(), Some(&master(&[1])), true).unwrap();
        assert_eq!(sample(&secrets), ids);
        let cipher = secrets.cipher().as_ref().unwrap();
        assert!(cipher.plain().is_ok() && secrets.retiring() == Some(KeyNumber(1)));
    }
    let secrets = by(dir.path(), Some(&master(&[1])), true).unwrap();
    secrets.retire_before(KeyNumber(1)).unwrap();
    let again = by(dir.path(), Some(&master(&[1])), true).unwrap();
    for secrets in [secrets, again] {
        assert!(secrets.cipher().as_ref().unwrap().plain().is_err());
        assert_eq!(secrets.retiring(), None);
    }
}

#[test]
fn another_master_key_brings_another_data_key_while_it_runs_and_at_a_start() {
    let dir = tempfile::tempdir().unwrap();
    let running = by(dir.path(), Some(&master(&[1])), false).unwrap();
    let (ids, old) = (sample(&running), encrypted(&running));
    assert!(
        !running.turn_to(master(&[1, 9])).unwrap(),
        "the current one is the same"
    );
    assert!(running.turn_to(master(&[2])).unwrap());
    let new = encrypted(&running);
    assert!(opens(&running, &old) && opens(&running, &new));
    assert_eq!(running.retiring(), Some(KeyNumber(2)));
    assert!(
        by(dir.path(), Some(&master(&[1])), true).is_err(),
        "the former one wraps nothing"
    );
    let started = by(dir.path(), Some(&master(&[3, 2])), true).unwrap();
    assert!(opens(&started, &old) && opens(&started, &new) && sample(&started) == ids);
    assert_eq!(started.retiring(), Some(KeyNumber(3)));
    started.retire_before(KeyNumber(3)).unwrap();
    let last = by(dir.path(), Some(&master(&[3])), true).unwrap();
    assert!(!opens(&last, &old) && !opens(&last, &new) && opens(&last, &encrypted(&started)));
}

#[test]
fn a_folder_without_a_key_does_not_begin_to_encrypt_while_it_runs() {
    let dir = tempfile::tempdir().unwrap();
    let running = kept(dir.path(), false).unwrap();
    let refused = running.turn_to(master(&[1])).unwrap_err();
    assert!(matches!(refused, SecretsError::Plain), "{refused}");
}
