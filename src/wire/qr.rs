//! QR tokens: whoever holds one may redeem it, so an event keeps its digest and nothing of the token.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::domain::value::Value;

/// Shorter texts are no minted tokens, and would be found in everything.
const TOKEN_BYTES_MIN: usize = 8;
/// What stands where a token stood.
const REMOVED: &str = "…";

/// The digest under which a token is known: lower-case hexadecimal SHA-256 of its upper-case letters.
///
/// `scanned` is the token or the address that carries it as the last segment of its path. `None` where it is blank.
#[must_use]
pub fn digest(scanned: &str) -> Option<String> {
    token(scanned).map(|token| hex_sha256(token.as_bytes()))
}

/// The lower-case hexadecimal SHA-256 of `bytes`.
pub(crate) fn hex_sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The token in what was scanned, in upper case.
pub(crate) fn token(scanned: &str) -> Option<String> {
    let path = scanned
        .trim()
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default().trim();
    (!last.is_empty()).then(|| last.to_ascii_uppercase())
}

/// Removes `token`, as [`token`] gives it, from every text in `members`, in any case.
pub(crate) fn scrub(members: &mut BTreeMap<String, Value>, token: &str) {
    if token.len() >= TOKEN_BYTES_MIN {
        members.values_mut().for_each(|member| scrub_value(member, token));
    }
}

fn scrub_value(value: &mut Value, token: &str) {
    match value {
        Value::Text(text) => *text = without(text, token),
        Value::List(items) => items.iter_mut().for_each(|item| scrub_value(item, token)),
        Value::Map(members) => members.values_mut().for_each(|member| scrub_value(member, token)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn without(text: &str, token: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    // Upper-casing ASCII alone keeps every position.
    while let Some(at) = rest.to_ascii_uppercase().find(token) {
        let Some((before, from)) = rest.split_at_checked(at) else {
            break;
        };
        kept.push_str(before);
        kept.push_str(REMOVED);
        rest = from.get(token.len()..).unwrap_or_default();
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_scanning_a_token_has_one_digest() {
        let expected = hex_sha256(b"ABCDEFGH234");
        assert_eq!(expected.len(), 64);
        for scanned in [
            "ABCDEFGH234",
            " abcdefgh234\n",
            "https://shop.example/q/abcdefgh234",
            "https://shop.example/q/ABCDEFGH234/?utm=x#top",
            "/q/ABCDEFGH234",
        ] {
            assert_eq!(digest(scanned).as_deref(), Some(expected.as_str()), "{scanned}");
        }
        for blank in ["", " ", "/", "?x"] {
            assert_eq!(digest(blank), None, "{blank}");
        }
    }

    #[test]
    fn the_digest_is_plain_sha256() {
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex_sha256(b"abc"), known);
    }

    #[test]
    fn a_token_is_removed_wherever_it_stands() {
        assert_eq!(
            without("https://x/q/abcdefgh234?a=ABCDEFGH234", "ABCDEFGH234"),
            "https://x/q/…?a=…"
        );
        assert_eq!(without("یک abcdefgh234 دو", "ABCDEFGH234"), "یک … دو");
        let mut members = BTreeMap::from([("a".to_owned(), Value::List(vec![Value::Text("1".to_owned())]))]);
        let before = members.clone();
        scrub(&mut members, "1");
        assert_eq!(members, before);
    }
}
