//! Codes that a till can check while it is cut off: the token carries what it is good for and a signature of it.
//!
//! Base32 in upper case without padding, so that a QR code stays in its alphanumeric mode, of these bytes:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | the version of this layout, 1 |
//! | 4 | the key: the first bytes of the SHA-256 of the public key |
//! | 4 | until when it holds: seconds since 1970, big endian |
//! | 4 | the store: the first bytes of the SHA-256 of its id, zeros for any |
//! | 1, n | length and ASCII letters of the benefit that may be given without asking |
//! | 16 | random |
//! | 64 | Ed25519 (RFC 8032) over [`SIGNED`] and all bytes before |
//!
//! Where the service can be asked the token is a token like any other: known by its hash.

use std::fmt;

use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD, HEXLOWER};
use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256};

use crate::domain::time::Timestamp;

/// Precedes what is signed, so that the signature is good for nothing else.
pub const SIGNED: &[u8] = b"yekta-offline-v1";
/// Letters of a benefit, at most.
pub const BENEFIT_LETTERS_MAX: usize = 20;

const VERSION: u8 = 1;
const MICROS_PER_SECOND: i64 = 1_000_000;

/// What a till may grant without asking, such as `10% off tea`: printable ASCII letters, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Benefit(String);

impl Benefit {
    /// The benefit called `text`; `None` where it is too long or not of printable ASCII letters.
    pub fn new(text: &str) -> Option<Self> {
        let fits = text.len() <= BENEFIT_LETTERS_MAX
            && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }

    /// Its letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Signs tokens. `Debug` shows which key it is, and nothing of it.
pub struct Signatory(SigningKey);

/// The public half of a key, as tills keep it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// By which a token names it: eight hexadecimal digits.
    pub id: String,
    /// The key, in base64url without padding.
    pub x: String,
}

/// What a token says.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// Until when it holds; a part of a second is cut off.
    pub expires: Timestamp,
    /// The only store that may redeem it.
    pub store_id: Option<&'a str>,
    /// What it is good for without asking.
    pub benefit: &'a Benefit,
}

/// Until when a token holds as its seconds say it; `None` before 1970 and from 2106 on.
pub fn seconds(expires: Timestamp) -> Option<u32> {
    u32::try_from(expires.as_micros().div_euclid(MICROS_PER_SECOND)).ok()
}

impl Signatory {
    /// Signs with the key that `secret` makes.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(secret))
    }

    /// What tills check its signatures with.
    pub fn public_key(&self) -> PublicKey {
        let key = self.0.verifying_key();
        PublicKey {
            id: HEXLOWER.encode(&first(key.as_bytes())),
            x: BASE64URL_NOPAD.encode(key.as_bytes()),
        }
    }

    /// The token that says `terms`, of which no two have the same `random` bytes.
    pub fn token(&self, terms: Terms<'_>, random: [u8; 16]) -> String {
        let benefit = terms.benefit.as_str().as_bytes();
        let mut bytes = vec![VERSION];
        bytes.extend(first(self.0.verifying_key().as_bytes()));
        bytes.extend(seconds(terms.expires).unwrap_or(0).to_be_bytes());
        bytes.extend(terms.store_id.map_or([0; 4], |store| first(store.as_bytes())));
        bytes.push(u8::try_from(benefit.len()).unwrap_or(0));
        bytes.extend(benefit);
        bytes.extend(random);
        let signature = self.0.sign(&[SIGNED, &bytes].concat());
        bytes.extend(signature.to_bytes());
        BASE32_NOPAD.encode(&bytes)
    }
}

impl fmt::Debug for Signatory {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Signatory({})", self.public_key().id)
    }
}

/// The first bytes of the SHA-256 of `bytes`.
fn first(bytes: &[u8]) -> [u8; 4] {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    let [a, b, c, d, ..] = digest;
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signature, Verifier, VerifyingKey};

    use super::*;

    fn signed(benefit: &str, store_id: Option<&str>) -> (Vec<u8>, VerifyingKey) {
        let signatory = Signatory::new(&[7; 32]);
        let benefit = Benefit::new(benefit).unwrap();
        let terms = Terms {
            expires: Timestamp::from_micros(1_795_341_600_999_999),
            store_id,
            benefit: &benefit,
        };
        let token = signatory.token(terms, [9; 16]);
        assert!(
            token
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        );
        let x = BASE64URL_NOPAD
            .decode(signatory.public_key().x.as_bytes())
            .unwrap();
        let key = VerifyingKey::from_bytes(&x.try_into().unwrap()).unwrap();
        (BASE32_NOPAD.decode(token.as_bytes()).unwrap(), key)
    }

    #[test]
    fn a_till_with_the_public_key_alone_can_check_a_token() {
        let (bytes, key) = signed("TEA-10", Some("north"));
        let (said, signature) = bytes.split_at(bytes.len() - 64);
        let signature = Signature::from_slice(signature).unwrap();
        key.verify(&[SIGNED, said].concat(), &signature).unwrap();
        assert_eq!(said[0], 1);
        assert_eq!(&said[1..5], first(key.as_bytes()));
        assert_eq!(said[5..9], 1_795_341_600_u32.to_be_bytes());
        assert_eq!(&said[9..13], first(b"north"));
        assert_eq!(
            (said[13], &said[14..20], &said[20..]),
            (6, &b"TEA-10"[..], &[9; 16][..])
        );
        for at in 0..said.len() {
            let mut other = said.to_vec();
            other[at] ^= 1;
            assert!(
                key.verify(&[SIGNED, &other].concat(), &signature).is_err(),
                "byte {at}"
            );
        }
    }

    #[test]
    fn a_token_for_any_store_says_so_and_a_benefit_is_short() {
        let (bytes, _) = signed("", None);
        assert_eq!((&bytes[9..13], bytes[13], bytes.len()), (&[0; 4][..], 0, 94));
        for refused in ["a".repeat(21).as_str(), "ten\npercent", "ده"] {
            assert_eq!(Benefit::new(refused), None);
        }
        assert_eq!(seconds(Timestamp::from_micros(-1)), None);
        assert_eq!(seconds(Timestamp::MAX), None);
    }
}
