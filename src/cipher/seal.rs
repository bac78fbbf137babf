//! Sealing bytes under one key: a nonce that never comes twice, what was encrypted, and the tag that authenticates both it
//! and what it belongs to.

use std::{
    fmt, io,
    sync::atomic::{AtomicU64, Ordering},
};

use chacha20poly1305::{KeyInit, Tag, XChaCha20Poly1305, XNonce, aead::AeadInOut};

/// The secret bytes of one key.
pub type Secret = [u8; 32];

const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;

/// By how much sealed bytes are longer than what they seal.
pub const OVERHEAD_BYTES: usize = NONCE_BYTES + TAG_BYTES;

/// Why encrypted bytes are not taken. Says nothing of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// They are not what was written, or were written in another place.
    #[error("it does not decrypt: it is damaged, or was put there from somewhere else")]
    Damaged,
    /// The key that they were encrypted under is no more.
    #[error("the key that it was encrypted under was given up")]
    GivenUp,
    /// They are not encrypted, where all is.
    #[error("it is not encrypted, as all here is")]
    Plain,
}

/// A key that seals. `Debug` shows nothing.
#[derive(Clone)]
pub(crate) struct Key(XChaCha20Poly1305);

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Key(…)")
    }
}

impl Key {
    pub(crate) fn of(secret: &Secret) -> Self {
        Self(XChaCha20Poly1305::new(secret.into()))
    }
}

/// Nonces: random for each process, counted within.
#[derive(Debug)]
pub(crate) struct Nonces {
    random: [u8; 16],
    count: AtomicU64,
}

impl Nonces {
    pub(crate) fn new() -> io::Result<Self> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        Ok(Self {
            random,
            count: AtomicU64::new(0),
        })
    }

    pub(crate) fn next(&self) -> [u8; NONCE_BYTES] {
        let mut nonce = [0; NONCE_BYTES];
        let (random, count) = nonce.split_at_mut(self.random.len());
        random.copy_from_slice(&self.random);
        count.copy_from_slice(&self.count.fetch_add(1, Ordering::Relaxed).to_le_bytes());
        nonce
    }
}

/// Adds nonce, ciphertext and tag of `plain` to `bytes`. What it belongs to is told in two parts, of which the first has
/// always the same length.
pub(crate) fn sealed(
    key: &Key,
    nonce: [u8; NONCE_BYTES],
    belongs_to: [&[u8]; 2],
    plain: &[u8],
    bytes: &mut Vec<u8>,
) {
    bytes.extend_from_slice(&nonce);
    let begins = bytes.len();
    bytes.extend_from_slice(plain);
    let (_, text) = bytes.split_at_mut(begins);
    let encrypted = key
        .0
        .encrypt_inout_detached(&XNonce::from(nonce), &belongs_to.concat(), text.into());
    #[expect(clippy::expect_used, reason = "256 GiB and more do not fit one value")]
    let tag = encrypted.expect("what is encrypted at once is shorter than 256 GiB");
    bytes.extend_from_slice(&tag);
}

/// What was sealed.
pub(crate) fn opened(key: &Key, belongs_to: [&[u8]; 2], bytes: &[u8]) -> Result<Vec<u8>, Refused> {
    let (nonce, rest) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(Refused::Damaged)?;
    let (text, tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or(Refused::Damaged)?;
    let mut plain = text.to_vec();
    let decrypted = key.0.decrypt_inout_detached(
        &XNonce::from(*nonce),
        &belongs_to.concat(),
        plain.as_mut_slice().into(),
        &Tag::from(*tag),
    );
    decrypted.map(|()| plain).map_err(|_| Refused::Damaged)
}
