//! What a cluster is known by, so that its union with another can be refused.
//!
//! Owns [`Summary`]: names, birth dates, suffixes and national ids of its members. Refuses only where the two clusters
//! have nothing compatible between them, or what most of the one say is not what most of the other do: one member's slip
//! neither holds anybody apart nor brings two together. A summary is the same in whatever order
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
    /// How many members state each national id.
    identified: BTreeMap<String, u32>,
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
            named: of_one(person.given.as_ref()),
            dated: of_one(person.birth.as_ref().filter(|birth| birth.is_whole())),
            identified: of_one(person.national.as_ref()),
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

    /// The first of what forbids that the two clusters are one person.
    #[must_use]
    pub fn conflict(&self, other: &Self) -> Option<Conflict> {
        self.conflicts(other).next()
    }

    /// All that forbids that the two clusters are one person.
    pub fn conflicts(&self, other: &Self) -> impl Iterator<Item = Conflict> {
        let suffixes = all_differ(&self.suffixes, &other.suffixes, |a, b| {
            conflict::suffix(a, b) == Some(Level::Different)
        });
        let all = [
            (suffixes, Conflict::Suffix),
            (self.are_named_apart(other), Conflict::GivenNames),
            (self.are_born_apart(other), Conflict::BirthDates),
            (self.are_identified_apart(other), Conflict::NationalIds),
        ];
        all.into_iter()
            .filter_map(|(is_so, conflict)| is_so.then_some(conflict))
    }

    fn are_named_apart(&self, other: &Self) -> bool {
        let exchanged = crosses(&self.given, &other.family) || crosses(&other.given, &self.family);
        // Whoever was born on the day of the others may be misnamed; two members that agree on their name are not.
        let misnamed = || self.one_birth(other) && !(self.agrees_on_a_name() && other.agrees_on_a_name());
        all_differ(&self.given, &other.given, differ) && !exchanged && !misnamed()
    }

    fn are_born_apart(&self, other: &Self) -> bool {
        let differ = |a: &Birth, b: &Birth| a.level(b) == Level::Incompatible;
        all_differ(&self.births, &other.births, differ) || most_differ(&self.dated, &other.dated, differ)
    }

    fn are_identified_apart(&self, other: &Self) -> bool {
        let differ = |a: &String, b: &String| conflict::national(a, b) == Level::Incompatible;
        let all = all_differ(&self.nationals, &other.nationals, differ) && !self.one_birth(other);
        // One person may have got another number. Who has another name as well is somebody else.
        let renumbered = || self.one_birth(other) && self.shares_its_name(other);
        all || (most_differ(&self.identified, &other.identified, differ) && !renumbered())
    }

    /// Whether a given and a family name of the one fit those of the other.
    fn shares_its_name(&self, other: &Self) -> bool {
        let family = |a: &Name, b: &Name| {
            !matches!(
                a.as_family(b),
                Some(Level::Equal | Level::Nickname | Level::Close | Level::Near)
            )
        };
        !all_differ(&self.given, &other.given, differ) && !all_differ(&self.family, &other.family, family)
    }

    /// Whether members of both were born on one day.
    fn one_birth(&self, other: &Self) -> bool {
        let mut both = self.births.intersection(&other.births);
        both.any(Birth::is_whole)
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

    /// Whether two members state the same national id: then it is neither a slip nor borrowed once.
    pub(super) fn agrees_on_a_national_id(&self) -> bool {
        self.identified.values().any(|members| *members > 1)
    }

    /// Takes in what `other` says.
    pub fn absorb(&mut self, other: &Self) {
        count(&mut self.named, &other.named);
        count(&mut self.dated, &other.dated);
        count(&mut self.identified, &other.identified);
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

/// Whether what most members of the one state, and two at least, fits nothing that most of the other do.
fn most_differ<T>(a: &BTreeMap<T, u32>, b: &BTreeMap<T, u32>, differ: impl Fn(&T, &T) -> bool) -> bool {
    let (a, b) = (most_stated(a), most_stated(b));
    !a.is_empty() && !b.is_empty() && a.iter().all(|a| b.iter().all(|b| differ(a, b)))
}

/// The values that most members state, where two do.
fn most_stated<T>(stated: &BTreeMap<T, u32>) -> Vec<&T> {
    let most = stated.values().max().copied().unwrap_or_default();
    let values = stated.iter().filter(|(_, members)| **members == most && most > 1);
    values.map(|(value, _)| value).collect()
}

/// What one member states.
fn of_one<T: Clone + Ord>(value: Option<&T>) -> BTreeMap<T, u32> {
    value.into_iter().map(|value| (value.clone(), 1)).collect()
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
