//! Files with keys, and with the public keys of who signs tokens: how they are read at the start, and again while the
//! service runs. A file that is gone takes its keys with it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::{
    api::guard::TokenKeysError,
    config::section::keys::{Key, Tokens},
    wire::digest::Digest,
};

/// A key is as long as a machine makes it.
const KEY_LETTERS: std::ops::RangeInclusive<usize> = 16..=256;

/// Why a file with keys cannot be used. Shows nothing of what it holds.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// It cannot be read.
    #[error("read {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It holds no key.
    #[error("read {}: expected a key of 16 to 256 visible ASCII characters", path.display())]
    NoKey {
        /// Which.
        path: PathBuf,
    },
    /// It holds no set of public keys.
    #[error("read {}", path.display())]
    NoSet {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: TokenKeysError,
    },
    /// What it holds is somebody else's key.
    #[error("read {}: expected a key that nobody else has", path.display())]
    Taken {
        /// Which.
        path: PathBuf,
    },
}

impl KeyFileError {
    fn is_gone(&self) -> bool {
        matches!(self, Self::File { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

impl Key {
    /// The key as its file holds it now; `None` where the file is gone. One that is in no file stays as it is.
    ///
    /// # Errors
    /// [`KeyFileError`] where the file cannot be used.
    pub fn again(&self) -> Result<Option<Self>, KeyFileError> {
        let Some(path) = &self.file else {
            return Ok(Some(self.clone()));
        };
        unless_gone(key_in(path).map(|digest| Self {
            digest,
            ..self.clone()
        }))
    }
}

impl Tokens {
    /// Whose tokens are taken by the keys that the file holds now; `None` where it is gone.
    ///
    /// # Errors
    /// [`KeyFileError`] where the file cannot be used.
    pub fn again(&self) -> Result<Option<Self>, KeyFileError> {
        let issuer = text(&self.file).and_then(|keys| {
            self.issuer
                .with_keys(&keys)
                .map_err(|source| KeyFileError::NoSet {
                    path: self.file.clone(),
                    source,
                })
        });
        unless_gone(issuer.map(|issuer| Self {
            issuer,
            file: self.file.clone(),
        }))
    }
}

/// What stands for the key that a file holds.
pub(super) fn key_in(path: &Path) -> Result<Digest, KeyFileError> {
    let content = text(path)?;
    let key = content.trim();
    let is_key = KEY_LETTERS.contains(&key.len()) && key.bytes().all(|one| one.is_ascii_graphic());
    is_key
        .then(|| Digest::of(key.as_bytes()))
        .ok_or_else(|| KeyFileError::NoKey {
            path: path.to_owned(),
        })
}

fn text(path: &Path) -> Result<String, KeyFileError> {
    fs::read_to_string(path).map_err(|source| KeyFileError::File {
        path: path.to_owned(),
        source,
    })
}

fn unless_gone<T>(read: Result<T, KeyFileError>) -> Result<Option<T>, KeyFileError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error) if error.is_gone() => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{api::guard::TokenIssuer, config::Purpose, domain::role::Role};

    fn digest(key: &Key) -> Option<Digest> {
        key.again().unwrap().map(|key| key.digest)
    }

    #[test]
    fn a_key_is_what_its_file_holds_now() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("desk.key");
        let key = Key {
            digest: Digest::of(b"a-key-of-the-desk"),
            purpose: Purpose::Ask(Role::Agent),
            file: Some(path.clone()),
        };
        assert_eq!(digest(&key), None, "the file is gone");
        fs::write(&path, "another-key-of-the-desk\n").unwrap();
        assert_eq!(digest(&key), Some(Digest::of(b"another-key-of-the-desk")));
        for useless in ["", "short", "a key with spaces in it"] {
            fs::write(&path, useless).unwrap();
            let refused = key.again().unwrap_err().to_string();
            assert!(refused.contains("desk.key: expected a key of 16"), "{refused}");
            assert!(useless.is_empty() || !refused.contains(useless), "{refused}");
        }
        let stated = Key { file: None, ..key };
        assert_eq!(digest(&stated), Some(Digest::of(b"a-key-of-the-desk")));
    }

    #[test]
    fn tokens_are_checked_by_what_the_file_holds_now() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("keys.json");
        let set = |kid: &str| {
            let x = "A".repeat(43);
            format!(r#"{{"keys": [{{"kty": "OKP", "crv": "Ed25519", "kid": "{kid}", "x": "{x}"}}]}}"#)
        };
        let issuer = |kid: &str| {
            let lifetime = Duration::from_secs(60);
            TokenIssuer::new("login".to_owned(), "yekta".to_owned(), lifetime, &set(kid)).unwrap()
        };
        let tokens = Tokens {
            issuer: issuer("one"),
            file: file.clone(),
        };
        assert_eq!(tokens.again().unwrap(), None, "the file is gone");
        fs::write(&file, set("two")).unwrap();
        assert_eq!(tokens.again().unwrap().unwrap().issuer, issuer("two"));
        for useless in ["", "{\"keys\": []}"] {
            fs::write(&file, useless).unwrap();
            let refused = tokens.again().unwrap_err();
            assert!(matches!(refused, KeyFileError::NoSet { .. }), "{refused}");
        }
    }
}
