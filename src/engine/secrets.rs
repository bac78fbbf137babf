//! The secrets under which identifiers are hashed: a file of their own beside the store, since a store that is set aside
//! and built again must find the same ids.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use crate::{
    engine::open::StartError,
    store::{Keyring, Secret},
};

/// Reads the keyring; makes a new one only where there is no data yet that an old one would be missing for, neither in a
/// store beside it nor in the journal.
pub(crate) fn load_or_make(dir: &Path, journal_has_commits: bool) -> Result<Keyring, StartError> {
    let path = &dir.join("secrets");
    let failed = |attempt| {
        let path = path.to_owned();
        move |source| StartError::Io {
            attempt,
            path,
            source,
        }
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if journal_has_commits || dir.join("store").exists() {
                return Err(StartError::Secrets { path: path.clone() });
            }
            make(path).map_err(failed("make the secrets"))?;
            std::fs::read_to_string(path).map_err(failed("read the secrets"))?
        }
        Err(error) => return Err(failed("read the secrets")(error)),
    };
    let mut secrets = text.lines().map(secret);
    match (secrets.next().flatten(), secrets.next().flatten()) {
        (Some(index), Some(ids)) => Ok(Keyring::new(&index, &ids)),
        _ => Err(StartError::Secrets {
            path: path.to_owned(),
        }),
    }
}

fn secret(line: &str) -> Option<Secret> {
    data_encoding::HEXLOWER
        .decode(line.trim().as_bytes())
        .ok()?
        .try_into()
        .ok()
}

/// ORDER: written whole under another name, synced and then renamed: a file that is there is complete.
fn make(path: &Path) -> io::Result<()> {
    let draft = path.with_extension("draft");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    for _ in 0..2 {
        let mut secret: Secret = [0; 32];
        getrandom::fill(&mut secret).map_err(io::Error::other)?;
        writeln!(file, "{}", data_encoding::HEXLOWER.encode(&secret))?;
    }
    file.sync_all()?;
    std::fs::rename(&draft, path)?;
    path.parent()
        .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::domain::{identifier::Kind, identity::Key};

    /// What a keyring makes of a customer id: the same keys give the same, others give others.
    fn sample(keyring: &Keyring) -> (String, String) {
        let key = Key {
            kind: Kind::USER_ID,
            value: "u".to_owned(),
        };
        (
            keyring.key(&key).to_string(),
            keyring.profile_of_user(&key).to_string(),
        )
    }

    #[test]
    fn a_new_folder_gets_secrets_of_its_own_and_keeps_them() {
        let [one, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let first = sample(&load_or_make(one.path(), false).unwrap());
        assert_eq!(sample(&load_or_make(one.path(), false).unwrap()), first);
        let second = sample(&load_or_make(other.path(), false).unwrap());
        assert!(first.0 != second.0 && first.1 != second.1, "{first:?}");
        let names = fs::read_dir(one.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name());
        assert_eq!(names.collect::<Vec<_>>(), ["secrets"]);
    }

    #[test]
    fn data_whose_secrets_are_gone_gets_no_new_ones() {
        for data in ["journal", "store"] {
            let dir = tempfile::tempdir().unwrap();
            if data == "store" {
                fs::create_dir(dir.path().join(data)).unwrap();
            }
            let refused = load_or_make(dir.path(), data == "journal").unwrap_err();
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
        ];
        for text in bad {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("secrets");
            fs::write(&path, &text).unwrap();
            let refused = load_or_make(dir.path(), false).unwrap_err();
            assert!(matches!(refused, StartError::Secrets { .. }), "{refused}");
            assert!(!refused.to_string().contains("0f0f"), "no key is told");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}
