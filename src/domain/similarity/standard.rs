//! The built-in table of weights.
//!
//! Owns the numbers, rounded to tenths of a bit. They were learned without labels on several populations at once and
//! fit none of them exactly; a tenant whose people differ learns its own.

use crate::domain::similarity::{
    bits::Bits,
    field::{Field as F, Level as L},
    frequency::Frequencies,
    weights::Weights,
};

/// Field, level, tenths of a bit.
#[rustfmt::skip]
const LEVELS: &[(F, L, i64)] = &[
    (F::Given, L::Equal, 70), (F::Given, L::Nickname, 55), (F::Given, L::Close, 60), (F::Given, L::Near, 35),
    (F::Given, L::Initial, 25), (F::Given, L::Different, -25), (F::Given, L::Incompatible, -45),
    (F::Middle, L::Equal, 35), (F::Middle, L::Initial, 30), (F::Middle, L::Near, 20), (F::Middle, L::Different, -20),
    (F::Family, L::Equal, 85), (F::Family, L::Close, 75), (F::Family, L::Near, 50), (F::Family, L::Initial, 20),
    (F::Family, L::Different, -25), (F::Family, L::Incompatible, -35),
    (F::Order, L::Swapped, -30),
    (F::Suffix, L::Equal, 20), (F::Suffix, L::Different, -60),
    (F::Birth, L::Equal, 120), (F::Birth, L::Swapped, 90), (F::Birth, L::OneEdit, 65), (F::Birth, L::SameYear, 25),
    (F::Birth, L::Different, -30), (F::Birth, L::Incompatible, -60),
    (F::Postcode, L::Equal, 75), (F::Postcode, L::OneEdit, 40), (F::Postcode, L::Area, 25),
    (F::Postcode, L::Different, -20),
    (F::Address, L::Equal, 105), (F::Address, L::Close, 85), (F::Address, L::StreetOnly, 60),
    (F::Address, L::Overlap, 30), (F::Address, L::Different, -15),
    (F::City, L::Equal, 45), (F::City, L::Close, 40), (F::City, L::Different, -15),
    (F::Region, L::Equal, 10), (F::Region, L::Different, -15),
    (F::National, L::Equal, 160), (F::National, L::OneEdit, 100), (F::National, L::Different, -20),
    (F::National, L::Incompatible, -50),
    (F::Email, L::Equal, 80), (F::Email, L::OneEdit, 70), (F::Email, L::UserPart, 60), (F::Email, L::Different, -5),
    (F::Phone, L::Equal, 60), (F::Phone, L::LastSeven, 40), (F::Phone, L::OneEdit, 30), (F::Phone, L::Different, -5),
];

pub(super) fn weights() -> Weights {
    let levels = LEVELS
        .iter()
        .map(|(field, level, tenths)| (*field, *level, Bits::milli(tenths * 100)));
    Weights {
        version: 1,
        levels: levels.collect(),
        chances: vec![
            (F::Given, 6_000_000),
            (F::Family, 2_000_000),
            (F::City, 30_000_000),
        ],
        adjustment_max: (Bits::whole(3), Bits::whole(4)),
        frequencies: Frequencies::default(),
    }
}
