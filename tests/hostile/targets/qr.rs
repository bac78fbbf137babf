//! QR tokens: however one was scanned, it has one digest, and an event keeps nothing of it.

use serde_json::json;
use yekta::{
    domain::{identifier::Kind, value::Value},
    wire::{Shape, decode, json::from_map, qr},
};

use super::world::{WORLD, origin};

/// Shorter texts are no minted tokens.
const TOKEN_BYTES_MIN: usize = 8;

pub fn scanned(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let digest = qr::digest(text);
    if let Some(digest) = &digest {
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        assert!(digest.len() == 64 && digest.bytes().all(is_hex));
        assert_eq!(
            qr::digest(&text.to_ascii_lowercase()).as_ref(),
            Some(digest),
            "in lower case"
        );
        assert_eq!(
            qr::digest(&format!(" {text}\n")).as_ref(),
            Some(digest),
            "with blanks around"
        );
    }
    let is_bare = !text.contains(['/', '?', '#']) && text.trim() == text;
    if is_bare && !text.is_empty() {
        let address = qr::digest(&format!("https://shop.example/q/{text}/?utm=x#top"));
        assert_eq!(address, digest, "as an address");
        kept(text);
    }
}

/// An event with the token all over it keeps the digest alone.
fn kept(token: &str) {
    let event = json!({
        "id": "e-1", "channel": "store", "type": "qr_scanned",
        "identifiers": [{"kind": "qr_token", "value": token}, {"kind": "device_id", "value": "till-1"}],
        "properties": {"url": format!("https://shop.example/q/{}?again={token}{token}", token.to_lowercase()), "list": [[token]]},
        "context": {"page": {"url": token}},
        "traits": {"note": format!("x{token}")},
    });
    let decoded = decode(
        event.to_string().as_bytes(),
        Shape::Native,
        &origin(None),
        &WORLD.decode,
    );
    let Ok([Ok(event)]) = decoded.as_ref().map(|decoded| decoded.items.as_slice()) else {
        return;
    };
    let Some(found) = event.identifiers.iter().find(|one| *one.kind() == Kind::QR_TOKEN) else {
        return;
    };
    assert_eq!(Some(found.value()), qr::digest(token).as_deref());
    let upper = token.to_ascii_uppercase();
    if token.len() >= TOKEN_BYTES_MIN && token.is_ascii() {
        for members in [&event.properties, &event.context, &event.traits] {
            assert!(
                !holds(&Value::Map(members.clone()), &upper),
                "the token is kept: {}",
                serde_json::Value::from(from_map(members))
            );
        }
    }
}

fn holds(value: &Value, token: &str) -> bool {
    match value {
        Value::Text(text) => text.to_ascii_uppercase().contains(token),
        Value::List(items) => items.iter().any(|item| holds(item, token)),
        Value::Map(members) => members.values().any(|member| holds(member, token)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
