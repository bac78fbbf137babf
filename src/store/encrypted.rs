//! Values as they lie in sled, where the folder has a data key: a byte that no record's version is, and the value encrypted
//! as one of its key.
//!
//! Keys are not encrypted: they are keyed hashes and instants. Neither is a value that is empty, nor the format, which a
//! start reads before anything else. Called by `disk` and `beside` for all that goes into sled and comes out.

use crate::{
    cipher::{Cipher, Place},
    store::{
        Bytes, Error,
        disk::Disk,
        mark::{APPLIED_KEY, FORMAT_KEY},
    },
};

/// What an encrypted value begins with.
const ENCRYPTED: u8 = 0xff;

impl Disk {
    /// Refuses what is encrypted where there is no key for it: else it would be taken for damaged.
    pub(crate) fn refuse_without_key(&self) -> Result<(), Error> {
        let kept = self.ask("look whether it is encrypted", |db| db.get(APPLIED_KEY))?;
        match (&self.cipher, kept.as_deref()) {
            (None, Some([ENCRYPTED, ..])) => Err(Error::NoKey),
            _ => Ok(()),
        }
    }

    /// A value as it is kept.
    pub(crate) fn kept(&self, key: &[u8], value: &Bytes) -> Bytes {
        match &self.cipher {
            Some(cipher) if is_encrypted(key, value) => sealed(cipher, key, value),
            _ => value.clone(),
        }
    }

    /// The value that is kept so.
    pub(crate) fn shown(&self, key: &[u8], kept: Bytes) -> Result<Bytes, Error> {
        let of_value = |refused| Error::Refused { refused };
        match (&self.cipher, kept.split_first()) {
            (_, None) => Ok(kept),
            _ if key == FORMAT_KEY => Ok(kept),
            (Some(cipher), Some((&ENCRYPTED, rest))) => {
                let value = cipher.decrypt(Place::Value, key, rest).map_err(of_value);
                value.map(Bytes::from)
            }
            (Some(cipher), Some(_)) => cipher.plain().map(|()| kept).map_err(of_value),
            (None, Some(_)) => Ok(kept),
        }
    }

    /// The same value as it would be kept now: under the key that is used, wherever it was before.
    pub(crate) fn kept_anew(&self, key: &[u8], kept: Bytes) -> Result<Bytes, Error> {
        match (&self.cipher, kept.split_first()) {
            (Some(cipher), Some((&ENCRYPTED, rest))) if cipher.is_newest(rest) => Ok(kept),
            (Some(_), Some(_)) => Ok(self.kept(key, &self.shown(key, kept)?)),
            (None, _) | (_, None) => Ok(kept),
        }
    }
}

fn is_encrypted(key: &[u8], value: &[u8]) -> bool {
    !value.is_empty() && key != FORMAT_KEY
}

fn sealed(cipher: &Cipher, key: &[u8], value: &[u8]) -> Bytes {
    let mut bytes = cipher.encrypt(Place::Value, key, value);
    bytes.insert(0, ENCRYPTED);
    Bytes::from(bytes)
}
