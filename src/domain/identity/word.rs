//! The steward's word: that some are one person, or that they are not, whatever identifiers and facts say.
//!
//! Owns [`Word`] and what it refers to. A word is part of what the partition into persons is a function of: taking it
//! back leaves what would have been without it. Says nothing about what it does; [`mod@crate::domain::identity::cluster`]
//! does.

use std::collections::BTreeSet;

use crate::domain::{
    event::EventId,
    identifier::{IdentifierRules, Role},
    identity::claim::Key,
    time::Timestamp,
};

/// What is said of those that a word refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Said {
    /// They are one person.
    Same,
    /// Nobody of one side is one person with anybody of another.
    Apart,
}

/// Whom a word is about. It holds for whoever it leads to, also for claims that come later; a value that joins nobody
/// leads to nobody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference {
    /// Whoever joins by this.
    Key(Key),
    /// Whoever this event is of: for people who hold nothing that joins.
    Event(EventId),
}

/// One statement of a steward.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word {
    /// By what it is known; unique.
    pub id: String,
    /// Which of all words it is: of two that contradict each other the later holds.
    pub number: u64,
    /// What is said.
    pub said: Said,
    /// Of whom: two sides or more, each by one reference or more.
    pub sides: Vec<Vec<Reference>>,
    /// Who says so.
    pub by: String,
    /// Why.
    pub why: String,
    /// When it was said.
    pub at: Timestamp,
}

/// Neither whom it is about nor why: both are a person's.
impl std::fmt::Debug for Word {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Word({} {:?})", self.id, self.said)
    }
}

impl Word {
    /// References of one side, at most.
    pub const REFERENCES_MAX: usize = 64;

    /// All that it refers to.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.sides.iter().flatten()
    }

    /// The customers whose ids it declares to be one person's.
    pub fn same_customers<'a>(&'a self, rules: &'a IdentifierRules) -> impl Iterator<Item = &'a Key> {
        let references = self.references().filter(|_| self.said == Said::Same);
        references.filter_map(|reference| match reference {
            Reference::Key(key) if rules.rule(&key.kind).role == Role::Anchor => Some(key),
            Reference::Key(_) | Reference::Event(_) => None,
        })
    }
}

impl Reference {
    /// Whether it leads to a claim that joins others by `keys`, and of whose events words refer to `named`.
    pub fn leads_to(&self, keys: &[Key], named: &BTreeSet<EventId>) -> bool {
        match self {
            Self::Key(key) => keys.contains(key),
            Self::Event(id) => named.contains(id),
        }
    }
}
