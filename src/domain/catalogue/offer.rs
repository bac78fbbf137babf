//! What is published of an offer: its terms and its end, of which the latest word holds.

use std::collections::BTreeSet;

use crate::domain::{catalogue::product::set, event::Stamp, profile::bounded::Latest, time::Timestamp};

/// An offer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// What it is; `None` where only its end was heard of.
    pub terms: Option<Latest<Terms>>,
    /// When it was last ended.
    pub ended: Option<Stamp>,
}

/// What is offered.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Terms {
    /// What it is called.
    pub name: Option<String>,
    /// What a customer types in to have it.
    pub coupon: Option<String>,
    /// The products it is for; all where there are none.
    pub products: BTreeSet<String>,
    /// The price, as written.
    pub price: Option<String>,
    /// ISO 4217 code of the price.
    pub currency: Option<String>,
    /// How much less, in hundredths of the price, as written.
    pub percent: Option<String>,
    /// The segments it is for; all customers where there are none.
    pub segments: BTreeSet<String>,
    /// The channels it is shown on; all where there are none.
    pub channels: BTreeSet<String>,
    /// The only store that it holds in.
    pub store: Option<String>,
    /// From when on it holds no more.
    pub expires: Option<Timestamp>,
}

/// Whether an offer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It does.
    Holds,
    /// Its time is over.
    Expired,
    /// It was ended.
    Ended,
}

impl State {
    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Expired => "expired",
            Self::Ended => "ended",
        }
    }
}

impl Offer {
    /// Takes in what it is; whether that changes anything.
    pub fn take_terms(&mut self, terms: Terms, stamp: &Stamp) -> bool {
        set(&mut self.terms, stamp, terms)
    }

    /// Takes in that it ended; whether that changes anything.
    pub fn take_end(&mut self, stamp: &Stamp) -> bool {
        let is_later = self.ended.as_ref().is_none_or(|ended| ended < stamp);
        if is_later {
            self.ended = Some(stamp.clone());
        }
        is_later
    }

    /// Whether it holds at `now`.
    pub fn state(&self, now: Timestamp) -> State {
        match (&self.terms, &self.ended) {
            (Some(terms), Some(ended)) if *ended > terms.stamp => State::Ended,
            (None, _) => State::Ended,
            (Some(terms), _) if terms.value.expires.is_some_and(|expires| expires <= now) => State::Expired,
            (Some(_), _) => State::Holds,
        }
    }

    /// Since when it is as [`Offer::state`] says.
    pub fn since(&self, now: Timestamp) -> Option<Timestamp> {
        match self.state(now) {
            State::Ended => self.ended.as_ref().map(|ended| ended.time),
            State::Expired => self.terms.as_ref().and_then(|terms| terms.value.expires),
            State::Holds => self.terms.as_ref().map(|terms| terms.stamp.time),
        }
    }

    /// The last word on it.
    pub fn last(&self) -> Option<Timestamp> {
        let terms = self.terms.as_ref().map(|terms| terms.stamp.time);
        terms.max(self.ended.as_ref().map(|ended| ended.time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(time: i64) -> Stamp {
        Stamp {
            time: Timestamp::from_micros(time),
            id: "e".to_owned(),
            source: "erp".to_owned(),
        }
    }

    #[test]
    fn an_offer_holds_until_its_end_and_again_when_it_is_published_again() {
        let now = Timestamp::from_micros(50);
        let terms = |expires: i64| Terms {
            expires: Some(Timestamp::from_micros(expires)),
            ..Terms::default()
        };
        let mut offer = Offer::default();
        assert!(offer.take_end(&stamp(20)));
        assert_eq!(
            (offer.state(now), offer.since(now)),
            (State::Ended, Some(Timestamp::from_micros(20)))
        );
        assert!(offer.take_terms(terms(100), &stamp(10)));
        assert_eq!(offer.state(now), State::Ended);
        assert!(offer.take_terms(terms(60), &stamp(30)));
        assert_eq!(
            (offer.state(now), offer.since(now)),
            (State::Holds, Some(Timestamp::from_micros(30)))
        );
        assert_eq!(offer.state(Timestamp::from_micros(60)), State::Expired);
        assert!(!offer.take_terms(terms(90), &stamp(10)) && !offer.take_end(&stamp(20)));
        assert_eq!(offer.last(), Some(Timestamp::from_micros(30)));
    }
}
