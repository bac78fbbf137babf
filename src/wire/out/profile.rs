//! The profile document: the answer to a profile query and what a published update carries.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::{
    context::{self, promises::PromiseKind},
    profile::{Profile, bounded::Counts, matters},
    time::Timestamp,
    value::Value as Given,
};
use crate::wire::out::{
    desk::Promise,
    experience::{Feedback, Position, Stand},
    matters::{Call, Line, Offer, Order, Ticket, Totals},
    scalar::{Consent, Free, Identifier, Time, consent},
    update::Membership,
    value::{Standing, Value},
};

/// A profile and what the store knows about it beside its content.
#[derive(Clone, Copy, Debug)]
pub struct ProfileView<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its version.
    pub version: u64,
    /// The fingerprint of its content, in hexadecimal.
    pub fingerprint: &'a str,
    /// Ids that were absorbed by it.
    pub absorbed: &'a [String],
    /// The segments that it is in, by name, and since when.
    pub segments: &'a BTreeMap<String, Timestamp>,
    /// Whether some of it is about to be looked at again; nobody is told of that, who asks is.
    pub pending: bool,
    /// How far the customer is on each journey.
    pub journeys: &'a [Position],
    /// Where the customer stands among all.
    pub value: Option<Standing<'a>>,
    /// Its content.
    pub profile: &'a Profile,
}

/// A profile as JSON. Depends on its content alone, and on the last ranking of all customers; never on now.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    id: &'a str,
    version: u64,
    fingerprint: &'a str,
    identifiers: Vec<Identifier<'a>>,
    traits: Free<'a>,
    counters: Counters<'a>,
    totals: Totals,
    open: Open,
    consent: Consent,
    recent: Vec<Moment<'a>>,
    feedback: Feedback<'a>,
    journey: Vec<Stand<'a>>,
    value: Option<Value<'a>>,
    absorbed: &'a [String],
    segments: Vec<Membership<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pending: bool,
}

#[derive(Debug, Serialize)]
struct Counters<'a> {
    events: u64,
    by_channel: BTreeMap<&'a str, u64>,
    by_type: BTreeMap<&'a str, u64>,
    first_seen: Option<Time>,
    last_seen: Option<Time>,
}

/// What is open; an offer whose time has run out stays until it is used or withdrawn, since a document knows no now.
#[derive(Debug, Serialize)]
struct Open {
    cart: Vec<Line>,
    wishlist: Vec<Line>,
    orders: Vec<Order>,
    tickets: Vec<Ticket>,
    offers: Vec<Offer>,
    promises: Vec<Promise>,
    calls: Vec<Call>,
}

#[derive(Debug, Serialize)]
struct Moment<'a> {
    id: &'a str,
    source: &'a str,
    channel: &'a str,
    #[serde(rename = "type")]
    name: &'a str,
    time: Time,
    about: Option<&'a str>,
}

impl<'a> Document<'a> {
    /// The document of a profile.
    pub fn of(view: ProfileView<'a>) -> Self {
        let profile = view.profile;
        let known = profile.identifiers.iter();
        let traits = profile
            .whole
            .traits
            .iter()
            .filter(|(_, entry)| entry.value != Given::Null);
        let decisions = profile.consent.iter();
        let segments = view.segments.iter();
        Self {
            id: view.id,
            version: view.version,
            fingerprint: view.fingerprint,
            identifiers: known
                .filter_map(|(key, trust)| Identifier::listed(&key.kind, &key.value, *trust))
                .collect(),
            traits: Free(
                traits
                    .map(|(name, entry)| (name.as_str(), &entry.value))
                    .collect(),
            ),
            counters: Counters::of(profile),
            totals: profile.totals().into(),
            open: Open::of(profile),
            consent: consent(decisions.map(|((channel, purpose), standing)| {
                (channel.as_str(), purpose.as_str(), standing.decision())
            })),
            recent: profile.whole.recent.iter().rev().map(Moment::from).collect(),
            feedback: Feedback::from(&profile.whole.experience),
            journey: view.journeys.iter().map(Stand::from).collect(),
            value: view.value.map(Value::from),
            absorbed: view.absorbed,
            segments: segments
                .map(|(name, since)| Membership::of(name, *since))
                .collect(),
            pending: view.pending,
        }
    }
}

impl<'a> Counters<'a> {
    fn of(profile: &'a Profile) -> Self {
        Self {
            events: profile.whole.events,
            by_channel: by_name(&profile.whole.by_channel),
            by_type: by_name(&profile.whole.by_type),
            first_seen: profile.whole.first.map(Time),
            last_seen: profile.whole.last.map(Time),
        }
    }
}

/// Counts by name; what found no room by itself is under the empty name, which no channel or type has.
fn by_name(counts: &Counts) -> BTreeMap<&str, u64> {
    let others = (counts.others > 0).then_some(("", counts.others));
    counts
        .by_name
        .iter()
        .map(|(name, count)| (name.as_str(), *count))
        .chain(others)
        .collect()
}

impl Open {
    fn of(profile: &Profile) -> Self {
        let open = context::Orders::of(profile, usize::MAX).open;
        let offers = profile.offers().into_iter().filter(|offer| offer.end.is_none());
        Self {
            cart: shaped(context::matters::lines(&profile.cart(), usize::MAX)),
            wishlist: shaped(context::matters::lines(&profile.wishlist(), usize::MAX)),
            orders: shaped(open),
            tickets: shaped(context::matters::tickets(profile, usize::MAX)),
            offers: offers
                .map(|offer| Offer {
                    id: offer.id.to_owned(),
                    name: offer.shown.value.name.clone(),
                    shown: Time(offer.shown.stamp.time),
                    expires: offer.shown.value.expires.map(Time),
                })
                .collect(),
            promises: promises(profile),
            calls: context::matters::call(profile)
                .into_iter()
                .map(Call::from)
                .collect(),
        }
    }
}

/// Call-backs and prices that stand, or did until their time ran out.
fn promises(profile: &Profile) -> Vec<Promise> {
    let all = context::promises::promises(profile, Timestamp::MIN, usize::MAX).items;
    let beside_offers = all
        .into_iter()
        .filter(|promise| promise.kind != PromiseKind::Offer);
    beside_offers.map(Promise::from).collect()
}

fn shaped<D, T: From<D>>(listed: context::Listed<D>) -> Vec<T> {
    listed.items.into_iter().map(T::from).collect()
}

impl<'a> From<&'a matters::Moment> for Moment<'a> {
    fn from(moment: &'a matters::Moment) -> Self {
        Self {
            id: &moment.stamp.id,
            source: &moment.stamp.source,
            channel: &moment.channel,
            name: &moment.name,
            time: Time(moment.stamp.time),
            about: moment.about.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests;
