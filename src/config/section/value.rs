//! `[decide.value]`: by what customers are ranked.

use crate::{
    config::reader::Reader,
    decide::value::{Policy, Tiers},
};

const HOUR_MICROS: u64 = 3_600 * 1_000_000;
const DAY_MICROS: u64 = 24 * HOUR_MICROS;

/// The longest currency that an order keeps.
const CURRENCY_LETTERS_MAX: usize = 64;

pub(crate) fn read(table: &mut Reader<'_>) -> Policy {
    let every = table.number::<u64>("every_hours", 0..=8_784);
    let window = table.number::<u64>("window_days", 1..=3_660);
    let expected = "expected a currency as orders name it, such as \"EUR\", or nothing";
    let currency = table.optional("currency", expected, |text| {
        let is_one = text.trim() == text && text.chars().count() <= CURRENCY_LETTERS_MAX;
        is_one.then(|| text.to_owned())
    });
    let tiers = Tiers {
        top: table.number("top_percent", 0..=100),
        high: table.number("high_percent", 0..=100),
        middle: table.number("middle_percent", 0..=100),
    };
    let all = [tiers.top, tiers.high, tiers.middle].map(u16::from);
    if all.iter().sum::<u16>() > 100 {
        let expected = "expected tiers of 100 percent together at most";
        table.refuse("middle_percent", Some(tiers.middle.to_string()), expected);
    }
    Policy {
        window_us: window.saturating_mul(DAY_MICROS),
        every_us: every.saturating_mul(HOUR_MICROS),
        currency,
        tiers,
    }
}
