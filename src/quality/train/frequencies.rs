//! How many people have a name or live in a town: owns the counting, and the bound below which nothing is told.
//!
//! Frequencies are shares of people by their own word (customer, or initial, family name and birth year). A value leaves
//! here as a keyed hash alone, and only where ten people or more have it, counted with caution ([`are_at_least`]).

use std::collections::{BTreeMap, BTreeSet};

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::{
    domain::{
        fact::FactKind,
        identity::Subject,
        similarity::{Field, Frequencies, Weights, order},
    },
    quality::train::{learn::parts, people::are_at_least, sample::Face},
};

/// What fewer people have is left out: it could tell of one of them.
pub(super) const PEOPLE_MIN: usize = 10;

/// Counts the values of all fields that are told apart by frequency. `weights` says what chance a frequency is measured
/// by.
pub(super) fn count(faces: &[Face], weights: &Weights, dice: &mut ChaCha8Rng) -> Frequencies {
    let mut frequencies = Frequencies {
        key: (dice.next_u64(), dice.next_u64()),
        ..Frequencies::default()
    };
    let mut fewest = usize::MAX;
    for field in order::BY_FREQUENCY {
        let (people, values) = values(faces, field);
        if people > 0 {
            fewest = fewest.min(people);
        }
        for (value, holders) in values {
            if are_at_least(PEOPLE_MIN, &holders.faces) {
                let hash = frequencies.hash(field, value);
                let parts = parts(share(holders.subjects.len(), people)).max(1);
                frequencies.table.insert(hash, parts);
            }
        }
    }
    frequencies.floor = floor(fewest, weights);
    frequencies
}

/// Who holds a value.
#[derive(Debug, Default)]
struct Holders<'a> {
    subjects: BTreeSet<&'a Subject>,
    faces: Vec<&'a Face>,
}

/// Who holds each value of a field, and how many people have one.
fn values(faces: &[Face], field: Field) -> (usize, BTreeMap<&str, Holders<'_>>) {
    let (mut people, mut values) = (BTreeSet::new(), BTreeMap::<&str, Holders<'_>>::new());
    let kind = match field {
        Field::Given => FactKind::GivenName,
        Field::Family => FactKind::FamilyName,
        _ => FactKind::City,
    };
    for face in faces {
        if let Some((value, subject)) = face.facts.get(kind).zip(face.subject.as_ref()) {
            people.insert(subject);
            let holders = values.entry(value).or_default();
            holders.subjects.insert(subject);
            holders.faces.push(face);
        }
    }
    (people.len(), values)
}

/// What a value counts as that is not listed: as one that just is. Among few people that would be more than most values
/// have, and nothing is said of it.
fn floor(people: usize, weights: &Weights) -> u32 {
    let least = parts(share(PEOPLE_MIN, people.max(1)));
    let is_rare = weights.chances.iter().all(|(_, chance)| least <= *chance);
    if is_rare { least } else { 0 }
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::floor;
    use crate::domain::similarity::Weights;

    #[test]
    fn among_few_people_nothing_is_said_of_values_that_are_not_listed() {
        let weights = Weights::standard();
        assert_eq!(floor(50_000, &weights), 200_000);
        assert_eq!(floor(5_000, &weights), 2_000_000);
        // Two family names in a thousand are the same: one in a hundred people is no rare one.
        assert_eq!(floor(1_000, &weights), 0);
        assert_eq!(floor(0, &weights), 0);
    }
}
