//! What identity goes by: which identifiers join, and when two who share none are alike enough to be one person.
//!
//! Owns [`IdentityRules`], [`Edition`] and [`Similarity`]. Plain data, frozen while the process runs; `config` fills it.

use std::collections::BTreeMap;

use crate::domain::{
    fact::Facts,
    identifier::IdentifierRules,
    similarity::{Bits, Person, Thresholds, Weights, compare, thresholds},
};

/// By which of a store's rules, one after the other, a claim was made: 0 are the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edition(pub u32);

impl Edition {
    /// The next one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// All that the partition into persons depends on beside the claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityRules {
    /// What each kind of identifier may do.
    pub identifiers: IdentifierRules,
    /// How alike two have to be.
    pub similarity: Similarity,
    /// Which these are of the rules that the store was kept by.
    pub edition: Edition,
    /// What identifiers might do by earlier ones, as long as there may be claims that were made by them.
    pub former: BTreeMap<Edition, IdentifierRules>,
}

/// How alike two have to be, and how much is looked at to find out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Similarity {
    /// What agreement and difference weigh.
    pub weights: Weights,
    /// From where on two are one person, and from where on that is possible.
    pub thresholds: Thresholds,
    /// Faces in a block, at most (those of one customer who states the same count once): a larger one finds nobody.
    pub block_faces_max: usize,
    /// Atoms that likeness may connect before it has to be greater.
    pub component_atoms_max: usize,
}

/// The least that two who share a contact have to be alike on the average: another name at another address is somebody
/// else for all that they have one telephone number.
pub const CONTACT_FLOOR: Bits = Bits(0);
/// What two clusters have to be alike on the average, where each has this many atoms with facts or more.
pub const MEAN_FLOOR: Bits = Bits(0);
/// See [`MEAN_FLOOR`].
pub const MEAN_FROM: usize = 3;
/// By how much likeness has to be greater where it connects too many.
pub const STRICTER_BY: Bits = Bits(2_000_000);

impl Similarity {
    /// Faces in a block, at most, where nothing is configured.
    pub const BLOCK_FACES_MAX: usize = 100;
    /// Atoms that likeness may connect, where nothing is configured.
    pub const COMPONENT_ATOMS_MAX: usize = 500;
    /// The population that is expected where nothing is configured.
    pub const EXPECTED_PEOPLE: u64 = 1_000_000;

    /// The standard weights for a population of `expected_people`.
    #[must_use]
    pub fn standard(expected_people: u64) -> Self {
        Self {
            weights: Weights::standard(),
            thresholds: thresholds(expected_people),
            block_faces_max: Self::BLOCK_FACES_MAX,
            component_atoms_max: Self::COMPONENT_ATOMS_MAX,
        }
    }

    /// Whether whoever states `facts` again is the same person, as far as similarity tells.
    #[must_use]
    pub fn is_certain(&self, facts: &Facts) -> bool {
        let person = Person::new(facts, [], []);
        compare(&person, &person, &self.weights).total >= self.thresholds.auto
    }
}

impl IdentityRules {
    /// The standard rules.
    #[must_use]
    pub fn standard() -> Self {
        Self::new(
            IdentifierRules::standard(),
            Similarity::standard(Similarity::EXPECTED_PEOPLE),
        )
    }

    /// The first rules of a store.
    #[must_use]
    pub const fn new(identifiers: IdentifierRules, similarity: Similarity) -> Self {
        Self {
            identifiers,
            similarity,
            edition: Edition(0),
            former: BTreeMap::new(),
        }
    }

    /// What identifiers may do in a claim of this edition: it is read as it was made.
    #[must_use]
    pub fn of(&self, edition: Edition) -> &IdentifierRules {
        self.former.get(&edition).unwrap_or(&self.identifiers)
    }
}
