//! What is told of the people around: the same for a seed, of the last weeks, and enough of everything.

use std::collections::BTreeSet;

use serde_json::Value;

use super::around;

const NOW: i64 = 1_767_225_600_000_000;
const PEOPLE: u32 = 200;

fn micros(time: &Value) -> i64 {
    let time = time.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    time.as_microsecond()
}

#[test]
fn what_is_told_of_the_people_around_depends_on_the_seed_alone() {
    assert_eq!(around(1, PEOPLE, NOW), around(1, PEOPLE, NOW));
    assert_ne!(around(1, PEOPLE, NOW), around(2, PEOPLE, NOW));
}

#[test]
fn the_people_around_give_every_report_something_to_tell() {
    let told = around(1, PEOPLE, NOW);
    let ids: BTreeSet<&str> = told.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), told.len());
    let day = 86_400_000_000;
    let mut latest = i64::MIN;
    for event in &told {
        let time = micros(&event["time"]);
        assert!(time >= latest && (NOW - 29 * day..NOW).contains(&time), "{event}");
        latest = time;
    }
    let of = |name: &str| told.iter().filter(|event| event["type"] == name).count();
    for name in [
        "Call Ended",
        "Live Chat Conversation Ended",
        "Order Delivered",
        "Payment Failed",
    ] {
        assert!(of(name) > 3, "{name}");
    }
    assert!(of("Employee Feedback Given") > 10);
    let surveys: Vec<&Value> = told
        .iter()
        .filter(|event| event["type"] == "Survey Answered")
        .collect();
    assert!(surveys.len() > 200, "{}", surveys.len());
    for (style, low, high) in [("nps", 0, 10), ("csat", 1, 5), ("ces", 1, 7)] {
        let those = surveys
            .iter()
            .filter(|event| event["properties"]["survey"] == style);
        let scores: Vec<i64> = those
            .map(|event| event["properties"]["score"].as_i64().unwrap())
            .collect();
        assert!(scores.len() > 30, "{style}: {}", scores.len());
        assert!(scores.iter().all(|score| (low..=high).contains(score)), "{style}");
    }
}
