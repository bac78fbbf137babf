//! `[identity]`: when two who share nothing are alike enough to be one person.

use std::path::PathBuf;

use crate::{
    config::{reader::Reader, weights},
    domain::{
        identity::Similarity,
        similarity::{Weights, thresholds},
    },
};

pub(crate) fn read(table: &mut Reader<'_>) -> Similarity {
    Similarity {
        weights: weights(table),
        thresholds: thresholds(table.number("expected_people", 1..=10_000_000_000)),
        block_faces_max: table.number("block_faces_max", 2..=10_000),
        component_atoms_max: table.number("component_atoms_max", 2..=100_000),
    }
}

/// The table in the file that is named, or the built-in one.
fn weights(table: &mut Reader<'_>) -> Weights {
    let path = table.optional("weights", "expected a file of weights, or nothing", |text| {
        Some(PathBuf::from(text))
    });
    let Some(path) = path else {
        return Weights::standard();
    };
    weights::load(&path).unwrap_or_else(|error| {
        table.refuse_file(error);
        Weights::standard()
    })
}
