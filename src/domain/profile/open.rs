//! What is open, read off a profile: registers joined to what a person would call a cart, an order, an offer.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    amount::Amount,
    event::Stamp,
    profile::{
        Profile,
        bounded::Latest,
        dealings::{Bought, Terms},
        matters::{Line, Offer, OfferEnd, OrderState, Sale, Ticket},
        semantics::shortened,
    },
};

/// Orders and revenue, exact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Orders that count.
    pub orders: u64,
    /// Revenue by ISO 4217 code.
    pub revenue: BTreeMap<String, Amount>,
}

/// An order, from where it stands and what it was worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderView<'a> {
    /// The order's id.
    pub id: &'a str,
    /// Where it stands.
    pub state: OrderState,
    /// Since when it stands there.
    pub since: &'a Stamp,
    /// What it was worth, where somebody said.
    pub sale: Option<&'a Sale>,
}

/// An offer, from how it was shown and how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferView<'a> {
    /// The offer's id.
    pub id: &'a str,
    /// How it was shown.
    pub shown: &'a Latest<Offer>,
    /// How it ended, if it did.
    pub end: Option<OfferEnd>,
    /// What was said about it beside its name.
    pub terms: Option<&'a Terms>,
}

impl Profile {
    /// Orders that count and their revenue: one order once, whoever reported it.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for sale in self.sales() {
            totals.orders = totals.orders.saturating_add(1);
            if let Some(amount) = sale.value.amount {
                let sum = totals.revenue.entry(sale.value.currency.clone()).or_default();
                *sum = *sum + amount;
            }
        }
        totals
    }

    /// What was sold with each order that counts.
    pub fn sales(&self) -> impl Iterator<Item = &Latest<Sale>> {
        let counts = |id: &String| self.whole.orders.get(id).is_none_or(|state| state.value.counts());
        let counted = self.whole.sales.iter().filter(move |(id, _)| counts(id));
        counted.map(|(_, sale)| sale)
    }

    /// The products in the cart, the latest first.
    pub fn cart(&self) -> Vec<(&str, &Latest<Line>)> {
        let emptied = self.whole.cart_emptied.as_ref();
        listed(
            self.whole
                .cart
                .iter()
                .filter(|(_, line)| emptied.is_none_or(|emptied| *emptied < line.stamp)),
        )
    }

    /// The products on the wish list, the latest first.
    pub fn wishlist(&self) -> Vec<(&str, &Latest<Line>)> {
        listed(self.whole.wishlist.iter())
    }

    /// All orders that are known, the latest news first.
    pub fn orders(&self) -> Vec<OrderView<'_>> {
        let mut orders: Vec<OrderView<'_>> = self
            .whole
            .orders
            .iter()
            .map(|(id, state)| OrderView {
                id,
                state: state.value,
                since: &state.stamp,
                sale: self.whole.sales.get(id).map(|sale| &sale.value),
            })
            .collect();
        orders.sort_by(|a, b| b.since.cmp(a.since));
        orders
    }

    /// Tickets somebody still has to see to, the latest first.
    pub fn open_tickets(&self) -> Vec<(&str, &Latest<Ticket>)> {
        let mut tickets: Vec<(&str, &Latest<Ticket>)> = self
            .whole
            .tickets
            .iter()
            .filter(|(_, ticket)| ticket.value.open)
            .map(|(id, t)| (id.as_str(), t))
            .collect();
        tickets.sort_by(|a, b| b.1.stamp.cmp(&a.1.stamp));
        tickets
    }

    /// Whether somebody said that a ticket is a complaint.
    pub fn is_complaint(&self, ticket: &str) -> bool {
        let said = self.whole.dealings.complaints.get(ticket);
        said.is_some_and(|said| said.value)
    }

    /// Offers that were shown, the latest first. Whether one has expired depends on now: the caller compares.
    pub fn offers(&self) -> Vec<OfferView<'_>> {
        let end_of = |id: &str, shown: &Latest<Offer>| {
            self.whole
                .offer_ends
                .get(id)
                .filter(|end| end.stamp >= shown.stamp)
                .map(|end| end.value)
        };
        let mut offers: Vec<OfferView<'_>> = self
            .whole
            .offers
            .iter()
            .map(|(id, shown)| OfferView {
                id,
                shown,
                end: end_of(id, shown),
                terms: self.whole.dealings.terms.get(id).map(|terms| &terms.value),
            })
            .collect();
        offers.sort_by(|a, b| b.shown.stamp.cmp(&a.shown.stamp));
        offers
    }

    /// Products that were bought and kept, each once, the latest first.
    pub fn bought(&self) -> Vec<(&str, &Latest<Bought>)> {
        let orders = &self.whole.orders;
        let is_kept = |order: &str| orders.get(order).is_none_or(|state| state.value.counts());
        let all = self.whole.dealings.bought.iter();
        let kept = all.filter(|((_, order), _)| is_kept(order));
        let mut bought: Vec<_> = kept
            .map(|((product, _), bought)| (product.as_str(), bought))
            .collect();
        bought.sort_by(|a, b| b.1.cmp(a.1));
        let mut seen = BTreeSet::new();
        bought.retain(|(product, _)| seen.insert(*product));
        bought
    }

    /// Whether the call `id` goes on, where it is known.
    pub fn is_call_running(&self, id: &str) -> Option<bool> {
        let call = self.whole.calls.get(&shortened(id.to_owned()))?;
        Some(call.value.running)
    }

    /// The call that is going on: the latest that started and has not ended.
    pub fn running_call(&self) -> Option<(&str, &Stamp)> {
        let running = self.whole.calls.iter().filter(|(_, call)| call.value.running);
        running
            .map(|(id, call)| (id.as_str(), &call.stamp))
            .max_by(|a, b| a.1.cmp(b.1))
    }
}

fn listed<'a>(
    lines: impl Iterator<Item = (&'a String, &'a Latest<Line>)>,
) -> Vec<(&'a str, &'a Latest<Line>)> {
    let mut lines: Vec<_> = lines
        .filter(|(_, line)| line.value.listed)
        .map(|(id, line)| (id.as_str(), line))
        .collect();
    lines.sort_by(|a, b| b.1.stamp.cmp(&a.1.stamp));
    lines
}
