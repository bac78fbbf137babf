//! How alike two postcodes, addresses and towns are.
//!
//! Owns their levels. None of them forbids a link: people move.

use std::collections::BTreeSet;

use crate::domain::{
    fact::address::street_number,
    similarity::{edits, field::Level, jaro_winkler},
};

/// A street and the number in it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Street {
    pub(super) number: Option<String>,
    pub(super) words: Vec<String>,
    pub(super) text: String,
}

/// From here on two streets or towns are one with a slip in it, in thousandths.
const ALIKE: u16 = 900;
/// Letters of a word that names a street by itself.
const ONE_WORD: usize = 6;

impl Street {
    pub(super) fn new(address: &str) -> Option<Self> {
        let (number, words) = street_number(address);
        if number.is_none() && words.is_empty() {
            return None;
        }
        Some(Self {
            number: number.map(str::to_owned),
            text: words.join(" "),
            words: words.into_iter().map(str::to_owned).collect(),
        })
    }

    pub(super) fn level(&self, other: &Self) -> Option<Level> {
        let both_numbers = self.number.as_ref().zip(other.number.as_ref());
        let same_number = both_numbers.is_some_and(|(a, b)| a == b);
        if self.words.is_empty() || other.words.is_empty() {
            return same_number.then_some(Level::Overlap);
        }
        let same_street = self.text == other.text;
        let alike = same_street || jaro_winkler(&self.text, &other.text) >= ALIKE || self.overlaps(other);
        Some(match both_numbers {
            _ if same_street && same_number => Level::Equal,
            _ if alike && same_number => Level::Close,
            Some((a, b)) if same_street && edits(a, b) <= 1 => Level::Close,
            _ if alike => Level::StreetOnly,
            _ if same_number => Level::Overlap,
            _ => Level::Different,
        })
    }

    /// Whether the words of the shorter, but for one, are among those of the longer; of a street of one word that word,
    /// where it is long enough to be no part of many others.
    fn overlaps(&self, other: &Self) -> bool {
        // Each word once: otherwise a saint in a street would count twice from one side.
        let words = |street: &'_ Self| -> BTreeSet<String> { street.words.iter().cloned().collect() };
        let (own, theirs) = (words(self), words(other));
        let shared: Vec<&String> = own.intersection(&theirs).collect();
        match (shared.as_slice(), own.len().min(theirs.len())) {
            ([], _) => false,
            ([word], shorter) => shorter == 1 && word.chars().count() >= ONE_WORD,
            (words, shorter) => words.len() + 1 >= shorter,
        }
    }
}

pub(super) fn postcode(a: &str, b: &str) -> Level {
    if a == b {
        return Level::Equal;
    }
    // A spreadsheet takes the zero in front for nothing.
    if a.trim_start_matches('0') == b.trim_start_matches('0') {
        return Level::Equal;
    }
    if edits(a, b) <= 1 {
        Level::OneEdit
    } else if area(a).is_some_and(|of_a| area(b) == Some(of_a)) {
        Level::Area
    } else {
        Level::Different
    }
}

/// The part of a postcode that names a town: what is before the last three characters of a British or Canadian one,
/// the first three digits of a longer number.
pub(super) fn area(code: &str) -> Option<&str> {
    let digits = code.bytes().all(|byte| byte.is_ascii_digit());
    if digits {
        return (code.len() >= 5).then(|| code.get(..3)).flatten();
    }
    code.len()
        .checked_sub(3)
        .and_then(|end| code.get(..end))
        .filter(|area| area.len() >= 2)
}

pub(super) fn city(a: &str, b: &str) -> Level {
    if a == b {
        Level::Equal
    } else if jaro_winkler(a, b) >= ALIKE || abbreviates(a, b) || abbreviates(b, a) {
        Level::Close
    } else {
        Level::Different
    }
}

/// Whether `short` are the first letters of the words of `long`.
fn abbreviates(short: &str, long: &str) -> bool {
    let initials = long.split(' ').filter_map(|word| word.chars().next());
    long.contains(' ') && short.chars().eq(initials)
}

#[cfg(test)]
mod tests {
    use super::{Level, Street, city, postcode};

    #[test]
    fn streets_are_compared_with_and_without_number() {
        let level = |a, b| Street::new(a).unwrap().level(&Street::new(b).unwrap());
        for (a, b, expected) in [
            ("6 elm st", "6 elm st", Some(Level::Equal)),
            ("123 main st", "123 e main st", Some(Level::Close)),
            ("160 brenville pl", "1602 brenville pl", Some(Level::Close)),
            ("6 elm st", "99 elm st", Some(Level::StreetOnly)),
            ("6 elm st", "elm st", Some(Level::StreetOnly)),
            (
                "fieldstrasse 10",
                "fieldstrasse 10 fl 2198 triesen",
                Some(Level::Close),
            ),
            ("6 elm", "6 elm grove park", Some(Level::Overlap)),
            ("6 elm st", "6", Some(Level::Overlap)),
            ("6 elm st", "7", None),
            ("6 elm st", "77 giblin ave", Some(Level::Different)),
        ] {
            assert_eq!(level(a, b), expected, "{a} {b}");
            assert_eq!(level(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn postcodes_and_towns_have_areas_and_short_forms() {
        assert_eq!(postcode("05845", "5845"), Level::Equal);
        assert_eq!(postcode("89132", "89131"), Level::OneEdit);
        assert_eq!(postcode("89132", "89111"), Level::Area);
        assert_eq!(postcode("LE111UU", "LE119AB"), Level::Area);
        assert_eq!(postcode("4011", "4814"), Level::Different);
        assert_eq!(city("lv", "las vegas"), Level::Close);
        assert_eq!(city("salem", "athens"), Level::Different);
    }
}
