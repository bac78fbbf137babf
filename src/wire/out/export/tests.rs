//! What an export tells of events, atoms, codes and words, and what it never does.

use serde_json::{Value as Json, json};

use super::{Atom, Code, Content, Events, State, Word};
use crate::{
    domain::{
        context::samples::{START, at, event, map},
        event::{ConsentChange, EventId, Place},
        fact::{Fact, FactKind, Facts},
        identifier::{Identifier, Kind, Trust},
        identity::{
            self, Bond, Claim, Key, Owner, Reference, Said,
            claim::{Alone, Asserted},
        },
        profile::consent::Decision,
        qr::QrState,
        value::Value,
    },
    wire::out::scalar::{EventRef, Time},
};

fn told(shape: &impl serde::Serialize) -> Json {
    serde_json::to_value(shape).unwrap()
}

fn key(kind: Kind, value: &str) -> Key {
    Key {
        kind,
        value: value.to_owned(),
    }
}

#[test]
fn an_event_is_told_with_all_that_is_kept_of_it() {
    let mut kept = event(3, "store", "QR Scanned", &[("basket", "three shirts")]);
    let token = Identifier::from_normalised(Kind::QR_TOKEN, "5ec2e7".to_owned(), Trust::Observed);
    kept.identifiers = vec![kept.identifiers.remove(1), token];
    kept.alias_of = Some(Identifier::from_normalised(
        Kind::USER_ID,
        "u-1".to_owned(),
        Trust::Verified,
    ));
    kept.stated_time = Some(at(9));
    kept.expires = Some(at(60));
    kept.trace = Some("00-a-b-01".to_owned());
    kept.place = Place {
        shared_devices: true,
        hands_over: false,
    };
    kept.traits = map(&[("first_name", "Sara")]);
    kept.context = map(&[("store_id", "tehran-12")]);
    let consent = |decision| ConsentChange {
        channel: "sms".to_owned(),
        purpose: "marketing".to_owned(),
        decision,
    };
    kept.consent = vec![consent(Decision::Granted), consent(Decision::Denied)];
    let events = [kept];
    let expected = json!([{
        "id": "e-003", "source": "store/1", "channel": "store", "type": "QR Scanned",
        "time": "2026-11-22T10:03:00Z", "stated_time": "2026-11-22T10:09:00Z",
        "received": "2026-11-22T10:03:00.250Z", "expires": "2026-11-22T11:00:00Z",
        "trace": "00-a-b-01", "shared_devices": true, "hands_over": false,
        "identifiers": [
            {"kind": "phone", "value": "+989123456789", "trust": "staff"},
            {"kind": "qr_token", "value": null, "trust": "observed"},
        ],
        "alias_of": {"kind": "user_id", "value": "u-1", "trust": "verified"},
        "traits": {"first_name": "Sara"}, "properties": {"basket": "three shirts"},
        "context": {"store_id": "tehran-12"},
        "consent": [
            {"channel": "sms", "purpose": "marketing", "decision": "granted"},
            {"channel": "sms", "purpose": "marketing", "decision": "denied"},
        ],
    }]);
    assert_eq!(told(&Events(&events)), expected);
    assert!(!format!("{:?}", Events(&events)).contains("+98"));
}

#[test]
fn an_atom_is_told_with_all_that_its_events_claim() {
    let asserted = |kind, value: &str, bond| Asserted {
        key: key(kind, value),
        trust: Trust::Stated,
        bond,
    };
    let claim = Claim {
        asserted: vec![
            asserted(Kind::ANONYMOUS_ID, "c-1", Bond::Device { open: true }),
            asserted(Kind::EMAIL, "sara@example.com", Bond::Joins),
            asserted(Kind::PHONE, "+98", Bond::Loose),
        ],
        owner: Owner::User(key(Kind::USER_ID, "u-102")),
        alias_of: Some(key(Kind::USER_ID, "u-1")),
        signs_out: true,
        alone: Some(Alone::Link(key(Kind::ORDER_ID, "o-1"))),
        facts: Facts(vec![Fact {
            kind: FactKind::GivenName,
            value: "sara".to_owned(),
        }]),
    };
    let first = event(1, "web", "Signed In", &[]).stamp();
    let expected = json!({
        "attributed": true, "events": 3,
        "first": {"source": "web/1", "id": "e-001", "time": "2026-11-22T10:01:00Z"},
        "identifiers": [
            {"kind": "anonymous_id", "value": "c-1", "trust": "stated", "bond": "device", "joins": true},
            {"kind": "email", "value": "sara@example.com", "trust": "stated", "bond": "joins", "joins": true},
            {"kind": "phone", "value": "+98", "trust": "stated", "bond": "loose", "joins": false},
        ],
        "owner": {"kind": "user_id", "value": "u-102"}, "contested": false,
        "alias_of": {"kind": "user_id", "value": "u-1"}, "signs_out": true,
        "alone": {"kind": "order_id", "value": "o-1"}, "facts": {"first_name": "sara"},
    });
    let atom = Atom::of(&claim, true, 3, &first);
    assert_eq!(told(&atom), expected);
    let shown = format!("{atom:?}");
    assert!(!shown.contains("sara") && !shown.contains("+98"), "{shown}");
}

#[test]
fn a_code_is_told_with_what_became_of_it() {
    let id = EventId {
        source: "yekta".to_owned(),
        id: "m-1".to_owned(),
    };
    let (basket, state) = (
        Value::Text("three shirts".to_owned()),
        QrState::Redeemed {
            at: at(5),
            store_id: Some("north".to_owned()),
        },
    );
    let code = Code {
        event: EventRef::from(&id),
        state: State::from(&state),
        minted: Time(START),
        expires: Time(at(60)),
        store_id: None,
        basket: Some(Content(&basket)),
        offer: None,
    };
    let expected = json!({
        "event": {"source": "yekta", "id": "m-1"}, "state": "redeemed",
        "redeemed": {"at": "2026-11-22T10:05:00Z", "store_id": "north"},
        "minted": "2026-11-22T10:00:00Z", "expires": "2026-11-22T11:00:00Z",
        "store_id": null, "basket": "three shirts", "offer": null,
    });
    assert_eq!(told(&code), expected);
    assert_eq!(told(&State::from(&QrState::Revoked))["state"], "revoked");
}

#[test]
fn a_word_is_told_without_who_else_it_is_about() {
    let reference = |user: &str| Reference::Key(key(Kind::USER_ID, user));
    let word = identity::Word {
        id: "w-1".to_owned(),
        number: 4,
        said: Said::Apart,
        sides: vec![vec![reference("sara")], vec![reference("omid")]],
        by: "a steward".to_owned(),
        why: "they called".to_owned(),
        at: START,
    };
    let about = [reference("sara")];
    let expected = json!({
        "id": "w-1", "number": 4, "said": "apart", "by": "a steward", "why": "they called",
        "at": "2026-11-22T10:00:00Z", "about": [{"kind": "user_id", "value": "sara"}],
    });
    let shape = Word::of(&word, &about);
    assert_eq!(told(&shape), expected);
    assert!(!format!("{shape:?}").contains("called"));
}
