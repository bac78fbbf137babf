//! From pairs to weights: owns how sessions and random pairs are put together, and what is too little to learn from.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;

use crate::{
    domain::similarity::{Bits, Field, Level, Weights, order},
    quality::train::{
        aspect::Aspect,
        chances::{Chances, Counts, bits},
        em,
        monotone::{Weighed, falling},
        pairs::{self, Patterns, fields},
        sample::Face,
    },
};

/// A level that fewer pairs show, of one person or of two, keeps the built-in weight.
const SEEN_MIN: f64 = 5.0;
/// A session counts for a field only where it found as many pairs of one person to compare in it.
const SESSION_MIN: f64 = 30.0;
/// How often pairs of one person are searched, and taken out of the random ones.
const ROUNDS: usize = 4;

/// What was learned.
#[derive(Clone, Debug)]
pub(super) struct Taught {
    /// The table; its frequencies are still the built-in ones.
    pub(super) weights: Weights,
    /// What each weight comes from.
    pub(super) levels: BTreeMap<(Field, Level), Source>,
    /// Pairs of one person that each session found.
    pub(super) sessions: Vec<(Aspect, f64)>,
}

/// What a weight comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Source {
    /// Whether it is the logarithm of the two chances; else it is the built-in one.
    pub(super) is_learned: bool,
    /// The chance among pairs of one person, and how many show it.
    pub(super) same: (f64, f64),
    /// The chance among pairs of two, and how many show it.
    pub(super) others: (f64, f64),
}

/// How often one agrees with oneself, over all sessions.
struct Same {
    chances: Chances,
    counts: Counts,
    sessions: Vec<(Aspect, f64)>,
}

/// Learns weights and the chances that frequencies are measured by.
pub(super) fn learn(faces: &[Face], dice: &mut ChaCha8Rng) -> Taught {
    let random = pairs::random(faces, dice);
    let sessions = Aspect::ALL.map(|aspect| (aspect, pairs::session(faces, aspect, dice)));
    taught(&random, &sessions)
}

/// The same of pairs that were drawn.
pub(super) fn taught(random: &Patterns, sessions: &[(Aspect, Patterns)]) -> Taught {
    let mut two = Counts::default();
    for (pattern, pairs) in random {
        two.add(pattern, f64::from(*pairs));
    }
    let mut others = Chances::of_counts(&two, fields());
    let mut same = search(sessions, &others);
    for _ in 1..ROUNDS {
        two = em::others(random, &same.chances, &others);
        others = Chances::of_counts(&two, fields());
        same = search(sessions, &others);
    }
    let source = |field, level| {
        let source = Source {
            is_learned: false,
            same: (same.chances.of(field, level), same.counts.of(field, level)),
            others: (others.of(field, level), two.of(field, level)),
        };
        let is_learned = source.same.1 >= SEEN_MIN && source.others.1 >= SEEN_MIN;
        Source { is_learned, ..source }
    };
    let rows = fields().flat_map(|field| order::levels(field).into_iter().map(move |level| (field, level)));
    let levels: BTreeMap<_, _> = rows
        .map(|(field, level)| ((field, level), source(field, level)))
        .collect();
    Taught {
        weights: weights(&levels),
        levels,
        sessions: same.sessions,
    }
}

/// Runs all sessions, and takes the geometric mean of what they found of a field.
fn search(sessions: &[(Aspect, Patterns)], others: &Chances) -> Same {
    let standard = Weights::standard();
    let mut found = Vec::new();
    for (aspect, patterns) in sessions {
        let visible: Vec<Field> = fields().filter(|field| !aspect.hides(*field)).collect();
        let begin = Chances::weighing(&standard, others, visible.iter().copied());
        found.push((*aspect, em::search(patterns, others, begin, &visible)));
    }
    let mut same = Same {
        // Where no session tells, the built-in weight does.
        chances: Chances::weighing(&standard, others, fields()),
        counts: Counts::default(),
        sessions: found
            .iter()
            .map(|(aspect, found)| (*aspect, found.pairs))
            .collect(),
    };
    for field in fields() {
        let told = found
            .iter()
            .filter(|(aspect, found)| !aspect.hides(field) && found.counts.of_field(field) >= SESSION_MIN);
        let told: Vec<&em::Found> = told.map(|(_, found)| found).collect();
        if told.is_empty() {
            continue;
        }
        let mean = |level| {
            let logs: f64 = told.iter().map(|found| found.same.of(field, level).ln()).sum();
            (logs / told.len() as f64).exp()
        };
        same.chances.set_shares(field, mean);
        for found in told {
            same.counts.take(&found.counts.only(field));
        }
    }
    same
}

/// The built-in table with what was learned in it.
fn weights(levels: &BTreeMap<(Field, Level), Source>) -> Weights {
    let mut weights = Weights::standard();
    for field in fields() {
        let rows: Vec<(Level, Option<Weighed>)> = order::levels(field)
            .into_iter()
            .map(|level| (level, levels.get(&(field, level)).and_then(Source::weighed)))
            .collect();
        let learned: Vec<Weighed> = rows.iter().filter_map(|row| row.1).collect();
        let mut ordered = falling(&learned).into_iter().peekable();
        let mut above = f64::INFINITY;
        for (level, learned) in rows {
            let weight = if learned.is_some() {
                ordered.next().unwrap_or_default()
            } else {
                let below = ordered.peek().copied().unwrap_or(f64::NEG_INFINITY);
                bits(weights.of(field, level)).max(below).min(above)
            };
            above = weight;
            let (least, most) = order::bounds(field, level).into_inner();
            weights.set(field, level, rounded(weight).clamp(least, most));
        }
        let equal = levels
            .get(&(field, Level::Equal))
            .filter(|source| source.is_learned);
        if let Some(source) = equal
            && let Some(row) = weights.chances.iter_mut().find(|row| row.0 == field)
        {
            row.1 = parts(source.others.0).max(1);
        }
    }
    weights
}

impl Source {
    fn weighed(&self) -> Option<Weighed> {
        self.is_learned.then(|| Weighed {
            bits: (self.same.0 / self.others.0).log2(),
            // A logarithm of a share is as certain as what it was counted of.
            evidence: 1.0 / (1.0 / self.same.1 + 1.0 / self.others.1),
        })
    }
}

/// In whole thousandths of a bit: what lies behind them is chance, and may differ from machine to machine.
#[allow(
    clippy::cast_possible_truncation,
    reason = "a weight is a logarithm of a share of pairs"
)]
fn rounded(bits: f64) -> Bits {
    Bits::milli((bits * 1000.0).round() as i64)
}

/// A share in parts per billion.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share lies between 0 and 1"
)]
pub(super) fn parts(share: f64) -> u32 {
    (share.clamp(0.0, 1.0) * 1e9).round() as u32
}

#[cfg(test)]
mod tests;
