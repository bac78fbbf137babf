//! Quiet hours, by clocks that are put forward and back.

use super::*;
use crate::{
    decide::contact::samples::{DAY_US, HOUR_US},
    domain::{
        identifier::{Kind, Trust},
        identity::Key,
        value::Value,
    },
};

/// What is decided about an advertisement with these quiet hours, in minutes of the day.
fn quiet(customer: &Profile, zone: &str, [from, until]: [u16; 2], now: Timestamp) -> Option<Timestamp> {
    let policy = Policy {
        zone: Zone::named(zone).unwrap(),
        quiet: QuietHours {
            from,
            until,
            silent: Vec::new(),
        },
        ..policy()
    };
    let verdict = decide(&policy, customer, &ask(), now);
    let expected = if verdict.until.is_some() {
        Reason::Quiet
    } else {
        Reason::Free
    };
    assert_eq!(verdict.reason, expected);
    verdict.until
}

#[test]
fn a_night_ends_by_the_clock_of_where_the_customer_is() {
    const NIGHT: [u16; 2] = [21 * 60, 9 * 60];
    const LATE: [u16; 2] = [22 * 60, 2 * 60 + 30];
    let customer = profile(&[agreed()]);
    for (zone, hours, now, until) in [
        ("Europe/Berlin", NIGHT, "2026-11-22T19:59:59Z", None),
        (
            "Europe/Berlin",
            NIGHT,
            "2026-11-22T20:00:00Z",
            Some("2026-11-23T08:00:00Z"),
        ),
        (
            "Europe/Berlin",
            NIGHT,
            "2026-11-23T07:59:59Z",
            Some("2026-11-23T08:00:00Z"),
        ),
        ("Europe/Berlin", NIGHT, "2026-11-23T08:00:00Z", None),
        (
            "Asia/Tehran",
            NIGHT,
            "2026-11-22T17:30:00Z",
            Some("2026-11-23T05:30:00Z"),
        ),
        // The night in which clocks are put forward is an hour shorter, the one in which they are put back longer.
        (
            "Europe/Berlin",
            NIGHT,
            "2026-03-28T20:30:00Z",
            Some("2026-03-29T07:00:00Z"),
        ),
        (
            "Europe/Berlin",
            NIGHT,
            "2026-10-24T20:00:00Z",
            Some("2026-10-25T08:00:00Z"),
        ),
        // Half past two does not come: it is over at once. Or it comes twice.
        (
            "Europe/Berlin",
            LATE,
            "2026-03-28T23:00:00Z",
            Some("2026-03-29T01:00:00Z"),
        ),
        (
            "Europe/Berlin",
            LATE,
            "2026-10-24T23:00:00Z",
            Some("2026-10-25T00:30:00Z"),
        ),
        ("Europe/Berlin", LATE, "2026-10-25T00:40:00Z", None),
        (
            "Europe/Berlin",
            LATE,
            "2026-10-25T01:10:00Z",
            Some("2026-10-25T01:30:00Z"),
        ),
        // By day, and never.
        (
            "UTC",
            [12 * 60, 14 * 60],
            "2026-11-22T13:00:00Z",
            Some("2026-11-22T14:00:00Z"),
        ),
        ("UTC", [12 * 60, 14 * 60], "2026-11-22T14:00:00Z", None),
        ("UTC", [0, 0], "2026-11-22T00:00:00Z", None),
    ] {
        assert_eq!(
            quiet(&customer, zone, hours, at(now)),
            until.map(at),
            "{zone} {hours:?} {now}"
        );
    }
}

/// Whatever is held may be sent when it is asked for again.
#[test]
fn quiet_hours_end_when_they_say() {
    let customer = profile(&[agreed()]);
    for zone in [
        "Europe/Berlin",
        "America/New_York",
        "America/Santiago",
        "Australia/Lord_Howe",
        "Asia/Tehran",
        "Africa/Casablanca",
    ] {
        for hours in [[21 * 60, 9 * 60], [22 * 60, 2 * 60 + 15], [30, 3 * 60 + 45]] {
            let mut now = at("2026-01-01T00:00:00Z");
            while now < at("2027-01-01T00:00:00Z") {
                if let Some(until) = quiet(&customer, zone, hours, now) {
                    assert!(until > now, "{zone} {hours:?} {now:?}");
                    assert!(until <= now.saturating_add(DAY_US), "{zone} {hours:?} {now:?}");
                    assert_eq!(
                        quiet(&customer, zone, hours, until),
                        None,
                        "{zone} {hours:?} {now:?}"
                    );
                }
                now = now.saturating_add(3 * HOUR_US + 7 * HOUR_US / 60);
            }
        }
    }
}

#[test]
fn the_zone_is_what_is_known_best_of_the_customer() {
    let traits = |known: &[(&str, &str)]| {
        let text = |(name, value): &(&str, &str)| ((*name).to_owned(), Value::Text((*value).to_owned()));
        let event = Event {
            traits: known.iter().map(text).collect(),
            ..agreed()
        };
        profile(&[event])
    };
    let with_phones = |known: &[(&str, &str)], phones: &[&str]| {
        let mut profile = traits(known);
        for phone in phones {
            let key = Key {
                kind: Kind::PHONE,
                value: (*phone).to_owned(),
            };
            profile.identifiers.insert(key, Trust::Staff);
        }
        profile
    };
    for (known, phones, expected) in [
        (
            [("timezone", "America/New_York"), ("country", "IR")],
            ["+989123456789"].as_slice(),
            "America/New_York",
        ),
        (
            [("timezone", "Nowhere/At_All"), ("country", "IR")],
            &[],
            "Asia/Tehran",
        ),
        (
            [("country", "FR"), ("city", "Paris")],
            &["+989123456789"],
            "Asia/Tehran",
        ),
        (
            [("country", ""), ("city", "Paris")],
            &["+989123456789", "+4915112345678"],
            "Europe/Berlin",
        ),
        ([("country", ""), ("city", "Paris")], &[], "Europe/Berlin"),
    ] {
        let found = zone::of(&policy(), &with_phones(&known, phones));
        assert_eq!(found.name(), expected, "{known:?}");
    }
}

#[test]
fn what_disturbs_nobody_and_what_serves_does_not_wait() {
    let night = |ask: &Ask| decide(&policy(), &profile(&[agreed()]), ask, at(NIGHT)).reason;
    assert_eq!(night(&ask()), Reason::Quiet);
    let mail = Ask {
        way: "email".to_owned(),
        ..ask()
    };
    assert_eq!(night(&mail), Reason::Free);
    assert_eq!(night(&for_purpose("service")), Reason::Free);
}
