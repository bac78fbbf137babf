//! Two who turn out to be one: what that moves, and that taking it back gives the former numbers, to the last member.

use serde_json::{Value, json};
use yekta::engine::rebuild;

use super::{
    crowd, day,
    operations::{counted, frictions, total},
    reports::{DAY, everything, has, named, one, report},
};
use crate::{
    flows::rest,
    said::{cookie, event, user},
    steward::{merge, undo},
    town::Town,
};

/// A stranger's device is logged in by somebody who is known.
fn log_in(stranger: u32, who: u32) -> Value {
    let both = json!([cookie(&crowd::name(stranger)), user(&crowd::name(who))]);
    let id = format!("in-{who}");
    event(&id, ["mobile", "Signed In"], "22T17:45", both, json!({}))
}

fn take_back(town: &Town, what: Value) {
    undo(town, what).unwrap();
    rest(town);
}

/// What 158 and 159 (or 156 and 157) make who chatted once each, one minute after the other: the second is repeated, so neither
/// was settled at once. 16 of 63 are repeated, 23 of 63 settled.
fn one_comes_again() -> Value {
    let mut wanted = total();
    for (member, value) in [
        ("repeated", json!(16)),
        ("repeat_rate", json!(0.254)),
        ("resolved_first", json!(23)),
        ("first_contact_resolution", json!(0.3651)),
    ] {
        wanted[member] = value;
    }
    wanted
}

#[track_caller]
fn is_served_so(town: &Town, wanted: &Value) {
    let cx = report(town, "cx", DAY);
    has(&cx["operations"]["total"], wanted);
    let mut stood = frictions();
    stood["repeated_contact"] = wanted["repeated"].clone();
    assert_eq!(counted(&cx["frictions"]), stood);
    // Both chatted about an invoice: nine of 36 were repeated, now one more where there is one more.
    let desk = wanted["repeated"].as_u64().unwrap() - 6;
    let training = named(&cx["training"], &["team", "cause"]);
    has(
        &training["desk/invoice"],
        &json!({"contacts": 36, "repeated": desk}),
    );
}

#[test]
fn a_late_log_in_makes_two_contacts_a_repeated_one_until_it_is_taken_back() {
    let town = day();
    let before = everything(&town, DAY);
    is_served_so(&town, &total());
    super::tell(&town, &[log_in(159, 158)]);
    is_served_so(&town, &one_comes_again());
    take_back(&town, json!({"event": {"source": "test", "id": "in-158"}}));
    assert_eq!(everything(&town, DAY), before);
}

#[test]
fn a_late_log_in_makes_one_visitor_of_two_until_it_is_taken_back() {
    let town = day();
    let before = everything(&town, DAY);
    super::tell(&town, &[log_in(119, 118)]);
    // Both looked at a product and went no further: one of 121 less, one of the 20 who stay less.
    let told = report(&town, "journey", DAY);
    let stages = named(&one(&told["journeys"], "purchase")["stages"], &["name"]);
    let discover =
        json!({"entered": 120, "moved_on": 101, "lost": 0, "waiting": 19, "time_mean_s": 3463.3663});
    has(&stages["discover"], &discover);
    assert_eq!(town.get("/v1/reports/segments")["profiles"], crowd::ALL);
    take_back(&town, json!({"event": {"source": "test", "id": "in-118"}}));
    assert_eq!(everything(&town, DAY), before);
    assert_eq!(town.get("/v1/reports/segments")["profiles"], crowd::ALL + 1);
}

#[test]
fn a_clerks_word_moves_the_same_and_its_undoing_as_well() {
    let town = day();
    let before = everything(&town, DAY);
    let [a, b] = [156, 157].map(|i| format!("user_id:{}", crowd::name(i)));
    let word = merge(&town, &a, &b)["word"].clone();
    rest(&town);
    is_served_so(&town, &one_comes_again());
    take_back(&town, json!({"word": word}));
    assert_eq!(everything(&town, DAY), before);
}

#[test]
fn a_restart_and_a_store_that_is_built_again_report_the_same() {
    let mut town = day();
    super::tell(&town, &[log_in(159, 158), log_in(119, 118)]);
    let before = everything(&town, DAY);
    town.reopen();
    rest(&town);
    assert_eq!(everything(&town, DAY), before);
    for from_journal in [true, false] {
        town.stop();
        drop(rebuild(&town.folder(), from_journal).unwrap());
        town.open();
        rest(&town);
        assert_eq!(everything(&town, DAY), before);
    }
}
