//! Tokens that somebody else signed (RFC 7519), with `EdDSA` or `ES256` and nothing else.
//!
//! The keys are a set of JSON Web Keys (RFC 7517). What the key is decides how a signature is checked (RFC 8725, section
//! 3.1), and a token has to name it and say its issuer, its audience and when it ends, which may not be far off.

use std::{fmt, sync::Arc, time::Duration};

use data_encoding::BASE64URL_NOPAD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, ED25519, UnparsedPublicKey, VerificationAlgorithm};
use serde::{Deserialize, de::DeserializeOwned};
use thiserror::Error;

use crate::{
    domain::{role::Role, time::Timestamp},
    wire::digest::Digest,
};

/// A token longer than this is none.
const TOKEN_BYTES_MAX: usize = 4_096;
/// How far the clocks of who signs and who checks may be apart, in seconds.
const LEEWAY_S: i64 = 60;
const MICROS_PER_SECOND: i64 = 1_000_000;
/// Bytes of an Ed25519 public key, and of each of the two coordinates of one on P-256.
const KEY_BYTES: usize = 32;
/// What an uncompressed point of a curve begins with (SEC 1, section 2.3.3).
const UNCOMPRESSED: u8 = 4;

/// Whose tokens are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenIssuer {
    /// The token's `iss`.
    pub issuer: String,
    /// What its `aud` is, or holds.
    pub audience: String,
    /// How long a token may live.
    pub lifetime_max: Duration,
    keys: Arc<[TokenKey]>,
}

/// The text is no set of keys that tokens could be signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "expected a JSON Web Key set with at least one key to check signatures with, with a kid, OKP with crv Ed25519 or EC \
     with crv P-256"
)]
pub struct TokenKeysError;

/// Why a token is not taken. Says nothing of what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum TokenRefusal {
    #[error("expected a token of three parts in base64url with EdDSA or ES256 as alg and a kid")]
    Form,
    #[error("expected a token that one of the configured keys signed, by the algorithm of that key")]
    Signature,
    #[error("expected the configured issuer and audience as iss and aud")]
    NotForUs,
    #[error("expected a token that is good now: neither before its nbf nor after its exp")]
    Time,
    #[error("expected a token whose exp is no further behind its iat than tokens.lifetime_max_s")]
    Lifetime,
    #[error("expected sub, 1 to 128 letters, and role, one of agent, pos, service, analyst, admin")]
    Whose,
}

/// Whoever a token says somebody is.
pub(super) struct Bearer {
    pub(super) name: Arc<str>,
    pub(super) role: Role,
    /// What stands for the public key that checked it.
    pub(super) signed_by: Digest,
    /// Until when it is good.
    pub(super) until: Timestamp,
}

/// A public key and the algorithm that goes with it.
#[derive(PartialEq, Eq)]
struct TokenKey {
    id: String,
    algorithm: Algorithm,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
enum Algorithm {
    #[serde(rename = "EdDSA")]
    Ed25519,
    #[serde(rename = "ES256")]
    P256,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kid: String,
    kty: String,
    crv: String,
    x: String,
    y: Option<String>,
    #[serde(rename = "use")]
    used_for: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: Algorithm,
    kid: String,
    /// What has to be understood beyond the standard (RFC 7515, section 4.1.11): nothing is.
    crit: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    sub: String,
    role: String,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "TokenKey({})", self.id)
    }
}

impl TokenIssuer {
    /// Whoever signs with one of the keys of `key_set`, a JSON Web Key set.
    ///
    /// # Errors
    /// [`TokenKeysError`] where it is none, or holds another kind of key.
    pub fn new(
        issuer: String,
        audience: String,
        lifetime_max: Duration,
        key_set: &str,
    ) -> Result<Self, TokenKeysError> {
        Ok(Self {
            issuer,
            audience,
            lifetime_max,
            keys: keys_of(key_set)?,
        })
    }

    /// The same, who signs with one of the keys of another set.
    ///
    /// # Errors
    /// As of [`TokenIssuer::new`].
    pub fn with_keys(&self, key_set: &str) -> Result<Self, TokenKeysError> {
        let keys = keys_of(key_set)?;
        Ok(Self { keys, ..self.clone() })
    }

    /// Whether the public key that `digest` stands for is one of its keys.
    pub(super) fn has_key(&self, digest: Digest) -> bool {
        self.keys.iter().any(|key| key.digest() == digest)
    }

    /// Whose `token` it is, and in which role they ask.
    pub(super) fn bearer(&self, token: &str, now: Timestamp) -> Result<Bearer, TokenRefusal> {
        let (claims, signed_by): (Claims, Digest) = self.signed(token)?;
        let is_for_us = claims.iss == self.issuer
            && match &claims.aud {
                Audience::One(one) => *one == self.audience,
                Audience::Several(several) => several.contains(&self.audience),
            };
        if !is_for_us {
            return Err(TokenRefusal::NotForUs);
        }
        let now = now.as_micros() / MICROS_PER_SECOND;
        let begins = claims.nbf.unwrap_or(claims.iat).max(claims.iat);
        if begins.saturating_sub(LEEWAY_S) > now || claims.exp.saturating_add(LEEWAY_S) <= now {
            return Err(TokenRefusal::Time);
        }
        let longest = i64::try_from(self.lifetime_max.as_secs()).unwrap_or(i64::MAX);
        if claims.exp.saturating_sub(claims.iat) > longest {
            return Err(TokenRefusal::Lifetime);
        }
        let role = claims.role.parse().map_err(|_| TokenRefusal::Whose)?;
        if !(1..=128).contains(&claims.sub.chars().count()) {
            return Err(TokenRefusal::Whose);
        }
        let ends = claims
            .exp
            .saturating_add(LEEWAY_S)
            .saturating_mul(MICROS_PER_SECOND);
        Ok(Bearer {
            name: claims.sub.into(),
            role,
            signed_by,
            until: Timestamp::from_micros(ends).max(Timestamp::MIN),
        })
    }

    /// What a token claims, once its signature was found right, and by which key it was.
    fn signed<T: DeserializeOwned>(&self, token: &str) -> Result<(T, Digest), TokenRefusal> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenRefusal::Form);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(TokenRefusal::Form)?;
        let (header, claims) = message.split_once('.').ok_or(TokenRefusal::Form)?;
        let header: Header = part(header)?;
        if header.crit.is_some() {
            return Err(TokenRefusal::Form);
        }
        let signature = BASE64URL_NOPAD
            .decode(signature.as_bytes())
            .map_err(|_| TokenRefusal::Form)?;
        let key = self.keys.iter().find(|key| key.id == header.kid);
        let key = key
            .filter(|key| key.algorithm == header.alg)
            .ok_or(TokenRefusal::Signature)?;
        key.check(message, &signature)?;
        Ok((part(claims)?, key.digest()))
    }
}

impl Jwk {
    fn public(self) -> Option<TokenKey> {
        let coordinate = |text: &str| {
            let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
            (bytes.len() == KEY_BYTES).then_some(bytes)
        };
        if self.used_for.is_some_and(|used_for| used_for != "sig") {
            return None;
        }
        let x = coordinate(&self.x)?;
        let (algorithm, bytes) = match (self.kty.as_str(), self.crv.as_str(), &self.y) {
            ("OKP", "Ed25519", None) => (Algorithm::Ed25519, x),
            ("EC", "P-256", Some(y)) => (Algorithm::P256, [vec![UNCOMPRESSED], x, coordinate(y)?].concat()),
            _ => return None,
        };
        Some(TokenKey {
            id: self.kid,
            algorithm,
            bytes,
        })
    }
}

/// The keys of a set that tokens can be signed with.
fn keys_of(key_set: &str) -> Result<Arc<[TokenKey]>, TokenKeysError> {
    let KeySet { keys } = serde_json::from_str(key_set).map_err(|_| TokenKeysError)?;
    // Keys of other kinds are another's matter (RFC 7517, section 5).
    let keys = keys
        .into_iter()
        .filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
    let keys: Arc<[TokenKey]> = keys.filter_map(Jwk::public).collect();
    if keys.is_empty() {
        return Err(TokenKeysError);
    }
    Ok(keys)
}

impl TokenKey {
    /// What stands for it.
    fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }

    fn check(&self, message: &str, signature: &[u8]) -> Result<(), TokenRefusal> {
        let algorithm: &dyn VerificationAlgorithm = match self.algorithm {
            Algorithm::Ed25519 => &ED25519,
            Algorithm::P256 => &ECDSA_P256_SHA256_FIXED,
        };
        UnparsedPublicKey::new(algorithm, &self.bytes)
            .verify(message.as_bytes(), signature)
            .map_err(|_| TokenRefusal::Signature)
    }
}

/// A part of a token.
fn part<T: DeserializeOwned>(text: &str) -> Result<T, TokenRefusal> {
    let json = BASE64URL_NOPAD
        .decode(text.as_bytes())
        .map_err(|_| TokenRefusal::Form)?;
    serde_json::from_slice(&json).map_err(|_| TokenRefusal::Form)
}
