//! What is learned of pairs whose chances are known.

use super::{SEEN_MIN, taught, weights};
use crate::{
    domain::similarity::{Bits, Field, Level, Weights, order},
    quality::train::{
        aspect::Aspect,
        chances::Chances,
        em,
        learn::Source,
        pairs::{Patterns, fields},
        synthetic::{World, draw, world},
    },
};

/// The true chances: of pairs of one person, or of others.
fn truth(world: &World, same: bool) -> Chances {
    let mut chances = Chances::default();
    for (field, levels) in world {
        let of = |level| {
            let row = levels.iter().find(|row| row.0 == level);
            row.map_or(1e-6, |row| if same { row.1 } else { row.2 })
        };
        chances.set_shares(*field, of);
    }
    chances
}

#[test]
fn the_search_finds_the_chances_that_pairs_were_drawn_by() {
    let world = world();
    let seen: Vec<Field> = world.keys().copied().collect();
    for share in [0.7, 0.3, 0.05] {
        let patterns = draw(&world, 40_000, share, 7, &[]);
        let others = truth(&world, false);
        let begin = Chances::weighing(&Weights::standard(), &others, seen.iter().copied());
        let found = em::search(&patterns, &others, begin, &seen);
        assert!(
            (found.pairs / 40_000.0 - share).abs() < 0.01,
            "{share}: {}",
            found.pairs
        );
        for (field, levels) in &world {
            for (level, same, _) in levels {
                let chance = found.same.of(*field, *level);
                assert!(
                    (chance - same).abs() < 0.03,
                    "{share} {field:?} {level:?}: {chance}, not {same}"
                );
            }
        }
    }
}

/// Random pairs among which one in `one_in` is of one person, and two sessions.
fn drawn(world: &World, share: f64) -> (Patterns, [(Aspect, Patterns); 2]) {
    let places = [Field::Postcode, Field::City];
    (
        draw(world, 200_000, share, 1, &[]),
        [
            (Aspect::Birth, draw(world, 20_000, 0.4, 2, &[Field::Birth])),
            (Aspect::Address, draw(world, 20_000, 0.6, 3, &places)),
        ],
    )
}

#[test]
fn weights_are_those_of_the_world_though_random_pairs_hold_some_of_one_person() {
    let world = world();
    let (random, sessions) = drawn(&world, 0.004);
    let taught = taught(&random, &sessions);
    for (field, levels) in &world {
        for (level, same, others) in levels {
            let source = taught.levels[&(*field, *level)];
            assert!(source.is_learned, "{field:?} {level:?} {source:?}");
            let (weight, expected) = (
                taught.weights.of(*field, *level).0 as f64 / 1e6,
                (same / others).log2(),
            );
            assert!(
                (weight - expected).abs() < 0.35,
                "{field:?} {level:?}: {weight}, not {expected}"
            );
        }
    }
    let birth = taught.weights.of(Field::Birth, Level::Equal);
    assert_eq!(birth.0 % 1000, 0, "in thousandths of a bit");
    let found: Vec<f64> = taught.sessions.iter().map(|(_, pairs)| *pairs).collect();
    assert!(
        (found[0] - 8_000.0).abs() < 300.0 && (found[1] - 12_000.0).abs() < 300.0,
        "{found:?}"
    );
}

#[test]
fn a_chance_that_frequencies_are_measured_by_goes_with_the_weight() {
    let (random, sessions) = drawn(&world(), 0.0);
    let taught = taught(&random, &sessions);
    let chance = |field| {
        taught
            .weights
            .chances
            .iter()
            .find(|row| row.0 == field)
            .unwrap()
            .1
    };
    assert!(
        (9_000_000..11_000_000).contains(&chance(Field::Given)),
        "{}",
        chance(Field::Given)
    );
    assert!((48_000_000..52_000_000).contains(&chance(Field::City)));
    // Nothing was learned of family names.
    let standard = Weights::standard();
    let kept = standard
        .chances
        .iter()
        .find(|row| row.0 == Field::Family)
        .unwrap()
        .1;
    assert_eq!(chance(Field::Family), kept);
}

#[test]
fn what_is_seen_too_seldom_keeps_the_built_in_weight() {
    let (random, sessions) = drawn(&world(), 0.0);
    let taught = taught(&random, &sessions);
    let standard = Weights::standard();
    for (field, level) in [
        (Field::Email, Level::Equal),
        (Field::Family, Level::Near),
        (Field::National, Level::OneEdit),
    ] {
        assert!(!taught.levels[&(field, level)].is_learned);
        assert_eq!(taught.weights.of(field, level), standard.of(field, level));
    }
    // A session that finds hardly anybody tells nothing.
    let few = [(Aspect::Birth, draw(&world(), 40, 0.4, 2, &[Field::Birth]))];
    let learned = super::taught(&random, &few);
    assert!(learned.levels.values().all(|source| !source.is_learned));
    assert_eq!(learned.weights.levels.len(), standard.levels.len());
    for (field, level, weight) in &standard.levels {
        assert_eq!(learned.weights.of(*field, *level), *weight);
    }
}

fn source(same: f64, others: f64) -> Source {
    Source {
        is_learned: true,
        same: (same, same * 1e3),
        others: (others, others * 1e5),
    }
}

#[test]
fn weights_are_in_order_and_what_differs_never_speaks_for() {
    let mut levels: std::collections::BTreeMap<_, _> = fields()
        .flat_map(|field| order::levels(field).into_iter().map(move |level| (field, level)))
        .map(|row| {
            (
                row,
                Source {
                    is_learned: false,
                    same: (0.0, SEEN_MIN - 1.0),
                    others: (0.0, 1e4),
                },
            )
        })
        .collect();
    // One edit more telling than the same; a difference that speaks for; the same speaking against.
    levels.insert((Field::Postcode, Level::Equal), source(0.5, 0.1));
    levels.insert((Field::Postcode, Level::OneEdit), source(0.4, 0.01));
    levels.insert((Field::Email, Level::Different), source(0.9, 0.3));
    levels.insert((Field::Region, Level::Equal), source(0.1, 0.3));
    // Below what its neighbour keeps: that is moved.
    levels.insert((Field::Birth, Level::Equal), source(0.5, 0.25));
    let weights = weights(&levels);
    for field in Field::ALL {
        let rows = order::levels(*field);
        let bits: Vec<Bits> = rows.iter().map(|level| weights.of(*field, *level)).collect();
        assert!(bits.is_sorted_by(|more, less| more >= less), "{field:?} {bits:?}");
        for (level, weight) in rows.iter().zip(&bits) {
            assert!(
                order::bounds(*field, *level).contains(weight),
                "{field:?} {level:?} {weight}"
            );
        }
    }
    let of = |field, level| weights.of(field, level);
    assert_eq!(
        of(Field::Postcode, Level::Equal),
        of(Field::Postcode, Level::OneEdit)
    );
    assert_eq!(of(Field::Email, Level::Different), Bits::ZERO);
    assert_eq!(of(Field::Region, Level::Equal), Bits::ZERO);
    assert_eq!(of(Field::Birth, Level::Swapped), Bits::whole(1));
    assert_eq!(
        of(Field::Birth, Level::Incompatible),
        Weights::standard().of(Field::Birth, Level::Incompatible)
    );
}
