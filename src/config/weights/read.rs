//! From a file to a table of weights: every problem at once, each with its key and what was expected.

use std::{collections::BTreeMap, ops::RangeInclusive, path::Path};

use toml::Value;

use crate::{
    config::{
        ConfigError, Problems, Table, read_table,
        weights::{FORMAT, version},
    },
    domain::similarity::{Bits, Field, Frequencies, Level, Weights, order},
};

/// Parts of a whole.
const BILLION: u32 = 1_000_000_000;

/// Reads the table of weights in the file at `path`.
///
/// # Errors
/// Everything that is wrong with it at once: unknown or missing keys, weights out of bounds or out of order, a version
/// that is not the content's. A file that cannot be read, or is no TOML, is the only problem then; so is another format.
pub fn load(path: &Path) -> Result<Weights, ConfigError> {
    let root = read_table(path, "weights file")?;
    read(root, format!("weights file {}", path.display()))
}

pub(super) fn read(root: toml::Table, origin: String) -> Result<Weights, ConfigError> {
    let mut problems = Problems::new(origin);
    let weights = read_root(Table::new("", root), &mut problems);
    let problems = problems.into_list();
    if problems.is_empty() {
        Ok(weights)
    } else {
        Err(ConfigError { problems })
    }
}

fn read_root(mut root: Table, problems: &mut Problems) -> Weights {
    let format = required(&mut root, "format", FORMAT..=FORMAT, problems);
    if format.is_none() {
        // What else there is, another build knows.
        return Weights::standard();
    }
    let stated = required(&mut root, "version", 1..=u32::MAX, problems);
    let mut weights = Weights {
        levels: levels(&mut root, problems),
        chances: chances(&mut root, problems),
        adjustment_max: adjustment(&mut root, problems),
        frequencies: frequencies(&mut root, problems),
        version: 0,
    };
    root.end(problems);
    if problems.count() == 0 {
        in_order(&weights, problems);
    }
    weights.version = version(&weights);
    if problems.count() == 0 && stated != Some(weights.version) {
        let expected = format!(
            "expected {}, which follows from the content; whoever changes a weight by hand changes the version too",
            weights.version
        );
        let shown = stated.map(|stated| Value::Integer(stated.into()));
        problems.add("version", shown.as_ref(), expected);
    }
    weights
}

/// The table under `key`, which has to be there.
fn section(table: &mut Table, key: &str, problems: &mut Problems) -> Option<Table> {
    let known = problems.count();
    let section = table.table(key, problems);
    if section.is_none() && problems.count() == known {
        problems.add(&table.name(key), None, "is missing, expected a table");
    }
    section
}

/// A whole number within `bounds`, which has to be there.
fn required<N>(table: &mut Table, key: &str, bounds: RangeInclusive<N>, problems: &mut Problems) -> Option<N>
where
    N: TryFrom<i64> + PartialOrd + std::fmt::Display,
{
    let expected = if bounds.start() == bounds.end() {
        format!("expected {}", bounds.start())
    } else {
        format!(
            "expected a whole number from {} to {}",
            bounds.start(),
            bounds.end()
        )
    };
    let known = problems.count();
    let number = table.read(key, &expected, problems, |value| {
        let number = N::try_from(value.as_integer()?).ok()?;
        bounds.contains(&number).then_some(number)
    });
    if number.is_none() && problems.count() == known {
        problems.add(&table.name(key), None, format!("is missing, {expected}"));
    }
    number
}

fn levels(root: &mut Table, problems: &mut Problems) -> Vec<(Field, Level, Bits)> {
    let mut read = BTreeMap::new();
    if let Some(mut all) = section(root, "levels", problems) {
        for field in Field::ALL {
            let Some(mut table) = section(&mut all, field.as_str(), problems) else {
                continue;
            };
            for level in order::levels(*field) {
                let (least, most) = order::bounds(*field, level).into_inner();
                let weight = required(&mut table, level.as_str(), least.0..=most.0, problems);
                read.insert((*field, level), Bits(weight.unwrap_or_default()));
            }
            table.end(problems);
        }
        all.end(problems);
    }
    read.into_iter()
        .map(|((field, level), bits)| (field, level, bits))
        .collect()
}

/// Reports levels that weigh more than more alike ones.
fn in_order(weights: &Weights, problems: &mut Problems) {
    for field in Field::ALL {
        let levels = order::levels(*field);
        for (more, less) in levels.iter().zip(levels.iter().skip(1)) {
            let (above, weight) = (weights.of(*field, *more), weights.of(*field, *less));
            if weight > above {
                let key = format!("levels.{}.{}", field.as_str(), less.as_str());
                let expected = format!(
                    "expected no more than the weight of {}, which is more alike and has {}",
                    more.as_str(),
                    above.0
                );
                problems.add(&key, Some(&Value::Integer(weight.0)), expected);
            }
        }
    }
}

fn chances(root: &mut Table, problems: &mut Problems) -> Vec<(Field, u32)> {
    let Some(mut table) = section(root, "chances", problems) else {
        return Vec::new();
    };
    let mut chances = Vec::new();
    for field in order::BY_FREQUENCY {
        chances.extend(
            required(&mut table, field.as_str(), 1..=BILLION, problems).map(|chance| (field, chance)),
        );
    }
    table.end(problems);
    chances
}

fn adjustment(root: &mut Table, problems: &mut Problems) -> (Bits, Bits) {
    let Some(mut table) = section(root, "adjustment", problems) else {
        return (Bits::ZERO, Bits::ZERO);
    };
    let mut most = |key| {
        let bits = required(&mut table, key, 0..=Bits::whole(16).0, problems);
        Bits(bits.unwrap_or_default())
    };
    let most = (most("added_max"), most("taken_max"));
    table.end(problems);
    most
}

fn frequencies(root: &mut Table, problems: &mut Problems) -> Frequencies {
    let Some(mut table) = section(root, "frequencies", problems) else {
        return Frequencies::default();
    };
    let known = problems.count();
    let key = table.read("key", KEY_EXPECTED, problems, |value| key(value.as_str()?));
    if key.is_none() && problems.count() == known {
        problems.add("frequencies.key", None, format!("is missing, {KEY_EXPECTED}"));
    }
    let floor = required(&mut table, "floor", 0..=BILLION, problems);
    let values = section(&mut table, "values", problems);
    table.end(problems);
    Frequencies {
        key: key.unwrap_or_default(),
        table: values.map(|values| listed(values, problems)).unwrap_or_default(),
        floor: floor.unwrap_or_default(),
    }
}

const KEY_EXPECTED: &str = "expected 32 hexadecimal digits";

fn key(text: &str) -> Option<(u64, u64)> {
    let high = text.get(..16).and_then(hexadecimal)?;
    let low = text.get(16..).and_then(hexadecimal)?;
    Some((high, low))
}

/// Sixteen digits, small letters, and nothing else: one number is written in one way.
fn hexadecimal(text: &str) -> Option<u64> {
    let plain = text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    plain.then(|| u64::from_str_radix(text, 16).ok()).flatten()
}

/// The values by their hashes.
fn listed(mut table: Table, problems: &mut Problems) -> BTreeMap<u64, u32> {
    let mut values = BTreeMap::new();
    for name in table.names() {
        let parts = required(&mut table, &name, 1..=BILLION, problems);
        match (hexadecimal(&name), parts) {
            (Some(hash), Some(parts)) => {
                values.insert(hash, parts);
            }
            (None, _) => {
                let expected = "expected a hash of 16 hexadecimal digits as the key";
                problems.add(&table.name(&name), None, expected);
            }
            (Some(_), None) => {}
        }
    }
    values
}
