//! What is going on with the customer: interactions, carts, orders, tickets, offers, the call.
//!
//! Reads what `profile::open` found and keeps of each list only as much as the view tells.

use crate::domain::{
    amount::Amount,
    catalogue::{self, Product},
    context::surroundings::Surroundings,
    identity::link::OWN_CHANNEL,
    profile::{
        Profile,
        bounded::Latest,
        experience::Assigned,
        matters::{Line, OfferEnd, OrderState},
        open::{OfferView, OrderView},
    },
    time::Timestamp,
};

/// The first few of a list, and how many there are in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// How many there are.
    pub count: usize,
    /// The first of them.
    pub items: Vec<T>,
}

/// The products in a cart or on a wish list.
pub type Lines = Listed<ProductLine>;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interaction {
    /// Where.
    pub channel: String,
    /// What: the event's type.
    pub name: String,
    /// When.
    pub time: Timestamp,
    /// What it was about, in a word or two.
    pub about: Option<String>,
}

/// A product in a cart or on a wish list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductLine {
    /// The product's id.
    pub product: String,
    /// What it is called.
    pub name: Option<String>,
    /// How many, as written by the sender.
    pub quantity: Option<String>,
    /// The price of one, as written.
    pub price: Option<String>,
    /// ISO 4217 code of the price.
    pub currency: Option<String>,
    /// When it was put there.
    pub since: Timestamp,
    /// What the tenant publishes of it.
    pub published: OnShelf,
}

/// What the tenant publishes of a product at a moment; nothing where nothing is published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnShelf {
    /// The price of one, as written.
    pub price: Option<String>,
    /// ISO 4217 code of the price.
    pub currency: Option<String>,
    /// Whether there is any.
    pub in_stock: Option<bool>,
    /// Whether there is any in the store that the customer is in.
    pub in_store: Option<bool>,
}

/// What the tenant publishes of an offer at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferOnShelf {
    /// The offer.
    pub offer: catalogue::Offer,
    /// Whether it holds.
    pub state: catalogue::State,
    /// Since when that is so.
    pub since: Option<Timestamp>,
}

/// The customer's orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orders {
    /// The one with the latest news, open or not.
    pub latest: Option<Order>,
    /// Those the customer still waits for, the latest news first.
    pub open: Listed<Order>,
}

/// One order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub state: OrderState,
    /// What it was worth, where somebody said.
    pub worth: Option<Amount>,
    /// ISO 4217 code of its worth; `XXX` where the sender named none.
    pub currency: Option<String>,
    /// The channel it was placed on.
    pub channel: Option<String>,
    /// Since when it stands there.
    pub since: Timestamp,
}

/// An open ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub subject: Option<String>,
    /// Whether somebody said that it is a complaint.
    pub complaint: bool,
    /// When it was last heard of.
    pub since: Timestamp,
    /// Who sees to it, where somebody does.
    pub assigned: Option<Assigned>,
}

/// An offer that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: Option<String>,
    /// When it was shown.
    pub shown: Timestamp,
    /// From when it holds no more, where that is known.
    pub expires: Option<Timestamp>,
    /// How it ended for this customer, if it did.
    pub end: Option<OfferEnd>,
    /// Whether it can be used now.
    pub holds: bool,
    /// The channel that showed it last.
    pub channel: Option<String>,
    /// Why it was made, where somebody said.
    pub reason: Option<String>,
    /// Its price, as written.
    pub price: Option<String>,
    /// ISO 4217 code of the price.
    pub currency: Option<String>,
    /// What the tenant publishes of it.
    pub published: Option<OfferOnShelf>,
}

/// A call that is going on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its id.
    pub id: String,
    /// When it started.
    pub since: Timestamp,
}

impl<T> Listed<T> {
    /// At most `most` of `all`, of which there are `count`.
    pub fn of<A>(count: usize, all: impl Iterator<Item = A>, most: usize, read: impl FnMut(A) -> T) -> Self {
        Self {
            count,
            items: all.take(most).map(read).collect(),
        }
    }
}

impl Orders {
    /// The orders of `profile`, at most `most` open ones.
    pub fn of(profile: &Profile, most: usize) -> Self {
        let all = profile.orders();
        let open: Vec<_> = all.iter().filter(|order| order.state.open()).collect();
        Self {
            latest: all.first().map(Order::of),
            open: Listed::of(open.len(), open.into_iter(), most, Order::of),
        }
    }
}

impl Order {
    fn of(order: &OrderView<'_>) -> Self {
        Self {
            id: order.id.to_owned(),
            state: order.state,
            worth: order.sale.and_then(|sale| sale.amount),
            currency: order.sale.map(|sale| sale.currency.clone()),
            channel: order.sale.map(|sale| sale.channel.clone()),
            since: order.since.time,
        }
    }
}

impl OnShelf {
    /// What is published of `product` at `now`.
    pub fn of(product: &Product, around: &Surroundings, now: Timestamp) -> Self {
        let price = product.price_at(now);
        Self {
            price: price.map(|price| price.price.clone()),
            currency: price.map(|price| price.currency.clone()),
            in_stock: product.is_in_stock(),
            in_store: around.store.as_ref().and_then(|store| product.is_in_store(store)),
        }
    }
}

impl Offer {
    fn of(offer: &OfferView<'_>, now: Timestamp) -> Self {
        let shown = &offer.shown.value;
        let terms = offer.terms.cloned();
        Self {
            id: offer.id.to_owned(),
            name: shown.name.clone(),
            shown: offer.shown.stamp.time,
            expires: shown.expires,
            end: offer.end,
            holds: offer.end.is_none() && shown.expires.is_none_or(|expires| now < expires),
            channel: terms.as_ref().map(|terms| terms.channel.clone()),
            reason: terms.as_ref().and_then(|terms| terms.reason.clone()),
            price: terms.as_ref().and_then(|terms| terms.price.clone()),
            currency: terms.and_then(|terms| terms.currency),
            published: None,
        }
    }
}

/// The last interactions of all channels, the latest first.
pub fn recent(profile: &Profile, most: usize) -> Vec<Interaction> {
    // What the service itself wrote down is no interaction.
    let moments = profile
        .whole
        .recent
        .iter()
        .rev()
        .filter(|moment| moment.channel != OWN_CHANNEL)
        .take(most);
    moments
        .map(|moment| Interaction {
            channel: moment.channel.clone(),
            name: moment.name.clone(),
            time: moment.stamp.time,
            about: moment.about.clone(),
        })
        .collect()
}

/// The products of a list that `Profile::cart` or `Profile::wishlist` read.
pub fn lines(all: &[(&str, &Latest<Line>)], most: usize) -> Lines {
    Listed::of(all.len(), all.iter(), most, |(product, line)| ProductLine {
        product: (*product).to_owned(),
        name: line.value.name.clone(),
        quantity: line.value.quantity.clone(),
        price: line.value.price.clone(),
        currency: line.value.currency.clone(),
        since: line.stamp.time,
        published: OnShelf::default(),
    })
}

/// The same, with what is published of them.
pub fn on_shelf(all: &[(&str, &Latest<Line>)], around: &Surroundings, now: Timestamp, most: usize) -> Lines {
    let mut lines = lines(all, most);
    for line in &mut lines.items {
        let product = around.products.get(&line.product);
        line.published = product.map_or_else(OnShelf::default, |product| OnShelf::of(product, around, now));
    }
    lines
}

/// Open tickets, the latest first.
pub fn tickets(profile: &Profile, most: usize) -> Listed<Ticket> {
    let open = profile.open_tickets();
    Listed::of(open.len(), open.iter(), most, |(id, ticket)| Ticket {
        id: (*id).to_owned(),
        subject: ticket.value.subject.clone(),
        complaint: profile.is_complaint(id),
        since: ticket.stamp.time,
        assigned: profile
            .whole
            .experience
            .assigned
            .get(*id)
            .map(|one| one.value.clone()),
    })
}

/// Offers, those that hold at `now` first, then the latest.
pub fn offers(profile: &Profile, now: Timestamp, most: usize) -> Listed<Offer> {
    let mut offers: Vec<Offer> = profile
        .offers()
        .iter()
        .map(|offer| Offer::of(offer, now))
        .collect();
    offers.sort_by_key(|offer| !offer.holds);
    Listed::of(offers.len(), offers.into_iter(), most, |offer| offer)
}

/// The same, with what is published of them.
pub fn offers_on_shelf(
    profile: &Profile,
    around: &Surroundings,
    now: Timestamp,
    most: usize,
) -> Listed<Offer> {
    let mut offers = offers(profile, now, most);
    for offer in &mut offers.items {
        let published = around.offers.get(&offer.id);
        offer.published = published.map(|published| OfferOnShelf {
            offer: published.clone(),
            state: published.state(now),
            since: published.since(now),
        });
    }
    offers
}

/// The call that is going on.
pub fn call(profile: &Profile) -> Option<Call> {
    profile.running_call().map(|(id, stamp)| Call {
        id: id.to_owned(),
        since: stamp.time,
    })
}
