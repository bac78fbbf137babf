//! What was said to the customer about a product or an offer, by whom: what they may hold the house to, and what others
//! have to know before they say something else.
//!
//! One set of registers, as all of an aggregate is: of one product, one way and one message the latest word holds. Kept apart
//! from the [`Aggregate`]'s other members, behind which it is stored: most customers have none of it.
//!
//! [`Aggregate`]: crate::domain::profile::Aggregate

use std::collections::BTreeMap;

use crate::domain::{
    profile::{
        Profile,
        aggregate::{FoldLimits, merge_latest},
        bounded::{self, Latest},
        contacts::Step,
    },
    time::Timestamp,
};

/// So many times as many are kept as of other matters: one product is spoken of on several channels.
const PER_MATTER: usize = 4;

/// What was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pledges {
    /// By what it is about and who said it.
    pub said: BTreeMap<About, Latest<Pledge>>,
}

/// What something was said about, and by which way.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct About {
    /// What it is about.
    pub thing: Thing,
    /// The id of the product or offer; of words alone that of the message.
    pub id: String,
    /// The channel, or the way of contact, by which it was said.
    pub channel: String,
    /// The message that said it; empty of what was said face to face.
    pub matter: String,
}

/// What something was said about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// A product.
    Product,
    /// An offer.
    Offer,
    /// Neither: there are the words alone.
    Words,
}

/// What was said of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pledge {
    /// The price, as written.
    pub price: Option<String>,
    /// ISO 4217 code of the price.
    pub currency: Option<String>,
    /// Until when it holds.
    pub until: Option<Timestamp>,
    /// In a word or two.
    pub words: Option<String>,
    /// Who said it, where that was told.
    pub team: Option<String>,
}

impl std::fmt::Debug for About {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "About({:?})", self.thing)
    }
}

impl std::fmt::Debug for Pledge {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Pledge(…)")
    }
}

impl Pledges {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.said.is_empty()
    }

    /// Takes in another part.
    pub(crate) fn merge(&mut self, other: &Self) {
        merge_latest(&mut self.said, &other.said);
    }

    pub(crate) fn bound(&mut self, limits: &FoldLimits) {
        bounded::keep_latest(&mut self.said, limits.matters_max.saturating_mul(PER_MATTER));
    }
}

impl Profile {
    /// What was said and holds at `now`, of each thing and each channel the last, in the order of their ids. What could not
    /// be sent was not said.
    pub fn pledges(&self, now: Timestamp) -> Vec<(&About, &Latest<Pledge>)> {
        let mut last: BTreeMap<(Thing, &str, &str), (&About, &Latest<Pledge>)> = BTreeMap::new();
        for (about, said) in &self.whole.pledges.said {
            if self.has_failed(about, said) {
                continue;
            }
            // Words stand beside each other.
            let id = (about.thing, about.id.as_str(), about.channel.as_str());
            if last.get(&id).is_none_or(|(_, there)| *there < said) {
                last.insert(id, (about, said));
            }
        }
        let holds = |said: &Latest<Pledge>| said.value.until.is_none_or(|until| now < until);
        last.into_values().filter(|(_, said)| holds(said)).collect()
    }

    fn has_failed(&self, about: &About, said: &Latest<Pledge>) -> bool {
        let mut steps = self.whole.contacts.steps();
        !about.matter.is_empty()
            && steps.any(|(_, step)| {
                step.step == Step::Failed && step.matter == about.matter && step.stamp > said.stamp
            })
    }
}
