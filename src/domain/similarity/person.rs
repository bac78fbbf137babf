//! One claim's facts and contacts, prepared for comparison.
//!
//! Owns [`Person`]: what a comparison needs, worked out once. Never shows any of it in `Debug`.

use std::fmt;

use crate::domain::{
    fact::{FactKind, Facts},
    similarity::{
        birth::Birth,
        contact::{Email, Phone},
        name::Name,
        place::Street,
    },
};

/// Addresses and numbers that are compared; more are left out, in their order.
const CONTACTS_MAX: usize = 10;

/// What is known of a person, prepared for comparison.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Person {
    pub(super) given: Option<Name>,
    pub(super) middle: Option<Name>,
    pub(super) family: Option<Name>,
    pub(super) suffix: Option<String>,
    pub(super) birth: Option<Birth>,
    pub(super) street: Option<Street>,
    pub(super) city: Option<String>,
    pub(super) region: Option<String>,
    pub(super) postcode: Option<String>,
    pub(super) national: Option<String>,
    pub(super) emails: Vec<Email>,
    pub(super) phones: Vec<Phone>,
}

/// Nothing of it: it is a person's.
impl fmt::Debug for Person {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Person(…)")
    }
}

impl Person {
    /// The person of whom `facts` are said and who uses these addresses and numbers, each normalised.
    #[must_use]
    pub fn new<'a>(
        facts: &Facts,
        emails: impl IntoIterator<Item = &'a str>,
        phones: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let text = |kind| facts.get(kind);
        let owned = |kind| facts.get(kind).map(str::to_owned);
        Self {
            given: text(FactKind::GivenName).and_then(Name::new),
            middle: text(FactKind::MiddleName).and_then(Name::new),
            family: text(FactKind::FamilyName).and_then(Name::new),
            // An I behind a name is an initial, or the first of a line: beside a second it is the latter.
            suffix: owned(FactKind::Suffix).or_else(|| {
                text(FactKind::MiddleName)
                    .filter(|middle| *middle == "i")
                    .map(str::to_owned)
            }),
            birth: text(FactKind::BirthDate).and_then(Birth::new),
            street: text(FactKind::Address).and_then(Street::new),
            city: owned(FactKind::City),
            region: owned(FactKind::Region),
            postcode: owned(FactKind::Postcode),
            national: owned(FactKind::NationalId),
            emails: bounded(emails.into_iter().filter_map(Email::new).collect()),
            phones: bounded(phones.into_iter().filter_map(Phone::new).collect()),
        }
    }
}

fn bounded<T: Ord>(mut contacts: Vec<T>) -> Vec<T> {
    contacts.sort_unstable();
    contacts.dedup();
    contacts.truncate(CONTACTS_MAX);
    contacts
}
