//! `[contact]`: what holds where nothing is said, and what is refused.

use super::load;
use crate::decide::contact::{DayOff, Need, Purpose, QuietTimes, Zone};

#[test]
fn a_purpose_and_a_cap_need_a_table_alone() {
    let text = "[contact.purposes.lottery]\nwaits = false\n[contact.caps.hushed]\nmost = 2\ndays = 30\nchannels = [\"push\"]\n";
    let policy = load(text, &[], &[]).unwrap().contact;
    let lottery = Purpose {
        waits: false,
        ..Purpose::UNSAID
    };
    assert_eq!(policy.purposes.get("lottery"), Some(&lottery));
    assert_eq!(policy.purposes.get("marketing"), Some(&Purpose::UNSAID));
    assert_eq!(policy.purposes["security"].consent, Need::Nothing);
    let cap = &policy.caps["hushed"];
    assert_eq!(
        (cap.most, cap.days, cap.calendar, cap.reserved),
        (2, 30, false, 0)
    );
    assert_eq!(cap.ways, ["push"]);
    assert_eq!((policy.quiet.from, policy.quiet.until), (21 * 60, 9 * 60));
    assert_eq!(policy.zones.get("ir"), Zone::named("Asia/Tehran").as_ref());
    assert_eq!(policy.report_days, 400);
}

#[test]
fn quiet_times_need_their_hours_alone() {
    let text = "[contact.quiet.calls]\nfrom = \"20:00\"\nuntil = \"10:00\"\n[contact.quiet.france]\nholidays = [\"2027-05-06\"]\n";
    let policy = load(text, &[], &[]).unwrap().contact;
    let calls = QuietTimes {
        countries: Vec::new(),
        ways: Vec::new(),
        from: 20 * 60,
        until: 10 * 60,
        days_off: Vec::new(),
    };
    assert_eq!(policy.quiet_times.get("calls"), Some(&calls));
    let france = &policy.quiet_times["france"];
    assert_eq!((france.from, france.until), (22 * 60, 8 * 60));
    let days: Vec<String> = france.days_off.iter().map(DayOff::name).collect();
    assert_eq!(
        (france.countries.join(","), days.join(",")),
        ("fr".to_owned(), "sunday,2027-05-06".to_owned())
    );
}

#[test]
fn what_makes_no_sense_is_refused_where_it_stands() {
    for (text, key) in [
        ("[contact]\nquiet_from = \"9:00\"", "contact.quiet_from"),
        ("[contact]\nquiet_until = \"24:00\"", "contact.quiet_until"),
        ("[contact]\nzone = \"Asia/Shiraz\"", "contact.zone"),
        ("[contact]\nlow_days = 367", "contact.low_days"),
        ("[contact.zones]\nir = \"\"", "contact.zones.ir"),
        ("[contact.zones]\niran = \"Asia/Tehran\"", "contact.zones.iran"),
        (
            "[contact.purposes.marketing]\nconsent = \"maybe\"",
            "contact.purposes.marketing.consent",
        ),
        ("[contact.purposes.\"a b\"]\nsells = true", "contact.purposes.a b"),
        ("[contact.caps.day]\nmost = 33", "contact.caps.day.most"),
        ("[contact.caps.week]\nreserved = 4", "contact.caps.week.reserved"),
        (
            "[contact.caps.week]\nreserved_from = 10",
            "contact.caps.week.reserved_from",
        ),
        ("[contact.caps.new]\nmost = 1", "contact.caps.new.days"),
        ("[contact]\nreport_days = 0", "contact.report_days"),
        (
            "[contact.quiet.night]\nfrom = \"22:00\"",
            "contact.quiet.night.until",
        ),
        (
            "[contact.quiet.france]\ncountries = [\"FR\"]",
            "contact.quiet.france.countries",
        ),
        (
            "[contact.quiet.france]\ndays_off = [\"Sunday\"]",
            "contact.quiet.france.days_off",
        ),
        (
            "[contact.quiet.france]\ndays_off = [\"monday\",\"tuesday\",\"wednesday\",\"thursday\",\"friday\",\"saturday\",\"sunday\"]",
            "contact.quiet.france.days_off",
        ),
        (
            "[contact.quiet.france]\nholidays = [\"--02-30\"]",
            "contact.quiet.france.holidays",
        ),
    ] {
        let problems = load(text, &[], &[]).unwrap_err().problems;
        let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
        assert_eq!(keys, [key], "{text}");
    }
}
