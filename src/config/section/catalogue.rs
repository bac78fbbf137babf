//! `[catalogue]`: how much is remembered of what the tenant publishes, and what a shop shows of the ways of contact.

use crate::{
    config::{reader::Reader, section::NAME_LETTERS_MAX},
    domain::catalogue::Limits,
};

const DAY_MICROS: u64 = 24 * 3_600 * 1_000_000;

/// What is published and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    /// How much is remembered.
    pub limits: Limits,
    /// Ways of contact that contexts show, in their order.
    pub contact_channels: Vec<String>,
}

pub(crate) fn read(table: &mut Reader<'_>) -> Catalogue {
    let way = |text: &str| {
        let way = text.trim();
        let fits = (1..=NAME_LETTERS_MAX).contains(&way.chars().count()) && way != "*";
        fits.then(|| way.to_owned())
    };
    Catalogue {
        limits: Limits {
            products_max: table.number("products_max", 1..=10_000_000),
            offers_max: table.number("offers_max", 1..=1_000),
            ids_us: table
                .number::<u64>("ids_days", 1..=366)
                .saturating_mul(DAY_MICROS),
        },
        contact_channels: table.list_of(
            "contact_channels",
            "expected a list of names of 1 to 64 letters",
            way,
        ),
    }
}
