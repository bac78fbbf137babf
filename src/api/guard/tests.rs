//! Tokens, and the table where no route is needed to look at it.

use std::{collections::BTreeMap, time::Duration};

use data_encoding::BASE64URL_NOPAD;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use serde_json::{Value, json};

use super::*;
use crate::domain::{role::Role, time::Timestamp};

/// 2026-11-22T12:00:00Z, in seconds.
const NOW_S: i64 = 1_795_348_800;

fn now() -> Timestamp {
    Timestamp::from_micros(NOW_S * 1_000_000)
}

/// Whoever signs: with either kind of key.
struct Signer {
    edwards: Ed25519KeyPair,
    curve: EcdsaKeyPair,
    random: SystemRandom,
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    BASE64URL_NOPAD.encode(bytes.as_ref())
}

impl Signer {
    fn new() -> Self {
        let random = SystemRandom::new();
        let edwards = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
        let curve = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        Self {
            edwards: Ed25519KeyPair::from_pkcs8(edwards.as_ref()).unwrap(),
            curve: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, curve.as_ref(), &random)
                .unwrap(),
            random,
        }
    }

    fn keys(&self) -> Value {
        let (x, y) = self.curve.public_key().as_ref()[1..].split_at(32);
        json!({"keys": [
            {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": encoded(self.edwards.public_key())},
            {"kty": "EC", "crv": "P-256", "kid": "ec", "x": encoded(x), "y": encoded(y), "use": "sig"},
        ]})
    }

    fn guard(&self) -> Guard {
        let lifetime = Duration::from_secs(900);
        let keys = self.keys().to_string();
        let issuer = TokenIssuer::new("login".to_owned(), "yekta".to_owned(), lifetime, &keys).unwrap();
        let mut credentials = Credentials::default();
        credentials.tokens_of(issuer);
        Guard::new(credentials, BTreeMap::new(), now)
    }

    fn token(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
        let signature = match header["kid"].as_str() {
            Some("ec") => encoded(self.curve.sign(&self.random, message.as_bytes()).unwrap()),
            _ => encoded(self.edwards.sign(message.as_bytes())),
        };
        format!("{message}.{signature}")
    }
}

fn claims() -> Value {
    json!({"iss": "login", "aud": "yekta", "sub": "sara", "role": "agent", "iat": NOW_S - 60, "exp": NOW_S + 600})
}

/// The claims with some of them others; `null` takes one away.
fn with(changed: &Value) -> Value {
    let mut claims = claims();
    let object = claims.as_object_mut().unwrap();
    for (name, value) in changed.as_object().unwrap() {
        object.insert(name.clone(), value.clone());
    }
    object.retain(|_, value| !value.is_null());
    claims
}

#[test]
fn a_token_says_who_somebody_is() {
    let signer = Signer::new();
    let guard = signer.guard();
    for header in [
        json!({"alg": "EdDSA", "kid": "ed", "typ": "JWT"}),
        json!({"alg": "ES256", "kid": "ec"}),
    ] {
        for changed in [
            json!({}),
            json!({"aud": ["else", "yekta"]}),
            json!({"nbf": NOW_S + 59}),
            json!({"iat": NOW_S - 959, "exp": NOW_S - 59}),
        ] {
            let token = signer.token(&header, &with(&changed));
            let caller = guard.admit(Some(&token), Action::Context).unwrap();
            assert_eq!(
                (caller.name.as_str(), caller.role),
                ("sara", Role::Agent),
                "{changed}"
            );
            // What is open ends with the token.
            let exp = with(&changed)["exp"].as_i64().unwrap();
            let at = |seconds: i64| Timestamp::from_micros((exp + seconds) * 1_000_000);
            assert!(!caller.is_over(at(59)) && caller.is_over(at(60)), "{changed}");
        }
    }
    let refused = guard.admit(None, Action::Context).unwrap_err();
    assert_eq!((refused.status(), refused.code()), (401, "unauthorized"));
}

#[test]
fn who_is_taken_out_is_let_in_no_more_and_what_they_opened_ends() {
    use crate::wire::digest::Digest;
    let (signer, other) = (Signer::new(), Signer::new());
    let issuer = |of: &Signer| {
        let (lifetime, keys) = (Duration::from_secs(900), of.keys().to_string());
        TokenIssuer::new("login".to_owned(), "yekta".to_owned(), lifetime, &keys).unwrap()
    };
    let credentials = |key: &[u8], of: &Signer| {
        let mut credentials = Credentials::default();
        credentials.key(Digest::of(key), "desk", Role::Agent);
        credentials.tokens_of(issuer(of));
        credentials
    };
    let guard = Guard::new(credentials(b"key-of-the-desk", &signer), BTreeMap::new(), now);
    let clone = guard.clone();
    let token = signer.token(&json!({"alg": "EdDSA", "kid": "ed"}), &claims());
    let opened = [token.as_str(), "key-of-the-desk"].map(|shown| {
        let caller = clone.admit(Some(shown), Action::Context).unwrap();
        assert!(!caller.is_over(now()));
        caller
    });
    let link = clone.holder_of_link().unwrap();
    // The other's key has the same kid.
    guard.renew(credentials(b"another-of-the-desk", &other));
    assert!(opened.iter().all(|caller| caller.is_over(now())));
    assert!(!link.is_over(now()));
    for shown in [token.as_str(), "key-of-the-desk"] {
        assert_eq!(
            clone.admit(Some(shown), Action::Context).unwrap_err().status(),
            401
        );
    }
    assert!(clone.admit(Some("another-of-the-desk"), Action::Context).is_ok());
    // Where all are taken out nobody is everybody.
    guard.renew(Credentials::default());
    assert!(!clone.is_open());
    assert_eq!(clone.admit(None, Action::Context).unwrap_err().status(), 401);
}

#[test]
fn a_token_that_is_not_for_now_or_for_us_opens_nothing() {
    let signer = Signer::new();
    let guard = signer.guard();
    let header = json!({"alg": "EdDSA", "kid": "ed"});
    for changed in [
        json!({"exp": NOW_S - 61}),
        json!({"nbf": NOW_S + 61}),
        json!({"iat": NOW_S + 61}),
        json!({"iat": NOW_S - 301}),
        json!({"iss": "else"}),
        json!({"aud": "else"}),
        json!({"aud": []}),
        json!({"role": "root"}),
        json!({"sub": ""}),
        json!({"exp": null}),
        json!({"iat": null}),
        json!({"aud": null}),
        json!({"exp": "2030-01-01"}),
    ] {
        let token = signer.token(&header, &with(&changed));
        let refused = guard.admit(Some(&token), Action::Context).unwrap_err();
        assert_eq!(refused.status(), 401, "{changed}");
        assert!(!refused.to_string().contains("else"), "{refused}");
    }
}

#[test]
fn nobody_signs_a_token_but_the_issuer() {
    let (signer, stranger) = (Signer::new(), Signer::new());
    let guard = signer.guard();
    let header = json!({"alg": "EdDSA", "kid": "ed"});
    let good = signer.token(&header, &claims());
    assert!(guard.admit(Some(&good), Action::Context).is_ok());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let admin = signer.token(&header, &with(&json!({"role": "admin"})));
    let (admin, _) = admin.rsplit_once('.').unwrap();
    let unsigned = format!(
        "{}.{}.",
        encoded(r#"{"alg":"none","kid":"ed"}"#),
        encoded(claims().to_string())
    );
    for forged in [
        stranger.token(&header, &claims()),
        format!("{admin}.{signature}"),
        format!("{message}."),
        format!("{message}.{}", encoded([0; 64])),
        unsigned,
        // The algorithm is the key's, whatever the token says.
        signer.token(&json!({"alg": "ES256", "kid": "ed"}), &claims()),
        signer.token(&json!({"alg": "HS256", "kid": "ed"}), &claims()),
        signer.token(&json!({"alg": "EdDSA"}), &claims()),
        signer.token(&json!({"alg": "EdDSA", "kid": "other"}), &claims()),
        signer.token(&json!({"alg": "EdDSA", "kid": "ed", "crit": ["b64"]}), &claims()),
        format!("{good}="),
        "a.b.c".to_owned(),
        "..".to_owned(),
        format!("{message}{}.{signature}", "A".repeat(5_000)),
    ] {
        let refused = guard.admit(Some(&forged), Action::Context).unwrap_err();
        assert_eq!(refused.status(), 401, "{forged}");
    }
}

#[test]
fn keys_that_no_token_is_signed_with_are_refused() {
    let good = Signer::new().keys();
    let set = |change: &dyn Fn(&mut Value)| {
        let mut keys = good.clone();
        change(&mut keys);
        let lifetime = Duration::from_secs(60);
        TokenIssuer::new("i".to_owned(), "a".to_owned(), lifetime, &keys.to_string()).map(|_| ())
    };
    assert_eq!(set(&|_| {}), Ok(()));
    let only = |key: Value| json!({"keys": [key]});
    let (edwards, curve) = (&good["keys"][0], &good["keys"][1]);
    let changed = |key: &Value, name: &str, value: Value| {
        let mut key = key.clone();
        key[name] = value;
        only(key)
    };
    for set_of_none in [
        json!({"keys": []}),
        json!([]),
        changed(edwards, "crv", json!("Ed448")),
        changed(edwards, "x", json!("AAAA")),
        changed(edwards, "kid", Value::Null),
        changed(edwards, "use", json!("enc")),
        changed(curve, "y", Value::Null),
        only(json!({"kty": "oct", "kid": "s", "k": "AAAA"})),
    ] {
        assert_eq!(
            set(&|keys| *keys = set_of_none.clone()),
            Err(TokenKeysError),
            "{set_of_none}"
        );
    }
    // Beside a key that is understood others are no matter.
    let rsa = json!({"kty": "RSA", "kid": "r", "n": "AAAA", "e": "AQAB"});
    assert_eq!(set(&|keys| keys["keys"] = json!([rsa, edwards])), Ok(()));
}

#[test]
fn a_key_opens_what_its_role_may_and_shows_itself_nowhere() {
    use crate::wire::digest::Digest;
    let mut credentials = Credentials::default();
    credentials.key(Digest::of(b"key-of-the-till"), "till-12", Role::Pos);
    let guard = Guard::new(credentials, BTreeMap::new(), now);
    let admit = |key, action| {
        guard
            .admit(key, action)
            .map(|caller| caller.name)
            .map_err(|refused| refused.status())
    };
    assert_eq!(
        admit(Some("key-of-the-till"), Action::Scan),
        Ok("till-12".to_owned())
    );
    assert_eq!(admit(Some("key-of-the-till"), Action::Profile), Err(403));
    assert_eq!(admit(Some("key-of-the-til"), Action::Scan), Err(401));
    // No token is taken where nobody's are.
    assert_eq!(admit(Some("a.b.c"), Action::Scan), Err(401));
    assert!(!format!("{guard:?}").contains("key-of"));
}
