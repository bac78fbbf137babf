//! What the events of one atom add up to: a partial profile that combines with others in any order.
//!
//! `Aggregate::merge` is associative, commutative and keeps every bound canonically (see [`bounded`]); folding an event
//! is merging the aggregate of that one event. Each event must be folded once: sums are not idempotent.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    event::{Event, Stamp},
    profile::{
        bounded::{self, Counts, Latest},
        consent::{AtomConsent, Given},
        contacts::Contacts,
        dealings::Dealings,
        experience::Experience,
        matters::{Call, Line, Moment, Offer, OfferEnd, OrderState, Sale, Ticket},
        pledges::Pledges,
        runs::Runs,
        semantics,
    },
    time::Timestamp,
    value::Value,
};

/// How many of each thing a profile keeps. A change of a limit changes fingerprints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoldLimits {
    /// Traits per atom and profile: the alphabetically first are kept.
    pub traits_max: usize,
    /// Letters of one trait's text; a longer one stays in the event alone.
    pub trait_letters_max: usize,
    /// Event types and channels counted by name; the rest is counted together.
    pub names_max: usize,
    /// Products in a cart or on a wish list, the latest.
    pub lines_max: usize,
    /// Orders, the latest; totals are theirs.
    pub orders_max: usize,
    /// Tickets, offers and calls, the latest of each.
    pub matters_max: usize,
    /// Consent subjects: the alphabetically first.
    pub consents_max: usize,
    /// Events in the bounded history, the latest.
    pub recent_max: usize,
}

impl FoldLimits {
    /// The limits that `config/default.toml` documents.
    pub const STANDARD: Self = Self {
        traits_max: 64,
        trait_letters_max: 512,
        names_max: 64,
        lines_max: 100,
        orders_max: 200,
        matters_max: 32,
        consents_max: 32,
        recent_max: 20,
    };

    /// Whether a profile keeps a trait, or its text is too long for that.
    pub fn keeps(&self, name: &str, value: &Value) -> bool {
        name.len().saturating_add(letters(value)) <= self.trait_letters_max
    }
}

/// The fold over one atom's events, or over several atoms'. `Debug` shows how many alone: order ids and subjects are a
/// customer's.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Aggregate {
    /// How many events.
    pub events: u64,
    /// The earliest event time.
    pub first: Option<Timestamp>,
    /// The latest event time.
    pub last: Option<Timestamp>,
    /// Events by channel.
    pub by_channel: Counts,
    /// Events by type.
    pub by_type: Counts,
    /// Facts about the person.
    pub traits: BTreeMap<String, Latest<Value>>,
    /// Products put into and taken out of the cart.
    pub cart: BTreeMap<String, Latest<Line>>,
    /// When the whole cart was last emptied.
    pub cart_emptied: Option<Stamp>,
    /// Products put on and taken off the wish list.
    pub wishlist: BTreeMap<String, Latest<Line>>,
    /// Where each order stands, by order id.
    pub orders: BTreeMap<String, Latest<OrderState>>,
    /// What each order was worth. One order is one record, whoever reports it.
    pub sales: BTreeMap<String, Latest<Sale>>,
    /// Tickets by id.
    pub tickets: BTreeMap<String, Latest<Ticket>>,
    /// Offers by id, as they were shown.
    pub offers: BTreeMap<String, Latest<Offer>>,
    /// How offers ended.
    pub offer_ends: BTreeMap<String, Latest<OfferEnd>>,
    /// Calls by id.
    pub calls: BTreeMap<String, Latest<Call>>,
    /// Consent: the latest decision per subject. Meaningful within one atom; a profile combines with `Standing`.
    pub consent: AtomConsent,
    /// The latest events.
    pub recent: BTreeSet<Moment>,
    /// What was promised, felt, complained about and bought.
    pub dealings: Dealings,
    /// What was said to the customer.
    pub contacts: Contacts,
    /// What flows did for them.
    pub runs: Runs,
    /// What they may hold the house to.
    pub pledges: Pledges,
    /// How it was for them.
    pub experience: Experience,
}

impl std::fmt::Debug for Aggregate {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Aggregate({} events)", self.events)
    }
}

impl Aggregate {
    /// The aggregate of one event. `verified` says whether a verified identifier of it may join.
    pub fn of(event: &Event, verified: bool, limits: &FoldLimits) -> Self {
        let stamp = event.stamp();
        let mut aggregate = Self {
            events: 1,
            first: Some(event.time),
            last: Some(event.time),
            ..Self::default()
        };
        aggregate.by_channel.add(&event.channel, 1, limits.names_max);
        aggregate.by_type.add(&event.name, 1, limits.names_max);
        for (name, value) in &event.traits {
            if limits.keeps(name, value) {
                let entry = Latest {
                    stamp: stamp.clone(),
                    value: value.clone(),
                };
                aggregate.traits.insert(name.clone(), entry);
            }
        }
        for change in &event.consent {
            let given = Given {
                stamp: stamp.clone(),
                decision: change.decision,
                verified,
            };
            keep_later(
                &mut aggregate.consent,
                (change.channel.clone(), change.purpose.clone()),
                given,
            );
        }
        let about = semantics::read(event, &stamp, &mut aggregate);
        let moment = Moment {
            stamp,
            channel: event.channel.clone(),
            name: event.name.clone(),
            about,
        };
        // What was said to nobody is no part of what a customer and the house lived through.
        if !event.is_internal() {
            aggregate.recent.insert(moment);
        }
        aggregate.bound(limits);
        aggregate
    }

    /// Takes in another part.
    pub fn merge(&mut self, other: &Self, limits: &FoldLimits) {
        self.events = self.events.saturating_add(other.events);
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = self.last.max(other.last);
        self.by_channel.merge(&other.by_channel, limits.names_max);
        self.by_type.merge(&other.by_type, limits.names_max);
        merge_latest(&mut self.traits, &other.traits);
        merge_latest(&mut self.cart, &other.cart);
        merge_latest(&mut self.wishlist, &other.wishlist);
        merge_latest(&mut self.orders, &other.orders);
        merge_latest(&mut self.sales, &other.sales);
        merge_latest(&mut self.tickets, &other.tickets);
        merge_latest(&mut self.offers, &other.offers);
        merge_latest(&mut self.offer_ends, &other.offer_ends);
        merge_latest(&mut self.calls, &other.calls);
        if self.cart_emptied < other.cart_emptied {
            self.cart_emptied.clone_from(&other.cart_emptied);
        }
        for (subject, given) in &other.consent {
            keep_later(&mut self.consent, subject.clone(), given.clone());
        }
        merge_recent(&mut self.recent, &other.recent, limits.recent_max);
        if !other.dealings.is_empty() {
            self.dealings.merge(&other.dealings);
        }
        if !other.contacts.is_empty() {
            self.contacts.merge(&other.contacts);
        }
        if !other.runs.is_empty() {
            self.runs.merge(&other.runs);
        }
        if !other.pledges.is_empty() {
            self.pledges.merge(&other.pledges);
        }
        if !other.experience.is_empty() {
            self.experience.merge(&other.experience);
        }
        self.bound(limits);
    }

    fn bound(&mut self, limits: &FoldLimits) {
        bounded::keep_smallest(&mut self.traits, limits.traits_max);
        bounded::keep_smallest(&mut self.consent, limits.consents_max);
        bounded::keep_latest(&mut self.cart, limits.lines_max);
        bounded::keep_latest(&mut self.wishlist, limits.lines_max);
        bounded::keep_latest(&mut self.orders, limits.orders_max);
        bounded::keep_latest(&mut self.sales, limits.orders_max);
        bounded::keep_latest(&mut self.tickets, limits.matters_max);
        bounded::keep_latest(&mut self.offers, limits.matters_max);
        bounded::keep_latest(&mut self.offer_ends, limits.matters_max);
        bounded::keep_latest(&mut self.calls, limits.matters_max);
        self.dealings.bound(limits);
        self.contacts.bound(limits);
        self.runs.bound();
        self.pledges.bound(limits);
        self.experience.bound(limits);
        while self.recent.len() > limits.recent_max {
            self.recent.pop_first();
        }
    }
}

pub(crate) fn merge_latest<K: Ord + Clone, T: Ord + Clone>(
    into: &mut BTreeMap<K, Latest<T>>,
    from: &BTreeMap<K, Latest<T>>,
) {
    for (key, entry) in from {
        match into.get_mut(key) {
            Some(there) if *there < *entry => *there = entry.clone(),
            Some(_) => {}
            None => {
                into.insert(key.clone(), entry.clone());
            }
        }
    }
}

/// Takes in the latest moments. What is too early to be kept is not copied first: a customer with a thousand claims has their
/// history put together with each event.
fn merge_recent(into: &mut BTreeSet<Moment>, from: &BTreeSet<Moment>, most: usize) {
    for moment in from.iter().rev() {
        let is_full = into.len() >= most;
        if is_full && into.first().is_none_or(|earliest| moment <= earliest) {
            break;
        }
        if into.insert(moment.clone()) && is_full {
            into.pop_first();
        }
    }
}

/// A later decision wins; of two in one event the refusal does, since `Denied` is the greater.
fn keep_later<K: Ord>(map: &mut BTreeMap<K, Given>, subject: K, given: Given) {
    match map.get_mut(&subject) {
        Some(there) if *there < given => *there = given,
        Some(_) => {}
        None => {
            map.insert(subject, given);
        }
    }
}

/// About how much room a value takes: its letters, names of members included, and one for each part.
fn letters(value: &Value) -> usize {
    let inner = match value {
        Value::Null | Value::Bool(_) => 0,
        Value::Number(number) => number.as_str().len(),
        Value::Text(text) => text.len(),
        Value::List(values) => values.iter().map(letters).sum(),
        Value::Map(map) => map
            .iter()
            .map(|(name, value)| name.len().saturating_add(letters(value)))
            .sum(),
    };
    inner.saturating_add(1)
}
