//! Facts: what an event says about a person beside identifiers.
//!
//! Owns [`Facts`], read from an event's traits in one spelling per meaning. Never shows a value in `Debug`, never
//! keeps a placeholder, and never decides who is one person: [`crate::domain::similarity`] compares facts and
//! `domain::identity` decides. A claim is made with [`Facts::of`].

pub mod address;
pub mod date;
pub mod letters;
pub mod name;
pub mod placeholder;
pub mod skeleton;
pub mod state;
pub mod stated;

use std::{collections::BTreeMap, fmt};

use crate::domain::value::Value;

/// What a fact is about. The order is that of [`Facts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKind {
    /// The given name, of one or more words.
    GivenName,
    /// Middle names or their initials.
    MiddleName,
    /// The family name.
    FamilyName,
    /// The generation: `jr`, `sr`, `ii`, `iii`, `iv`.
    Suffix,
    /// The birth date, `yyyy-mm-dd`, or as much of it as is known.
    BirthDate,
    /// Number and street.
    Address,
    /// The town.
    City,
    /// The postcode.
    Postcode,
    /// The state or province.
    Region,
    /// The country.
    Country,
    /// The number a state gave.
    NationalId,
}

impl FactKind {
    /// The name of the trait it is stated by.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GivenName => "first_name",
            Self::MiddleName => "middle_name",
            Self::FamilyName => "last_name",
            Self::Suffix => "suffix",
            Self::BirthDate => "birth_date",
            Self::Address => "address",
            Self::City => "city",
            Self::Postcode => "postcode",
            Self::Region => "region",
            Self::Country => "country",
            Self::NationalId => "national_id",
        }
    }
}

/// One thing that is said about a person. `Debug` shows the kind alone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fact {
    /// What it is about.
    pub kind: FactKind,
    /// Its normalised value.
    pub value: String,
}

impl fmt::Debug for Fact {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Fact({}:…)", self.kind.as_str())
    }
}

/// What one event says about a person: sorted, at most one fact of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Facts(pub Vec<Fact>);

impl Facts {
    /// The facts among `traits`.
    ///
    /// Normalised values are in their final form: facts made of them are the same.
    #[must_use]
    pub fn of(traits: &BTreeMap<String, Value>) -> Self {
        let facts = stated::read(traits).into_iter();
        Self(facts.map(|(kind, value)| Fact { kind, value }).collect())
    }

    /// The value of the fact of this kind.
    #[must_use]
    pub fn get(&self, kind: FactKind) -> Option<&str> {
        let fact = self.0.iter().find(|fact| fact.kind == kind)?;
        Some(&fact.value)
    }

    /// Whether nothing is said.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whom the claim is about, as far as it alone tells: initial, consonants of the family name, birth year.
    ///
    /// Values that many subjects hold are generic; so it takes one subject for two rather than two for one only where
    /// the names differ. `None` without a family name, or with nothing beside it.
    #[must_use]
    pub fn subject(&self) -> Option<String> {
        let family = skeleton::of(self.get(FactKind::FamilyName)?);
        let initial = self
            .get(FactKind::GivenName)
            .and_then(|given| skeleton::of(given).chars().next());
        let year = self.get(FactKind::BirthDate).and_then(|date| date.get(..4));
        if family.is_empty() || (initial.is_none() && year.is_none()) {
            return None;
        }
        let initial = initial.map(String::from).unwrap_or_default();
        Some(format!("{initial}|{family}|{}", year.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests;
