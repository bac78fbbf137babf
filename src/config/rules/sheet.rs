//! One table of a rule file, read key by key: owns the bookkeeping of what was asked for, where it stands and what is wrong
//! with it. A read never stops at a problem, so that all of them are told at once.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    config::{
        nearest::nearest,
        rules::place::{File, Found},
    },
    decide::rule::{Condition, window},
    domain::event::token,
};

/// A table whose keys are asked for one by one.
pub(super) struct Sheet<'a, 'f> {
    file: File<'a>,
    found: &'f mut Found,
    path: String,
    table: &'a DeTable<'a>,
    asked: Vec<&'static str>,
}

impl<'a, 'f> Sheet<'a, 'f> {
    pub(super) fn new(file: File<'a>, found: &'f mut Found, path: String, table: &'a DeTable<'a>) -> Self {
        Self {
            file,
            found,
            path,
            table,
            asked: Vec::new(),
        }
    }

    /// How many problems there are by now, of all tables.
    pub(super) fn problems(&self) -> usize {
        self.found.problems.len()
    }

    /// How `key` is called from the root.
    fn name(&self, key: &str) -> String {
        match self.path.is_empty() {
            true => key.to_owned(),
            false => format!("{}.{key}", self.path),
        }
    }

    /// The value of `key`, which is known from now on.
    fn value(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.push(key);
        let value = find(self.table, key)?;
        self.found.place(&self.name(key), self.file, value.span().start);
        Some(value)
    }

    /// Whether `key` is there, which does not make it known.
    pub(super) fn has(&self, key: &str) -> bool {
        find(self.table, key).is_some()
    }

    /// Makes `key` known without a look at it.
    pub(super) fn knows(&mut self, key: &'static str) {
        self.asked.push(key);
    }

    fn refuse(&mut self, key: &str, at: &Spanned<DeValue<'_>>, expected: impl Into<String>) {
        let name = self.name(key);
        self.found.refuse(self.file, &name, at.span().start, expected);
    }

    /// Refuses the table itself.
    pub(super) fn refuse_whole(&mut self, expected: impl Into<String>) {
        let at = self.table.keys().next().map_or(0, |key| key.span().start);
        let path = self.path.clone();
        self.found.refuse(self.file, &path, at, expected);
    }

    /// What `read` makes of `key`; `None` where it is absent or, which is reported, something else than expected.
    fn read<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        read: impl FnOnce(&'a DeValue<'a>) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let done = read(value.get_ref());
        if done.is_none() {
            self.refuse(key, value, expected);
        }
        done
    }

    /// The same of a key that has to be there.
    fn needed<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if !self.has(key) {
            self.knows(key);
            let expected = format!("expected {key} beside what is here");
            self.refuse_whole(expected);
            return None;
        }
        read(self)
    }

    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        self.read(key, "expected a text", |value| text(value).map(str::to_owned))
    }

    pub(super) fn needed_text(&mut self, key: &'static str) -> Option<String> {
        self.needed(key, |sheet| sheet.text(key))
    }

    /// A time, in microseconds.
    pub(super) fn time(&mut self, key: &'static str) -> Option<u64> {
        self.read(key, window::EXPECTED, |value| window::micros(text(value)?).ok())
    }

    pub(super) fn needed_time(&mut self, key: &'static str) -> Option<u64> {
        self.needed(key, |sheet| sheet.time(key))
    }

    pub(super) fn switch(&mut self, key: &'static str) -> Option<bool> {
        self.read(key, "expected true or false", |value| match value {
            DeValue::Boolean(said) => Some(*said),
            _ => None,
        })
    }

    /// A number that is not negative.
    pub(super) fn number<N: TryFrom<u32>>(&mut self, key: &'static str) -> Option<N> {
        self.read(key, "expected a number from 0 on", |value| match value {
            DeValue::Integer(number) => {
                let number = u32::from_str_radix(number.as_str(), number.radix()).ok()?;
                N::try_from(number).ok()
            }
            _ => None,
        })
    }

    /// A condition in CEL.
    pub(super) fn condition(&mut self, key: &'static str) -> Option<Condition> {
        let value = self.value(key)?;
        let read = match text(value.get_ref()) {
            Some(text) => Condition::parse(text).map_err(|failed| failed.problem),
            None => Err("expected a condition in CEL, as a text".to_owned()),
        };
        read.map_err(|problem| self.refuse(key, value, problem)).ok()
    }

    pub(super) fn needed_condition(&mut self, key: &'static str) -> Option<Condition> {
        self.needed(key, |sheet| sheet.condition(key))
    }

    /// Types of events, as tokens: one, or several in a list.
    pub(super) fn kinds(&mut self, key: &'static str) -> Vec<String> {
        const EXPECTED: &str = "expected a type of events such as \"Order Completed\", or a list of them";
        let kind = |value: &DeValue<'_>| text(value).map(token);
        let kinds = self.read(key, EXPECTED, |value| match value {
            DeValue::Array(values) => values.iter().map(|value| kind(value.get_ref())).collect(),
            one => kind(one).map(|one| vec![one]),
        });
        kinds.unwrap_or_default()
    }

    /// Texts: one, or several in a list.
    pub(super) fn texts(&mut self, key: &'static str) -> Vec<String> {
        let texts = self.read(key, "expected a text, or a list of texts", |value| match value {
            DeValue::Array(values) => values
                .iter()
                .map(|value| text(value.get_ref()).map(str::to_owned))
                .collect(),
            one => text(one).map(|one| vec![one.to_owned()]),
        });
        texts.unwrap_or_default()
    }

    /// Numbers that are not negative, by names that the file chooses.
    pub(super) fn numbers(&mut self, key: &'static str) -> Vec<(String, u8)> {
        const EXPECTED: &str = "expected a table of numbers from 0 on";
        let number = |value: &DeValue<'_>| match value {
            DeValue::Integer(number) => u8::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        let numbers = self.read(key, EXPECTED, |value| {
            let entries = table(value)?.iter();
            let named =
                entries.map(|(name, value)| Some((name.get_ref().to_string(), number(value.get_ref())?)));
            named.collect::<Option<Vec<_>>>()
        });
        numbers.unwrap_or_default()
    }

    /// Reads the open table under `key`: tables whose names the file chooses.
    pub(super) fn tables(&mut self, key: &'static str, mut read: impl FnMut(&str, &mut Sheet<'a, '_>)) {
        let Some(tables) = self.read(key, "expected a table", table) else {
            return;
        };
        for (name, value) in tables {
            let path = self.name(&format!("{key}.{}", name.get_ref()));
            let at = name.span().start;
            if let Some(other) = self.found.place(&path, self.file, at) {
                let expected = format!("expected another name: one has it in {other}");
                self.found.refuse(self.file, &path, at, expected);
                continue;
            }
            match table(value.get_ref()) {
                Some(table) => self.inside(path, table, |sheet| read(name.get_ref(), sheet)),
                None => self.found.refuse(self.file, &path, at, "expected a table"),
            }
        }
    }

    /// Reads the table under `key`, if it is there.
    pub(super) fn table<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Sheet<'a, '_>) -> Option<T>,
    ) -> Option<T> {
        let table = self.read(key, "expected a table", table)?;
        let path = self.name(key);
        let mut done = None;
        self.inside(path, table, |sheet| done = read(sheet));
        done
    }

    /// Reads the list of tables under `key`.
    pub(super) fn list(&mut self, key: &'static str, mut read: impl FnMut(&mut Sheet<'a, '_>)) {
        const EXPECTED: &str = "expected a list of tables";
        let tables = self.read(key, EXPECTED, |value| match value {
            DeValue::Array(values) => Some(values),
            _ => None,
        });
        for (number, value) in tables.into_iter().flatten().enumerate() {
            let key = format!("{key}.{}", number.saturating_add(1));
            let path = self.name(&key);
            self.found.place(&path, self.file, value.span().start);
            match table(value.get_ref()) {
                Some(table) => self.inside(path, table, &mut read),
                None => self.refuse(&key, value, EXPECTED),
            }
        }
    }

    /// Conditions by names that the file chooses.
    pub(super) fn conditions(&mut self, key: &'static str) -> Vec<(String, Condition)> {
        let Some(table) = self.read(key, "expected a table of conditions", table) else {
            return Vec::new();
        };
        let mut conditions = Vec::new();
        for (name, value) in table {
            let key = format!("{key}.{}", name.get_ref());
            self.found.place(&self.name(&key), self.file, value.span().start);
            match text(value.get_ref()).map(Condition::parse) {
                Some(Ok(condition)) => conditions.push((name.get_ref().to_string(), condition)),
                Some(Err(failed)) => self.refuse(&key, value, failed.problem),
                None => self.refuse(&key, value, "expected a condition in CEL, as a text"),
            }
        }
        conditions
    }

    fn inside(&mut self, path: String, table: &'a DeTable<'a>, read: impl FnOnce(&mut Sheet<'a, '_>)) {
        let mut sheet = Sheet::new(self.file, self.found, path, table);
        read(&mut sheet);
        sheet.end();
    }

    /// Reports the keys that nobody asked for.
    pub(super) fn end(self) {
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if self.asked.contains(&name) {
                continue;
            }
            let expected = match nearest(name, self.asked.iter().copied()) {
                Some(near) => format!("is not known, did you mean {near}?"),
                None => format!("is not known, expected one of {}", self.asked.join(", ")),
            };
            let path = self.name(name);
            self.found.refuse(self.file, &path, key.span().start, expected);
        }
    }
}

fn find<'a>(table: &'a DeTable<'a>, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
    let mut entries = table.iter();
    entries.find_map(|(name, value)| (name.get_ref() == key).then_some(value))
}

fn table<'a>(value: &'a DeValue<'a>) -> Option<&'a DeTable<'a>> {
    match value {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

fn text<'a>(value: &'a DeValue<'a>) -> Option<&'a str> {
    match value {
        DeValue::String(text) => Some(text.as_ref()).filter(|text: &&str| !text.trim().is_empty()),
        _ => None,
    }
}
