//! What a cluster is known by, so that its union with another can be refused.
//!
//! Owns [`Summary`]: names, birth dates, suffixes and national ids of its members. Refuses only where the two clusters
//! have nothing compatible between them: one member's slip holds nobody apart. A summary is the same in whatever order
//! its members came, and bounded. `domain::identity` keeps one per cluster.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::domain::similarity::{
    birth::Birth,
    conflict::{self, Conflict},
    field::Level,
    name::Name,
    person::Person,
};

/// Values of one kind that are kept: the first in their order, which is no matter of arrival.
const VALUES_MAX: usize = 24;

/// What the members of a cluster say of their names, birth dates, suffixes and national ids.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Summary {
    given: BTreeSet<Name>,
    family: BTreeSet<Name>,
    births: BTreeSet<Birth>,
    suffixes: BTreeSet<String>,
    nationals: BTreeSet<String>,
    /// How many members state each given name first.
    named: BTreeMap<Name, u32>,
    /// How many members state each birth date.
    dated: BTreeMap<Birth, u32>,
}

/// Counts alone.
impl fmt::Debug for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "Summary({} given names, {} birth dates)",
            self.given.len(),
            self.births.len()
        )
    }
}

impl Summary {
    /// The summary of one person.
    #[must_use]
    pub fn of(person: &Person) -> Self {
        let mut summary = Self {
            named: person.given.iter().map(|name| (name.clone(), 1)).collect(),
            dated: person.birth.iter().map(|birth| (birth.clone(), 1)).collect(),
            ..Self::default()
        };
        let middle = person.middle.iter().filter(|middle| !middle.is_initial());
        summary.given.extend(person.given.iter().chain(middle).cloned());
        summary.family.extend(person.family.iter().cloned());
        summary.births.extend(person.birth.iter().cloned());
        summary.suffixes.extend(person.suffix.clone());
        summary.nationals.extend(person.national.clone());
        summary
    }

    /// What forbids that the two clusters are one person.
    #[must_use]
    pub fn conflict(&self, other: &Self) -> Option<Conflict> {
        let suffixes = all_differ(&self.suffixes, &other.suffixes, |a, b| {
            conflict::suffix(a, b) == Some(Level::Different)
        });
        if suffixes {
            return Some(Conflict::Suffix);
        }
        let one_birth = self.births.intersection(&other.births).next().is_some();
        let exchanged = crosses(&self.given, &other.family) || crosses(&other.given, &self.family);
        // Whoever was born on the day of the others may be misnamed; two members that agree on their name are not.
        let misnamed = || one_birth && !(self.agrees_on_a_name() && other.agrees_on_a_name());
        if all_differ(&self.given, &other.given, differ) && !exchanged && !misnamed() {
            return Some(Conflict::GivenNames);
        }
        let births = all_differ(&self.births, &other.births, |a, b| {
            a.level(b) == Level::Incompatible
        });
        let nationals = all_differ(&self.nationals, &other.nationals, |a, b| {
            conflict::national(a, b) == Level::Incompatible
        });
        if births {
            return Some(Conflict::BirthDates);
        }
        (nationals && !one_birth).then_some(Conflict::NationalIds)
    }

    /// Whether two members state the same given name, in whatever spelling.
    fn agrees_on_a_name(&self) -> bool {
        let mut names = self.named.iter();
        while let Some((name, members)) = names.next() {
            if *members > 1 || names.clone().any(|(other, _)| !differ(name, other)) {
                return true;
            }
        }
        false
    }

    /// Whether two members state the same birth date: then it is no slip.
    #[must_use]
    pub fn agrees_on_a_birth_date(&self) -> bool {
        self.dated.values().any(|members| *members > 1)
    }

    /// Takes in what `other` says.
    pub fn absorb(&mut self, other: &Self) {
        count(&mut self.named, &other.named);
        count(&mut self.dated, &other.dated);
        take(&mut self.given, &other.given);
        take(&mut self.family, &other.family);
        take(&mut self.births, &other.births);
        take(&mut self.suffixes, &other.suffixes);
        take(&mut self.nationals, &other.nationals);
    }
}

fn differ(a: &Name, b: &Name) -> bool {
    a.as_given(b) == Some(Level::Incompatible)
}

fn crosses(given: &BTreeSet<Name>, family: &BTreeSet<Name>) -> bool {
    given.intersection(family).next().is_some()
}

/// Whether both say something and nothing of the one fits anything of the other.
fn all_differ<T>(a: &BTreeSet<T>, b: &BTreeSet<T>, differ: impl Fn(&T, &T) -> bool) -> bool {
    !a.is_empty() && !b.is_empty() && a.iter().all(|a| b.iter().all(|b| differ(a, b)))
}

fn count<T: Clone + Ord>(own: &mut BTreeMap<T, u32>, other: &BTreeMap<T, u32>) {
    for (value, members) in other {
        let own = own.entry(value.clone()).or_default();
        *own = own.saturating_add(*members);
    }
    while own.len() > VALUES_MAX {
        own.pop_last();
    }
}

fn take<T: Clone + Ord>(own: &mut BTreeSet<T>, other: &BTreeSet<T>) {
    own.extend(other.iter().cloned());
    while own.len() > VALUES_MAX {
        own.pop_last();
    }
}
