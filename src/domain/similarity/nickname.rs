//! Forms of one given name.
//!
//! Owns the table: each line is one name, in Latin or Persian script. A form may stand in several lines, and two forms
//! of one line are no proof, only no contradiction. [`super::name`] asks it.

use std::{collections::HashMap, sync::LazyLock};

/// One name a line, its forms parted by spaces.
const NAMES: &str = include_str!("nicknames.txt");

/// The lines, each with its forms.
static FORMS: LazyLock<Vec<Vec<&'static str>>> = LazyLock::new(|| {
    let named = NAMES.lines().filter(|line| !line.starts_with('#'));
    named.map(|line| line.split_whitespace().collect()).collect()
});

/// For each form the lines it stands in.
static LINES: LazyLock<HashMap<&'static str, Vec<u16>>> = LazyLock::new(|| {
    let mut lines: HashMap<&'static str, Vec<u16>> = HashMap::new();
    for (number, forms) in (0..).zip(FORMS.iter()) {
        for form in forms {
            lines.entry(form).or_default().push(number);
        }
    }
    lines
});

/// The forms of the name of this number.
pub(super) fn forms(number: u16) -> impl Iterator<Item = &'static str> {
    FORMS.get(usize::from(number)).into_iter().flatten().copied()
}

/// The names of which `form`, one word as [`crate::domain::fact::letters::spaced`] writes it, is a form.
#[must_use]
pub(super) fn names(form: &str) -> &'static [u16] {
    LINES.get(form).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::{LINES, NAMES, names};
    use crate::domain::fact::letters;

    #[test]
    fn forms_are_written_as_facts_are() {
        for line in NAMES.lines().filter(|line| !line.starts_with('#')) {
            assert_eq!(letters::spaced(line), line);
            assert!(line.contains(' '), "one form alone: {line}");
        }
        assert!(LINES.values().all(|lines| lines.is_sorted_by(|a, b| a < b)));
    }

    #[test]
    fn forms_share_a_name() {
        let shared = |a, b| names(a).iter().any(|line| names(b).contains(line));
        for (a, b) in [
            ("bob", "robert"),
            ("peggy", "margaret"),
            ("eddie", "edward"),
            ("محمد", "ممد"),
            ("bert", "albert"),
        ] {
            assert!(shared(a, b), "{a} {b}");
        }
        assert!(!shared("albert", "robert"));
        assert!(!shared("mary", "mark"));
    }
}
