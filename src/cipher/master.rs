//! The master key: the operator's, under which a folder's secrets are wrapped.

use std::{fmt, io};

use data_encoding::HEXLOWER_PERMISSIVE;

use crate::cipher::seal::{Key, Nonces, Refused, Secret, opened, sealed};

/// What wrapped secrets begin with, and what they are authenticated by.
pub const WRAPPED: &str = "yekta-secrets-1";

/// How many former keys may be given.
const FORMER_MAX: usize = 15;

/// The master key, and those that were before it. `Debug` shows nothing of them.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKeys {
    current: Secret,
    former: Vec<Secret>,
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "MasterKeys(…, {} former)", self.former.len())
    }
}

/// Why a text holds no master keys. Shows nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected keys of 64 hexadecimal digits each, the current one first, and {FORMER_MAX} former ones at most"
)]
pub struct MasterKeysError;

impl MasterKeys {
    /// The keys in a text, separated by white space: the current one first, behind it those that may have wrapped secrets
    /// before.
    ///
    /// # Errors
    /// [`MasterKeysError`] where it holds anything else, or none.
    pub fn parse(text: &str) -> Result<Self, MasterKeysError> {
        let mut keys = text.split_whitespace().map(|word| {
            let bytes = HEXLOWER_PERMISSIVE.decode(word.as_bytes()).ok()?;
            Secret::try_from(bytes).ok()
        });
        let current = keys.next().flatten().ok_or(MasterKeysError)?;
        let former: Option<Vec<Secret>> = keys.collect();
        let former = former.filter(|former| former.len() <= FORMER_MAX);
        Ok(Self {
            current,
            former: former.ok_or(MasterKeysError)?,
        })
    }

    /// Whether the current key of others is this one.
    pub fn is_current_of(&self, others: &Self) -> bool {
        self.current == others.current
    }

    /// `text` wrapped by the current key.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn wrap(&self, text: &[u8]) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let nonce = Nonces::new()?.next();
        sealed(
            &Key::of(&self.current),
            nonce,
            [WRAPPED.as_bytes(), &[]],
            text,
            &mut bytes,
        );
        Ok(bytes)
    }

    /// What was wrapped by one of the keys, and whether by the current one.
    ///
    /// # Errors
    /// [`Refused::Damaged`] where none of them wrapped it.
    pub fn unwrap(&self, bytes: &[u8]) -> Result<(Vec<u8>, bool), Refused> {
        let keys = [&self.current].into_iter().chain(&self.former);
        let mut opened = keys.enumerate().filter_map(|(number, secret)| {
            let text = opened(&Key::of(secret), [WRAPPED.as_bytes(), &[]], bytes);
            text.ok().map(|text| (text, number == 0))
        });
        opened.next().ok_or(Refused::Damaged)
    }
}
