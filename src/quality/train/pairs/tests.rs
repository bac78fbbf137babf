//! Which pairs are looked at.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::{BLOCK, Patterns, RANDOM, random, session};
use crate::{
    domain::{
        fact::Facts,
        similarity::{Field, Level, Person},
        value::Value,
    },
    quality::train::{aspect::Aspect, sample::Face},
};

fn dice() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(5)
}

pub(in crate::quality::train) fn face(given: &str, family: &str, born: &str) -> Face {
    let stated = [("first_name", given), ("last_name", family), ("birth_date", born)];
    let traits: BTreeMap<String, Value> = stated
        .iter()
        .map(|(name, text)| ((*name).to_owned(), Value::Text((*text).to_owned())))
        .collect();
    let facts = Facts::of(&traits);
    Face {
        person: Person::new(&facts, [], []),
        subject: None,
        emails: Vec::new(),
        facts,
    }
}

fn count(patterns: &Patterns) -> u64 {
    patterns.values().copied().map(u64::from).sum()
}

#[test]
fn a_session_holds_who_shares_its_key_without_what_that_hides() {
    let faces = [
        face("Sara", "Karimi", "1980-02-03"),
        face("Sara", "Karimi", "1980-02-04"),
        face("Robert", "Smith", "1980-02-03"),
        face("Robert", "Smith", "1980"),
    ];
    let named = session(&faces, Aspect::Names, &mut dice());
    let expected: Patterns = [
        (vec![(Field::Birth, Level::OneEdit)], 1),
        (vec![(Field::Birth, Level::Partial)], 1),
    ]
    .into();
    assert_eq!(named, expected);
    let born = session(&faces, Aspect::Birth, &mut dice());
    let expected: Patterns = [(
        vec![
            (Field::Given, Level::Incompatible),
            (Field::Family, Level::Incompatible),
        ],
        1,
    )]
    .into();
    assert_eq!(born, expected);
    assert!(session(&faces, Aspect::Contact, &mut dice()).is_empty());
}

#[test]
fn a_key_that_too_many_share_finds_nobody() {
    let faces = |people: usize| -> Vec<Face> {
        (0..people)
            .map(|at| face("Sara", "Karimi", &format!("{}-02-03", 1900 + at)))
            .collect()
    };
    let pairs = |people: usize| count(&session(&faces(people), Aspect::Names, &mut dice()));
    let most = u64::try_from(BLOCK).unwrap();
    assert_eq!(pairs(BLOCK), most * (most - 1) / 2);
    assert_eq!(pairs(BLOCK + 1), 0);
}

#[test]
fn random_pairs_are_all_of_few_people_and_some_of_many() {
    let faces: Vec<Face> = (0..700)
        .map(|at| {
            face(
                "Sara",
                "Karimi",
                &format!("19{:02}-{:02}-01", at % 90 + 10, at % 12 + 1),
            )
        })
        .collect();
    assert_eq!(count(&random(&faces[..100], &mut dice())), 4_950);
    let many = random(&faces, &mut dice());
    assert_eq!(count(&many), u64::try_from(RANDOM).unwrap());
    assert_eq!(many, random(&faces, &mut dice()));
}
