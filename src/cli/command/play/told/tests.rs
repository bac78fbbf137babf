//! A few words of answers as the service gives them, and of those that lack everything.

use serde_json::{Value, json};

use super::{curve, evidence, next, other_ticket, verdict, view};

#[test]
fn a_hold_says_its_reason() {
    let held = json!({"decision": "hold", "reason": "open_ticket", "rule": "service_recovery_hold", "until": "2026-11-24T10:00:00Z"});
    assert_eq!(
        verdict(&held),
        "held: open complaint (service_recovery_hold, until 2026-11-24T10:00:00Z)"
    );
    let refused = json!({"decision": "suppress", "reason": "not_agreed", "rule": "consent", "until": null});
    assert_eq!(verdict(&refused), "suppressed: not agreed (consent)");
    assert_eq!(
        verdict(&json!({"decision": "allow", "reason": "free"})),
        "allowed"
    );
}

#[test]
fn a_view_is_told_in_lines() {
    let answer = json!({"match": "one", "profiles": [{
        "person": {"display_name": "Sara R."},
        "wishlist": {"items": [{"name": "Bag"}, {"name": null}]},
        "offers": {"items": [{"name": "10 %"}, {"name": "5 %"}]},
        "recent": [],
    }]});
    assert_eq!(
        view(&answer),
        ["who: Sara R.", "wish list: Bag", "coupon: 10 %, 5 %"]
    );
    assert_eq!(view(&json!({"match": "none", "profiles": []})), ["match: none"]);
}

#[test]
fn what_united_is_told_once() {
    let shares = json!({"kind": "user_id", "value": "u"});
    let answer = json!({
        "members": [
            {"identifiers": [{"kind": "anonymous_id"}], "owner": {"kind": "user_id", "value": "u"}},
            {"identifiers": [{"kind": "email"}, {"kind": "user_id"}], "owner": null},
        ],
        "evidence": [
            {"shares": shares, "united": true, "reason": "shared", "between": [0, 1]},
            {"shares": shares, "united": true, "reason": "shared", "between": [0, 1]},
            {"shares": shares, "united": true, "reason": "shared", "between": [1, null]},
            {"shares": {"kind": "phone", "value": "p"}, "united": false, "reason": "trust", "between": [0, 1]},
        ],
    });
    assert_eq!(
        evidence(&answer),
        [
            "one person: anonymous_id (by who signed in on it) and email+user_id, shared user_id u",
            "one person: email+user_id and another, shared user_id u",
        ]
    );
}

#[test]
fn the_low_and_the_recovery_are_told_by_their_times() {
    let profile = json!({
        "feedback": {
            "scores": [
                {"style": "nps", "score": 10, "time": "2026-11-22T10:05:00Z"},
                {"style": "nps", "score": 2, "time": "2026-11-22T10:03:00Z"},
            ],
            "feelings": [{"feeling": -1.0, "word": "angry", "time": "2026-11-22T10:02:00Z"}],
            "frictions": [{"kind": "late_delivery", "time": "2026-11-22T10:01:00Z"}],
        },
        "journey": [{"name": "purchase", "stage": "recommend", "finished": true}],
    });
    assert_eq!(
        curve(&profile),
        [
            "low: late delivery, angry, nps 2",
            "recovery: nps 10",
            "journey purchase: recommend, finished"
        ]
    );
}

#[test]
fn the_ticket_beside_is_found() {
    let profile = json!({"open": {"tickets": [{"id": "a"}, {"id": "detractor-1"}]}});
    assert_eq!(other_ticket(&profile, "a"), Some("detractor-1"));
    assert_eq!(
        other_ticket(&json!({"open": {"tickets": [{"id": "a"}]}}), "a"),
        None
    );
    assert_eq!(other_ticket(&Value::Null, "a"), None);
}

#[test]
fn what_to_try_next_can_be_copied() {
    let lines = next(
        "http://h:1",
        "+9800",
        Some(&json!({"source": "app", "id": "e-1"})),
    );
    assert_eq!(lines.len(), 6);
    assert_eq!(lines[0], "what to try next:");
    let question = lines[1].split('\'').nth(1).unwrap();
    let question: Value = serde_json::from_str(question).unwrap();
    assert_eq!(question["identifiers"][0]["value"], "+9800");
    assert_eq!(lines[5], "  yekta identity undo --event app e-1 --url http://h:1");
    assert_eq!(next("http://h:1", "+9800", None).len(), 5);
}
