//! One spelling per text: folds compatibility forms, Persian and Arabic digits, letter variants, invisible characters.
//!
//! Never lower-cases and never trims; each normaliser of this module says what more it folds.

use unicode_normalization::UnicodeNormalization;

/// `text` in NFKC with ASCII digits, Persian `ی` and `ک` for their Arabic variants, and nothing invisible.
///
/// Idempotent. Variants fold after NFKC, which is what turns presentation forms into Arabic letters.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars()
        .filter(|c| !is_invisible(*c))
        .nfkc()
        .filter(|c| !is_invisible(*c))
        .map(fold_letter)
        .nfkc()
        .collect()
}

/// `text` with Persian (`۰`) and Arabic-Indic (`٠`) digits as ASCII, all else untouched.
#[must_use]
pub fn fold_digits(text: &str) -> String {
    text.chars().map(fold_digit).collect()
}

fn fold_letter(c: char) -> char {
    match c {
        // Arabic yeh and alef maksura: what Arabic keyboards give for the Persian yeh.
        '\u{064A}' | '\u{0649}' => '\u{06CC}',
        // Arabic kaf.
        '\u{0643}' => '\u{06A9}',
        other => fold_digit(other),
    }
}

fn fold_digit(c: char) -> char {
    let digit = match c {
        '\u{06F0}'..='\u{06F9}' => u32::from(c) - 0x06F0,
        '\u{0660}'..='\u{0669}' => u32::from(c) - 0x0660,
        _ => return c,
    };
    char::from_digit(digit, 10).unwrap_or(c)
}

/// Zero-width spaces and joiners, marks of direction, the soft hyphen and the byte order mark: pasted along, never
/// meant, and different on each keyboard.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}'
            | '\u{061C}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206F}'
            | '\u{FEFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::{fold, fold_digits};
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_text_become_one() {
        for (text, folded) in [
            ("۰۹۱۲ ٣٤٥", "0912 345"),
            ("علي", "علی"),
            ("على", "علی"),
            ("\u{FEF2}", "\u{06CC}"),
            ("كتاب", "کتاب"),
            ("می\u{200C}خواهم", "میخواهم"),
            ("\u{FEFF}a\u{00AD}b\u{202E}c", "abc"),
            ("ＡＢ１", "AB1"),
            ("e\u{200D}\u{0301}", "é"),
            ("مدرسة", "مدرسة"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
        assert_eq!(fold_digits("علي ۴٤"), "علي 44");
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(
            text in any::<String>(),
            arabic in "[\u{0600}-\u{06FF}\u{FB50}-\u{FDFF}\u{FE70}-\u{FEFF}\u{200B}-\u{200F}a0]{0,12}",
        ) {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
            prop_assert_eq!(fold(&fold(&arabic)), fold(&arabic));
        }
    }
}
