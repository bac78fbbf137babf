//! The rules that the tests go by, and events from JSON.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use serde_json::Value;
use yekta::{
    domain::{
        channel::{Channel, Channels, Source},
        event::{Event, Place},
        identifier::{IdentifierRules, Kind},
        identity::{IdentityRules, Similarity},
        time::Timestamp,
    },
    wire::{Call, DecodeLimits, DecodeRules, Origin, Shape, decode},
};

/// 2026-11-22T12:00:00Z: no event of the tests lies behind it.
pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_795_348_800_000_000);

/// By how many microseconds it is later for those who go by a clock.
static LATER: AtomicI64 = AtomicI64::new(0);
/// Held by whoever has several do something at the same time.
static MOMENT: Mutex<()> = Mutex::new(());

/// What time it is.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_micros(NOW.as_micros() + LATER.load(Ordering::SeqCst))
}

/// Has it be later than it was; it stays so until this is let go of.
pub(crate) fn moment() -> MutexGuard<'static, ()> {
    let moment = MOMENT.lock().unwrap_or_else(PoisonError::into_inner);
    LATER.fetch_add(1, Ordering::SeqCst);
    moment
}

/// Four channels, devices of `store` shared; the source `crm` may alias.
pub(crate) fn decode_rules() -> DecodeRules {
    let channel = |shared: bool| Channel {
        place: Place {
            shared_devices: shared,
            hands_over: shared,
        },
        region: Some("IR".parse().unwrap()),
        view: String::new(),
        is_public: false,
    };
    let channels =
        ["web", "mobile", "callcenter", "store"].map(|name| (name.to_owned(), channel(name == "store")));
    let sources = BTreeMap::from([(
        "crm".to_owned(),
        Source {
            may_alias: true,
            ..Source::default()
        },
    )]);
    DecodeRules {
        channels: Channels {
            channels: channels.into(),
            sources,
        },
        identifiers: IdentifierRules::standard(),
        limits: DecodeLimits::default(),
        retention: Default::default(),
    }
}

/// The standard rules, but for their bounds: so tight that small worlds reach each of them.
pub(crate) fn tight_rules() -> IdentityRules {
    let mut rules = IdentityRules::standard();
    for (kind, most) in [
        (Kind::EMAIL, 2),
        (Kind::PHONE, 1),
        (Kind::LOYALTY_ID, 2),
        (Kind::ANONYMOUS_ID, 3),
    ] {
        rules.identifiers.kinds.get_mut(&kind).unwrap().per_profile = Some(most);
    }
    for kind in [Kind::EMAIL, Kind::PHONE] {
        rules.identifiers.kinds.get_mut(&kind).unwrap().subjects_max = Some(2);
    }
    rules.identifiers.atoms_max = 6;
    rules.identifiers.claims_max = 4;
    rules.similarity = Similarity {
        block_faces_max: 5,
        component_atoms_max: 8,
        ..Similarity::standard(1_000)
    };
    rules
}

/// Native events from JSON, all of them good.
pub(crate) fn events(items: &[Value]) -> Vec<Event> {
    items
        .chunks(2000)
        .flat_map(|items| read(items, Shape::Native))
        .collect()
}

/// A message of Segment's interface from `crm`.
pub(crate) fn segment(call: Call, message: &Value) -> Event {
    read(message, Shape::Segment(call)).remove(0)
}

fn read(body: impl serde::Serialize, shape: Shape) -> Vec<Event> {
    let origin = Origin {
        source: Some("crm".to_owned()),
        channel: Some("web".to_owned()),
        name: None,
        received: NOW,
        is_bound: false,
        trace: None,
        place: None,
    };
    let body = serde_json::to_vec(&body).unwrap();
    let decoded = decode(&body, shape, &origin, &decode_rules()).unwrap();
    decoded.items.into_iter().map(Result::unwrap).collect()
}
