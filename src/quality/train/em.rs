//! Which pairs are one person, and how often one agrees with oneself: found together by expectation and maximisation.
//!
//! Owns the iteration. How often two people agree is known before and stays as it is.

use crate::{
    domain::similarity::Field,
    quality::train::{
        chances::{Chances, Counts},
        pairs::Patterns,
    },
};

/// Rounds at most.
const ROUNDS: usize = 300;
/// The search ends where the share of pairs moves by less than this.
const STILL: f64 = 1e-9;
/// The share that a search begins with.
const SHARE: f64 = 0.5;
/// A share is never taken for none or for all: the next round could not move it.
const SHARE_MIN: f64 = 1e-9;

/// What a session found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// How often one agrees with oneself.
    pub(super) same: Chances,
    /// Pairs that are one person, by level.
    pub(super) counts: Counts,
    /// The pairs that are one person.
    pub(super) pairs: f64,
}

/// Looks for the pairs that are one person among `patterns`, beginning with `same`; `others` is how often two people
/// agree. `fields` are those that something is learned of.
pub(super) fn search(patterns: &Patterns, others: &Chances, same: Chances, fields: &[Field]) -> Found {
    let mut found = Found {
        same,
        counts: Counts::default(),
        pairs: 0.0,
    };
    let all: f64 = patterns.values().copied().map(f64::from).sum();
    let mut share = SHARE;
    for _ in 0..ROUNDS {
        (found.counts, found.pairs) = (Counts::default(), 0.0);
        for (pattern, pairs) in patterns {
            let one = f64::from(*pairs) * posterior(share, found.same.ln(pattern), others.ln(pattern));
            found.counts.add(pattern, one);
            found.pairs += one;
        }
        found.same = Chances::of_counts(&found.counts, fields.iter().copied());
        let next = bounded(found.pairs / all.max(1.0));
        let moved = (next - share).abs();
        share = next;
        if moved < STILL {
            break;
        }
    }
    found
}

/// Splits random pairs: how often two people agree, when the few pairs that are one person are left out.
pub(super) fn others(patterns: &Patterns, same: &Chances, others: &Chances) -> Counts {
    let all: f64 = patterns.values().copied().map(f64::from).sum();
    let mut share = SHARE_MIN.max(1.0 / all.max(1.0));
    let mut counts = Counts::default();
    for _ in 0..ROUNDS {
        let mut pairs_of_one = 0.0;
        counts = Counts::default();
        for (pattern, pairs) in patterns {
            let one = f64::from(*pairs) * posterior(share, same.ln(pattern), others.ln(pattern));
            pairs_of_one += one;
            counts.add(pattern, f64::from(*pairs) - one);
        }
        let next = bounded(pairs_of_one / all.max(1.0));
        let moved = (next - share).abs();
        share = next;
        if moved < STILL {
            break;
        }
    }
    counts
}

fn bounded(share: f64) -> f64 {
    share.clamp(SHARE_MIN, 1.0 - SHARE_MIN)
}

/// The chance that a pair is one person, where `share` of all pairs are; `same` and `others` are logarithms of the
/// chances of what it agrees on.
fn posterior(share: f64, same: f64, others: f64) -> f64 {
    let odds = share.ln() - (1.0 - share).ln() + same - others;
    1.0 / (1.0 + (-odds).exp())
}
