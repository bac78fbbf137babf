//! By what pairs are found that are mostly one person.
//!
//! Owns the four aspects: which key two have to share, and what may not be learned of those who do, because sharing it
//! follows from the key or goes with it in a household.

use crate::{
    domain::{fact::FactKind, similarity::Field},
    quality::train::sample::Face,
};

/// What a session's pairs agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Aspect {
    /// Given and family name.
    Names,
    /// The whole birth date.
    Birth,
    /// Number and street.
    Address,
    /// A national id, or an e-mail address.
    Contact,
}

impl Aspect {
    pub(super) const ALL: [Self; 4] = [Self::Names, Self::Birth, Self::Address, Self::Contact];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Names => "given and family name",
            Self::Birth => "birth date",
            Self::Address => "address",
            Self::Contact => "national id or e-mail address",
        }
    }

    /// What a face is found by.
    pub(super) fn keys(self, face: &Face) -> Vec<String> {
        let fact = |kind| face.facts.get(kind).map(str::to_owned);
        match self {
            Self::Names => {
                let both = fact(FactKind::GivenName).zip(fact(FactKind::FamilyName));
                both.map(|(given, family)| format!("{given}|{family}"))
                    .into_iter()
                    .collect()
            }
            // A year alone is shared by too many.
            Self::Birth => fact(FactKind::BirthDate)
                .filter(|date| date.len() >= 10)
                .into_iter()
                .collect(),
            Self::Address => fact(FactKind::Address)
                .filter(|address| address.contains(' '))
                .into_iter()
                .collect(),
            Self::Contact => {
                let national = fact(FactKind::NationalId).map(|id| format!("id|{id}"));
                let emails = face.emails.iter().map(|email| format!("email|{email}"));
                national.into_iter().chain(emails).collect()
            }
        }
    }

    /// Whether nothing can be learned of `field` from pairs that share a key.
    pub(super) const fn hides(self, field: Field) -> bool {
        match self {
            Self::Names => matches!(
                field,
                Field::Given | Field::Middle | Field::Family | Field::Suffix
            ),
            Self::Birth => matches!(field, Field::Birth),
            // A household shares the family name and the telephone.
            Self::Address => matches!(
                field,
                Field::Address | Field::Postcode | Field::City | Field::Region | Field::Family | Field::Phone
            ),
            Self::Contact => matches!(field, Field::National | Field::Email),
        }
    }
}
