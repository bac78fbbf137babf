//! Pairs of faces as what they agree on: owns which pairs are looked at, and [`Patterns`].
//!
//! Random pairs are mostly two people; those of a session share a key. The comparison is the engine's, so the levels are
//! its levels; what they weigh there decides nothing but which of two ways to pair names is looked at.

use std::collections::{BTreeMap, BTreeSet};

use rand_chacha::ChaCha8Rng;

use crate::{
    domain::similarity::{Field, Level, Weights, compare},
    quality::train::{
        aspect::Aspect,
        sample::{Face, below},
    },
};

/// Random pairs.
const RANDOM: usize = 200_000;
/// Pairs of a session, at most.
const SESSION: usize = 400_000;
/// Faces that share a key, at most: what more share, many people share.
const BLOCK: usize = 60;

/// How alike two are, field by field.
pub(super) type Pattern = Vec<(Field, Level)>;

/// How many pairs there are of each pattern.
pub(super) type Patterns = BTreeMap<Pattern, u32>;

/// Fields that are made up of others, for which nothing is learned.
const fn is_made_up(field: Field) -> bool {
    matches!(field, Field::Order | Field::Names)
}

/// The fields that something is learned of.
pub(super) fn fields() -> impl Iterator<Item = Field> {
    Field::ALL.iter().copied().filter(|field| !is_made_up(*field))
}

/// Random pairs; all there are where they are no more.
pub(super) fn random(faces: &[Face], dice: &mut ChaCha8Rng) -> Patterns {
    let all = faces.len().saturating_mul(faces.len().saturating_sub(1)) / 2;
    if all <= RANDOM {
        let each = (0..faces.len()).flat_map(|one| (0..one).map(move |other| (one, other)));
        return patterns(faces, each, |_| false);
    }
    let mut drawn = Vec::with_capacity(RANDOM);
    while drawn.len() < RANDOM {
        let pair = (below(dice, faces.len()), below(dice, faces.len()));
        if pair.0 != pair.1 {
            drawn.push(pair);
        }
    }
    patterns(faces, drawn, |_| false)
}

/// Pairs that share a key of `aspect`, without what it hides.
pub(super) fn session(faces: &[Face], aspect: Aspect, dice: &mut ChaCha8Rng) -> Patterns {
    let mut blocks: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, face) in faces.iter().enumerate() {
        for key in aspect.keys(face) {
            blocks.entry(key).or_default().push(place);
        }
    }
    let mut pairs: BTreeSet<(usize, usize)> = BTreeSet::new();
    for block in blocks.into_values().filter(|block| block.len() <= BLOCK) {
        for (place, one) in block.iter().enumerate() {
            pairs.extend(block.iter().take(place).map(|other| (*one, *other)));
        }
    }
    let mut left = pairs.len();
    let mut wanted = left.min(SESSION);
    let drawn = pairs.into_iter().filter(|_| {
        let takes = below(dice, left) < wanted;
        left = left.saturating_sub(1);
        wanted = wanted.saturating_sub(usize::from(takes));
        takes
    });
    patterns(faces, drawn, |field| aspect.hides(field))
}

fn patterns(
    faces: &[Face],
    pairs: impl IntoIterator<Item = (usize, usize)>,
    hides: impl Fn(Field) -> bool,
) -> Patterns {
    let standard = Weights::standard();
    let mut patterns = Patterns::new();
    for (one, other) in pairs {
        let Some((one, other)) = faces.get(one).zip(faces.get(other)) else {
            continue;
        };
        let score = compare(&one.person, &other.person, &standard);
        let terms = score.terms.iter().map(|term| (term.field, term.level));
        let pattern: Pattern = terms
            .filter(|(field, _)| !is_made_up(*field) && !hides(*field))
            .collect();
        let count = patterns.entry(pattern).or_default();
        *count = count.saturating_add(1);
    }
    patterns
}

#[cfg(test)]
pub(super) mod tests;
