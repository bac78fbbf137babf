//! What bounds the counts: a day has so many combinations of names, and days are kept for so long.

use serde_json::{Value, json};
use yekta::domain::time::Timestamp;

use super::reports::{DAY, report};
use crate::{
    asked::HOUR,
    flows::{did, going_by, rest},
    steward::undo,
    town::{NOW, Town},
};

/// An answer of somebody, about a team.
fn answer(number: usize, team: &str) -> Value {
    let (who, id) = (format!("a-{number}"), format!("answer-{number}"));
    did(
        &who,
        &id,
        "Survey Answered",
        "22T10:00",
        json!({"csat": 5, "team": team}),
    )
}

fn scores(town: &Town, by: &str) -> Value {
    report(town, "cx", &format!("{DAY}&by={by}"))["groups"].clone()
}

fn named(groups: &Value, name: &str) -> u64 {
    let group = groups
        .as_array()
        .unwrap()
        .iter()
        .find(|group| group["name"] == name);
    group.map_or(0, |group| group["scores"][0]["n"].as_u64().unwrap())
}

#[test]
fn names_that_find_no_room_are_counted_together_and_taken_back_from_there() {
    // Each answer of a team of its own makes a cell of its own.
    let town = going_by("", "cells_max = 10\n");
    let answers: Vec<Value> = (0..20)
        .map(|number| answer(number, &format!("team-{number:02}")))
        .collect();
    town.tell(&answers);
    rest(&town);
    let groups = scores(&town, "team");
    let apart = (0..20)
        .map(|number| named(&groups, &format!("team-{number:02}")))
        .sum::<u64>();
    assert_eq!(apart + named(&groups, "other"), 20, "{groups}");
    assert!((1..=10).contains(&apart), "{groups}");
    let all = report(&town, "cx", DAY)["scores"][0]["n"].clone();
    assert_eq!(all, 20);

    // Taken back one by one, nothing is left of any.
    for number in 0..20 {
        let event = json!({"source": "test", "id": format!("answer-{number}")});
        undo(&town, json!({"event": event})).unwrap();
    }
    assert_eq!(scores(&town, "team"), json!([]));
    let mut left = 0;
    town.query().cells(0, u32::MAX, |_, _| left += 1).unwrap();
    assert_eq!(left, 0);
}

/// Three days later.
fn later() -> Timestamp {
    NOW.saturating_add(72 * HOUR)
}

#[test]
fn a_day_that_is_kept_no_longer_goes_and_stays_away() {
    let mut town = going_by("", "[contact]\nreport_days = 2\n");
    town.tell(&[answer(1, "care"), answer(2, "care")]);
    assert_eq!(named(&scores(&town, "team"), "care"), 2);
    town.reopen_at(later);
    let now = json!({"csat": 1, "team": "care"});
    town.tell(&[did("a-3", "now", "Survey Answered", "25T10:00", now)]);
    assert_eq!(scores(&town, "team"), json!([]));
    // What is taken back of such a day, and what comes late, changes nothing.
    undo(&town, json!({"event": {"source": "test", "id": "answer-1"}})).unwrap();
    town.tell(&[answer(4, "care")]);
    assert_eq!(scores(&town, "team"), json!([]));
    let today = report(&town, "cx", "from=2026-11-25&until=2026-11-25");
    assert_eq!(today["scores"][0]["n"], 1);
}
