//! That members of one tenant end with the owner's data keys, and that none that is needed is lost.

use std::{fs, path::Path};

use super::*;
use crate::cipher::{KeyNumber, Place};

fn master(keys: &[u8]) -> MasterKeys {
    let keys: Vec<String> = keys.iter().map(|key| format!("{key:02x}").repeat(32)).collect();
    MasterKeys::parse(&keys.join("\n")).unwrap()
}

fn file(dir: &Path) -> Vec<u8> {
    fs::read(dir.join("secrets")).unwrap()
}

/// What owns a folder, with the file it offers.
fn owner(dir: &Path, keys: &[u8]) -> Secrets {
    let secrets = Secrets::find(dir, Some(&master(keys))).unwrap();
    secrets.keep(false).unwrap();
    secrets
}

/// A folder with a copy of a file of secrets, and with a store where it `has_store`.
fn beside(file: &[u8], has_store: bool) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("secrets"), file).unwrap();
    if has_store {
        fs::create_dir(dir.path().join("store")).unwrap();
    }
    dir
}

/// One that starts as a member.
fn member(dir: &Path, keys: &[u8], offered: Option<&[u8]>) -> Secrets {
    let secrets = Secrets::find(dir, Some(&master(keys))).unwrap();
    secrets.join(offered).unwrap();
    secrets.keep(true).unwrap();
    secrets
}

fn encrypted(secrets: &Secrets) -> Vec<u8> {
    let cipher = secrets.cipher().as_ref().unwrap();
    cipher.encrypt(Place::Value, b"key", b"value")
}

fn opens_it(secrets: &Secrets, bytes: &[u8]) -> bool {
    let cipher = secrets.cipher().as_ref().unwrap();
    cipher.decrypt(Place::Value, b"key", bytes).is_ok()
}

#[test]
fn the_file_is_told_of_whenever_it_is_another() {
    let dir = tempfile::tempdir().unwrap();
    let secrets = owner(dir.path(), &[1]);
    let mut changes = secrets.changes();
    assert!(!changes.has_changed().unwrap());
    secrets.turn_to(master(&[2])).unwrap();
    assert!(changes.has_changed().unwrap());
    changes.mark_unchanged();
    secrets.retire_before(KeyNumber(2)).unwrap();
    assert!(changes.has_changed().unwrap());
}

#[test]
fn a_member_takes_the_data_keys_that_the_owner_drew_and_draws_none() {
    let dir = tempfile::tempdir().unwrap();
    let owning = owner(dir.path(), &[1]);
    let before = file(dir.path());
    let old = encrypted(&owning);
    for has_store in [false, true] {
        let folder = beside(&before, has_store);
        // It comes up with another master key before the owner has turned to it, and again behind that.
        let early = member(folder.path(), &[2, 1], Some(&before));
        assert_eq!(early.retiring(), None, "no data key was drawn");
        assert!(opens(&file(folder.path()), &master(&[2])));
        drop(early);
        let turned = beside(&before, has_store);
        let running = member(turned.path(), &[1], Some(&before));
        assert!(running.turn_to(master(&[2, 1])).unwrap());
        assert_eq!(
            running.retiring(),
            None,
            "a member draws none while it runs either"
        );

        let ahead = beside(&before, false);
        let owning = owner(ahead.path(), &[1]);
        owning.turn_to(master(&[2])).unwrap();
        let new = encrypted(&owning);
        let late = member(folder.path(), &[2, 1], Some(&file(ahead.path())));
        assert!(opens_it(&late, &old) && opens_it(&late, &new), "{has_store}");
        assert!(opens_it(&owning, &encrypted(&late)), "{has_store}");
        drop(late);
        let again = member(folder.path(), &[2], None);
        assert!(
            opens_it(&again, &old) && opens_it(&again, &new),
            "the file has them"
        );
    }
}

#[test]
fn of_two_that_begin_to_encrypt_together_one_takes_the_key_of_the_other() {
    let plain = {
        let dir = tempfile::tempdir().unwrap();
        Secrets::find(dir.path(), None).unwrap().keep(false).unwrap();
        file(dir.path())
    };
    let (one, other) = (beside(&plain, true), beside(&plain, true));
    let first = Secrets::find(one.path(), Some(&master(&[1]))).unwrap();
    let offered = first.first_offer().unwrap().unwrap();
    first.join(Some(&offered)).unwrap();
    first.keep(true).unwrap();
    assert_eq!(first.first_offer().unwrap(), None, "the file has it by then");
    let second = member(other.path(), &[1], Some(&offered));
    assert!(opens_it(&first, &encrypted(&second)) && opens_it(&second, &encrypted(&first)));
    let cipher = second.cipher().as_ref().unwrap();
    assert!(cipher.plain().is_ok(), "what lies there is not encrypted yet");
}

#[test]
fn a_member_with_another_key_of_the_same_number_keeps_what_its_data_needs_and_heals_as_the_owner() {
    let base = tempfile::tempdir().unwrap();
    drop(owner(base.path(), &[1]));
    let [one, other] = [(); 2].map(|()| beside(&file(base.path()), true));
    let [offering, apart] = [&one, &other].map(|dir| {
        let secrets = owner(dir.path(), &[1]);
        secrets.turn_to(master(&[2])).unwrap();
        secrets
    });
    let (theirs, own) = (encrypted(&offering), encrypted(&apart));
    drop(apart);
    let offered = file(one.path());
    let empty = beside(&file(other.path()), false);
    let fresh = member(empty.path(), &[2], Some(&offered));
    assert!(opens_it(&fresh, &theirs), "without data the shared ones hold");

    let apart = member(other.path(), &[2], Some(&offered));
    assert!(opens_it(&apart, &own) && !opens_it(&apart, &theirs));
    apart.own(Some(&offered)).unwrap();
    assert_eq!(apart.retiring(), Some(KeyNumber(3)), "neither of them has it");
    assert!(opens_it(&apart, &own));
    let healed = member(one.path(), &[2], Some(&file(other.path())));
    assert!(opens_it(&healed, &theirs));
    apart.retire_before(KeyNumber(3)).unwrap();
    healed.join(Some(&file(other.path()))).unwrap();
    assert!(opens_it(&healed, &encrypted(&apart)) && opens_it(&healed, &theirs));
}

#[test]
fn whoever_takes_over_draws_a_data_key_where_nobody_did_since_the_master_key_was_replaced() {
    let dir = tempfile::tempdir().unwrap();
    drop(owner(dir.path(), &[1]));
    let offered = file(dir.path());
    for (keys, expected) in [(&[2, 1][..], Some(KeyNumber(2))), (&[2], Some(KeyNumber(2)))] {
        let folder = beside(&offered, true);
        let secrets = member(folder.path(), &[1], Some(&offered));
        secrets.turn_to(master(keys)).unwrap();
        secrets.own(Some(&offered)).unwrap();
        assert_eq!(secrets.retiring(), expected, "{} keys", keys.len());
    }
    let folder = beside(&offered, true);
    let secrets = member(folder.path(), &[1], Some(&offered));
    secrets.own(Some(&offered)).unwrap();
    assert_eq!(secrets.retiring(), None, "the master key is the same");
    secrets.turn_to(master(&[3])).unwrap();
    assert_eq!(secrets.retiring(), Some(KeyNumber(2)), "an owner draws");
}

#[test]
fn secrets_of_others_change_nothing() {
    let (dir, strange) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    drop([owner(dir.path(), &[1]), owner(strange.path(), &[1])]);
    let before = file(dir.path());
    for offered in [file(strange.path()), b"nothing".to_vec(), Vec::new()] {
        member(dir.path(), &[1], Some(&offered));
        assert_eq!(file(dir.path()), before);
    }
}
