//! From a row to a native event: owns what an event of a record says.
//!
//! It only writes down what the mapping names; whether it is an event is the decoder's matter, as for any channel. Called
//! by [`crate::quality::plan`].

use jiff::{civil::DateTime, tz::TimeZone};
use serde_json::{Map, Value, json};

use crate::{
    domain::time::Timestamp,
    quality::{
        mapping::{Mapping, Word},
        rows::Row,
    },
    wire::time,
};

/// What a record's event is called.
const TYPE: &str = "Record Imported";
/// 2020-01-01T00:00:00Z: the time of the first row, where no column tells one.
const FIRST: Timestamp = Timestamp::from_micros(1_577_836_800_000_000);
/// Between two rows.
const APART_MICROS: u64 = 1_000_000;

/// The native event of a row; `place` is where it stands among all rows of the run.
pub(crate) fn event(row: &Row<'_>, id: &str, place: u64, mapping: &Mapping) -> String {
    let filled = |cell: &crate::quality::mapping::Cell| cell.of(row);
    let traits: Map<String, Value> = mapping
        .traits
        .iter()
        .filter_map(|(name, cell)| Some(((*name).to_owned(), filled(cell)?.into())))
        .collect();
    let identifiers: Vec<Value> = mapping
        .identifiers
        .iter()
        .filter_map(|stated| {
            let (kind, trust) = (stated.kind.as_str(), stated.trust.as_str());
            Some(json!({"kind": kind, "value": filled(&stated.cell)?, "trust": trust}))
        })
        .collect();
    let time = mapping.time.as_ref().and_then(filled).map_or_else(
        || time::format(FIRST.saturating_add(place.saturating_mul(APART_MICROS))),
        |text| moment(&text),
    );
    let event = json!({
        "id": id,
        "type": TYPE,
        "channel": word(&mapping.channel, row),
        "source": word(&mapping.source, row),
        "time": time,
        "identifiers": identifiers,
        "traits": traits,
    });
    event.to_string()
}

fn word(word: &Word, row: &Row<'_>) -> String {
    let told = word.cell.as_ref().and_then(|cell| cell.of(row));
    told.unwrap_or_else(|| word.usual.clone())
}

/// A time as an event may state it: one without an offset, or a date alone, is in UTC. What is no time stays as it is,
/// for the decoder to refuse.
fn moment(text: &str) -> String {
    if time::parse(text).is_some() {
        return text.to_owned();
    }
    let zoned = text
        .parse::<DateTime>()
        .and_then(|local| local.to_zoned(TimeZone::UTC));
    match zoned {
        Ok(zoned) => time::format(Timestamp::from_micros(zoned.timestamp().as_microsecond())),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn a_time_without_an_offset_is_in_utc_and_no_time_stays() {
        for (text, stated) in [
            ("2019-03-04T10:00:00+03:30", "2019-03-04T10:00:00+03:30"),
            ("2019-03-04 10:00:00", "2019-03-04T10:00:00Z"),
            ("2019-03-04T10:00", "2019-03-04T10:00:00Z"),
            ("2019-03-04", "2019-03-04T00:00:00Z"),
            ("4/3/19", "4/3/19"),
        ] {
            assert_eq!(moment(text), stated);
        }
    }
}
