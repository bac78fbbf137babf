//! The profile: what the atoms of one person add up to.
//!
//! [`aggregate`] folds the events of one atom, [`semantics`] says what event types mean, [`Profile::combine`] puts atoms
//! together. All of it depends on the set of events alone: never on arrival, never on *now*.

pub mod aggregate;
pub mod bounded;
pub mod consent;
pub mod contacts;
pub mod dealings;
pub mod experience;
pub mod matters;
pub mod open;
pub mod pledges;
pub mod runs;
mod semantics;

use std::collections::BTreeMap;

pub use aggregate::{Aggregate, FoldLimits};
pub(crate) use semantics::{answer_of, shortened};

use crate::domain::{
    identifier::Trust,
    identity::{Claim, Key},
    profile::consent::{Decision, Standing, Subject},
};

/// One person: the combination of their atoms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The fold over all events of all atoms; its `consent` is empty, since that is combined otherwise.
    pub whole: Aggregate,
    /// The identifiers of the atoms, each with the highest trust it was stated with.
    pub identifiers: BTreeMap<Key, Trust>,
    /// Consent across the atoms.
    pub consent: BTreeMap<Subject, Standing>,
}

impl Profile {
    /// Whether they agreed to be served so; whoever said nothing did not.
    pub fn agreed_to(&self, subject: &Subject) -> bool {
        let standing = self.consent.get(subject);
        standing.is_some_and(|standing| standing.decision() == Decision::Granted)
    }

    /// Nothing but what they decided.
    #[must_use]
    pub fn decisions_alone(&self) -> Self {
        Self {
            consent: self.consent.clone(),
            ..Self::default()
        }
    }

    /// Combines the atoms of one person, in any order.
    pub fn combine<'a>(
        atoms: impl IntoIterator<Item = (&'a Claim, &'a Aggregate)>,
        limits: &FoldLimits,
    ) -> Self {
        let mut profile = Self::default();
        for (claim, aggregate) in atoms {
            profile.whole.merge(aggregate, limits);
            for one in &claim.asserted {
                match profile.identifiers.get_mut(&one.key) {
                    Some(trust) => *trust = one.trust.max(*trust),
                    None => {
                        profile.identifiers.insert(one.key.clone(), one.trust);
                    }
                }
            }
            for (subject, given) in &aggregate.consent {
                profile.consent.entry(subject.clone()).or_default().add(given);
            }
        }
        profile.whole.consent.clear();
        bounded::keep_smallest(&mut profile.consent, limits.consents_max);
        profile
    }
}
