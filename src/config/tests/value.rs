//! `[decide.value]`: what holds where nothing is said, and what is refused.

use super::load;
use crate::decide::value::{Policy, Tiers};

#[test]
fn the_documented_defaults_are_those_of_the_policy() {
    assert_eq!(load("", &[], &[]).unwrap().decide.value, Policy::default());
}

#[test]
fn it_can_be_said_otherwise() {
    let text = "[decide.value]\nevery_hours = 0\nwindow_days = 1\ncurrency = \"EUR\"\ntop_percent = 50\nhigh_percent = 20\n";
    let policy = load(text, &[], &[]).unwrap().decide.value;
    let tiers = Tiers {
        top: 50,
        high: 20,
        middle: 30,
    };
    assert_eq!((policy.every_us, policy.window_us), (0, 86_400_000_000));
    assert_eq!((policy.currency.as_deref(), policy.tiers), (Some("EUR"), tiers));
}

#[test]
fn what_makes_no_sense_is_refused_where_it_stands() {
    for (text, key) in [
        ("window_days = 0", "decide.value.window_days"),
        ("every_hours = 8785", "decide.value.every_hours"),
        ("currency = \" EUR\"", "decide.value.currency"),
        (
            "top_percent = 101\nmiddle_percent = 0\nhigh_percent = 0",
            "decide.value.top_percent",
        ),
        ("top_percent = 56", "decide.value.middle_percent"),
    ] {
        let text = format!("[decide.value]\n{text}");
        let problems = load(&text, &[], &[]).unwrap_err().problems;
        let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
        assert_eq!(keys, [key], "{text}");
    }
}
