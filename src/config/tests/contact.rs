//! `[contact]`: what holds where nothing is said, and what is refused.

use super::load;
use crate::decide::contact::{Need, Purpose, Zone};

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
    ] {
        let problems = load(text, &[], &[]).unwrap_err().problems;
        let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
        assert_eq!(keys, [key], "{text}");
    }
}
