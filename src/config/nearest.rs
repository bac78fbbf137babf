//! Did you mean: the known word that an unknown one is most likely a misspelling of.

/// The candidate that is the fewest edits away from `word`; `None` where a third of its letters would have to change.
pub(crate) fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let edits_max = word.chars().count().div_ceil(3);
    candidates
        .map(|candidate| (edits(word, candidate), candidate))
        .filter(|(edits, _)| *edits <= edits_max)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many letters have to be put in, taken out or replaced to make `to` of `from` (Levenshtein).
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut next = vec![line + 1];
        for ((above_left, above), other) in row.iter().zip(row.iter().skip(1)).zip(&to) {
            let left = next.last().copied().unwrap_or_default();
            let replaced = above_left + usize::from(letter != *other);
            next.push(replaced.min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{edits, nearest};

    #[test]
    fn edits_are_counted() {
        for (from, to, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("listen", "listen", 0),
            ("lisen", "listen", 1),
            ("kitten", "sitting", 3),
            ("کلید", "کلیدها", 2),
        ] {
            assert_eq!(edits(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn only_a_near_word_is_suggested() {
        let known = ["listen", "items_max", "write_key", "write_key_file"];
        let suggest = |word| nearest(word, known.into_iter());
        assert_eq!(suggest("lisen"), Some("listen"));
        assert_eq!(suggest("item_max"), Some("items_max"));
        assert_eq!(suggest("write_kee"), Some("write_key"));
        assert_eq!(suggest("colour"), None);
        assert_eq!(suggest(""), None);
    }
}
