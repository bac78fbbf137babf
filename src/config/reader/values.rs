//! How single values are read: numbers, switches, texts, words of a closed set, lists, secrets.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr, time::Duration};

use ::config::{Value, ValueKind};

use crate::{
    config::{
        layers::is_text,
        listing::{HIDDEN, array, quoted},
        reader::Reader,
    },
    telemetry::Secret,
};

impl Reader<'_> {
    /// A whole number within `bounds`.
    pub(crate) fn number<N>(&mut self, key: &str, bounds: RangeInclusive<N>) -> N
    where
        N: TryFrom<i64> + FromStr + PartialOrd + Copy + Display,
    {
        let expected = format!(
            "expected a whole number from {} to {}",
            bounds.start(),
            bounds.end()
        );
        let Some(value) = self.require(key, &expected) else {
            return *bounds.start();
        };
        let number = match &value.kind {
            ValueKind::I64(number) => N::try_from(*number).ok(),
            ValueKind::String(text) if is_text(value) => text.trim().parse().ok(),
            _ => None,
        };
        match number.filter(|number| bounds.contains(number)) {
            Some(number) => {
                self.list(key, &number.to_string());
                number
            }
            None => {
                self.refuse(key, shown(value), expected);
                *bounds.start()
            }
        }
    }

    /// A time in milliseconds within `bounds`.
    pub(crate) fn millis(&mut self, key: &str, bounds: RangeInclusive<u64>) -> Duration {
        Duration::from_millis(self.number(key, bounds))
    }

    /// Yes or no.
    pub(crate) fn switch(&mut self, key: &str) -> bool {
        const EXPECTED: &str = "expected true or false";
        let Some(value) = self.require(key, EXPECTED) else {
            return false;
        };
        let switch = match &value.kind {
            ValueKind::Boolean(switch) => Some(*switch),
            ValueKind::String(text) if is_text(value) => text.trim().parse().ok(),
            _ => None,
        };
        match switch {
            Some(switch) => self.list(key, if switch { "true" } else { "false" }),
            None => self.refuse(key, shown(value), EXPECTED),
        }
        switch.unwrap_or_default()
    }

    /// A text that `read` understands; `expected` says what that is, `stand_in` follows where it does not.
    pub(crate) fn text<T>(
        &mut self,
        key: &str,
        expected: &str,
        stand_in: T,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> T {
        let Some(value) = self.require(key, expected) else {
            return stand_in;
        };
        let read = match &value.kind {
            ValueKind::String(text) => read(text).map(|done| (quoted(text), done)),
            _ => None,
        };
        match read {
            Some((text, done)) => {
                self.list(key, &text);
                done
            }
            None => {
                self.refuse(key, shown(value), expected);
                stand_in
            }
        }
    }

    /// A text that `read` understands, or an empty one for nothing.
    pub(crate) fn optional<T>(
        &mut self,
        key: &str,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.text(key, expected, None, |text| {
            if text.is_empty() {
                Some(None)
            } else {
                read(text).map(Some)
            }
        })
    }

    /// One of the words of `choices`.
    pub(crate) fn word<T: Copy>(&mut self, key: &str, choices: &[(&str, T)], stand_in: T) -> T {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let expected = format!("expected one of {}", words.join(", "));
        let find = |text: &str| {
            choices
                .iter()
                .find(|(word, _)| *word == text)
                .map(|(_, meant)| *meant)
        };
        self.text(key, &expected, stand_in, find)
    }

    /// A list of texts that `read` understands each. In an environment variable or flag they stand between commas.
    pub(crate) fn list_of<T>(
        &mut self,
        key: &str,
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        self.list_shown_by(shown, key, expected, read)
    }

    /// The same of texts that may hold a secret by mistake: those that are refused are not shown.
    pub(crate) fn discreet_list_of<T>(
        &mut self,
        key: &str,
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        self.list_shown_by(|_| None, key, expected, read)
    }

    fn list_shown_by<T>(
        &mut self,
        shown: fn(&Value) -> Option<String>,
        key: &str,
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let Some(value) = self.require(key, expected) else {
            return Vec::new();
        };
        let read_all = |texts: Vec<String>| {
            let done = texts.iter().map(|text| read(text)).collect::<Option<Vec<T>>>()?;
            Some((array(texts.iter().map(|text| quoted(text))), done))
        };
        match texts(value).and_then(read_all) {
            Some((texts, done)) => {
                self.list(key, &texts);
                done
            }
            None => {
                self.refuse(key, shown(value), expected);
                Vec::new()
            }
        }
    }

    /// A list of texts that are never shown.
    pub(crate) fn hidden_list(&mut self, key: &str) -> Vec<String> {
        const EXPECTED: &str = "expected a list of texts";
        let Some(value) = self.require(key, EXPECTED) else {
            return Vec::new();
        };
        match texts(value) {
            Some(texts) => {
                self.list(key, &array(texts.iter().map(|_| quoted(HIDDEN))));
                texts
            }
            None => {
                self.refuse(key, None, EXPECTED);
                Vec::new()
            }
        }
    }

    /// A text that is never shown and fits `fits`; an empty one is none.
    pub(crate) fn secret(
        &mut self,
        key: &str,
        expected: &str,
        fits: impl FnOnce(&str) -> bool,
    ) -> Option<Secret> {
        let value = self.require(key, expected)?;
        match &value.kind {
            ValueKind::String(text) if text.is_empty() => {
                self.list(key, &quoted(""));
                None
            }
            ValueKind::String(text) if fits(text) => {
                self.list(key, &quoted(HIDDEN));
                Some(Secret::new(text.clone()))
            }
            _ => {
                self.refuse(key, None, expected);
                None
            }
        }
    }
}

/// The texts of a list; between commas where the value came as text.
fn texts(value: &Value) -> Option<Vec<String>> {
    match &value.kind {
        ValueKind::Array(items) => {
            let text = |item: &Value| match &item.kind {
                ValueKind::String(text) => Some(text.clone()),
                _ => None,
            };
            items.iter().map(text).collect()
        }
        ValueKind::String(list) if is_text(value) => {
            let items = list.split(',').map(str::trim).filter(|item| !item.is_empty());
            Some(items.map(str::to_owned).collect())
        }
        _ => None,
    }
}

/// A value as it is written in a file; `None` for a table.
fn shown(value: &Value) -> Option<String> {
    match &value.kind {
        ValueKind::String(text) => Some(quoted(text)),
        ValueKind::Array(items) => Some(array(items.iter().filter_map(shown))),
        ValueKind::Table(_) | ValueKind::Nil => None,
        ValueKind::Boolean(_)
        | ValueKind::I64(_)
        | ValueKind::I128(_)
        | ValueKind::U64(_)
        | ValueKind::U128(_)
        | ValueKind::Float(_) => Some(value.to_string()),
    }
}
