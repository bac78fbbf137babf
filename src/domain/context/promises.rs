//! What the customer was promised and may hold the house to: call-backs, prices and offers, whoever made the promise.

use crate::domain::{
    context::matters::{self, Listed},
    profile::{
        Profile,
        dealings::{Callback, CallbackEnd},
        pledges::Thing,
    },
    time::Timestamp,
};

/// What kind of promise it is, the most pressing first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PromiseKind {
    /// To call back.
    Callback,
    /// A price.
    Price,
    /// An offer that holds.
    Offer,
    /// What a message said in words.
    Word,
}

impl PromiseKind {
    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Callback => "callback",
            Self::Price => "price",
            Self::Offer => "offer",
            Self::Word => "word",
        }
    }
}

/// A promise that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// What was promised.
    pub kind: PromiseKind,
    /// The id of the call-back, the quote or the offer.
    pub id: String,
    /// About what, in a word or two.
    pub about: Option<String>,
    /// The price that was promised, as written.
    pub price: Option<String>,
    /// ISO 4217 code of the price.
    pub currency: Option<String>,
    /// Until when it holds, or is to be kept.
    pub until: Option<Timestamp>,
    /// The channel that promised it, where that is known.
    pub channel: Option<String>,
    /// When it was promised.
    pub since: Timestamp,
    /// Whether it should have been kept by now.
    pub overdue: bool,
}

/// The promises to `profile` that stand at `now`, at most `most`: what is overdue first, then by kind, of each what ends
/// soonest first.
pub fn promises(profile: &Profile, now: Timestamp, most: usize) -> Listed<Promise> {
    let mut all = callbacks(profile, now);
    all.extend(prices(profile, now));
    all.extend(offers(profile, now));
    let said = messages(profile, now);
    all.extend(said);
    all.sort_by_key(|promise| {
        (
            !promise.overdue,
            promise.kind,
            promise.until.unwrap_or(Timestamp::MAX),
        )
    });
    Listed::of(all.len(), all.into_iter(), most, |promise| promise)
}

/// Call-backs that nobody kept: an attempt that failed leaves the promise overdue.
fn callbacks(profile: &Profile, now: Timestamp) -> Vec<Promise> {
    let dealings = &profile.whole.dealings;
    let open = dealings.callbacks.iter().filter_map(|(id, promised)| {
        let end = dealings
            .callback_ends
            .get(id)
            .filter(|end| end.stamp >= promised.stamp);
        let end = end.map(|end| end.value);
        (end != Some(CallbackEnd::Completed)).then_some((id, promised, end))
    });
    open.map(|(id, promised, end)| {
        let Callback { about, due, channel } = &promised.value;
        Promise {
            kind: PromiseKind::Callback,
            id: id.clone(),
            about: about.clone(),
            price: None,
            currency: None,
            until: *due,
            channel: Some(channel.clone()),
            since: promised.stamp.time,
            overdue: end == Some(CallbackEnd::Failed) || due.is_some_and(|due| due <= now),
        }
    })
    .collect()
}

fn prices(profile: &Profile, now: Timestamp) -> impl Iterator<Item = Promise> {
    let holds = move |until: Option<Timestamp>| until.is_none_or(|until| now < until);
    let prices = profile.whole.dealings.prices.iter();
    prices
        .filter(move |(_, promised)| holds(promised.value.until))
        .map(|(id, promised)| Promise {
            kind: PromiseKind::Price,
            id: id.clone(),
            about: promised.value.about.clone(),
            price: Some(promised.value.price.clone()),
            currency: promised.value.currency.clone(),
            until: promised.value.until,
            channel: Some(promised.value.channel.clone()),
            since: promised.stamp.time,
            overdue: false,
        })
}

fn offers(profile: &Profile, now: Timestamp) -> impl Iterator<Item = Promise> {
    let offers = matters::offers(profile, now, usize::MAX).items.into_iter();
    offers.filter(|offer| offer.holds).map(|offer| Promise {
        kind: PromiseKind::Offer,
        id: offer.id,
        about: offer.name,
        price: offer.price,
        currency: offer.currency,
        until: offer.expires,
        channel: offer.channel,
        since: offer.shown,
        overdue: false,
    })
}

/// What messages said of products and offers. What was quoted is told by its own id, and an offer that was shown as that.
fn messages(profile: &Profile, now: Timestamp) -> Vec<Promise> {
    let shown = profile.offers();
    let is_shown = |id: &str| shown.iter().any(|offer| offer.id == id);
    let said = profile.pledges(now).into_iter();
    let said = said.filter(|(about, _)| !about.matter.is_empty());
    let said = said.filter(|(about, _)| about.thing != Thing::Offer || !is_shown(&about.id));
    said.map(|(about, said)| Promise {
        kind: match about.thing {
            Thing::Product => PromiseKind::Price,
            Thing::Offer => PromiseKind::Offer,
            Thing::Words => PromiseKind::Word,
        },
        id: about.id.clone(),
        about: said.value.words.clone(),
        price: said.value.price.clone(),
        currency: said.value.currency.clone(),
        until: said.value.until,
        channel: Some(about.channel.clone()),
        since: said.stamp.time,
        overdue: false,
    })
    .collect()
}
