//! What edges show and ask of flows: how the rules fare, what waits, a flow that is started by hand.

use std::collections::BTreeSet;

use serde_json::json;
use yekta::decide::rule::{Rulebook, Step};

use crate::{
    asked::HOUR,
    rulebook::{
        EXPORT, actions, added, bought, described, flow, looked, ruled, segment, send, settled, start, until,
    },
    said::{event, user},
    town::{NOW, Town},
};

#[test]
fn the_rules_are_told_as_they_hold_and_fare() {
    let mut segments = vec![segment("buyers", r#"happened("Order Completed", "30d")"#)];
    segments.push(segment("golden", r#"traits.tier == "gold""#));
    let flows = vec![flow(
        "remind",
        &["product_added"],
        Some("event.properties.sku"),
        vec![Step::Wait(2 * HOUR), send("remind")],
    )];
    let town = settled(Town::new().ruled(Rulebook::new(segments, flows).unwrap()));
    town.tell(&[bought("sara"), added("reza", "p-1")]);
    let told = town.get("/v1/rules");
    described(&town, "Rulebook", &told);
    let buyers = &told["segments"][0];
    assert_eq!(
        buyers,
        &json!({"name": "buyers", "when": "happened(\"Order Completed\", \"30d\")", "members": 1,
            "silent": false, "failures": 0, "problem": null, "failed_at": null})
    );
    let golden = &told["segments"][1];
    assert_eq!(golden["members"], 0);
    assert_eq!(golden["failures"], 2, "neither has a tier");
    assert_eq!(golden["failed_at"], "2026-11-22T12:00:00Z");
    assert!(golden["problem"].is_string(), "{golden}");
    let remind = &told["flows"][0];
    assert_eq!(
        (&remind["on"], &remind["matter"], &remind["steps"]),
        (
            &json!(["product_added"]),
            &json!("event.properties.sku"),
            &json!(["wait 2h", "send sms remind for service"])
        )
    );
    assert_eq!(remind["failures"], 1, "what was added has no such number");
    assert_eq!(told["timers"], json!({"waiting": 0, "next": null}));
    let (_, metrics) = town.text("/metrics");
    for line in [
        "yekta_rule_failures_total{kind=\"segment\"} 2",
        "yekta_rule_failures_total{kind=\"flow\"} 1",
        "yekta_segment_changes_total{way=\"entered\"} 1",
        "yekta_timers_waiting 0",
    ] {
        assert!(metrics.lines().any(|there| there == line), "{line} in\n{metrics}");
    }
}

#[test]
fn what_waits_is_counted_and_what_was_done_as_well() {
    let mut town = ruled();
    town.tell(&[added("sara", "p-1"), added("sara", "p-2"), added("reza", "p-1")]);
    let waits = json!({"waiting": 3, "next": "2026-11-23T11:30:00Z"});
    assert_eq!(town.get("/v1/rules")["timers"], waits);
    town.reopen();
    assert_eq!(town.get("/v1/rules")["timers"], waits, "as before the restart");
    let (_, metrics) = town.text("/metrics");
    assert!(metrics.contains("yekta_timers_waiting 3"), "from the start on");
    // She buys, so that nobody reminds her: of neither.
    let order = json!({"properties": {"order_id": "o-1", "total": 5, "currency": "IRR"}});
    let buys = ["store", "Order Completed"];
    town.tell(&[event("o-1", buys, "22T11:50", json!([user("sara")]), order)]);
    until(&town, |town| town.get("/v1/rules")["timers"]["waiting"] == 1);
    town.reopen_at(|| NOW.saturating_add(24 * HOUR));
    until(&town, |town| !actions(town).is_empty());
    let reza = town.person("user_id", "reza").id.to_string();
    assert_eq!(actions(&town), [("web.remind".to_owned(), reza)]);
    assert_eq!(
        town.get("/v1/rules")["timers"],
        json!({"waiting": 0, "next": null})
    );
    // What is counted of a commit is counted once it is visible.
    until(&town, |town| {
        let (_, metrics) = town.text("/metrics");
        metrics.contains("yekta_actions_total{kind=\"ask\"} 1")
    });
    let (_, metrics) = town.text("/metrics");
    assert!(
        metrics.contains("yekta_actions_total{kind=\"send\"} 0"),
        "{metrics}"
    );
}

#[test]
fn a_message_is_counted_and_its_answer_waited_for() {
    let town = ruled();
    town.tell(&[event(
        "r",
        ["store", "Order Ready"],
        "22T11:00",
        json!([user("sara")]),
        json!({}),
    )]);
    until(&town, |town| !actions(town).is_empty());
    assert_eq!(actions(&town)[0].0, "sms.order_ready");
    // What is counted of a commit is counted once it is visible.
    until(&town, |town| {
        let (_, metrics) = town.text("/metrics");
        metrics.contains("yekta_actions_total{kind=\"send\"} 1")
    });
    assert_eq!(town.get("/v1/rules")["timers"]["waiting"], 1);
    let timers = town.get(EXPORT)["timers"].clone();
    let matter = "ready/order_ready/";
    assert_eq!(
        (
            timers[0]["task"].as_str(),
            timers[0]["matter"].as_str(),
            timers[0]["due"].as_str()
        ),
        (Some("answer"), Some(matter), Some("2026-11-22T13:00:00Z")),
        "{timers}"
    );
}

#[test]
fn a_flow_is_started_by_hand_for_one() {
    let town = ruled();
    town.tell(&[looked("sara"), looked("reza")]);
    let body = json!({"who": "user_id:sara", "request_id": "r-1"});
    let (status, first) = start(&town, "greet", &body);
    described(&town, "FlowStarted", &first);
    assert_eq!(
        (status, &first["status"], &first["flow"], &first["members"]),
        (200, &json!("committed"), &json!("greet"), &json!(1))
    );
    let (status, again) = start(&town, "greet", &body);
    assert_eq!((status, &again["members"]), (200, &json!(1)));
    until(&town, |town| !actions(town).is_empty());
    // Once for a customer, whoever starts it again.
    assert_eq!(start(&town, "greet", &json!({"who": "user_id:sara"})).0, 200);
    assert_eq!(start(&town, "greet", &json!({"who": "user_id:reza"})).0, 200);
    until(&town, |town| {
        town.get("/v1/rules")["timers"]["waiting"] == 0 && actions(town).len() > 1
    });
    let ids = ["sara", "reza"].map(|who| town.person("user_id", who).id.to_string());
    assert_eq!(actions(&town), ids.map(|id| ("web.greet".to_owned(), id)));
}

#[test]
fn what_cannot_be_started_is_said() {
    let town = ruled();
    town.tell(&[looked("sara")]);
    for (flow, body, expected) in [
        ("greet", json!({}), (400, "bad_start")),
        (
            "greet",
            json!({"who": "user_id:sara", "segment": "buyers"}),
            (400, "bad_start"),
        ),
        ("greet", json!({"who": "user_id:eve"}), (404, "nobody_there")),
        ("greet", json!({"segment": "sellers"}), (404, "no_such_rule")),
        ("meet", json!({"who": "user_id:sara"}), (404, "no_such_rule")),
        ("meet", json!({"segment": "buyers"}), (404, "no_such_rule")),
        ("greet", json!({"who": "sara"}), (400, "bad_address")),
    ] {
        let (status, answer) = start(&town, flow, &body);
        assert_eq!((status, answer["code"].as_str().unwrap()), expected, "{body}");
    }
    assert_eq!(
        town.person("user_id", "sara").profile.whole.events,
        1,
        "nothing was written down"
    );
    for (path, expected) in [
        ("/v1/segments/sellers/members", (404, "no_such_rule")),
        ("/v1/segments/buyers/members?cursor=x", (400, "bad_cursor")),
    ] {
        let reply = town.call("GET", path, &[], Vec::new());
        assert_eq!((reply.status, reply.body["code"].as_str().unwrap()), expected);
    }
}

#[test]
fn a_flow_is_started_for_all_who_are_in_a_segment() {
    let town = ruled();
    let buyers = ["a", "b", "c", "d", "e"];
    town.tell(&buyers.map(bought));
    town.tell(&["f", "g"].map(looked));
    let (status, started) = start(&town, "greet", &json!({"segment": "buyers"}));
    assert_eq!((status, &started["members"]), (200, &json!(5)));
    until(&town, |town| actions(town).len() >= 5);
    until(&town, |town| town.get("/v1/rules")["timers"]["waiting"] == 0);
    let greeted: BTreeSet<String> = actions(&town).into_iter().map(|(_, id)| id).collect();
    let expected: BTreeSet<String> = buyers
        .map(|who| town.person("user_id", who).id.to_string())
        .into();
    assert_eq!((greeted, actions(&town).len()), (expected, 5));
}
