//! Pairs whose chances are known, for tests: drawn field by field, as the model has it.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{
    domain::similarity::{Field, Level},
    quality::train::pairs::{Pattern, Patterns},
};

/// For each level of each field its chance among pairs of one person and among others.
pub(super) type World = BTreeMap<Field, Vec<(Level, f64, f64)>>;

/// Four fields, of which one is known of four pairs in five.
pub(super) fn world() -> World {
    use Level::{Area, Close, Different, Equal, Incompatible, Near, OneEdit, SameYear, Swapped};
    [
        (
            Field::Given,
            vec![
                (Equal, 0.8, 0.01),
                (Close, 0.1, 0.01),
                (Near, 0.05, 0.04),
                (Different, 0.03, 0.34),
                (Incompatible, 0.02, 0.6),
            ],
        ),
        (
            Field::Birth,
            vec![
                (Equal, 0.85, 0.002),
                (Swapped, 0.03, 0.001),
                (OneEdit, 0.06, 0.007),
                (SameYear, 0.02, 0.02),
                (Different, 0.02, 0.27),
                (Incompatible, 0.02, 0.7),
            ],
        ),
        (
            Field::Postcode,
            vec![
                (Equal, 0.7, 0.01),
                (OneEdit, 0.1, 0.02),
                (Area, 0.05, 0.05),
                (Different, 0.15, 0.92),
            ],
        ),
        (
            Field::City,
            vec![(Equal, 0.75, 0.05), (Close, 0.1, 0.01), (Different, 0.15, 0.94)],
        ),
    ]
    .into()
}

/// Pairs of the world, `share` of them of one person, without the fields that are hidden.
pub(super) fn draw(world: &World, pairs: u32, share: f64, seed: u64, hides: &[Field]) -> Patterns {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut patterns = Patterns::new();
    for _ in 0..pairs {
        let same = chance(&mut dice) < share;
        let mut pattern = Pattern::new();
        for (field, levels) in world {
            let known = *field != Field::Postcode || chance(&mut dice) < 0.8;
            let level = level(levels, same, chance(&mut dice));
            if known && !hides.contains(field) {
                pattern.push((*field, level));
            }
        }
        *patterns.entry(pattern).or_default() += 1;
    }
    patterns
}

fn level(levels: &[(Level, f64, f64)], same: bool, mut at: f64) -> Level {
    for (level, of_same, of_others) in levels {
        at -= if same { of_same } else { of_others };
        if at < 0.0 {
            return *level;
        }
    }
    levels.last().unwrap().0
}

fn chance(dice: &mut ChaCha8Rng) -> f64 {
    f64::from(dice.next_u32()) / (f64::from(u32::MAX) + 1.0)
}
