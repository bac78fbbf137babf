//! How well a partition into persons fits the true one: owns the scores.
//!
//! Pairs, B-cubed and exact clusters are counted as record linkage counts them; nothing here knows where either partition
//! comes from. Reporting only: identity itself never sees a float. Called by [`crate::quality::evaluate()`].

use std::collections::BTreeMap;

use serde::Serialize;

/// Where one record is: the person it was found to be, and the person it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// Among the persons that were found.
    pub found: usize,
    /// Among the persons that there are.
    pub truth: usize,
}

/// Precision, recall and their harmonic mean, each from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rates {
    /// How much of what was found is true.
    pub precision: f64,
    /// How much of what is true was found.
    pub recall: f64,
    /// The harmonic mean of the two; 0 where both are.
    pub f1: f64,
}

impl Rates {
    fn of(precision: f64, recall: f64) -> Self {
        let sum = precision + recall;
        let f1 = if sum > 0.0 {
            2.0 * precision * recall / sum
        } else {
            0.0
        };
        Self {
            precision,
            recall,
            f1,
        }
    }
}

/// How well one partition fits another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scores {
    /// Records that are scored.
    pub records: u64,
    /// Persons that there are.
    pub people: u64,
    /// Persons that were found.
    pub found: u64,
    /// Pairs of records that are one person.
    pub true_pairs: u64,
    /// Pairs of records that were found to be one person.
    pub found_pairs: u64,
    /// Over pairs of records; 1 where there is no pair to be wrong or missed.
    pub pairs: Rates,
    /// The mean over records of how its found person and its true one overlap.
    pub b_cubed: Rates,
    /// Over whole persons: those found with exactly their records.
    pub clusters: Rates,
    /// Found persons that hold records of more than one true person.
    pub over_merged: u64,
    /// Records of the largest person that was found.
    pub largest: u64,
}

impl Scores {
    /// Scores records by their places in both partitions; `None` without a record.
    pub fn of(cells: &[Cell]) -> Option<Self> {
        if cells.is_empty() {
            return None;
        }
        let overlap = sizes(cells.iter().copied());
        let found = sizes(cells.iter().map(|cell| cell.found));
        let truth = sizes(cells.iter().map(|cell| cell.truth));
        let records = count(cells.len());
        let (found_pairs, true_pairs) = (pairs(found.values()), pairs(truth.values()));
        let both = pairs(overlap.values());
        let size = |of: &BTreeMap<usize, u64>, person: usize| of.get(&person).copied().unwrap_or_default();
        let (mut b_precision, mut b_recall, mut exact) = (0.0, 0.0, 0_u64);
        let mut parts: BTreeMap<usize, u64> = BTreeMap::new();
        for (cell, shared) in &overlap {
            let (in_found, in_truth) = (size(&found, cell.found), size(&truth, cell.truth));
            b_precision += share(shared * shared, in_found);
            b_recall += share(shared * shared, in_truth);
            exact += u64::from(*shared == in_found && *shared == in_truth);
            *parts.entry(cell.found).or_default() += 1;
        }
        let (people, persons_found) = (count(truth.len()), count(found.len()));
        Some(Self {
            records,
            people,
            found: persons_found,
            true_pairs,
            found_pairs,
            pairs: Rates::of(share_or_one(both, found_pairs), share_or_one(both, true_pairs)),
            b_cubed: Rates::of(b_precision / float(records), b_recall / float(records)),
            clusters: Rates::of(share(exact, persons_found), share(exact, people)),
            over_merged: count(parts.values().filter(|parts| **parts > 1).count()),
            largest: found.values().copied().max().unwrap_or_default(),
        })
    }
}

fn sizes<T: Ord>(members: impl Iterator<Item = T>) -> BTreeMap<T, u64> {
    let mut sizes = BTreeMap::new();
    for member in members {
        *sizes.entry(member).or_default() += 1;
    }
    sizes
}

fn pairs<'a>(sizes: impl Iterator<Item = &'a u64>) -> u64 {
    sizes.map(|size| size * size.saturating_sub(1) / 2).sum()
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Exact up to 2^53, which is more pairs than 100 million records of one person have.
fn float(count: u64) -> f64 {
    count as f64
}

fn share(part: u64, whole: u64) -> f64 {
    float(part) / float(whole)
}

fn share_or_one(part: u64, whole: u64) -> f64 {
    if whole == 0 { 1.0 } else { share(part, whole) }
}

#[cfg(test)]
mod tests;
