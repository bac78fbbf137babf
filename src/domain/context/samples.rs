//! Profiles and events for the tests of this module and of `wire::out`.

use std::collections::BTreeMap;
use std::convert::Infallible;

use crate::domain::{
    event::{ConsentChange, Event, EventId, Place},
    identifier::{Identifier, Kind, Trust},
    identity::Claim,
    identity::IdentityRules,
    profile::{Aggregate, FoldLimits, Profile, consent::Decision},
    time::Timestamp,
    value::{Number, Value},
};

/// 2026-11-22T10:00:00Z.
pub(crate) const START: Timestamp = Timestamp::from_micros(1_795_341_600_000_000);

/// `minutes` after [`START`].
pub(crate) fn at(minutes: u64) -> Timestamp {
    START.saturating_add(minutes * 60_000_000)
}

/// A text or, where it reads as one, a number.
pub(crate) fn map(members: &[(&str, &str)]) -> BTreeMap<String, Value> {
    let value = |text: &str| match Number::from_text(text) {
        Some(number) => Value::Number(number),
        None => Value::Text(text.to_owned()),
    };
    members
        .iter()
        .map(|(name, text)| ((*name).to_owned(), value(text)))
        .collect()
}

/// An event of Sara's, `minutes` after [`START`].
pub(crate) fn event(minutes: u64, channel: &str, name: &str, properties: &[(&str, &str)]) -> Event {
    let identifier = |kind, value: &str, trust| Identifier::from_normalised(kind, value.to_owned(), trust);
    Event {
        id: EventId {
            source: format!("{channel}/1"),
            id: format!("e-{minutes:03}"),
        },
        channel: channel.to_owned(),
        name: name.to_owned(),
        time: at(minutes),
        stated_time: None,
        received: at(minutes).saturating_add(250_000),
        identifiers: vec![
            identifier(Kind::EMAIL, "sara@example.com", Trust::Stated),
            identifier(Kind::PHONE, "+989123456789", Trust::Staff),
            identifier(Kind::USER_ID, "u-102", Trust::Verified),
        ],
        alias_of: None,
        place: Place::default(),
        traits: BTreeMap::new(),
        properties: map(properties),
        context: BTreeMap::new(),
        consent: Vec::new(),
        expires: None,
        trace: None,
    }
}

/// What `events` add up to, as one person.
pub(crate) fn profile(events: &[Event]) -> Profile {
    let rules = IdentityRules::standard();
    let limits = FoldLimits::STANDARD;
    let atoms: Vec<(Claim, Aggregate)> = events
        .iter()
        .map(|event| {
            let claim = Claim::of(event, &rules, |_| Ok::<_, Infallible>(None))
                .unwrap_or_else(|never| match never {});
            let aggregate = Aggregate::of(event, claim.verified(), &limits);
            (claim, aggregate)
        })
        .collect();
    Profile::combine(atoms.iter().map(|(claim, aggregate)| (claim, aggregate)), &limits)
}

/// Sara's day on four channels: something in every section. An offer of hers expires 90 minutes after [`START`].
pub(crate) fn rich() -> Profile {
    let mut events = vec![signed_up()];
    events.extend(shopping());
    let ticket = [("ticket_id", "t-5"), ("subject", "Late parcel")];
    events.push(event(9, "callcenter", "Ticket Opened", &ticket));
    let call = [("call_id", "c-1"), ("reason", "Where is it?")];
    events.push(event(10, "callcenter", "Call Started", &call));
    profile(&events)
}

fn signed_up() -> Event {
    let mut event = event(0, "web", "Signed Up", &[]);
    event.traits = map(&[
        ("first_name", "Sara"),
        ("last_name", "Ahmadi"),
        ("tier", "gold"),
        ("language", "fa"),
        ("age", "34"),
    ]);
    event.traits.insert("nickname".to_owned(), Value::Null);
    event.consent = [("sms", Decision::Granted), ("email", Decision::Denied)]
        .map(|(channel, decision)| ConsentChange {
            channel: channel.to_owned(),
            purpose: "marketing".to_owned(),
            decision,
        })
        .to_vec();
    event
}

fn shopping() -> Vec<Event> {
    let kettle = [
        ("product_id", "p-3"),
        ("name", "Kettle"),
        ("quantity", "1"),
        ("price", "450000"),
        ("currency", "IRR"),
    ];
    let shoes = [("product_id", "p-9"), ("name", "Shoes")];
    let sent = [
        ("order_id", "o-77"),
        ("total", "1250000.50"),
        ("currency", "IRR"),
        ("product_id", "p-1"),
    ];
    let taken_along = [("order_id", "o-78"), ("total", "20"), ("currency", "EUR")];
    let discount = [("offer_id", "of-1"), ("name", "10 % off shoes")];
    let mut offer = event(8, "web", "Offer Shown", &discount);
    offer.expires = Some(at(90));
    vec![
        event(1, "web", "Product Added", &kettle),
        event(2, "mobile", "Product Added to Wishlist", &shoes),
        event(3, "web", "Order Completed", &sent),
        event(4, "store", "Order Completed", &taken_along),
        event(5, "web", "Order Shipped", &[("order_id", "o-77")]),
        event(6, "store", "Order Delivered", &[("order_id", "o-78")]),
        event(7, "web", "Product Added", &kettle),
        offer,
    ]
}
