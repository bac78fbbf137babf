//! Letters as facts compare them: lower case, without diacritics and punctuation.
//!
//! Owns the words of a text. Never changes their order. Names, towns and addresses are made of them.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::domain::identifier::text;

/// `raw` in lower case without diacritics, compatibility forms and letter variants. Idempotent.
#[must_use]
pub fn plain(raw: &str) -> String {
    let lower = text::fold(raw).to_lowercase();
    let bare: String = lower.nfd().filter(|letter| !is_combining_mark(*letter)).collect();
    let mut plain = String::with_capacity(bare.len());
    for letter in bare.nfc() {
        match base(letter) {
            Base::Same => plain.push(letter),
            Base::Letters(letters) => plain.push_str(letters),
        }
    }
    text::fold(&plain)
}

enum Base {
    Same,
    Letters(&'static str),
}

/// Letters that no decomposition takes apart.
const fn base(letter: char) -> Base {
    Base::Letters(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        'ħ' => "h",
        'ŀ' => "l",
        // Persian: letters with a seat for the glottal stop, and the feminine ending.
        '\u{0624}' => "\u{0648}",
        '\u{0629}' | '\u{06C0}' | '\u{06C1}' | '\u{06C3}' | '\u{06D5}' => "\u{0647}",
        '\u{0671}' => "\u{0627}",
        '\u{0621}' | '\u{0640}' => "",
        _ => return Base::Same,
    })
}

/// The words of `raw`: runs of letters and digits. An apostrophe is dropped, all else parts two words.
#[must_use]
pub fn words(raw: &str) -> Vec<String> {
    let whole: String = plain(raw)
        .chars()
        .filter(|letter| !is_apostrophe(*letter))
        .collect();
    let whole = plain(&whole);
    let parts = whole.split(|letter: char| !letter.is_alphanumeric());
    parts.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The words of `raw`, one space between them.
#[must_use]
pub fn spaced(raw: &str) -> String {
    words(raw).join(" ")
}

/// The letters and digits of `raw` in upper case with nothing between them.
#[must_use]
pub fn compact(raw: &str) -> String {
    // Letters that stood apart may be one when they meet.
    plain(&words(raw).concat()).to_uppercase()
}

const fn is_apostrophe(letter: char) -> bool {
    matches!(
        letter,
        '\'' | '`' | '´' | '\u{2018}' | '\u{2019}' | '\u{02BC}' | '\u{02BB}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{compact, plain, spaced};

    #[test]
    fn spellings_of_one_word_become_one() {
        for (raw, expected) in [
            ("  Müller ", "muller"),
            ("MÜLLENKRANZ", "mullenkranz"),
            ("Hardenbergstraße 87", "hardenbergstrasse 87"),
            ("O'Hare", "ohare"),
            ("O’Hare", "ohare"),
            ("Smith-Jones", "smith jones"),
            ("Łukasz Ørsted", "lukasz orsted"),
            ("آرش", "ارش"),
            ("مُحَمَّد", "محمد"),
            ("فاطمة", "فاطمه"),
            ("علي", "علی"),
            ("İstanbul", "istanbul"),
        ] {
            assert_eq!(spaced(raw), expected, "{raw}");
        }
        assert_eq!(compact("m1s 1t4"), "M1S1T4");
    }

    proptest! {
        #[test]
        fn once_is_enough(text in any::<String>(), letters in "[a-zA-ZÀ-ɏ\u{0600}-\u{06FF}\u{FB50}-\u{FDFF}' -]{0,12}") {
            for text in [text, letters] {
                prop_assert_eq!(plain(&plain(&text)), plain(&text));
                prop_assert_eq!(spaced(&spaced(&text)), spaced(&text));
                prop_assert_eq!(compact(&compact(&text)), compact(&text));
            }
        }
    }
}
