//! What is bought together: with each order it is counted which products customers have who have one, and what those of a
//! segment buy.
//!
//! A customer counts once for each two products that they bought and kept, in whichever orders, however often and whoever
//! reported them: so an order that web and till both tell of, or that comes again, adds nothing. What an order that was called
//! off or paid back brought is taken back. Counts are of no person: merging, parting and erasing customers leaves them as they
//! are. As long as a customer has bought no more than [`RECENT_MAX`] products and a product goes with no more than
//! [`Tally::MOST`] others, counts do not depend on the order in which orders arrive; beyond that, the latest and the most
//! frequent are counted.
//!
//! Called by `step` when it is known whose the orders are.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{
        catalogue::Tally,
        event::token,
        profile::{Profile, shortened},
        time::Timestamp,
    },
    engine::{
        combine::Combined,
        publish::Told,
        state::{atoms::Atoms, batch::Batch, overlay::Committed},
    },
    store::{
        AtomRecord, Error, ProfileId, Read,
        keys::catalogue::{self, Shelf},
    },
};

/// Products of a customer that others are counted with, those that were bought last.
const RECENT_MAX: usize = 20;

/// What the orders of a batch are to one customer.
#[derive(Default)]
struct Orders {
    /// Whether any was completed.
    completed: bool,
    /// Those that were called off or paid back.
    taken_back: BTreeSet<String>,
    /// When the last of it happened.
    last: Timestamp,
}

/// How what a customer has changed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Change {
    /// Products that they have now and had not.
    new: BTreeSet<String>,
    /// Products that they had and have no longer.
    gone: BTreeSet<String>,
    /// Products that they have, the last ones.
    recent: BTreeSet<String>,
}

impl Batch<'_> {
    /// Counts what was bought in this batch, or taken back, by the segments that the customer is in after it.
    ///
    /// # Errors
    /// When the store cannot be read or a record cannot be encoded.
    pub(crate) fn count_sales(&mut self, told: &[Told<'_>], combined: &Combined) -> Result<(), Error> {
        for (id, orders) in orders(told) {
            let Some(portrait) = combined.portraits.get(&id) else {
                continue;
            };
            let before = self.bought_before(id)?;
            let change = Change::of(&before, &portrait.profile, &orders);
            self.count_pairs(&change, orders.last)?;
            self.count_popular(&change, &portrait.segments.keys().cloned().collect())?;
        }
        Ok(())
    }

    /// What those who are a customer now had bought before the batch.
    fn bought_before(&self, id: ProfileId) -> Result<Profile, Error> {
        let Some(record) = self.overlay.profile(id)? else {
            return Ok(Profile::default());
        };
        let before = Committed(&self.overlay);
        let mut atoms = Vec::new();
        for atom in record.members.iter().chain(&record.attributed) {
            atoms.extend(before.atom(*atom)?);
        }
        let all = atoms.iter().map(|atom| {
            let atom: &AtomRecord = atom;
            (&atom.claim, &atom.aggregate)
        });
        Ok(Profile::combine(all, &self.rules.fold))
    }

    fn count_pairs(&mut self, change: &Change, last: Timestamp) -> Result<(), Error> {
        let mut changes: BTreeMap<&str, Vec<(&str, bool)>> = BTreeMap::new();
        let (more, less) = (pairs(&change.new, change), pairs(&change.gone, change));
        for (pairs, is_more) in [(&more, true), (&less, false)] {
            for &(a, b) in pairs {
                changes.entry(a).or_default().push((b, is_more));
                changes.entry(b).or_default().push((a, is_more));
            }
        }
        for (product, others) in changes {
            let key = catalogue::together(product);
            let there: Option<Tally> = self.overlay.record(&key)?;
            let before = there.as_ref().map(|tally| tally.last);
            let mut tally = there.unwrap_or_default();
            for (other, is_more) in others {
                match is_more {
                    true => tally.add(other),
                    false => tally.take(other),
                }
            }
            tally.last = tally.last.max(last);
            self.overlay.put_record(key, &tally)?;
            self.age((Shelf::Together, product), before, Some(tally.last))?;
        }
        Ok(())
    }

    /// Counts what the customers of these segments buy, and what all do.
    fn count_popular(&mut self, change: &Change, segments: &BTreeSet<String>) -> Result<(), Error> {
        if change.new.is_empty() && change.gone.is_empty() {
            return Ok(());
        }
        for segment in segments.iter().map(String::as_str).chain([""]) {
            let key = catalogue::popular(segment);
            let mut tally: Tally = self.overlay.record(&key)?.unwrap_or_default();
            change.new.iter().for_each(|product| tally.add(product));
            change.gone.iter().for_each(|product| tally.take(product));
            self.overlay.put_record(key, &tally)?;
        }
        Ok(())
    }
}

/// The orders of a batch by the customer whose they are.
fn orders(told: &[Told<'_>]) -> BTreeMap<ProfileId, Orders> {
    let mut all: BTreeMap<ProfileId, Orders> = BTreeMap::new();
    for one in told {
        let is_back = match token(&one.event.name).as_str() {
            "order_completed" => false,
            "order_cancelled" | "order_canceled" | "order_refunded" => true,
            _ => continue,
        };
        let orders = all.entry(one.profile).or_default();
        orders.last = orders.last.max(one.event.time);
        match is_back {
            true => {
                let id = one.event.property_text("order_id").map(shortened);
                orders.taken_back.extend(id);
            }
            false => orders.completed = true,
        }
    }
    all
}

impl Change {
    fn of(before: &Profile, after: &Profile, orders: &Orders) -> Self {
        let had: BTreeSet<&str> = before.bought().into_iter().map(|(product, _)| product).collect();
        let has: Vec<&str> = after.bought().into_iter().map(|(product, _)| product).collect();
        let new = has
            .iter()
            .filter(|product| orders.completed && !had.contains(*product));
        let still: BTreeSet<&str> = has.iter().copied().collect();
        let back = before.whole.dealings.bought.keys();
        let back = back.filter(|(_, order)| orders.taken_back.contains(order));
        let gone = back
            .map(|(product, _)| product.as_str())
            .filter(|product| had.contains(product) && !still.contains(product));
        Self {
            new: new
                .take(RECENT_MAX)
                .map(|product| (*product).to_owned())
                .collect(),
            gone: gone.take(RECENT_MAX).map(str::to_owned).collect(),
            recent: has
                .iter()
                .take(RECENT_MAX)
                .map(|product| (*product).to_owned())
                .collect(),
        }
    }
}

/// Each two of `these` and what the customer has, once.
fn pairs<'c>(these: &'c BTreeSet<String>, change: &'c Change) -> BTreeSet<(&'c str, &'c str)> {
    let mut pairs = BTreeSet::new();
    for a in these {
        for b in these.iter().chain(&change.recent) {
            if a != b {
                pairs.insert((a.min(b).as_str(), a.max(b).as_str()));
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        event::{Event, EventId},
        identity::{Claim, IdentityRules},
        profile::{Aggregate, FoldLimits},
        value::Value,
    };

    fn order(id: &str, name: &str, products: &[&str]) -> Event {
        let text = |text: &str| Value::Text(text.to_owned());
        let event = EventId {
            source: "shop".to_owned(),
            id: format!("{name} {id}"),
        };
        let mut event = Event::plain(event, name, Timestamp::from_micros(1));
        let products = products
            .iter()
            .map(|id| Value::Map(BTreeMap::from([("product_id".to_owned(), text(id))])));
        event.properties = BTreeMap::from([
            ("order_id".to_owned(), text(id)),
            ("products".to_owned(), Value::List(products.collect())),
        ]);
        event
    }

    fn profile(events: &[&Event]) -> Profile {
        let limits = FoldLimits::STANDARD;
        let mut whole = Aggregate::default();
        for event in events {
            whole.merge(&Aggregate::of(event, false, &limits), &limits);
        }
        let plain = order("none", "Signed In", &[]);
        let claim = Claim::of(&plain, &IdentityRules::standard(), |_| {
            Ok::<_, std::convert::Infallible>(None)
        });
        Profile::combine([(&claim.unwrap(), &whole)], &limits)
    }

    fn counted(events: &[Event]) -> BTreeMap<(String, String), i64> {
        let mut counts = BTreeMap::new();
        for (index, event) in events.iter().enumerate() {
            let told = Told {
                event,
                profile: ProfileId([1; 16]),
                resolution: crate::engine::api::Resolution::Matched,
            };
            let all = orders(&[told]);
            let [before, after] = [&events[..index], &events[..=index]]
                .map(|events| profile(&events.iter().collect::<Vec<_>>()));
            for orders in all.values() {
                let change = Change::of(&before, &after, orders);
                for (these, step) in [(&change.new, 1), (&change.gone, -1)] {
                    for (a, b) in pairs(these, &change) {
                        *counts.entry((a.to_owned(), b.to_owned())).or_default() += step;
                    }
                }
            }
        }
        counts.retain(|_, count| *count != 0);
        counts
    }

    #[test]
    fn two_products_of_a_customer_count_once_in_any_order_and_are_taken_back() {
        let orders = [
            order("1", "Order Completed", &["a", "b"]),
            order("2", "Order Completed", &["c"]),
            order("3", "Order Completed", &["a", "c"]),
        ];
        let expected: BTreeMap<(String, String), i64> = [("a", "b"), ("a", "c"), ("b", "c")]
            .map(|(a, b)| ((a.to_owned(), b.to_owned()), 1))
            .into();
        for indexes in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let events = indexes.map(|index| orders[index].clone());
            assert_eq!(counted(&events), expected, "{indexes:?}");
        }
        let mut events = orders.to_vec();
        events.extend([
            order("1", "Order Refunded", &[]),
            order("2", "Order Cancelled", &[]),
        ]);
        let left = BTreeMap::from([(("a".to_owned(), "c".to_owned()), 1)]);
        assert_eq!(counted(&events), left);
    }
}
