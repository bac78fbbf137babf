//! `[contact]`: who is contacted when, with the open tables of purposes, of caps, of quiet times, and of the time zones of
//! countries.

use std::collections::{BTreeMap, BTreeSet};

use ::config::{Map, Value};

use crate::{
    config::{
        reader::{Reader, blank},
        section::{NAME_EXPECTED, NAME_LETTERS_MAX, is_name},
    },
    decide::contact::{Cap, DayOff, Need, Policy, Purpose, QuietHours, QuietTimes, Zone},
    domain::profile::contacts::STEPS_MAX,
};

const HOUR_MICROS: u64 = 3_600 * 1_000_000;
const DAY_MICROS: u64 = 24 * HOUR_MICROS;

const NEEDS: [(&str, Need); 3] = [
    ("granted", Need::Granted),
    ("not_denied", Need::NotDenied),
    ("nothing", Need::Nothing),
];

/// A profile remembers three steps of each of so many messages of a purpose: more could not be counted.
const CAP_MAX: usize = STEPS_MAX / 3;

/// Days of which counts are kept, at most.
const REPORT_DAYS_MAX: u16 = 1_100;

/// Who is left alone on all of these is never contacted.
const WEEK_DAYS: usize = 7;

/// Holidays of one table, at most: who is asked about is told within an instant.
const HOLIDAYS_MAX: usize = 366;

pub(super) const ZONE_EXPECTED: &str = "expected a time zone of the IANA database, such as Asia/Tehran";

const COUNTRY_EXPECTED: &str = "expected the two lower-case letters of a country, as ir";

/// What holds for a purpose that says no more than its name: the strictest.
fn unsaid_purpose() -> Map<String, Value> {
    blank([
        ("consent", "granted".into()),
        ("sells", true.into()),
        ("waits", true.into()),
    ])
}

/// What holds for a cap that says no more than how much, and within how many days.
fn unsaid_cap() -> Map<String, Value> {
    blank([
        ("calendar", false.into()),
        ("channels", Vec::<Value>::new().into()),
        ("purposes", Vec::<Value>::new().into()),
        ("reserved", 0.into()),
        ("reserved_from", 0.into()),
    ])
}

/// What holds for quiet times that say no more than from when to when they are.
fn unsaid_times() -> Map<String, Value> {
    blank(["countries", "channels", "days_off", "holidays"].map(|key| (key, Vec::<Value>::new().into())))
}

pub(crate) fn read(table: &mut Reader<'_>) -> Policy {
    let quiet = QuietHours {
        from: minute(table, "quiet_from"),
        until: minute(table, "quiet_until"),
        silent: names(table, "silent_channels"),
    };
    Policy {
        again_us: time(table, "again_after_days", DAY_MICROS, 366),
        recovery_us: time(table, "recovery_days", DAY_MICROS, 366),
        leaving_us: time(table, "leaving_days", DAY_MICROS, 366),
        low_us: time(table, "low_days", DAY_MICROS, 366),
        quiet,
        zone: table.text("zone", ZONE_EXPECTED, Zone::utc(), Zone::named),
        report_days: table.number("report_days", 1..=REPORT_DAYS_MAX),
        quiet_times: named(table, "quiet", &unsaid_times(), quiet_times),
        zones: table.section("zones", zones),
        purposes: named(table, "purposes", &unsaid_purpose(), purpose),
        caps: named(table, "caps", &unsaid_cap(), cap),
    }
}

fn time(table: &mut Reader<'_>, key: &str, unit: u64, most: u64) -> u64 {
    table.number::<u64>(key, 0..=most).saturating_mul(unit)
}

/// The entries of an open table whose names are those of purposes or caps.
fn named<T>(
    table: &mut Reader<'_>,
    key: &str,
    unsaid: &Map<String, Value>,
    read: impl Fn(&mut Reader<'_>) -> T,
) -> BTreeMap<String, T> {
    let entries = table.entries(key, unsaid, |_, entry| read(entry));
    for name in entries.keys().filter(|name| !is_name(name)) {
        table.refuse_inside(&[key, name], None, NAME_EXPECTED);
    }
    entries
}

fn purpose(table: &mut Reader<'_>) -> Purpose {
    Purpose {
        consent: table.word("consent", &NEEDS, Need::Granted),
        sells: table.switch("sells"),
        waits: table.switch("waits"),
    }
}

fn cap(table: &mut Reader<'_>) -> Cap {
    Cap {
        most: table.number("most", 0..=CAP_MAX),
        days: table.number("days", 1..=366),
        calendar: table.switch("calendar"),
        ways: names(table, "channels"),
        purposes: names(table, "purposes"),
        reserved: table.number("reserved", 0..=CAP_MAX),
        reserved_from: table.number("reserved_from", 0..=9),
    }
}

fn quiet_times(table: &mut Reader<'_>) -> QuietTimes {
    let country = |text: &str| is_country(text).then(|| text.to_owned());
    let mut days_off = table.list_of(
        "days_off",
        "expected a list of days of the week, as sunday",
        DayOff::weekday,
    );
    let distinct: BTreeSet<String> = days_off.iter().map(DayOff::name).collect();
    if distinct.len() >= WEEK_DAYS {
        table.refuse("days_off", None, "expected a day of the week that is left");
    }
    let expected = "expected a list of days, as 2026-12-25, or --05-01 for every year";
    let holidays = table.list_of("holidays", expected, DayOff::holiday);
    if holidays.len() > HOLIDAYS_MAX {
        let expected = format!("expected at most {HOLIDAYS_MAX} days");
        table.refuse("holidays", Some(holidays.len().to_string()), expected);
    }
    days_off.extend(holidays);
    QuietTimes {
        countries: table.list_of("countries", COUNTRY_EXPECTED, country),
        ways: names(table, "channels"),
        from: minute(table, "from"),
        until: minute(table, "until"),
        days_off,
    }
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn names(table: &mut Reader<'_>, key: &str) -> Vec<String> {
    let name = |text: &str| {
        let name = text.trim();
        (1..=NAME_LETTERS_MAX)
            .contains(&name.chars().count())
            .then(|| name.to_owned())
    };
    table.list_of(key, "expected a list of names of 1 to 64 letters", name)
}

/// The time zones of countries, by their codes in lower case.
fn zones(table: &mut Reader<'_>) -> BTreeMap<String, Zone> {
    let mut zones = BTreeMap::new();
    for country in table.names() {
        let zone = table.text(&country, ZONE_EXPECTED, Zone::utc(), Zone::named);
        if !is_country(&country) {
            table.refuse(&country, None, COUNTRY_EXPECTED);
        }
        zones.insert(country, zone);
    }
    zones
}

/// A time of the day, as the minute that it is.
pub(super) fn minute(table: &mut Reader<'_>, key: &str) -> u16 {
    let expected = "expected a time of the day from 00:00 to 23:59";
    table.text(key, expected, 0, |text| {
        let (hour, minute) = text.split_once(':')?;
        let number = |text: &str, most: u16| {
            let is_pair = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            let number: u16 = is_pair.then(|| text.parse().ok()).flatten()?;
            (number <= most).then_some(number)
        };
        Some(
            number(hour, 23)?
                .saturating_mul(60)
                .saturating_add(number(minute, 59)?),
        )
    })
}
