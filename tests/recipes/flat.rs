//! Flat answers, whoever fetched them, and what the strictest of the platforms takes.

use serde_json::{Map, Value};

use crate::{customers::Told, process::wait_for};

/// An answer by name.
pub type Flat = Map<String, Value>;

/// How many texts an answer has.
pub const KEYS: usize = 49;
/// Characters of a text, at most.
const LETTERS_MAX: usize = 255;
/// An answer is smaller.
const BYTES: usize = 8 << 10;

/// Asks until the answer is whole: on a busy machine it may come with less when its time is over.
pub fn whole(mut ask: impl FnMut() -> Flat) -> Flat {
    wait_for("a whole answer", || {
        let answer = ask();
        is_whole(&answer).then_some(answer)
    })
}

/// Whether an answer came, and with all that is known.
pub fn is_whole(answer: &Flat) -> bool {
    answer.get("partial").and_then(Value::as_str) == Some("false")
}

/// Whether `answer` has these texts.
pub fn check_told(answer: &Flat, told: &Told) {
    for (name, text) in told {
        assert_eq!(
            answer.get(*name).and_then(Value::as_str),
            Some(*text),
            "{name}: {answer:?}"
        );
    }
}

/// Whether any platform takes it: texts alone, none too long, together not too many bytes.
pub fn check_form(answer: &Flat) {
    for (name, text) in answer {
        let text = text.as_str().unwrap_or_else(|| panic!("{name} is no text"));
        assert!(text.chars().count() <= LETTERS_MAX, "{name} is too long");
    }
    let bytes = serde_json::to_string(answer).unwrap().len();
    assert!(bytes < BYTES, "{bytes} bytes");
}

/// Reads the JSON object that somebody got.
pub fn read(text: &str) -> Flat {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
