//! Rules and short forms for the tests of this layer; the rules also for those of edges that decode.

use std::collections::BTreeMap;

use crate::domain::{
    channel::{Channel, Channels, Source},
    event::{Event, Place},
    identifier::{IdentifierRules, Trust},
    time::Timestamp,
    value::Value,
};
use crate::wire::{
    DecodeLimits, DecodeRules, Decoded, Origin, Reason, Rejection, Shape, decode,
    json::{from_map, from_value},
    time,
};

/// Channels `web`, `mobile`, `store` (shared devices, in Iran) and `call-center`; sources `pos` (staff, orders of their
/// own) and `crm` (may alias, at most stated).
pub(crate) fn rules() -> DecodeRules {
    let channel = |shared_devices| Channel {
        place: Place {
            shared_devices,
            hands_over: shared_devices,
        },
        region: shared_devices.then(|| "IR".parse().unwrap()),
        view: String::new(),
        is_public: false,
    };
    let channels = [
        ("web", false),
        ("mobile", false),
        ("store", true),
        ("call-center", false),
    ];
    let pos = Source {
        trust_default: Trust::Staff,
        order_namespace: Some("pos".into()),
        region: Some("IR".parse().unwrap()),
        ..Source::default()
    };
    let crm = Source {
        trust_max: Trust::Stated,
        may_alias: true,
        ..Source::default()
    };
    DecodeRules {
        channels: Channels {
            channels: channels
                .map(|(name, shared)| (name.to_owned(), channel(shared)))
                .into(),
            sources: BTreeMap::from([("pos".to_owned(), pos), ("crm".to_owned(), crm)]),
        },
        identifiers: IdentifierRules::standard(),
        limits: DecodeLimits::default(),
        retention: Default::default(),
    }
}

/// Noon of the tests.
pub(crate) fn noon() -> Timestamp {
    time::parse("2026-11-22T12:00:00Z").unwrap()
}

/// An origin that says nothing.
pub(crate) fn origin() -> Origin {
    Origin {
        source: None,
        channel: None,
        name: None,
        received: noon(),
        is_bound: false,
        trace: None,
        place: None,
    }
}

/// The one item of `body`.
pub(crate) fn one(body: &str, shape: Shape, origin: &Origin) -> Result<Event, Rejection> {
    let mut decoded = decode(body.as_bytes(), shape, origin, &rules())?;
    assert_eq!(decoded.items.len(), 1, "{body}");
    decoded.items.remove(0)
}

/// Reasons of the items, none for an event.
pub(crate) fn reasons(decoded: &Decoded) -> Vec<Option<Reason>> {
    decoded
        .items
        .iter()
        .map(|item| item.as_ref().err().map(|rejection| rejection.reason))
        .collect()
}

/// `kind:value trust` of each.
pub(crate) fn identifiers(event: &Event) -> Vec<String> {
    let show = |one: &crate::domain::identifier::Identifier| {
        format!("{}:{} {}", one.kind(), one.value(), one.trust().as_str())
    };
    event.identifiers.iter().map(show).collect()
}

/// `kind reason` of each that was dropped.
pub(crate) fn dropped(event: &Event) -> Vec<String> {
    let entries = event
        .context
        .get("yekta_dropped")
        .and_then(Value::as_list)
        .unwrap_or_default();
    let text = |entry: &Value, name: &str| entry.get(name).and_then(Value::as_text).unwrap().to_owned();
    entries
        .iter()
        .map(|entry| format!("{} {}", text(entry, "kind"), text(entry, "reason")))
        .collect()
}

/// Members as JSON text.
pub(crate) fn show(members: &BTreeMap<String, Value>) -> String {
    serde_json::Value::Object(from_map(members)).to_string()
}

/// Everything an event holds, as text.
pub(crate) fn all(event: &Event) -> String {
    let maps =
        [&event.traits, &event.properties, &event.context].map(|map| from_value(&Value::Map(map.clone())));
    format!(
        "{:?} {} {:?}",
        event.id,
        identifiers(event).join(" "),
        maps.map(|map| map.to_string())
    )
}
