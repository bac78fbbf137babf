//! The document of a rich profile, of an empty one, and what is in none.

use super::{Document, ProfileView};
use crate::domain::{
    context::samples::{event, profile, rich},
    identifier::{Identifier, Kind, Trust},
    identity::Key,
    profile::{FoldLimits, Profile},
};

fn json(profile: &Profile) -> String {
    let absorbed = ["pid-0".to_owned()];
    let view = ProfileView {
        journeys: &[],
        segments: &std::collections::BTreeMap::new(),
        id: "pid-1",
        version: 7,
        fingerprint: "c0ffee",
        absorbed: &absorbed,
        pending: false,
        value: None,
        profile,
    };
    let document = Document::of(view);
    assert!(!format!("{document:?}").contains("sara@example.com"));
    serde_json::to_string_pretty(&document).unwrap()
}

#[test]
fn a_profile_is_told_whole() {
    insta::assert_snapshot!(json(&rich()));
}

#[test]
fn an_empty_profile_has_every_member() {
    let of = |text: &str| serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).unwrap();
    let (empty, rich) = (of(&json(&Profile::default())), of(&json(&rich())));
    assert!(empty.keys().eq(rich.keys()));
    let open = |document: &serde_json::Map<String, serde_json::Value>| {
        document
            .get("open")
            .and_then(|open| open.as_object())
            .map(|open| open.keys().cloned().collect::<Vec<_>>())
    };
    assert_eq!(open(&empty), open(&rich));
}

#[test]
fn a_qr_token_is_never_listed() {
    let mut scanned = event(0, "store", "QR Scanned", &[]);
    scanned.identifiers.push(Identifier::from_normalised(
        Kind::QR_TOKEN,
        "5ec2e7".to_owned(),
        Trust::Observed,
    ));
    let mut profile = profile(&[scanned]);
    let key = Key {
        kind: Kind::QR_TOKEN,
        value: "5ec2e7".to_owned(),
    };
    profile.identifiers.insert(key, Trust::Verified);
    assert!(!json(&profile).contains("5ec2e7"));
}

#[test]
fn counts_without_a_name_of_their_own_are_kept_together() {
    let mut profile = rich();
    profile.whole.by_type.others = 3;
    assert!(json(&profile).contains(r#""": 3"#));
    assert!(profile.whole.by_type.by_name.len() < FoldLimits::STANDARD.names_max);
}
