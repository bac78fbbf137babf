//! What agreement weighs, learned from records without knowing who is who (Fellegi and Sunter, by Winkler's EM).
//!
//! A sample of the records is decoded as an edge decodes it ([`sample`]). Random pairs tell how often people agree who
//! are two; pairs that agree on one aspect ([`aspect`]) are mostly one person, and tell how often one agrees with
//! oneself in everything else ([`em`]). A weight is the logarithm of the two chances' ratio ([`learn`]), made monotone
//! ([`monotone`]); values that many people have are counted ([`frequencies`]). The same records and seed give the same
//! table, byte by byte. Must never look at the truth, decide who is one person, or let a value into a file or message.
//! Called by the command `yekta identity train`.

mod aspect;
mod chances;
mod em;
mod frequencies;
mod learn;
mod monotone;
mod pairs;
mod people;
mod report;
mod sample;
#[cfg(test)]
mod synthetic;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::{
    config::weights,
    domain::{similarity::Weights, time::Timestamp},
    quality::{error::QualityError, plan::Load, train::sample::Sample},
    wire::DecodeRules,
};

/// What is learned from, and how much of it.
#[derive(Clone, Copy, Debug)]
pub struct Training {
    /// Draws the sample, the pairs and the key of the hashes.
    pub seed: u64,
    /// Records that are looked at, at most.
    pub sample: usize,
}

/// A table and what is said of it.
#[derive(Clone, Debug)]
pub struct Learned {
    /// The table.
    pub weights: Weights,
    /// Its file.
    pub text: String,
    /// How many weights were learned; the others are the built-in ones.
    pub levels: usize,
    /// Records that were looked at.
    pub records: usize,
    /// Of them those that are no event.
    pub refused: usize,
    /// Different ones that say something of a person.
    pub people: usize,
}

/// The fewest that anything is learned from: among fewer, the pairs that are one person blur how often two people agree.
const PEOPLE_MIN: usize = 500;

/// Learns a table from the records of all loads; `now` is when they are taken in.
///
/// # Errors
/// [`QualityError::TooFew`] where the records do not say enough of people.
pub fn train(
    loads: &[Load],
    rules: &DecodeRules,
    now: Timestamp,
    how: Training,
) -> Result<Learned, QualityError> {
    let mut dice = ChaCha8Rng::seed_from_u64(how.seed);
    let sample = Sample::draw(loads, how.sample, rules, now, &mut dice);
    let people = sample.faces.len();
    if people < PEOPLE_MIN {
        return Err(QualityError::TooFew {
            found: people,
            expected: PEOPLE_MIN,
        });
    }
    let mut taught = learn::learn(&sample.faces, &mut dice);
    taught.weights.frequencies = frequencies::count(&sample.faces, &taught.weights, &mut dice);
    taught.weights.version = weights::version(&taught.weights);
    Ok(Learned {
        text: weights::text(&taught.weights, &report::remarks(how, &sample, &taught)),
        levels: taught.levels.values().filter(|level| level.is_learned).count(),
        weights: taught.weights,
        records: sample.records,
        refused: sample.refused,
        people,
    })
}
