//! Who serves a customer who calls: every rule of the order, call-backs within what the desk can do, and what becomes of a
//! decision.

use serde_json::{Value, json};

use crate::{
    said::{event, identifier, user},
    town::Town,
};

/// One who serves orders, at a desk that opens on Monday: now it is noon of a Sunday, and nobody is there.
pub const DESK: &str = "[routing.agents.anna]\nskills = [\"orders\"]\n";
/// The same, but the desk is open on Sundays too.
const OPEN: &str =
    "[routing]\nopen_days = [\"sun\", \"mon\", \"tue\"]\n[routing.agents.anna]\nskills = [\"orders\"]\n";
/// One call-back within a slot of an hour, and none at any usual hour.
const NARROW: &str = "[routing]\nopen_days = [\"mon\", \"tue\"]\nbest_from = \"00:00\"\nbest_until = \"00:00\"\n\
    [routing.defer]\nslot_minutes = 60\ncalls_per_agent = 1\n[routing.agents.anna]\nskills = [\"orders\"]\n";

pub fn town(more: &str) -> Town {
    let town = Town::with(more);
    meet(&town, "mina");
    town
}

fn meet(town: &Town, who: &str) {
    happened(
        town,
        [who, &format!("seen-{who}")],
        "Signed In",
        "20T10:00",
        json!({}),
    );
}

/// Something that happened to somebody.
fn happened(town: &Town, [who, id]: [&str; 2], name: &str, time: &str, properties: Value) {
    let more = json!({"properties": properties});
    town.tell(&[event(id, ["web", name], time, json!([user(who)]), more)]);
}

fn ordered(town: &Town, total: u32) {
    let about = json!({"order_id": "o-1", "total": total, "currency": "EUR"});
    happened(town, ["mina", "o"], "Order Completed", "20T11:00", about);
}

fn delivered(town: &Town) {
    happened(
        town,
        ["mina", "d"],
        "Order Delivered",
        "21T11:00",
        json!({"order_id": "o-1"}),
    );
}

pub fn body(who: &str, matter: &str, more: &Value) -> Value {
    let mut body = json!({"who": who, "channel": "call", "matter": matter});
    let more = more.as_object().cloned().unwrap_or_default();
    body.as_object_mut().unwrap().extend(more);
    body
}

pub fn asked(town: &Town, who: &str, matter: &str, more: Value) -> Value {
    town.post(
        "/v1/routing/decide",
        &body(&format!("user_id:{who}"), matter, &more),
    )
}

/// What is decided about a call: the route, the rule, the skill and the priority.
#[track_caller]
fn check(town: &Town, matter: &str, expected: (&str, &str, &str, u64)) -> Value {
    let answer = asked(town, "mina", matter, json!({}));
    let told = (
        answer["route"].as_str().unwrap(),
        answer["rule"].as_str().unwrap(),
        answer["skill"].as_str().unwrap(),
        answer["priority"].as_u64().unwrap(),
    );
    assert_eq!(told, expected, "{answer}");
    answer
}

fn put_off_until(answer: &Value) -> &str {
    answer["call_back"]["from"].as_str().unwrap_or("not at all")
}

#[test]
fn who_has_a_complaint_open_is_served_by_who_makes_it_good() {
    let town = town(DESK);
    ordered(&town, 20);
    let about = json!({"ticket_id": "t-1", "category": "complaint"});
    happened(&town, ["mina", "t"], "Ticket Opened", "01T10:00", about);
    let answer = check(
        &town,
        "order_status",
        ("agent", "service_recovery", "service_recovery", 9),
    );
    let evidence = json!([{"what": "ticket", "name": "t-1", "at": "2026-11-01T10:00:00Z"}]);
    assert_eq!(answer["evidence"], evidence);
    happened(
        &town,
        ["mina", "u"],
        "Ticket Closed",
        "02T10:00",
        json!({"ticket_id": "t-1"}),
    );
    check(&town, "order_status", ("menu", "self_service", "orders", 3));
    happened(
        &town,
        ["mina", "s"],
        "Survey Answered",
        "21T10:00",
        json!({"nps": 3}),
    );
    check(
        &town,
        "order_status",
        ("agent", "service_recovery", "service_recovery", 9),
    );
}

#[test]
fn who_is_leaving_is_served_by_who_keeps_customers() {
    let town = town(DESK);
    check(&town, "cancel", ("agent", "retention", "retention", 5));
    happened(
        &town,
        ["mina", "o"],
        "Order Cancelled",
        "21T10:00",
        json!({"order_id": "o-1"}),
    );
    let leaving = check(&town, "order_question", ("agent", "retention", "retention", 5));
    assert_eq!(leaving["reason"], "leaving");
}

#[test]
fn who_was_promised_a_call_back_by_now_is_not_put_off() {
    let town = town(DESK);
    let about = json!({"callback_id": "c-1", "due": "2026-11-22T11:00:00Z"});
    happened(&town, ["mina", "c"], "Callback Scheduled", "21T10:00", about);
    let due = check(
        &town,
        "order_question",
        ("agent", "promised_call_back", "orders", 4),
    );
    assert_eq!(due["evidence"][0]["name"], "c-1");
}

#[test]
fn who_is_worth_much_talks_to_somebody() {
    let town = town(DESK);
    ordered(&town, 1_000);
    let worth = check(&town, "order_status", ("agent", "high_value", "orders", 7));
    assert_eq!(
        worth["evidence"],
        json!([{"what": "tier", "name": "high", "at": null}])
    );
}

#[test]
fn the_menu_tells_where_an_order_is() {
    let town = town(DESK);
    ordered(&town, 20);
    let answer = check(&town, "Order Status", ("menu", "self_service", "orders", 3));
    assert_eq!(answer["evidence"][0]["name"], "o-1");
    assert_eq!(answer["evidence"][1]["name"], "placed");
}

#[test]
fn who_has_the_skill_serves_everybody_else() {
    let town = town(OPEN);
    ordered(&town, 20);
    delivered(&town);
    let free = check(&town, "order_question", ("agent", "skill", "orders", 3));
    assert_eq!(free["reason"], "agent_free");
    let busy = check(&town, "purchase", ("agent", "skill", "sales", 3));
    assert_eq!(busy["reason"], "agent_busy");
}

#[test]
fn of_who_is_not_known_the_matter_decides_and_nothing_is_kept() {
    let town = town(DESK);
    let before = town.profiles();
    let menu = asked(&town, "nobody", "order_status", json!({"request_id": "r"}));
    let agent = asked(&town, "nobody", "complaint", json!({}));
    let told = |answer: &Value| [&answer["route"], &answer["rule"], &answer["profile"]].map(Clone::clone);
    assert_eq!(told(&menu), [json!("menu"), json!("unknown_caller"), Value::Null]);
    assert_eq!(
        told(&agent),
        [json!("agent"), json!("unknown_caller"), Value::Null]
    );
    assert_eq!(town.profiles(), before);
    let mut again = asked(&town, "nobody", "order_status", json!({"request_id": "r"}));
    again["position"] = menu["position"].clone();
    assert_eq!(again, menu);
}

#[test]
fn who_can_wait_is_called_back_at_the_hour_at_which_they_answer() {
    let town = town(DESK);
    let unknown = check(&town, "order_question", ("deferred", "deferral", "orders", 3));
    // A usual hour of the first day on which the desk is open.
    assert_eq!(put_off_until(&unknown), "2026-11-23T16:00:00Z");
    let promises = town.get("/v1/context/callcenter/user_id:mina").to_string();
    let id = unknown["call_back"]["callback_id"].as_str().unwrap();
    assert!(promises.contains(id), "{promises}");
    // Once: whoever calls again is served.
    let again = asked(&town, "mina", "order_question", json!({}));
    assert_eq!(again["rule"], "skill", "{again}");
    happened(
        &town,
        ["mina", "k"],
        "Callback Completed",
        "22T12:00",
        json!({"callback_id": id}),
    );
    meet(&town, "sara");
    happened(&town, ["sara", "a1"], "Message Opened", "18T10:20", json!({}));
    happened(
        &town,
        ["sara", "a2"],
        "Call Ended",
        "17T10:40",
        json!({"call_id": "c", "duration": 60}),
    );
    // They called themselves: it is not known that they answer then.
    let own = json!({"call_id": "e", "duration": 60, "direction": "inbound"});
    for (id, day) in [("b1", "17"), ("b2", "18"), ("b3", "19")] {
        happened(
            &town,
            ["sara", id],
            "Call Ended",
            &format!("{day}T14:00"),
            own.clone(),
        );
    }
    let sara = asked(&town, "sara", "order_question", json!({}));
    assert_eq!(put_off_until(&sara), "2026-11-24T10:00:00Z", "{sara}");
}

#[test]
fn a_slot_that_is_full_is_not_offered() {
    let mut town = town(NARROW);
    for who in ["sara", "lena", "nora"] {
        meet(&town, who);
    }
    let put_off = |town: &Town, who: &str, request: &str| {
        let answer = asked(town, who, "order_question", json!({"request_id": request}));
        put_off_until(&answer).to_owned()
    };
    assert_eq!(put_off(&town, "mina", "1"), "2026-11-23T09:00:00Z");
    assert_eq!(put_off(&town, "sara", "2"), "2026-11-23T10:00:00Z");
    // Whoever asks again takes no room.
    assert_eq!(put_off(&town, "sara", "2"), "2026-11-23T10:00:00Z");
    town.reopen();
    assert_eq!(put_off(&town, "lena", "3"), "2026-11-23T11:00:00Z");
    // Somebody who is erased takes nothing along but what is about them.
    let erased = town.call("DELETE", "/v1/profiles/user_id:mina", &[], Vec::new());
    assert_eq!(erased.status, 200, "{}", erased.body);
    assert_eq!(put_off(&town, "nora", "4"), "2026-11-23T12:00:00Z");
}

#[test]
fn those_who_call_at_once_share_what_the_desk_can_do() {
    let town = town(NARROW);
    let body = body("user_id:mina", "order_question", &json!({}));
    let race = town.race("/v1/routing/decide", &body, 6);
    let routes: Vec<&str> = race
        .iter()
        .map(|reply| reply.body["route"].as_str().unwrap())
        .collect();
    let deferred = routes.iter().filter(|route| **route == "deferred").count();
    assert_eq!(deferred, 1, "{routes:?}");
}

#[test]
fn a_repeat_gets_the_first_answer_also_after_a_restart_and_the_decision_goes_with_the_person() {
    let mut town = town(DESK);
    let about = || json!({"request_id": "r", "call_id": "call-7", "language": "fa"});
    let first = asked(&town, "mina", "order_question", about());
    assert_eq!(first["route"], "deferred");
    ordered(&town, 5_000);
    town.reopen();
    let mut again = asked(&town, "mina", "order_question", about());
    again["position"] = first["position"].clone();
    assert_eq!(again, first);
    let routed = |events: &Value| {
        let events = events.as_array().unwrap().iter();
        events
            .filter(|event| event["type"] == "Call Routed")
            .cloned()
            .collect::<Vec<_>>()
    };
    let timeline = town.get("/v1/profiles/user_id:mina/timeline");
    let kept = routed(&timeline["events"]);
    assert_eq!(kept.len(), 1, "{timeline}");
    let properties = &kept[0]["properties"];
    assert_eq!(properties["route"], "deferred");
    assert_eq!(properties["call_id"], "call-7");
    assert_eq!(properties["callback_id"], first["call_back"]["callback_id"]);
    let names = |facts: &Value| {
        let facts = facts.as_array().unwrap().iter();
        facts.map(|fact| fact["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        names(&properties["evidence"]),
        ["low", "order_question", "orders"]
    );
    assert_eq!(names(&first["evidence"]), names(&properties["evidence"]));
    let profile = town.get("/v1/profiles/user_id:mina");
    assert_eq!(routed(&profile["recent"]), Vec::<Value>::new());
    let export = town.get("/v1/profiles/user_id:mina/export").to_string();
    assert!(export.contains("Call Routed"), "{export}");
    let erased = town.call("DELETE", "/v1/profiles/user_id:mina", &[], Vec::new());
    assert_eq!(erased.status, 200, "{}", erased.body);
    let gone = asked(&town, "mina", "order_question", about());
    let members = ["profile", "call_back", "evidence"].map(|member| &gone[member]);
    assert_eq!(
        members,
        [&Value::Null, &Value::Null, &json!([])],
        "nothing of it is left"
    );
    assert_eq!(gone["rule"], "unknown_caller");
}

/// When two who are one person answer is known of both; where they are two again, of each what they answered.
#[test]
fn what_was_learned_goes_with_whom_it_was_learned_of() {
    let mut town = town(DESK);
    for who in ["sara", "lena", "nora"] {
        meet(&town, who);
    }
    happened(&town, ["sara", "a"], "Message Opened", "18T11:10", json!({}));
    let best = |town: &Town, who: &str| {
        let answer = asked(town, who, "order_question", json!({}));
        put_off_until(&answer).to_owned()
    };
    let word = json!({"a": "user_id:mina", "b": "user_id:sara", "by": "a steward", "why": "it is her"});
    let said = town.post("/v1/identity/merge", &word);
    town.reopen();
    // A Wednesday, as it was.
    assert_eq!(best(&town, "mina"), "2026-11-25T11:00:00Z");
    town.post("/v1/identity/undo", &json!({"word": said["word"]}));
    // What was promised stays with whom it was promised by: the other is free to be promised one.
    assert_eq!(best(&town, "sara"), "2026-11-25T11:00:00Z");
    let mina = asked(&town, "mina", "order_question", json!({}));
    assert_eq!(mina["rule"], "skill", "{mina}");
    assert_eq!(best(&town, "lena"), "2026-11-23T16:00:00Z");
}

#[test]
fn nobody_is_called_back_at_night() {
    let town = town(NARROW);
    let seen = event(
        "z",
        ["web", "Contact Given"],
        "20T10:00",
        json!([user("mina"), identifier("phone", "09123456789", "verified")]),
        json!({}),
    );
    town.tell(&[seen]);
    happened(&town, ["mina", "a"], "Message Opened", "18T17:40", json!({}));
    // A slot that begins at half past eight in the evening in Tehran ends at half past nine.
    let answer = check(&town, "order_question", ("deferred", "deferral", "orders", 3));
    assert_eq!(put_off_until(&answer), "2026-11-23T09:00:00Z");
}
