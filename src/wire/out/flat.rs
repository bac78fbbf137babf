//! A context as flat texts, for phone menus and tills that know no objects.
//!
//! Every key of the view is there, whatever is known: an empty text stands for unknown. The strictest reader sets the
//! bounds (Amazon Connect's flows): [`KEYS_MAX`] keys, [`LETTERS_MAX`] characters a value, [`BYTES_MAX`] in all.

use serde::{Serialize, Serializer};

use crate::domain::{
    context::{
        Avoid, Content, Context, Listed, Offer, Order, Orders, Person, ProductLine, Promise, Session,
        ShownIdentifier,
    },
    identifier::Kind,
    profile::consent::Decision,
    time::Timestamp,
};
use crate::wire::out::context::Finding;
use crate::wire::time;

/// Keys, at most.
pub const KEYS_MAX: usize = 50;
/// Characters of a value, at most.
pub const LETTERS_MAX: usize = 255;
/// Bytes of the whole as JSON, at most.
pub const BYTES_MAX: usize = 8191;

/// Bytes of each value, as JSON, where all of them together would be too many: with its key, quotes, colon and comma
/// (28 at most) [`KEYS_MAX`] values of it still fit.
const SHORT_BYTES_MAX: usize = 128;

/// A context as texts by key, in a stable order.
#[derive(Clone, PartialEq, Eq)]
pub struct Flat(Vec<(&'static str, String)>);

impl Flat {
    /// The answer of `finding`. Where the context is nobody's, every fact is empty.
    pub fn of(finding: &Finding, context: &Context) -> Self {
        let mut flat = Self(Vec::with_capacity(KEYS_MAX));
        let whose = context.whose.as_ref();
        flat.put("view", Some(context.view.clone()));
        flat.put("match", Some(finding.outcome.as_str().to_owned()));
        let why = finding.clone().of_context(context).why;
        flat.put("why", why.map(|why| why.as_str().to_owned()));
        flat.put("partial", Some(finding.partial.to_string()));
        flat.put("profile", whose.map(|whose| whose.profile.clone()));
        let facts_from = flat.0.len();
        for content in &context.sections {
            flat.section(content);
        }
        if whose.is_none() || context.withheld {
            let facts = flat.0.iter_mut().skip(facts_from);
            facts.for_each(|(_, text)| text.clear());
        }
        let names = finding.candidates.iter().filter_map(|one| one.name.clone());
        flat.put("candidates_count", Some(finding.candidates.len().to_string()));
        flat.put("candidates", Some(joined(names)));
        flat.bound();
        flat
    }

    /// Keys and texts, in order.
    pub fn entries(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(key, text)| (*key, text.as_str()))
    }

    fn put(&mut self, key: &'static str, text: Option<String>) {
        self.0.push((key, text.unwrap_or_default()));
    }

    fn section(&mut self, content: &Content) {
        match content {
            Content::Person(person) => self.person(person),
            Content::Identifiers(known) => self.identifiers(known),
            Content::Recent(recent) => {
                let last = recent.first();
                self.put("last_channel", last.map(|one| one.channel.clone()));
                self.put("last_type", last.map(|one| one.name.clone()));
                self.put("last_time", last.map(|one| time::format(one.time)));
                self.put("last_about", last.and_then(|one| one.about.clone()));
            }
            Content::Cart(lines) => self.lines(["cart_count", "cart_products"], lines),
            Content::Wishlist(lines) => self.lines(["wishlist_count", "wishlist_products"], lines),
            Content::Orders(orders) => self.orders(orders),
            Content::Tickets(tickets) => {
                let latest = tickets.items.first();
                self.put("tickets_open", Some((tickets.count > 0).to_string()));
                self.put("tickets_count", Some(tickets.count.to_string()));
                self.put("ticket_id", latest.map(|ticket| ticket.id.clone()));
                self.put("ticket_subject", latest.and_then(|ticket| ticket.subject.clone()));
            }
            Content::Offers(offers) => self.offer(offers.items.iter().find(|offer| offer.holds)),
            Content::Call(call) => {
                self.put("call_running", Some(call.is_some().to_string()));
                self.put("call_id", call.as_ref().map(|call| call.id.clone()));
            }
            Content::Consent(decisions) => {
                let with = |wanted: Decision| {
                    let subjects = decisions.iter().filter(|(_, decision)| **decision == wanted);
                    joined(subjects.map(|((channel, purpose), _)| format!("{channel}:{purpose}")))
                };
                self.put("consent_granted", Some(with(Decision::Granted)));
                self.put("consent_denied", Some(with(Decision::Denied)));
            }
            Content::Totals(totals) => {
                let revenue = totals
                    .revenue
                    .iter()
                    .map(|(currency, amount)| format!("{amount} {currency}"));
                self.put("orders_count", Some(totals.orders.to_string()));
                self.put("revenue", Some(joined(revenue)));
            }
            Content::Counters(counters) => {
                self.put("last_seen", moment(counters.last_seen));
            }
            Content::Session(session) => self.session(session.as_ref()),
            Content::Mood(feelings) => {
                let latest = feelings.first();
                self.put("mood", latest.map(|feeling| feeling.mood.as_str().to_owned()));
            }
            Content::Promises(promises) => {
                self.put("promises", Some(joined(promises.items.iter().map(promised))))
            }
            Content::Avoid(avoid) => self.put("avoid", Some(joined(avoid.items.iter().map(avoided)))),
            Content::NextStep(next) => {
                self.put("next_step", Some(next.step.as_str().to_owned()));
                self.put("next_about", next.about.clone());
            }
            Content::Attention(matters) => {
                let open = matters.iter().map(|matter| matter.as_str().to_owned());
                self.put("attention", Some(joined(open)));
            }
            // The call centre has as many keys as there may be: what contradicts a promise is told by `next_step` and `avoid`.
            // The others are for pages, which read objects.
            Content::Contradictions(_)
            | Content::Segments(_)
            | Content::Layout(_)
            | Content::Related(_)
            | Content::Coupons(_)
            | Content::ContactChannels(_) => {}
        }
    }

    /// Only one that can be used is worth a word in a menu.
    fn offer(&mut self, best: Option<&Offer>) {
        self.put("offer_id", best.map(|offer| offer.id.clone()));
        self.put("offer_name", best.and_then(|offer| offer.name.clone()));
        self.put("offer_expires", best.and_then(|offer| moment(offer.expires)));
    }

    fn session(&mut self, session: Option<&Session>) {
        self.put("session_running", Some(session.is_some().to_string()));
        self.put("session_channel", session.map(|session| session.channel.clone()));
        self.put("session_viewed", session.map(|session| session.viewed.join(", ")));
    }

    fn person(&mut self, person: &Person) {
        self.put("first_name", person.first_name.clone());
        self.put("last_name", person.last_name.clone());
        self.put("display_name", person.display_name.clone());
        self.put("tier", person.tier.clone());
        self.put("language", person.language.clone());
    }

    fn identifiers(&mut self, known: &Listed<ShownIdentifier>) {
        let first = |kind: Kind| {
            known
                .items
                .iter()
                .find(|one| one.kind == kind)
                .map(|one| one.value.clone())
        };
        self.put("loyalty_id", first(Kind::LOYALTY_ID));
        self.put("phone", first(Kind::PHONE));
    }

    fn lines(&mut self, [count, products]: [&'static str; 2], lines: &Listed<ProductLine>) {
        self.put(count, Some(lines.count.to_string()));
        let names = lines
            .items
            .iter()
            .map(|line| line.name.clone().unwrap_or_else(|| line.product.clone()));
        self.put(products, Some(joined(names)));
    }

    fn orders(&mut self, orders: &Orders) {
        let latest = orders.latest.as_ref();
        self.put("orders_open", Some(orders.open.count.to_string()));
        self.put("order_id", latest.map(|order| order.id.clone()));
        self.put("order_state", latest.map(|order| order.state.as_str().to_owned()));
        self.put("order_worth", latest.and_then(worth));
        self.put("order_since", latest.map(|order| time::format(order.since)));
    }

    fn bound(&mut self) {
        for (_, text) in &mut self.0 {
            *text = text
                .chars()
                .map(|letter| if letter.is_control() { ' ' } else { letter })
                .take(LETTERS_MAX)
                .collect();
        }
        let bytes: usize = self
            .0
            .iter()
            .map(|(key, text)| key.len() + text.chars().map(json_bytes).sum::<usize>() + 6)
            .sum();
        if bytes >= BYTES_MAX {
            self.0.iter_mut().for_each(|(_, text)| shorten(text));
        }
    }
}

impl Serialize for Flat {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.entries())
    }
}

/// The keys, never the texts.
impl std::fmt::Debug for Flat {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_list()
            .entries(self.0.iter().map(|(key, _)| key))
            .finish()
    }
}

/// What an order was worth, as `1250000 IRR`.
fn worth(order: &Order) -> Option<String> {
    let (amount, currency) = order.worth.zip(order.currency.as_ref())?;
    Some(format!("{amount} {currency}"))
}

/// A promise in a few words, as `price Kettle 450000 IRR until 2026-11-22T10:15:00Z`.
fn promised(promise: &Promise) -> String {
    let mut words = vec![promise.kind.as_str().to_owned()];
    words.push(promise.about.clone().unwrap_or_else(|| promise.id.clone()));
    words.extend(promise.price.clone());
    words.extend(promise.currency.clone());
    words.extend(
        promise
            .until
            .map(|until| format!("until {}", time::format(until))),
    );
    words.extend(promise.overdue.then(|| "overdue".to_owned()));
    words.join(" ")
}

/// What to leave alone in a few words, as `product Kettle (bought)`.
fn avoided(avoid: &Avoid) -> String {
    let name = avoid.name.as_ref().unwrap_or(&avoid.id);
    format!("{} {name} ({})", avoid.what.as_str(), avoid.why.as_str())
}

fn moment(time: Option<Timestamp>) -> Option<String> {
    time.map(time::format)
}

fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join(", ")
}

/// What a letter takes in JSON; control characters are gone by then.
fn json_bytes(letter: char) -> usize {
    letter.len_utf8() + usize::from(matches!(letter, '"' | '\\'))
}

fn shorten(text: &mut String) {
    let mut room = SHORT_BYTES_MAX;
    let fits = |letter: &char| {
        let rest = room.checked_sub(json_bytes(*letter));
        room = rest.unwrap_or(0);
        rest.is_some()
    };
    *text = text.chars().take_while(fits).collect();
}

#[cfg(test)]
mod tests;
