//! What was dealt between the customer and those who serve them: prices and call-backs that were promised, how the
//! customer felt, what they complained about and what they bought.
//!
//! Every part is a register or a bounded set, as all of an aggregate is. Kept apart from the [`Aggregate`]'s other
//! members, behind which it is stored: most customers have none of it.
//!
//! [`Aggregate`]: crate::domain::profile::Aggregate

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    amount::Amount,
    event::Stamp,
    profile::{
        aggregate::{FoldLimits, merge_latest},
        bounded::{self, Latest},
    },
    time::Timestamp,
};

/// So many times as many are kept of what ends or qualifies a matter as of the matters: it would come to life again without.
const ENDS_PER_MATTER: usize = 4;

/// The dealings that the events of an atom, or of several, tell of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dealings {
    /// Prices that were promised, by the id of the quote or of the product.
    pub prices: BTreeMap<String, Latest<Price>>,
    /// Call-backs that were promised, by id.
    pub callbacks: BTreeMap<String, Latest<Callback>>,
    /// How call-backs ended, by id.
    pub callback_ends: BTreeMap<String, Latest<CallbackEnd>>,
    /// What channels said about offers beside their names, by the offer's id.
    pub terms: BTreeMap<String, Latest<Terms>>,
    /// Tickets of which somebody said whether they are complaints, by id.
    pub complaints: BTreeMap<String, Latest<bool>>,
    /// Products that were bought, by their id and that of the order.
    pub bought: BTreeMap<(String, String), Latest<Bought>>,
    /// How the customer felt, the latest times that somebody said so.
    pub feelings: BTreeSet<Feeling>,
}

/// A price that was promised.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price {
    /// Of what, in a word or two.
    pub about: Option<String>,
    /// The price, as written.
    pub price: String,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// Until when it holds.
    pub until: Option<Timestamp>,
    /// The channel that promised it.
    pub channel: String,
}

/// A call-back that was promised.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Callback {
    /// About what.
    pub about: Option<String>,
    /// Until when.
    pub due: Option<Timestamp>,
    /// The channel that promised it.
    pub channel: String,
}

/// How an attempt to keep a promised call-back ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallbackEnd {
    /// Nobody was reached: the promise stands.
    Failed,
    /// The promise was kept.
    Completed,
}

/// What a channel said about an offer.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Terms {
    /// Why it was made.
    pub reason: Option<String>,
    /// Its price, as written.
    pub price: Option<String>,
    /// ISO 4217 code of the price.
    pub currency: Option<String>,
    /// The channel that showed it.
    pub channel: String,
}

/// A product that was bought.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bought {
    /// What it is called.
    pub name: Option<String>,
}

/// How somebody felt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mood {
    /// Content.
    Positive,
    /// Neither.
    Neutral,
    /// Discontent. Wins a tie.
    Negative,
}

impl Mood {
    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Neutral => "neutral",
            Self::Negative => "negative",
        }
    }

    /// The mood of `value` on a scale on which everything from `content` on is content and everything up to
    /// `discontent` is not.
    pub fn on_scale(value: Amount, discontent: Amount, content: Amount) -> Self {
        if value >= content {
            Self::Positive
        } else if value <= discontent {
            Self::Negative
        } else {
            Self::Neutral
        }
    }
}

/// One time that somebody said how the customer felt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Feeling {
    /// Its place in the canonical order. Compared first.
    pub stamp: Stamp,
    /// How.
    pub mood: Mood,
    /// The word or number that was said.
    pub said: String,
    /// Where.
    pub channel: String,
    /// The event's type.
    pub name: String,
}

impl Dealings {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        let Self {
            prices,
            callbacks,
            callback_ends,
            terms,
            complaints,
            bought,
            feelings,
        } = self;
        let promises =
            prices.is_empty() && callbacks.is_empty() && callback_ends.is_empty() && terms.is_empty();
        promises && complaints.is_empty() && bought.is_empty() && feelings.is_empty()
    }

    /// Takes in another part.
    pub(crate) fn merge(&mut self, other: &Self) {
        merge_latest(&mut self.prices, &other.prices);
        merge_latest(&mut self.callbacks, &other.callbacks);
        merge_latest(&mut self.callback_ends, &other.callback_ends);
        merge_latest(&mut self.terms, &other.terms);
        merge_latest(&mut self.complaints, &other.complaints);
        merge_latest(&mut self.bought, &other.bought);
        self.feelings.extend(other.feelings.iter().cloned());
    }

    pub(crate) fn bound(&mut self, limits: &FoldLimits) {
        bounded::keep_latest(&mut self.prices, limits.matters_max);
        bounded::keep_latest(&mut self.callbacks, limits.matters_max);
        let ends_max = limits.matters_max.saturating_mul(ENDS_PER_MATTER);
        bounded::keep_latest(&mut self.callback_ends, ends_max);
        bounded::keep_latest(&mut self.terms, limits.matters_max);
        bounded::keep_latest(&mut self.complaints, ends_max);
        bounded::keep_latest(&mut self.bought, limits.lines_max);
        while self.feelings.len() > limits.matters_max {
            self.feelings.pop_first();
        }
    }
}

#[cfg(test)]
mod tests;
