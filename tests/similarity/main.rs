//! The arithmetic against pairs that another implementation scored: level weights and term frequencies, added up.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail where it stands"
)]

use yekta::domain::similarity::{
    bits::{log2_nano, log2_ratio_nano},
    frequency::adjustment_nano,
};

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../shared/data/febrl/golden_pairs_febrl3.csv"
);

/// Fields that the pairs were scored by, and whether agreement on them is adjusted by frequency.
const FIELDS: [(&str, bool); 6] = [
    ("date_of_birth", false),
    ("given_name", true),
    ("postcode", true),
    ("soc_sec_id", false),
    ("street_number", true),
    ("surname", true),
];

/// Parts that frequencies are counted in here: finer than a table's, for the last digits to be compared.
const PARTS: f64 = 1e15;

struct Pair<'a> {
    header: &'a [&'a str],
    cells: Vec<&'a str>,
}

impl Pair<'_> {
    /// The text in a column; nothing where there is no such column.
    fn cell(&self, name: &str) -> &str {
        let at = self.header.iter().position(|one| *one == name);
        at.map_or("", |at| self.cells[at])
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.cell(name).parse().ok()
    }

    fn nano(&self, name: &str) -> i64 {
        nano(self.number(name).unwrap())
    }

    /// The parts of the more frequent of the two values.
    fn parts(&self, field: &str) -> Option<u64> {
        let of = |side| self.number(&format!("tf_{field}_{side}"));
        of("l").zip(of("r")).map(|(l, r)| parts(l.max(r)))
    }
}

#[allow(clippy::cast_possible_truncation, reason = "a test's numbers are small")]
fn nano(bits: f64) -> i64 {
    (bits * 1e9).round() as i64
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a frequency lies between 0 and 1"
)]
fn parts(frequency: f64) -> u64 {
    (frequency * PARTS).round() as u64
}

/// The chance that the level of exact agreement stands for: the same in all pairs, found from the first adjusted one.
fn chance_of(pairs: &[Pair<'_>], field: &str) -> u64 {
    let first = pairs
        .iter()
        .find(|pair| {
            pair.number(&format!("mw_tf_adj_{field}"))
                .is_some_and(|bits| bits != 0.0)
        })
        .unwrap();
    let bits = first.number(&format!("mw_tf_adj_{field}")).unwrap();
    parts(first.number(&format!("tf_{field}_l")).unwrap() * bits.exp2())
}

#[test]
fn scores_are_those_of_the_golden_pairs() {
    let Ok(text) = std::fs::read_to_string(FILE) else {
        eprintln!("skipped: no golden pairs beside the repository");
        return;
    };
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let pairs: Vec<Pair<'_>> = lines
        .map(|line| Pair {
            header: &header,
            cells: line.split(',').collect(),
        })
        .collect();
    assert!(pairs.len() > 400);
    let adjusted = FIELDS.iter().filter(|field| field.1);
    let chances: Vec<(&str, u64)> = adjusted
        .map(|field| (field.0, chance_of(&pairs, field.0)))
        .collect();
    // The odds before any field was looked at.
    let first = pairs.first().unwrap();
    let prior = first.nano("match_weight") - first_sum(first);
    for pair in &pairs {
        let mut total = prior;
        for (field, _) in FIELDS {
            total += pair.nano(&format!("mw_{field}"));
            let chance = chances.iter().find(|row| row.0 == field).map(|row| row.1);
            let exact = pair
                .number(&format!("mw_tf_adj_{field}"))
                .is_some_and(|bits| bits != 0.0);
            if let Some((chance, frequency)) = chance.zip(pair.parts(field)).filter(|_| exact) {
                total += adjustment_nano(chance, frequency);
            }
        }
        let missed = (total - pair.nano("match_weight")).abs();
        assert!(
            missed <= 1000,
            "{} {} by {missed}",
            pair.cell("id_l"),
            pair.cell("id_r")
        );
    }
    assert_eq!(log2_ratio_nano(8, 1), log2_nano(8));
}

fn first_sum(pair: &Pair<'_>) -> i64 {
    let weights = pair.header.iter().filter(|name| name.starts_with("mw_"));
    weights.map(|name| pair.nano(name)).sum()
}
