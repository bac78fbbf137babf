//! Consent: within an atom the latest decision holds; across atoms the strictest, unless a later grant came with a
//! verified identifier.

use std::collections::BTreeMap;

use crate::domain::event::{Name, Stamp};

/// What a customer decided about one way of contact and one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    /// They may be contacted.
    Granted,
    /// They may not. Wins a tie.
    Denied,
}

/// A way of contact and a purpose.
pub type Subject = (Name, Name);

/// The latest decision of one atom.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Given {
    /// When, in canonical order. Compared first, so that the greater of two is the later.
    pub stamp: Stamp,
    /// What.
    pub decision: Decision,
    /// Whether the event that carried it had a verified identifier which may join.
    pub verified: bool,
}

/// One atom's decisions.
pub type AtomConsent = BTreeMap<Subject, Given>;

/// What several atoms say about one subject, kept so that combining stays associative.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    granted: Option<Stamp>,
    granted_verified: Option<Stamp>,
    denied: Option<Stamp>,
}

impl Standing {
    /// Adds one atom's latest decision.
    pub fn add(&mut self, given: &Given) {
        let slot = match (given.decision, given.verified) {
            (Decision::Denied, _) => &mut self.denied,
            (Decision::Granted, true) => &mut self.granted_verified,
            (Decision::Granted, false) => &mut self.granted,
        };
        if slot.as_ref().is_none_or(|stamp| *stamp < given.stamp) {
            *slot = Some(given.stamp.clone());
        }
    }

    /// What holds: the strictest, unless a verified grant is later than every refusal.
    pub fn decision(&self) -> Decision {
        match (&self.denied, &self.granted_verified) {
            (None, _) => Decision::Granted,
            (Some(denied), Some(granted)) if granted > denied => Decision::Granted,
            (Some(_), _) => Decision::Denied,
        }
    }

    /// When the decision that holds was made.
    pub fn since(&self) -> Option<&Stamp> {
        match self.decision() {
            Decision::Denied => self.denied.as_ref(),
            Decision::Granted => self.granted.iter().chain(&self.granted_verified).max(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    fn given(time: i64, decision: Decision, verified: bool) -> Given {
        let stamp = Stamp {
            time: Timestamp::from_micros(time),
            id: "e".into(),
            source: "s".into(),
        };
        Given {
            stamp,
            decision,
            verified,
        }
    }

    fn decide(all: &[Given]) -> Decision {
        let mut standing = Standing::default();
        all.iter().for_each(|given| standing.add(given));
        standing.decision()
    }

    #[test]
    fn the_strictest_wins_unless_a_later_grant_was_verified() {
        use Decision::{Denied, Granted};
        let denied = given(5, Denied, false);
        assert_eq!(decide(&[denied.clone(), given(9, Granted, false)]), Denied);
        assert_eq!(decide(&[denied.clone(), given(9, Granted, true)]), Granted);
        assert_eq!(decide(&[given(4, Granted, true), denied]), Denied);
        assert_eq!(decide(&[given(4, Granted, false)]), Granted);
    }
}
