//! What an expression sees of events and profiles: owns which members there are. A member is made when it is asked for.
//!
//! Numbers are `int` where they are whole and `double` elsewhere, times whole seconds since 1970 (UTC). What is not known is
//! no member, so that `has()` tells.

use std::{borrow::Cow, collections::BTreeMap};

use cel::common::{
    types::{CelBool, CelDouble, CelInt, CelList, CelNull, CelString},
    value::Val,
};

use crate::{
    decide::rule::{
        condition::{call, map, map::Map},
        facts::Standing,
    },
    domain::{
        event::{Event, has_token, token},
        profile::{
            Aggregate, answer_of,
            bounded::{Counts, Latest},
            consent::{Decision, Standing as Agreed, Subject},
            dealings::Mood,
            matters::{Line, OfferEnd, Ticket},
            open::{OfferView, OrderView, Totals},
        },
        value::{Number, Value},
    },
};

/// Of a list in an event so many entries are looked at, the first: an expression that compares each with each is bounded.
const ENTRIES_MAX: usize = 256;

/// Something with members. `Debug` shows none.
#[derive(Clone, Copy)]
pub(super) enum Seen<'a> {
    /// An event, or none: it has no members then.
    Event(Option<&'a Event>),
    /// Members as somebody sent them.
    Sent(&'a BTreeMap<String, Value>),
    /// The traits of a profile.
    Traits(&'a BTreeMap<String, Latest<Value>>),
    /// A product on a list, by its id.
    Line(&'a str, &'a Line),
    Order(OrderView<'a>),
    /// A ticket by its id, and whether it is a complaint.
    Ticket(&'a str, &'a Ticket, bool),
    Offer(OfferView<'a>),
    Value(Option<&'a Standing>),
    /// What was decided, by way and purpose.
    Consent(&'a BTreeMap<Subject, Agreed>),
    Counters(&'a Aggregate),
    /// Counts by the tokens of their names.
    Counts(&'a Counts),
}

/// A member.
pub(super) enum Member<'a> {
    /// Something with members of its own.
    Seen(Seen<'a>),
    /// Anything else.
    Plain(Box<dyn Val + 'a>),
}

impl<'a> Member<'a> {
    pub(super) fn into_val(self) -> Box<dyn Val + 'a> {
        match self {
            Self::Seen(seen) => Box::new(Map::new(seen)),
            Self::Plain(plain) => plain,
        }
    }
}

impl std::fmt::Debug for Seen<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Seen(…)")
    }
}

impl<'a> Seen<'a> {
    /// The member of this name, if it is there.
    pub(super) fn member(self, name: &str) -> Option<Member<'a>> {
        match self {
            Self::Event(event) => of_event(event?, name),
            Self::Sent(members) => members.get(name).map(of_value),
            Self::Traits(traits) => traits.get(name).map(|one| of_value(&one.value)),
            Self::Line(id, line) => of_line(id, line, name),
            Self::Order(order) => match name {
                "id" => Some(text(order.id)),
                "state" => Some(text(order.state.as_str())),
                _ => None,
            },
            Self::Ticket(id, ticket, complaint) => match name {
                "id" => Some(text(id)),
                "subject" => ticket.subject.as_deref().map(text),
                "complaint" => Some(truth(complaint)),
                _ => None,
            },
            Self::Offer(offer) => of_offer(offer, name),
            Self::Value(standing) => of_standing(standing, name),
            Self::Consent(consent) => {
                let (way, purpose) = name.split_once('/')?;
                let subject = (way.to_owned(), purpose.to_owned());
                consent.get(&subject).map(|agreed| {
                    text(match agreed.decision() {
                        Decision::Granted => "granted",
                        Decision::Denied => "denied",
                    })
                })
            }
            Self::Counters(whole) => match name {
                "events" => Some(whole_number(whole.events)),
                "by_type" => Some(Member::Seen(Self::Counts(&whole.by_type))),
                "by_channel" => Some(Member::Seen(Self::Counts(&whole.by_channel))),
                _ => None,
            },
            Self::Counts(counts) => {
                let named = token(name);
                let same = counts.by_name.iter().filter(|(name, _)| has_token(name, &named));
                let count = same.map(|(_, count)| *count).reduce(u64::saturating_add);
                count.map(whole_number)
            }
        }
    }

    /// The names of the members that are there.
    pub(super) fn names(self) -> Vec<Cow<'a, str>> {
        let known: &[&'static str] = match self {
            Self::Sent(members) => return members.keys().map(|name| Cow::from(name.as_str())).collect(),
            Self::Traits(traits) => return traits.keys().map(|name| Cow::from(name.as_str())).collect(),
            Self::Consent(consent) => {
                let joined = |(way, purpose): &Subject| Cow::from(format!("{way}/{purpose}"));
                return consent.keys().map(joined).collect();
            }
            Self::Counts(counts) => {
                let mut names: Vec<String> = counts.by_name.keys().map(|name| token(name)).collect();
                names.sort_unstable();
                names.dedup();
                return names.into_iter().map(Cow::from).collect();
            }
            Self::Event(_) => &EVENT,
            Self::Line(..) => &["product_id", "name", "quantity", "price", "currency"],
            Self::Order(_) => &["id", "state"],
            Self::Ticket(..) => &["id", "subject", "complaint"],
            Self::Offer(_) => &["id", "name", "expires", "ended", "end"],
            Self::Value(_) => &["recency", "frequency", "monetary", "name", "tier"],
            Self::Counters(_) => &["events", "by_type", "by_channel"],
        };
        let there = known.iter().filter(|name| self.member(name).is_some());
        there.map(|name| Cow::from(*name)).collect()
    }
}

/// The members of an event.
const EVENT: [&str; 10] = [
    "answer",
    "name",
    "type",
    "channel",
    "time",
    "expires",
    "properties",
    "context",
    "traits",
    "source",
];

fn of_event<'a>(event: &'a Event, name: &str) -> Option<Member<'a>> {
    Some(match name {
        "answer" => text(match answer_of(event) {
            Some(Mood::Negative) => "detractor",
            Some(Mood::Neutral) => "passive",
            Some(Mood::Positive) => "promoter",
            None => "",
        }),
        "name" => text(&event.name),
        "type" => Member::Plain(Box::new(CelString::from(token(&event.name)))),
        "channel" => text(&event.channel),
        "time" => whole(call::seconds(event.time)),
        "expires" => whole(call::seconds(event.expires?)),
        "properties" => Member::Seen(Seen::Sent(&event.properties)),
        "context" => Member::Seen(Seen::Sent(&event.context)),
        "traits" => Member::Seen(Seen::Sent(&event.traits)),
        "source" => text(&event.id.source),
        _ => return None,
    })
}

fn of_line<'a>(id: &'a str, line: &'a Line, name: &str) -> Option<Member<'a>> {
    match name {
        "product_id" => Some(text(id)),
        "name" => line.name.as_deref().map(text),
        "quantity" => line.quantity.as_deref().map(written),
        "price" => line.price.as_deref().map(written),
        "currency" => line.currency.as_deref().map(text),
        _ => None,
    }
}

fn of_offer<'a>(offer: OfferView<'a>, name: &str) -> Option<Member<'a>> {
    let shown = &offer.shown.value;
    match name {
        "id" => Some(text(offer.id)),
        "name" => shown.name.as_deref().map(text),
        "expires" => shown.expires.map(|time| whole(call::seconds(time))),
        "ended" => Some(truth(offer.end.is_some())),
        "end" => offer.end.map(|end| {
            text(match end {
                OfferEnd::Used => "used",
                OfferEnd::Withdrawn => "withdrawn",
                OfferEnd::Declined => "declined",
            })
        }),
        _ => None,
    }
}

/// Who was not looked at yet has nothing.
fn of_standing<'a>(standing: Option<&'a Standing>, name: &str) -> Option<Member<'a>> {
    let grade = |of: fn(&Standing) -> u8| whole(standing.map_or(0, of).into());
    match name {
        "recency" => Some(grade(|standing| standing.recency)),
        "frequency" => Some(grade(|standing| standing.frequency)),
        "monetary" => Some(grade(|standing| standing.monetary)),
        "name" => Some(text(standing.map_or("", |standing| &standing.name))),
        "tier" => Some(text(standing.map_or("", |standing| &standing.tier))),
        _ => None,
    }
}

/// Orders and revenue.
pub(super) fn of_totals(totals: &Totals, name: &str) -> Option<Member<'static>> {
    match name {
        "orders" => Some(whole_number(totals.orders)),
        "revenue" => {
            let revenue = totals.revenue.iter().map(|(currency, amount)| {
                let amount: f64 = amount.to_string().parse().unwrap_or_default();
                let amount: Box<dyn Val> = Box::new(CelDouble::from(amount));
                (CelString::from(currency.clone()), amount)
            });
            Some(Member::Plain(Box::new(map::plain(revenue))))
        }
        _ => None,
    }
}

/// What somebody sent.
pub(super) fn of_value(value: &Value) -> Member<'_> {
    match value {
        Value::Null => Member::Plain(Box::new(CelNull)),
        Value::Bool(said) => truth(*said),
        Value::Number(number) => of_number(number),
        Value::Text(said) => text(said),
        Value::List(values) => {
            let first = values.iter().take(ENTRIES_MAX);
            let values: Vec<Box<dyn Val + '_>> = first.map(|value| of_value(value).into_val()).collect();
            Member::Plain(Box::new(CelList::from(values)))
        }
        Value::Map(members) => Member::Seen(Seen::Sent(members)),
    }
}

fn of_number(number: &Number) -> Member<'_> {
    let written = number.as_str();
    if let Ok(number) = written.parse() {
        return whole(number);
    }
    match written.parse::<f64>() {
        Ok(number) => Member::Plain(Box::new(CelDouble::from(number))),
        Err(_) => text(written),
    }
}

/// A number where it is one, else the text.
fn written(said: &str) -> Member<'_> {
    let number = said.parse().map(whole).ok();
    let decimal = || {
        let number = Number::from_text(said)?;
        let number: f64 = number.as_str().parse().ok()?;
        Some(Member::Plain(Box::new(CelDouble::from(number))))
    };
    number.or_else(decimal).unwrap_or_else(|| text(said))
}

pub(super) fn text(said: &str) -> Member<'_> {
    Member::Plain(Box::new(CelString::from(said)))
}

fn truth<'a>(said: bool) -> Member<'a> {
    Member::Plain(Box::new(CelBool::from(said)))
}

pub(super) fn whole<'a>(number: i64) -> Member<'a> {
    Member::Plain(Box::new(CelInt::from(number)))
}

fn whole_number<'a>(number: u64) -> Member<'a> {
    whole(i64::try_from(number).unwrap_or(i64::MAX))
}
