//! `[retention.TYPE]`: an open table; how long events of a type are kept.

use std::collections::BTreeMap;

use ::config::{Map, Value};

use crate::{
    config::{
        reader::{Reader, blank},
        section::{NAME_EXPECTED, is_name},
    },
    domain::retention::Retention,
};

/// Whose table is for every type that has none.
const OTHERS: &str = "others";
const DAY_MICROS: u64 = 24 * 3_600 * 1_000_000;

/// What holds for a type that says no more than its name.
fn unsaid() -> Map<String, Value> {
    blank([("days", 0.into())])
}

pub(crate) fn read(root: &mut Reader<'_>) -> Retention {
    let days = root.entries("retention", &unsaid(), |_, table| {
        table.number::<u64>("days", 0..=36_500)
    });
    for name in days.keys().filter(|name| !is_name(name)) {
        root.refuse_inside(&["retention", name], None, NAME_EXPECTED);
    }
    let kept = days.into_iter().filter(|(_, days)| *days > 0);
    let mut by_type: BTreeMap<String, u64> = kept
        .map(|(name, days)| (name, days.saturating_mul(DAY_MICROS)))
        .collect();
    let others = by_type.remove(OTHERS);
    Retention::new(by_type, others)
}
