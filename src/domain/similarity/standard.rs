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
pub(super) const LEVELS: &[(F, L, i64)] = &[
    (F::Given, L::Equal, 65), (F::Given, L::Nickname, 45), (F::Given, L::Close, 55), (F::Given, L::Near, 35),
    (F::Given, L::Initial, 30), (F::Given, L::Different, -5), (F::Given, L::Incompatible, -95),
    (F::Middle, L::Equal, 35), (F::Middle, L::Initial, 30), (F::Middle, L::Near, 10), (F::Middle, L::Different, -20),
    (F::Family, L::Equal, 75), (F::Family, L::Nickname, 50), (F::Family, L::Close, 70), (F::Family, L::Near, 45),
    (F::Family, L::Initial, 30), (F::Family, L::Different, -10), (F::Family, L::Incompatible, -40),
    (F::Order, L::Swapped, -30), (F::Names, L::Alone, -50),
    (F::Suffix, L::Equal, 20), (F::Suffix, L::Different, -60),
    (F::Birth, L::Equal, 115), (F::Birth, L::Swapped, 80), (F::Birth, L::OneEdit, 55), (F::Birth, L::Partial, 45),
    (F::Birth, L::SameYear, 15), (F::Birth, L::Different, -15), (F::Birth, L::Incompatible, -50),
    (F::Postcode, L::Equal, 85), (F::Postcode, L::OneEdit, 45), (F::Postcode, L::Area, 25),
    (F::Postcode, L::Different, -25),
    (F::Address, L::Equal, 105), (F::Address, L::Close, 95), (F::Address, L::StreetOnly, 65),
    (F::Address, L::Overlap, 25), (F::Address, L::Different, -25),
    (F::City, L::Equal, 45), (F::City, L::Close, 40), (F::City, L::Different, -25),
    (F::Region, L::Equal, 10), (F::Region, L::Different, -15),
    (F::National, L::Equal, 160), (F::National, L::OneEdit, 100), (F::National, L::Different, -20),
    (F::National, L::Incompatible, -50),
    (F::Email, L::Equal, 80), (F::Email, L::OneEdit, 75), (F::Email, L::UserPart, 60), (F::Email, L::Overlap, 20),
    (F::Email, L::Different, -5),
    (F::Phone, L::Equal, 60), (F::Phone, L::LastSeven, 40), (F::Phone, L::OneEdit, 30), (F::Phone, L::Different, -5),
];

/// Names that many people have, and how many of ten thousand. Whose name is not here has one that is not common.
#[rustfmt::skip]
const COMMON: &[(F, u32, &[&str])] = &[
    (F::Given, 200, &["john", "james", "mary", "robert", "michael", "محمد", "mohammad", "mohammed"]),
    (F::Given, 120, &["david", "william", "richard", "thomas", "patricia", "jennifer", "elizabeth", "علی", "ali",
        "فاطمه", "fatemeh", "حسین", "hossein", "maria", "jose", "joseph", "charles", "george"]),
    (F::Family, 90, &["smith", "nguyen"]),
    (F::Family, 60, &["johnson", "williams", "brown", "jones", "محمدی", "mohammadi", "حسینی", "hosseini", "احمدی",
        "ahmadi"]),
    (F::Family, 40, &["garcia", "miller", "davis", "rodriguez", "martinez", "hernandez", "lopez", "gonzalez", "wilson",
        "anderson", "taylor", "thomas", "white", "martin", "کریمی", "karimi", "رضایی", "rezaei", "مرادی", "moradi",
        "wang", "li", "zhang", "chen", "kim", "lee", "singh", "kumar", "khan"]),
];

pub(super) fn weights() -> Weights {
    let levels = LEVELS
        .iter()
        .map(|(field, level, tenths)| (*field, *level, Bits::milli(tenths * 100)));
    let mut frequencies = Frequencies::default();
    for (field, of_ten_thousand, names) in COMMON {
        for name in *names {
            let hash = frequencies.hash(*field, name);
            frequencies.table.insert(hash, of_ten_thousand * 100_000);
        }
    }
    Weights {
        version: 1,
        levels: levels.collect(),
        chances: vec![
            (F::Given, 6_000_000),
            (F::Family, 2_000_000),
            (F::City, 30_000_000),
        ],
        adjustment_max: (Bits::whole(3), Bits::whole(4)),
        frequencies,
    }
}
