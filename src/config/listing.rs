//! The effective configuration as text: owns how a setting is written in TOML. Is only given what may be shown.

use std::fmt::Write;

/// Stands for a secret.
pub(crate) const HIDDEN: &str = "***";

/// A TOML text that grows table by table.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    text: String,
    table: String,
}

impl Listing {
    /// Adds `key = value` to the table at `path`. `value` is written as it is.
    pub(crate) fn add(&mut self, path: &[String], key: &str, value: &str) {
        let table = path
            .iter()
            .map(|name| bare_or_quoted(name))
            .collect::<Vec<_>>()
            .join(".");
        if table != self.table {
            let gap = if self.text.is_empty() { "" } else { "\n" };
            self.push(format_args!("{gap}[{table}]\n"));
            self.table = table;
        }
        self.push(format_args!("{} = {value}\n", bare_or_quoted(key)));
    }

    /// The whole text.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        // A String takes whatever is written to it.
        self.text.write_fmt(text).unwrap_or_default();
    }
}

/// `text` as a basic string of TOML.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(letter))),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// `items`, each written as it is, as an array of TOML.
pub(crate) fn array(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

fn bare_or_quoted(key: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    if !key.is_empty() && key.chars().all(plain) {
        key.to_owned()
    } else {
        quoted(key)
    }
}

#[cfg(test)]
mod tests {
    use super::{Listing, quoted};

    #[test]
    fn a_table_is_opened_once_and_odd_names_are_quoted() {
        let mut listing = Listing::default();
        let path = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        listing.add(&path(&["a"]), "x", "1");
        listing.add(&path(&["a"]), "y z", "2");
        listing.add(&path(&["a", "b.c"]), "x", "3");
        assert_eq!(
            listing.into_text(),
            "[a]\nx = 1\n\"y z\" = 2\n\n[a.\"b.c\"]\nx = 3\n"
        );
    }

    #[test]
    fn quotes_and_control_characters_are_escaped() {
        assert_eq!(quoted("a\"b\\c\nd\u{7f}"), "\"a\\\"b\\\\c\\u000Ad\\u007F\"");
    }
}
