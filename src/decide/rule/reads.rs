//! What a condition looks at, known before it is evaluated: by it the rules that an event may change are found.

use std::collections::BTreeSet;

/// Some names, or all that there may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Names {
    /// These.
    These(BTreeSet<String>),
    /// Any.
    Any,
}

impl Default for Names {
    fn default() -> Self {
        Self::These(BTreeSet::new())
    }
}

impl Names {
    /// Takes in one more.
    pub(super) fn add(&mut self, name: &str) {
        if let Self::These(names) = self {
            names.insert(name.to_owned());
        }
    }

    /// The names; `None` where it is any.
    pub fn these(&self) -> Option<&BTreeSet<String>> {
        match self {
            Self::These(names) => Some(names),
            Self::Any => None,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.these().is_some_and(BTreeSet::is_empty)
    }
}

/// A part of what there is to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The products in the cart.
    Cart,
    /// The products on the wish list.
    Wishlist,
    /// Open orders.
    Orders,
    /// Open tickets.
    Tickets,
    /// Offers.
    Offers,
    /// Products that were bought.
    Bought,
    /// Orders and revenue.
    Totals,
    /// What they agreed to.
    Consent,
    /// How many events there are; any event changes it.
    Counters,
    /// The kinds of their identifiers.
    Kinds,
    /// How much they are worth among all; no event changes it.
    Value,
    /// The event that set a flow going.
    Event,
    /// The event that is looked at since.
    Then,
    /// What a flow is about.
    Matter,
}

/// What a condition looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Types of events in the history, as tokens.
    pub types: Names,
    /// Traits by name.
    pub traits: Names,
    /// Segments by name.
    pub segments: Names,
    /// Everything else.
    pub parts: BTreeSet<Part>,
}
