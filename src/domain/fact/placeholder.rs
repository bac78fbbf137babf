//! What is filled in where nothing is known: neither a fact nor a contradiction to one.
//!
//! Owns the words and patterns. Never judges an identifier: that is `domain::identifier::blocked`, whose words also
//! stand here where they are nobody's name. Each normaliser of facts asks it.

/// Words that are no name, town or street, as [`super::letters::spaced`] writes them.
const WORDS: [&str; 46] = [
    "unknown",
    "unk",
    "unkn",
    "null",
    "nil",
    "none",
    "n a",
    "na",
    "undefined",
    "undef",
    "nan",
    "empty",
    "missing",
    "anonymous",
    "anon",
    "test",
    "tester",
    "testing",
    "test test",
    "baby",
    "baby boy",
    "baby girl",
    "newborn",
    "infant",
    "no name",
    "noname",
    "unnamed",
    "name",
    "first name",
    "last name",
    "not set",
    "not available",
    "not provided",
    "not given",
    "not stated",
    "not known",
    "no fixed address",
    "no fixed abode",
    "homeless",
    "deleted",
    "dummy",
    "do not use",
    "object object",
    "نامشخص",
    "ندارد",
    "ناشناس",
];

/// Whether `spaced` stands for nothing: such a word, or one character over and over.
#[must_use]
pub fn is_word(spaced: &str) -> bool {
    WORDS.contains(&spaced) || (spaced.chars().nth(1).is_some() && is_one_character(spaced))
}

/// Whether `compact` stands for no number: one character over and over, or digits in a row.
#[must_use]
pub fn is_number(compact: &str) -> bool {
    const UP: &str = "01234567890123456789";
    const DOWN: &str = "98765432109876543210";
    let row = compact.len() > 4 && (UP.contains(compact) || DOWN.contains(compact));
    row || is_one_character(compact)
}

fn is_one_character(text: &str) -> bool {
    let mut letters = text.chars();
    let first = letters.next();
    letters.all(|letter| Some(letter) == first)
}

#[cfg(test)]
mod tests {
    use super::{is_number, is_word};

    #[test]
    fn what_is_filled_in_is_nothing() {
        for word in ["unknown", "n a", "baby", "xx", "xxxx", "test", "---"] {
            assert!(is_word(word), "{word}");
        }
        for name in ["a", "guest", "babette", "ann", "li"] {
            assert!(!is_word(name), "{name}");
        }
        for number in ["", "0", "0000", "999999999", "123456789", "987654321"] {
            assert!(is_number(number), "{number}");
        }
        for number in ["294669999", "1231345345", "3241", "1234"] {
            assert!(!is_number(number), "{number}");
        }
    }
}
