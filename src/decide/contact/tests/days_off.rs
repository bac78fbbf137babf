//! Days off and the quiet hours of countries: what waits is held until the first minute that is free.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::{
    decide::contact::{quiet, samples::HOUR_US},
    domain::value::Value,
};

const MINUTE_US: u64 = HOUR_US / 60;

/// Zones whose clocks are put forward and back at all kinds of times: at midnight, by half an hour, over a month of fasting.
const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Paris",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Tehran",
    "Africa/Casablanca",
    "Africa/Cairo",
];

fn times(hours: [u16; 2], days: &[&str]) -> QuietTimes {
    let [from, until] = hours;
    let day = |text: &&str| DayOff::weekday(text).or_else(|| DayOff::holiday(text)).unwrap();
    QuietTimes {
        countries: vec!["fr".to_owned()],
        ways: Vec::new(),
        from,
        until,
        days_off: days.iter().map(day).collect(),
    }
}

/// Somebody who said where they are.
fn from_country(country: &str) -> Profile {
    profile(&[Event {
        traits: BTreeMap::from([("country".to_owned(), Value::Text(country.to_owned()))]),
        ..agreed()
    }])
}

fn with_times(zone: &str, tables: Vec<QuietTimes>) -> Policy {
    let named = tables.into_iter().enumerate();
    Policy {
        zone: Zone::named(zone).unwrap(),
        quiet_times: named
            .map(|(number, times)| (format!("t{number}"), times))
            .collect(),
        ..policy()
    }
}

fn verdict(policy: &Policy, customer: &Profile, ask: &Ask, now: Timestamp) -> Option<Verdict> {
    let zone = zone::of(policy, customer);
    quiet::quiet_hours(&Case {
        policy,
        profile: customer,
        ask,
        purpose: policy.purpose(&ask.purpose),
        zone: &zone,
        now,
    })
}

#[test]
fn a_night_before_a_sunday_ends_on_monday_morning() {
    let policy = with_times(
        "Europe/Paris",
        vec![times([22 * 60, 8 * 60], &["sunday", "--12-25", "2026-12-26"])],
    );
    let customer = from_country("FR");
    let told = |now: &str| {
        let verdict = verdict(&policy, &customer, &ask(), at(now));
        verdict.map(|verdict| (verdict.reason, verdict.until.unwrap()))
    };
    for (now, reason, until) in [
        // Saturday night, and all of Sunday.
        ("2026-11-21T21:30:00Z", Reason::Quiet, "2026-11-23T07:00:00Z"),
        ("2026-11-22T12:00:00Z", Reason::DayOff, "2026-11-23T07:00:00Z"),
        ("2026-11-23T06:59:59Z", Reason::Quiet, "2026-11-23T07:00:00Z"),
        // Christmas is a Friday in 2026: with the day behind it and the Sunday it makes three days.
        ("2026-12-24T21:00:00Z", Reason::Quiet, "2026-12-28T07:00:00Z"),
        // The Sunday on which clocks are put forward is an hour shorter.
        ("2026-03-28T21:00:00Z", Reason::Quiet, "2026-03-30T06:00:00Z"),
    ] {
        assert_eq!(told(now), Some((reason, at(until))), "{now}");
    }
    assert_eq!(told("2026-11-23T07:00:00Z"), None);
    // In general it would be quiet from 21:00 on.
    assert_eq!(told("2026-11-20T20:30:00Z"), None);
    assert_eq!(
        told("2027-12-26T12:00:00Z").unwrap().0,
        Reason::DayOff,
        "a Sunday"
    );
    assert_eq!(told("2028-12-26T12:00:00Z"), None, "a holiday of one year");
}

#[test]
fn it_is_said_by_which_table_and_day_it_waits() {
    let policy = with_times("Europe/Paris", vec![times([0, 0], &["sunday"])]);
    let verdict = verdict(&policy, &from_country("fr"), &ask(), at("2026-11-22T12:00:00Z")).unwrap();
    let evidence = verdict
        .evidence
        .iter()
        .map(|fact| (fact.what.as_str(), fact.name.as_str(), fact.at));
    let sunday = Some(at("2026-11-21T23:00:00Z"));
    assert_eq!(
        evidence.collect::<Vec<_>>(),
        [
            ("zone", "Europe/Paris", None),
            ("quiet", "t0", None),
            ("day_off", "sunday", sunday)
        ]
    );
    assert_eq!(verdict.until, Some(at("2026-11-22T23:00:00Z")));
}

#[test]
fn a_table_holds_for_its_countries_and_ways_alone() {
    let calls = QuietTimes {
        ways: vec!["call".to_owned(), "email".to_owned()],
        ..times([20 * 60, 10 * 60], &[])
    };
    let everywhere = QuietTimes {
        countries: Vec::new(),
        ..calls.clone()
    };
    let evening = at("2026-11-23T19:30:00Z");
    let reason = |tables: Vec<QuietTimes>, country: &str, way: &str, now: Timestamp| {
        let way = Ask {
            way: way.to_owned(),
            ..ask()
        };
        let verdict = verdict(
            &with_times("Europe/Paris", tables),
            &from_country(country),
            &way,
            now,
        );
        verdict.map(|verdict| verdict.reason)
    };
    let both = || vec![calls.clone(), times([22 * 60, 8 * 60], &["monday"])];
    assert_eq!(
        reason(vec![calls.clone()], "fr", "call", evening),
        Some(Reason::Quiet)
    );
    // It says that mail disturbs, which else it does not.
    assert_eq!(
        reason(vec![calls.clone()], "fr", "email", evening),
        Some(Reason::Quiet)
    );
    assert_eq!(reason(vec![calls.clone()], "fr", "sms", evening), None);
    assert_eq!(reason(vec![calls.clone()], "de", "call", evening), None);
    assert_eq!(
        reason(vec![everywhere], "de", "call", evening),
        Some(Reason::Quiet)
    );
    // Where there are two, both hold; mail is on none of the second, which is of what disturbs.
    assert_eq!(reason(both(), "fr", "sms", evening), Some(Reason::DayOff));
    assert_eq!(reason(both(), "fr", "call", evening), Some(Reason::Quiet));
    assert_eq!(reason(both(), "fr", "email", at("2026-11-23T12:00:00Z")), None);
    // In the general hours: nobody said anything of Germany.
    assert_eq!(
        reason(both(), "de", "sms", at("2026-11-23T20:30:00Z")),
        Some(Reason::Quiet)
    );
}

/// Where two tables leave no minute, somebody has to look at it: it is asked about again much later.
#[test]
fn what_is_never_free_is_asked_about_again() {
    let policy = with_times("UTC", vec![times([0, 12 * 60], &[]), times([12 * 60, 0], &[])]);
    let now = at("2026-11-23T12:00:00Z");
    let verdict = verdict(&policy, &from_country("fr"), &ask(), now).unwrap();
    assert_eq!(verdict.until, Some(now.saturating_add(100 * 24 * HOUR_US)));
}

fn any_times() -> impl Strategy<Value = QuietTimes> {
    let days = select(vec![
        "monday",
        "friday",
        "saturday",
        "sunday",
        "--03-29",
        "2026-10-25",
        "2026-12-25",
        "--01-01",
    ]);
    // Around the hours at which clocks are put forward and back, and at any other.
    let minute = || prop_oneof![select(vec![0, 60, 90, 120, 150, 180, 540, 1_260]), 0..1_440_u16];
    (minute(), minute(), vec(days, 0..4)).prop_map(|(from, until, days)| times([from, until], &days))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn it_is_held_until_the_first_minute_that_is_free(
        zone in select(ZONES.to_vec()),
        tables in vec(any_times(), 1..3),
        minutes in 0..2 * 366 * 1_440_u64,
        near in prop_oneof![Just(None), select(vec!["2026-03-28T20:00:00Z", "2026-10-24T18:00:00Z", "2026-04-04T12:00:00Z", "2026-09-05T20:00:00Z"]).prop_map(Some)],
    ) {
        let policy = with_times(zone, tables);
        let customer = from_country("fr");
        let now = match near {
            Some(near) => at(near).saturating_add(minutes % (8 * 60) * MINUTE_US),
            None => at("2026-01-01T00:00:00Z").saturating_add(minutes * MINUTE_US),
        };
        let held = |now: Timestamp| verdict(&policy, &customer, &ask(), now).map(|verdict| verdict.until.unwrap());
        if let Some(until) = held(now) {
            prop_assert!(until > now);
            let end = now.saturating_add(100 * 24 * HOUR_US);
            prop_assume!(until < end);
            prop_assert_eq!(held(until), None, "what is held may be sent when it is asked for again");
            let mut minute = now;
            while minute < until {
                prop_assert_eq!(held(minute), Some(until), "at {:?}", minute);
                minute = minute.saturating_add(MINUTE_US);
            }
        }
    }
}
