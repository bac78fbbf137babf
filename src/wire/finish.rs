//! From a draft to an event: the rules that hold for every shape, said once.

use std::collections::BTreeMap;

use crate::domain::{
    catalogue,
    channel::Channel,
    event::{Event, EventId, Name, token},
    identifier::{Identifier, Kind, Region},
    identity::link::OWN_SOURCE,
    time::Timestamp,
    value::Value,
};
use crate::wire::{
    consent,
    draft::{Draft, Stated, Vouched},
    identifiers::{Found, Reading},
    qr,
    rejection::{Fault, Reason},
    rules::{DecodeLimits, DecodeRules, Origin},
    tenant, time,
};

/// The source of events that name none.
const DEFAULT_SOURCE: &str = "default";
/// Traits that say something about who somebody is: with one of them an event needs no identifier.
const FACTS: [&str; 11] = [
    "name",
    "first_name",
    "middle_name",
    "last_name",
    "birth_date",
    "address",
    "city",
    "postcode",
    "region",
    "country",
    "national_id",
];

/// The event that `draft` states; `text` is the item as it was sent.
///
/// An event without an id gets the digest of `text`, so that sending it again is no second event; neither are two
/// items of the very same text.
///
/// # Errors
/// The [`Fault`] that makes it none.
pub(crate) fn finish(
    mut draft: Draft,
    text: &str,
    origin: &Origin,
    rules: &DecodeRules,
) -> Result<Event, Fault> {
    let limits = &rules.limits;
    let source_name = source_name(draft.source.take(), origin, limits)?;
    let (channel_name, channel) = channel(draft.channel.take(), origin, rules)?;
    let name = draft
        .name
        .take()
        .or_else(|| origin.name.clone())
        .ok_or_else(|| Fault::missing("type"))?;
    check_name("type", &name, limits.name_letters_max)?;
    let id = draft.id.take().unwrap_or_else(|| qr::hex_sha256(text.as_bytes()));
    check_name("id", &id, limits.id_letters_max)?;
    if draft.identifiers.len() > limits.identifiers_max {
        let expected = format!("read identifiers: expected at most {}", limits.identifiers_max);
        return Err(Fault::new(Reason::TooMany, expected));
    }
    let (time, stated_time) = clock(&draft, origin.received, limits)?;
    // What the tenant says of itself is about no customer: whoever it seems to name is not looked at.
    let about_tenant = catalogue::Kind::of(&name);
    if about_tenant.is_some() {
        speaks_for_tenant(channel)?;
        draft.name_nobody();
    }
    let consent = consent::read(draft.consent.take(), limits.name_letters_max)?;

    let source = rules.channels.source(&source_name);
    let region: Option<&Region> = source.region.as_ref().or(channel.region.as_ref());
    let reading = Reading {
        rules: &rules.identifiers,
        source: &source,
        region,
    };
    let alias_of = draft
        .former_user
        .take()
        .filter(|_| source.may_alias)
        .and_then(|raw| former(raw, &reading));
    let found = Found::gather(&mut draft, &token(&name), &reading);
    if about_tenant.is_none() && found.is_empty() && !has_fact(&draft.traits) {
        let expected = "read an event: expected an identifier, or a fact such as first_name among the traits";
        return Err(Fault::new(Reason::NoIdentity, expected));
    }
    let event = Event {
        id: EventId {
            source: source_name,
            id,
        },
        channel: channel_name,
        name,
        time,
        stated_time,
        received: origin.received,
        identifiers: found.into_identifiers(),
        alias_of,
        place: channel.place,
        expires: expires(&draft.properties),
        trace: draft.trace.or_else(|| origin.trace.clone()),
        traits: draft.traits,
        properties: draft.properties,
        context: draft.context,
        consent,
    };
    if let Some(kind) = about_tenant {
        tenant::read(kind, &event)?;
    }
    if rules.retention.is_over(&event, origin.received) {
        let expected = "read time: expected one since which events of this type are kept";
        return Err(Fault::new(Reason::TooLate, expected));
    }
    Ok(event)
}

/// Whoever sends by a public channel may be anybody.
fn speaks_for_tenant(channel: &Channel) -> Result<(), Fault> {
    let expected =
        "take what the tenant says of itself: expected a channel whose keys are not in public hands";
    match channel.is_public {
        true => Err(Fault::new(Reason::ForeignChannel, expected)),
        false => Ok(()),
    }
}

fn source_name(stated: Option<Name>, origin: &Origin, limits: &DecodeLimits) -> Result<Name, Fault> {
    let name = stated
        .or_else(|| origin.source.clone())
        .unwrap_or_else(|| DEFAULT_SOURCE.to_owned());
    check_name("source", &name, limits.name_letters_max)?;
    if name == OWN_SOURCE {
        let expected =
            format!("read source: expected another than {OWN_SOURCE}, which writes its events itself");
        return Err(Fault::new(Reason::ReservedSource, expected));
    }
    Ok(name)
}

fn channel<'a>(
    stated: Option<Name>,
    origin: &Origin,
    rules: &'a DecodeRules,
) -> Result<(Name, &'a Channel), Fault> {
    let name = stated
        .or_else(|| origin.channel.clone())
        .ok_or_else(|| Fault::missing("channel"))?;
    let bound = origin.channel.as_deref().filter(|_| origin.is_bound);
    if bound.is_some_and(|bound| token(bound) != token(&name)) {
        let expected = "read channel: expected the one that the key is for, or none";
        return Err(Fault::new(Reason::ForeignChannel, expected));
    }
    let configured = rules
        .channel(&name)
        .map(|(name, channel)| (name.clone(), channel));
    configured.ok_or_else(|| {
        let names: Vec<&str> = rules.channels.channels.keys().map(String::as_str).collect();
        let expected = format!(
            "read channel: expected one that is configured: {}",
            names.join(", ")
        );
        Fault::new(Reason::UnknownChannel, expected)
    })
}

fn check_name(member: &str, name: &str, letters_max: usize) -> Result<(), Fault> {
    if name.chars().count() <= letters_max && !name.chars().any(char::is_control) {
        return Ok(());
    }
    let expected = format!("read {member}: expected at most {letters_max} letters and no control characters");
    Err(Fault::new(Reason::BadName, expected))
}

/// The event's time, and the stated one where they differ.
///
/// A sender that says when it sent is corrected by how far its clock then was from ours; one whose word on that cannot
/// be read is taken at its word on the time. A small difference is the way that the message took, with an attempt or two
/// that failed, and no clock's fault: corrected by it, what one sender did would change its order.
fn clock(
    draft: &Draft,
    received: Timestamp,
    limits: &DecodeLimits,
) -> Result<(Timestamp, Option<Timestamp>), Fault> {
    let Some(stated) = &draft.time else {
        return Ok((received, None));
    };
    let stated = time::read(stated).ok_or_else(|| {
        let expected = "read time: expected RFC 3339 with an offset, or milliseconds since the epoch";
        Fault::new(Reason::BadTime, expected)
    })?;
    let skew = draft
        .sent_at
        .as_ref()
        .and_then(time::read)
        .map(|sent| received.micros_since(sent))
        .filter(|skew| u128::from(skew.unsigned_abs()) > limits.skew_tolerance.as_micros())
        .unwrap_or(0);
    // A clock that is thousands of years off says nothing of what was when.
    let corrected = Timestamp::from_micros(stated.as_micros().saturating_add(skew));
    let corrected = time::known(corrected).unwrap_or(stated);
    let future_max = u64::try_from(limits.future_max.as_micros()).unwrap_or(u64::MAX);
    let time = if corrected > received.saturating_add(future_max) {
        received
    } else {
        corrected
    };
    Ok((time, (time != stated).then_some(stated)))
}

fn former(raw: String, reading: &Reading<'_>) -> Option<Identifier> {
    let stated = Stated {
        kind: Kind::USER_ID,
        raw,
        vouched: Vouched::BySource,
    };
    reading.identifier(&stated).ok()
}

fn has_fact(traits: &BTreeMap<String, Value>) -> bool {
    FACTS
        .iter()
        .filter_map(|name| traits.get(*name))
        .any(|fact| match fact {
            Value::Null => false,
            Value::Text(text) => !text.trim().is_empty(),
            Value::List(items) => !items.is_empty(),
            Value::Map(members) => !members.is_empty(),
            Value::Bool(_) | Value::Number(_) => true,
        })
}

/// Until when what is offered or promised holds; a text that tells no time is a property like any other.
fn expires(properties: &BTreeMap<String, Value>) -> Option<Timestamp> {
    ["expires", "expires_at", "valid_until", "due", "due_at"]
        .iter()
        .find_map(|name| time::read_end(properties.get(*name)?))
}

#[cfg(test)]
mod tests;
