//! What was said to the customer, and what has to be over before something is sold to them again.
//!
//! Every part is a bounded set or a register, as all of an aggregate is. Kept apart from the [`Aggregate`]'s other members,
//! behind which it is stored: most customers have none of it.
//!
//! [`Aggregate`]: crate::domain::profile::Aggregate

pub mod answering;

use std::collections::{BTreeMap, BTreeSet};

pub use crate::domain::profile::contacts::answering::{Answering, Tally};
use crate::domain::{
    event::Stamp,
    profile::{aggregate::FoldLimits, bounded},
};

/// Steps of messages of one purpose, the latest. How many are kept does not depend on how much else a profile keeps: what
/// is forgotten is not counted, and a customer would be told more than they want to hear.
pub const STEPS_MAX: usize = 96;

/// The contacts that the events of an atom, or of several, tell of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contacts {
    /// The latest messages of each purpose, so that many of one purpose do not make those of another forgotten. What a
    /// sender named no purpose of is under an empty one.
    pub by_purpose: BTreeMap<String, BTreeSet<Contact>>,
    /// When a delivery last failed.
    pub failed_delivery: Option<Stamp>,
    /// When the customer last said that they are leaving.
    pub leaving: Option<Stamp>,
    /// When the customer answers.
    pub answering: Answering,
}

/// One step of a message on its way to the customer. `Debug` does not show what it is about: its sender chose the text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Contact {
    /// Its place in the canonical order. Compared first.
    pub stamp: Stamp,
    /// What became of the message.
    pub step: Step,
    /// What the message is about: by this its steps are known to be of one.
    pub matter: String,
    /// The way of contact, such as `sms`.
    pub way: String,
    /// Who sends it, where that was said.
    pub team: Option<String>,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// It may be sent.
    Allowed,
    /// It was sent.
    Sent,
    /// It could not be sent.
    Failed,
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Contact")
            .field("step", &self.step)
            .field("stamp", &self.stamp)
            .finish_non_exhaustive()
    }
}

impl Contacts {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        let Self {
            by_purpose,
            failed_delivery,
            leaving,
            answering,
        } = self;
        by_purpose.is_empty() && failed_delivery.is_none() && leaving.is_none() && answering.is_empty()
    }

    /// Every step that is known, with the purpose of its message.
    pub fn steps(&self) -> impl Iterator<Item = (&str, &Contact)> {
        let all = self.by_purpose.iter();
        all.flat_map(|(purpose, steps)| steps.iter().map(move |step| (purpose.as_str(), step)))
    }

    pub(crate) fn add(&mut self, purpose: String, contact: Contact) {
        self.by_purpose.entry(purpose).or_default().insert(contact);
    }

    /// Takes in another part.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (purpose, steps) in &other.by_purpose {
            let there = self.by_purpose.entry(purpose.clone()).or_default();
            there.extend(steps.iter().cloned());
        }
        for (there, other) in [
            (&mut self.failed_delivery, &other.failed_delivery),
            (&mut self.leaving, &other.leaving),
        ] {
            if *there < *other {
                there.clone_from(other);
            }
        }
        self.answering.merge(&other.answering);
    }

    pub(crate) fn bound(&mut self, limits: &FoldLimits) {
        bounded::keep_smallest(&mut self.by_purpose, limits.consents_max);
        for steps in self.by_purpose.values_mut() {
            while steps.len() > STEPS_MAX {
                steps.pop_first();
            }
        }
    }
}

#[cfg(test)]
mod tests;
