//! Values that name nobody: null-like words, zeros, withheld callers. Linking by one of them would make one person of
//! thousands, so they are refused before they reach identity.

use crate::domain::identifier::kind::Kind;
use crate::domain::identifier::text;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Words that stand for "no value" in any kind, compared whole, without case, quotes and brackets.
const WORDS: [&str; 38] = [
    "null",
    "nil",
    "none",
    "undefined",
    "undef",
    "nan",
    "n/a",
    "na",
    "empty",
    "blank",
    "missing",
    "anonymous",
    "anon",
    "guest",
    "unknown",
    "object object",
    "-1",
    "true",
    "false",
    "test",
    "default",
    "not set",
    "not available",
    "not provided",
    "test@test.com",
    "private",
    "private number",
    "restricted",
    "unavailable",
    "out of area",
    "withheld",
    "number withheld",
    "blocked",
    "no caller id",
    "no number",
    "caller id blocked",
    "invalid",
    "deleted",
];

/// Words that a telephone system sends when the caller hides the number.
const WITHHELD: [&str; 14] = [
    "anonymous",
    "private",
    "private number",
    "restricted",
    "unavailable",
    "out of area",
    "withheld",
    "number withheld",
    "blocked",
    "no caller id",
    "no number",
    "caller id blocked",
    "unknown",
    "anon",
];

/// The words ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE on a telephone's keypad. Only behind a plus:
/// without one some are ordinary national numbers.
const KEYPAD: [&str; 5] = [
    "+266696687",
    "+7378742833",
    "+2562533",
    "+8656696",
    "+86282452253",
];

/// The values that are refused: the standard ones of every kind, and more words per kind.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct BlockedValues {
    extra: BTreeMap<Kind, BTreeSet<String>>,
}

impl BlockedValues {
    /// The standard values alone.
    #[must_use]
    pub fn standard() -> Self {
        Self::default()
    }

    /// The standard values and `extra` words per kind. A word is compared with the whole value, as sent and as
    /// normalised, without case, quotes and brackets.
    #[must_use]
    pub fn with_extra(extra: BTreeMap<Kind, BTreeSet<String>>) -> Self {
        let bare_words = |words: BTreeSet<String>| words.iter().map(|word| bare(word)).collect();
        Self {
            extra: extra
                .into_iter()
                .map(|(kind, words)| (kind, bare_words(words)))
                .collect(),
        }
    }

    /// Whether `value` names nobody.
    #[must_use]
    pub fn contains(&self, kind: &Kind, value: &str) -> bool {
        let word = bare(value);
        WORDS.contains(&word.as_str())
            || is_zero(&word)
            || self.extra.get(kind).is_some_and(|words| words.contains(&word))
    }
}

/// Counts only: a configured word may be somebody's number.
impl fmt::Debug for BlockedValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: usize = self.extra.values().map(BTreeSet::len).sum();
        write!(f, "BlockedValues({words} extra)")
    }
}

/// Whether a telephone system says with `user` that the caller hides the number.
#[must_use]
pub fn is_withheld(user: &str) -> bool {
    WITHHELD.contains(&bare(user).as_str())
}

/// Whether `dialled` (digits behind a plus) spells such a word on the keypad.
#[must_use]
pub fn is_keypad_spelling(dialled: &str) -> bool {
    KEYPAD.contains(&dialled)
}

/// Whether `dialled` is one digit over and over, as filled into a form that insists on a number.
#[must_use]
pub fn is_one_digit(dialled: &str) -> bool {
    let digits = dialled.trim_start_matches('+');
    let first = digits.chars().next();
    first.is_some_and(|first| digits.chars().all(|digit| digit == first))
}

/// `value` folded, in lower case, without the quotes and brackets around it, its white space single.
fn bare(value: &str) -> String {
    let folded = text::fold(value).to_lowercase();
    let inner = folded.trim_matches(|c: char| c.is_whitespace() || "\"'`“”‘’«»()[]{}<>\\".contains(c));
    inner.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_zero(word: &str) -> bool {
    word.contains('0')
        && word
            .chars()
            .all(|c| matches!(c, '0' | '-' | '+' | ' ' | '.' | ':'))
}

#[cfg(test)]
mod tests {
    use super::{BlockedValues, Kind, is_keypad_spelling, is_one_digit, is_withheld};
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn words_for_nothing_are_blocked_in_any_dress() {
        for value in [
            "null",
            "NULL",
            "'None'",
            "\"undefined\"",
            "NaN",
            "N/A",
            "[object Object]",
            "-1",
            "0",
            "۰",
            "True",
            "guest",
            " Unknown ",
            "<null>",
            "((none))",
            "Test@Test.com",
            "0000",
            "No  Caller ID",
            "«null»",
            "00000000-0000-0000-0000-000000000000",
        ] {
            assert!(
                BlockedValues::standard().contains(&Kind::USER_ID, value),
                "{value}"
            );
        }
        for value in ["guest-17", "nullable", "10", "test1", "u-0", "sara", "-", ""] {
            assert!(
                !BlockedValues::standard().contains(&Kind::USER_ID, value),
                "{value}"
            );
        }
    }

    #[test]
    fn configured_words_hold_for_their_kind_only() {
        let words = BTreeSet::from(["Kiosk 7".to_owned()]);
        let blocked = BlockedValues::with_extra(BTreeMap::from([(Kind::DEVICE_ID, words)]));
        assert!(blocked.contains(&Kind::DEVICE_ID, "'kiosk 7'"));
        assert!(!blocked.contains(&Kind::USER_ID, "kiosk 7"));
        assert_eq!(format!("{blocked:?}"), "BlockedValues(1 extra)");
    }

    #[test]
    fn hidden_callers_are_known() {
        assert!(is_withheld("Anonymous") && is_withheld("\"No Caller ID\"") && !is_withheld("sara"));
        assert!(is_keypad_spelling("+266696687") && !is_keypad_spelling("266696687"));
        assert!(is_one_digit("+9999999") && !is_one_digit("+9999998") && !is_one_digit("+"));
    }
}
