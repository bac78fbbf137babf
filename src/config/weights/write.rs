//! From a table of weights to its file.

use std::{collections::BTreeMap, fmt::Write};

use crate::{
    config::weights::{FORMAT, version},
    domain::similarity::{Field, Level, Weights, order},
};

/// What is said about a table to whoever reads its file, as comments. Reading the file leaves them out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    /// Lines at the top: how the table came about.
    pub head: Vec<String>,
    /// Behind a weight: where it comes from.
    pub levels: BTreeMap<(Field, Level), String>,
}

/// The file of a table; the version in it follows from the content, whatever version `weights` claims.
#[must_use]
pub fn text(weights: &Weights, remarks: &Remarks) -> String {
    let mut text = String::new();
    for line in &remarks.head {
        push(&mut text, format_args!("# {line}\n"));
    }
    push(
        &mut text,
        format_args!(
            "format = {FORMAT}\n# Follows from what stands below.\nversion = {}\n",
            version(weights)
        ),
    );
    text + &body(weights, remarks)
}

/// All that the version follows from.
pub(super) fn body(weights: &Weights, remarks: &Remarks) -> String {
    let mut text = String::from("\n# Millionths of a bit, the more alike first.\n");
    levels(&mut text, weights, remarks);
    chances(&mut text, weights);
    frequencies(&mut text, weights);
    text
}

fn levels(text: &mut String, weights: &Weights, remarks: &Remarks) {
    for field in Field::ALL {
        push(text, format_args!("[levels.{}]\n", field.as_str()));
        for level in order::levels(*field) {
            let weight = weights.of(*field, level).0;
            push(text, format_args!("{} = {weight}", level.as_str()));
            if let Some(remark) = remarks.levels.get(&(*field, level)) {
                push(text, format_args!(" # {remark}"));
            }
            text.push('\n');
        }
        text.push('\n');
    }
}

fn chances(text: &mut String, weights: &Weights) {
    text.push_str("# The chance, in parts per billion, that two people have the same: a value that fewer have weighs more.\n");
    text.push_str("[chances]\n");
    for field in order::BY_FREQUENCY {
        if let Some((_, chance)) = weights.chances.iter().find(|row| row.0 == field) {
            push(text, format_args!("{} = {chance}\n", field.as_str()));
        }
    }
    let (added, taken) = weights.adjustment_max;
    text.push_str("\n# The most that a frequency adds to a weight and takes from it, in millionths of a bit.\n[adjustment]\n");
    push(
        text,
        format_args!("added_max = {}\ntaken_max = {}\n", added.0, taken.0),
    );
}

fn frequencies(text: &mut String, weights: &Weights) {
    let frequencies = &weights.frequencies;
    text.push_str("\n# How many people in a billion have a value; a value is known by its hash under the key (SipHash-2-4).\n");
    text.push_str("[frequencies]\n");
    let (high, low) = frequencies.key;
    push(text, format_args!("key = \"{high:016x}{low:016x}\"\n"));
    text.push_str("# What a value counts as that is not listed, and the least that any does.\n");
    push(
        text,
        format_args!("floor = {}\n\n[frequencies.values]\n", frequencies.floor),
    );
    for (hash, parts) in &frequencies.table {
        push(text, format_args!("{hash:016x} = {parts}\n"));
    }
}

fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    // A String takes whatever is written to it.
    text.write_fmt(what).unwrap_or_default();
}
