//! Which column is what: owns the mapping file, its keys and what is wrong with them.
//!
//! A mapping names columns, never a path: it holds wherever the files lie. Must never guess what a column means. Called
//! by the command that evaluates, and by [`crate::quality::rows`].

mod cell;
mod parts;

use std::path::Path;

use toml::Value;

pub(crate) use self::{
    cell::Cell,
    parts::{Key, Only, Stated, Word},
};
use crate::{
    config::{ConfigError, Problems, Table, read_table},
    domain::{
        channel::Channels,
        identifier::{Kind, Region},
    },
};

/// The traits that a mapping may fill: the facts of a person, and the names they come in.
const TRAITS: [&str; 12] = [
    "first_name",
    "middle_name",
    "last_name",
    "name",
    "suffix",
    "birth_date",
    "address",
    "city",
    "postcode",
    "region",
    "country",
    "national_id",
];

/// Stands between the columns of an id.
const ID_JOINT: &str = ":";
/// Stands between the columns of anything else.
const JOINT: &str = " ";

/// What the columns of records mean.
#[derive(Clone, Debug)]
pub struct Mapping {
    origin: String,
    /// What separates the columns.
    pub(crate) delimiter: u8,
    /// What names a record; without it, its file and line.
    pub(crate) id: Option<Cell>,
    /// Who it is.
    pub(crate) truth: Option<Cell>,
    /// How a file of the truth is read.
    pub(crate) key: Option<Key>,
    /// Which rows are taken.
    pub(crate) only: Option<Only>,
    pub(crate) time: Option<Cell>,
    pub(crate) channel: Word,
    pub(crate) source: Word,
    /// Where phone numbers without a country code are from.
    pub(crate) phone_region: Option<Region>,
    pub(crate) traits: Vec<(&'static str, Cell)>,
    pub(crate) identifiers: Vec<Stated>,
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// Everything that is wrong with it at once; a file that cannot be read, or is no TOML, is the only problem then.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let root = read_table(path, "mapping file")?;
        Self::read(root, format!("mapping file {}", path.display()))
    }

    fn read(root: toml::Table, origin: String) -> Result<Self, ConfigError> {
        let mut problems = Problems::new(origin.clone());
        let mut table = Table::new("", root);
        let mapping = Self {
            origin,
            delimiter: delimiter(&mut table, &mut problems),
            id: cell_at(&mut table, "id", ID_JOINT, &mut problems),
            truth: cell_at(&mut table, "truth", ID_JOINT, &mut problems),
            key: Key::read(&mut table, &mut problems),
            only: Only::read(&mut table, &mut problems),
            time: cell_at(&mut table, "time", JOINT, &mut problems),
            channel: Word::read(&mut table, "channel", "store", &mut problems),
            source: Word::read(&mut table, "source", "records", &mut problems),
            phone_region: table.read(
                "phone_region",
                "expected a two-letter country code such as IR",
                &mut problems,
                |value| value.as_str()?.parse().ok(),
            ),
            traits: traits(&mut table, &mut problems),
            identifiers: identifiers(&mut table, &mut problems),
        };
        if mapping.traits.is_empty() && mapping.identifiers.is_empty() && problems.count() == 0 {
            let expected = "expected a column for at least one trait or identifier";
            problems.add("traits", None, expected);
        }
        table.end(&mut problems);
        let problems = problems.into_list();
        if problems.is_empty() {
            Ok(mapping)
        } else {
            Err(ConfigError { problems })
        }
    }

    /// Lets phone numbers without a country code be from where the mapping says, on whatever channel.
    pub fn set_phone_region(&self, channels: &mut Channels) {
        if self.phone_region.is_some() {
            for channel in channels.channels.values_mut() {
                channel.region.clone_from(&self.phone_region);
            }
        }
    }

    /// Reports the keys that name only columns which none of the files has. Of several columns one is enough: the same
    /// mapping is for files that differ.
    ///
    /// # Errors
    /// All of them at once.
    pub(crate) fn fits(&self, has: impl Fn(&str) -> bool) -> Result<(), ConfigError> {
        let mut problems = Problems::new(self.origin.clone());
        for (key, columns) in self.columns() {
            if !columns.iter().any(|column| has(column)) {
                let shown = columns.iter().cloned().map(Value::String).collect();
                problems.add(
                    &key,
                    Some(&Value::Array(shown)),
                    "expected a column of one of the files",
                );
            }
        }
        let problems = problems.into_list();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(ConfigError { problems })
        }
    }

    /// The columns of records, by the key that names them.
    fn columns(&self) -> Vec<(String, &[String])> {
        let single = [
            ("id", &self.id),
            ("truth", &self.truth),
            ("time", &self.time),
            ("channel", &self.channel.cell),
            ("source", &self.source.cell),
        ];
        let single = single
            .into_iter()
            .filter_map(|(key, cell)| Some((key.to_owned(), cell.as_ref()?)));
        let traits = self.traits.iter();
        let traits = traits.map(|(name, cell)| (format!("traits.{name}"), cell));
        let identifiers = self.identifiers.iter();
        let identifiers = identifiers.map(|stated| (format!("identifiers.{}", stated.kind), &stated.cell));
        let only = self.only.iter();
        let only = only.map(|only| ("only.column".to_owned(), std::slice::from_ref(&only.column)));
        let cells = single.chain(traits).chain(identifiers);
        cells
            .map(|(key, cell)| (key, cell.columns()))
            .chain(only)
            .collect()
    }
}

fn cell_at(table: &mut Table, key: &str, joint: &str, problems: &mut Problems) -> Option<Cell> {
    let value = table.take(key)?;
    Cell::read(&table.name(key), value, joint, problems)
}

fn delimiter(table: &mut Table, problems: &mut Problems) -> u8 {
    let expected = "expected one character of ASCII";
    let read = table.read("delimiter", expected, problems, |value| {
        match value.as_str()?.as_bytes() {
            [one] if one.is_ascii() => Some(*one),
            _ => None,
        }
    });
    read.unwrap_or(b',')
}

fn traits(table: &mut Table, problems: &mut Problems) -> Vec<(&'static str, Cell)> {
    let Some(mut table) = table.table("traits", problems) else {
        return Vec::new();
    };
    let mut traits = Vec::new();
    for name in TRAITS {
        traits.extend(cell_at(&mut table, name, JOINT, problems).map(|cell| (name, cell)));
    }
    table.end(problems);
    traits
}

fn identifiers(table: &mut Table, problems: &mut Problems) -> Vec<Stated> {
    let Some(mut table) = table.table("identifiers", problems) else {
        return Vec::new();
    };
    let mut identifiers = Vec::new();
    for name in table.names() {
        let key = table.name(&name);
        let (Ok(kind), value) = (Kind::new(&name), table.take(&name)) else {
            problems.add(
                &key,
                None,
                "expected a kind of 1 to 64 characters of a-z, 0-9 and _",
            );
            continue;
        };
        // Several of a kind are several tables.
        let several = match value {
            Some(Value::Array(values)) if values.iter().all(Value::is_table) => values,
            value => value.into_iter().collect(),
        };
        identifiers.extend(
            several
                .into_iter()
                .filter_map(|value| Stated::read(&key, &kind, value, problems)),
        );
    }
    identifiers
}

#[cfg(test)]
mod tests;
