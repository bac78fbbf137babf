//! Similarity: how much two persons' facts speak for their being one (Fellegi and Sunter).
//!
//! Owns [`Person`], what is prepared of facts for comparison; [`compare()`], which adds up a [`Weights`]' bits per field
//! and names what forbids a link; [`blocking_keys`], by which those worth comparing find each other; and [`Summary`],
//! what forbids the union of two clusters. Never decides who is one person and never stores or decides by a floating
//! point number. `domain::identity` calls it.

mod birth;
pub mod bits;
mod block;
mod compare;
mod conflict;
mod contact;
pub mod field;
pub mod frequency;
pub mod name;
mod nickname;
pub mod order;
mod person;
mod place;
mod standard;
mod summary;
mod threshold;
mod weights;

pub use crate::domain::similarity::{
    bits::Bits,
    block::{BlockKey, blocking_keys},
    compare::{Score, Term, compare},
    conflict::Conflict,
    field::{Field, Level},
    frequency::Frequencies,
    person::Person,
    summary::Summary,
    threshold::{Thresholds, thresholds},
    weights::Weights,
};

/// `share`, which lies between 0 and 1, in whole thousandths.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a metric's share lies between 0 and 1"
)]
fn per_mille(share: f64) -> u16 {
    (share * 1000.0).clamp(0.0, 1000.0) as u16
}

/// How alike two texts are by Jaro and Winkler, in thousandths.
fn jaro_winkler(a: &str, b: &str) -> u16 {
    // The metric depends on the order in the last bit: take the texts in theirs.
    let (a, b) = if a <= b { (a, b) } else { (b, a) };
    per_mille(strsim::jaro_winkler(a, b))
}

/// Letters changed, left out, put in or exchanged with their neighbour.
fn edits(a: &str, b: &str) -> usize {
    strsim::osa_distance(a, b)
}

#[cfg(test)]
mod tests;
