//! Encryption at rest: what lies in files of the tenant's folder can be read by nobody who has the files alone.
//!
//! Owns the keys and how bytes are encrypted; must never know what they say, nor touch a file. Two kinds of keys: data is
//! encrypted under a data key, and the data keys lie in the tenant's file of secrets, wrapped by the master key, which is the
//! operator's and lies elsewhere ([`MasterKeys`]). So another master key holds from one moment to the next, and a data key is
//! given up once all that it encrypted was written anew. Called by `store` and `journal`, which encrypt what they
//! write, and by the engine, which keeps the keys.
//!
//! The cipher is XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha): its nonces are long enough to be drawn without being counted
//! across restarts, and it is as fast on machines that have no instructions for AES.

mod master;
mod ring;
mod seal;

use std::sync::{Arc, PoisonError, RwLock};

pub use crate::cipher::{
    master::{MasterKeys, MasterKeysError, WRAPPED},
    ring::{DataKeys, KeyNumber},
    seal::{OVERHEAD_BYTES, Refused, Secret},
};

use crate::cipher::{
    ring::Ring,
    seal::{Nonces, opened, sealed},
};

/// Bytes in front of what was encrypted: the number of the data key.
const NUMBER_BYTES: usize = 4;

/// What encrypted bytes are a part of: those of one place cannot be put into another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Place {
    /// A value of the store, by its key.
    Value = 1,
    /// A commit of the journal, by the head of its frame.
    Commit = 2,
    /// A piece of a snapshot, by the snapshot and the piece's number.
    Piece = 3,
}

/// The data keys of a folder, and encryption under them; shared by all who write and read it. `Debug` shows no key.
#[derive(Debug)]
pub struct Cipher {
    ring: RwLock<Arc<Ring>>,
    nonces: Nonces,
}

/// How what is written to a folder is encrypted; `None` where it has no key.
pub type AtRest = Option<Arc<Cipher>>;

impl Cipher {
    /// Encryption under these keys.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn new(keys: &DataKeys) -> std::io::Result<Self> {
        Ok(Self {
            ring: RwLock::new(Arc::new(Ring::of(keys))),
            nonces: Nonces::new()?,
        })
    }

    /// Goes by these keys from now on.
    pub fn turn_to(&self, keys: &DataKeys) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Ring::of(keys));
    }

    /// `plain` under the newest key; it can be read again with the same place and `context` alone. It is longer by
    /// [`OVERHEAD_BYTES`] and the number of the key.
    pub fn encrypt(&self, place: Place, context: &[u8], plain: &[u8]) -> Vec<u8> {
        let ring = self.ring();
        let (number, key) = ring.newest();
        let mut bytes = Vec::with_capacity(NUMBER_BYTES + OVERHEAD_BYTES + plain.len());
        bytes.extend_from_slice(&number.0.to_le_bytes());
        sealed(
            key,
            self.nonces.next(),
            [&[place as u8], context],
            plain,
            &mut bytes,
        );
        bytes
    }

    /// What was encrypted.
    ///
    /// # Errors
    /// [`Refused`] where it is not as it was written, was written in another place, or under a key that is given up.
    pub fn decrypt(&self, place: Place, context: &[u8], bytes: &[u8]) -> Result<Vec<u8>, Refused> {
        let (number, rest) = bytes.split_first_chunk().ok_or(Refused::Damaged)?;
        let ring = self.ring();
        let key = ring.of_number(KeyNumber(u32::from_le_bytes(*number)));
        opened(key.ok_or(Refused::GivenUp)?, [&[place as u8], context], rest)
    }

    /// Whether this was encrypted under the key that is used now.
    pub fn is_newest(&self, bytes: &[u8]) -> bool {
        let number = bytes
            .first_chunk()
            .map(|number| KeyNumber(u32::from_le_bytes(*number)));
        number == Some(self.ring().newest().0)
    }

    /// What is not encrypted, from the time before there was a key.
    ///
    /// # Errors
    /// [`Refused::Plain`] where all has been encrypted since: then somebody else put it there.
    pub fn plain(&self) -> Result<(), Refused> {
        match self.ring().takes_plain() {
            true => Ok(()),
            false => Err(Refused::Plain),
        }
    }

    fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests;
