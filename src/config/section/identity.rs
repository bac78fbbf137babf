//! `[identity]`: when two who share nothing are alike enough to be one person.

use crate::{
    config::reader::Reader,
    domain::{
        identity::Similarity,
        similarity::{Weights, thresholds},
    },
};

pub(crate) fn read(table: &mut Reader<'_>) -> Similarity {
    Similarity {
        weights: Weights::standard(),
        thresholds: thresholds(table.number("expected_people", 1..=10_000_000_000)),
        block_faces_max: table.number("block_faces_max", 2..=10_000),
        component_atoms_max: table.number("component_atoms_max", 2..=100_000),
    }
}
