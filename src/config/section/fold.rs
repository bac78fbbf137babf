//! `[fold]`: how much a profile holds.

use crate::{config::reader::Reader, domain::profile::FoldLimits};

pub(crate) fn read(table: &mut Reader<'_>) -> FoldLimits {
    FoldLimits {
        traits_max: table.number("traits_max", 1..=1_000),
        trait_letters_max: table.number("trait_letters_max", 1..=32_768),
        names_max: table.number("names_max", 1..=1_000),
        lines_max: table.number("lines_max", 1..=1_000),
        orders_max: table.number("orders_max", 1..=10_000),
        matters_max: table.number("matters_max", 1..=1_000),
        consents_max: table.number("consents_max", 1..=1_000),
        recent_max: table.number("recent_max", 1..=1_000),
    }
}
