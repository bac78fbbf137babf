//! Whether a message is sent: every rule of the order, and what becomes of a decision.

use serde_json::{Value, json};
use yekta::domain::time::Timestamp;

use crate::{
    asked::{HOUR, decide},
    said::{event, identifier, user},
    town::{NOW, Town},
};

/// 23:30 in Tehran.
fn at_night() -> Timestamp {
    NOW.saturating_add(8 * HOUR)
}

/// A town that knows Mina, who agreed to advertisements by short message.
pub fn town() -> Town {
    town_with("")
}

fn town_with(more: &str) -> Town {
    let town = Town::with(more);
    meet(&town, "mina");
    town
}

/// Somebody signs in.
fn see(town: &Town, who: &str) {
    let seen = event(
        &format!("seen-{who}"),
        ["web", "Signed In"],
        "20T10:00",
        json!([user(who)]),
        json!({}),
    );
    town.tell(&[seen]);
}

/// The same, and they agree to hear of offers.
fn meet(town: &Town, who: &str) {
    see(town, who);
    decide(
        town,
        &format!("user_id:{who}"),
        &format!("agreed-{who}"),
        "granted",
    );
}

/// Something that happened to Mina.
fn happened(town: &Town, id: &str, name: &str, time: &str, properties: Value) {
    let more = json!({"properties": properties});
    town.tell(&[event(id, ["web", name], time, json!([user("mina")]), more)]);
}

pub fn body(who: &str, more: &Value) -> Value {
    let mut body = json!({"who": who, "channel": "sms", "purpose": "marketing"});
    let more = more.as_object().cloned().unwrap_or_default();
    body.as_object_mut().unwrap().extend(more);
    body
}

pub fn asked(town: &Town, who: &str, more: Value) -> Value {
    town.post("/v1/contacts/decide", &body(who, &more))
}

/// What is decided about an advertisement: the decision, the rule and until when.
fn told(answer: &Value) -> (&str, &str, Option<&str>) {
    (
        answer["decision"].as_str().unwrap(),
        answer["rule"].as_str().unwrap(),
        answer["until"].as_str(),
    )
}

#[track_caller]
fn check(town: &Town, more: Value, expected: (&str, &str, Option<&str>)) -> Value {
    let answer = asked(town, "user_id:mina", more);
    assert_eq!(told(&answer), expected, "{answer}");
    answer
}

const ALLOWED: (&str, &str, Option<&str>) = ("allow", "none", None);

#[test]
fn nothing_is_sold_to_who_did_not_agree() {
    let town = town();
    let by_mail = check(&town, json!({"channel": "email"}), ("suppress", "consent", None));
    assert_eq!(by_mail["reason"], "not_agreed");
    check(&town, json!({"purpose": "service", "channel": "email"}), ALLOWED);
    check(&town, json!({}), ALLOWED);
    see(&town, "lena");
    decide(&town, "user_id:lena", "no", "denied");
    let refused = asked(&town, "user_id:lena", json!({}));
    assert_eq!(told(&refused), ("suppress", "consent", None));
    assert_eq!(refused["evidence"][0]["what"], "consent");
    assert_eq!(refused["evidence"][0]["name"], "sms:marketing");
}

#[test]
fn of_who_is_not_known_nothing_is_told_and_nothing_is_kept() {
    let town = town();
    let before = town.profiles();
    let unknown = asked(&town, "user_id:nobody", json!({"request_id": "r"}));
    assert_eq!(told(&unknown), ("suppress", "consent", None));
    assert_eq!(
        [&unknown["profile"], &unknown["evidence"]],
        [&json!(null), &json!([])]
    );
    let served = asked(&town, "user_id:nobody", json!({"purpose": "service"}));
    assert_eq!(told(&served), ALLOWED);
    assert_eq!(town.profiles(), before);
    let again = asked(&town, "user_id:nobody", json!({"request_id": "r"}));
    assert_eq!(told(&again), told(&unknown));
}

#[test]
fn who_refused_everything_hears_nothing() {
    let town = town();
    let everything = json!({"*": {"*": "denied"}}).to_string().into_bytes();
    let reply = town.call("PUT", "/v1/profiles/user_id:mina/consent", &[], everything);
    assert_eq!(reply.status, 200, "{}", reply.body);
    let nothing = ("suppress", "suppression_list", None);
    check(&town, json!({}), nothing);
    check(&town, json!({"purpose": "service"}), nothing);
    check(&town, json!({"purpose": "security"}), ALLOWED);
}

#[test]
fn the_same_is_said_once_and_a_repeat_gets_the_first_answer() {
    let mut town = town();
    let about = || json!({"purpose": "service", "matter": "order-7", "team": "shop", "request_id": "r"});
    let first = check(&town, about(), ALLOWED);
    assert_eq!(first["matter"], "order-7");
    let mut other = about();
    other["request_id"] = json!("s");
    let second = check(&town, other, ("suppress", "already_said", None));
    town.reopen();
    let repeated = |answer: &Value, request: &str| {
        let mut about = about();
        about["request_id"] = json!(request);
        let mut again = asked(&town, "user_id:mina", about);
        again["position"] = answer["position"].clone();
        assert_eq!(&again, answer);
    };
    repeated(&first, "r");
    repeated(&second, "s");
    // It could not be sent: it may be tried again.
    happened(
        &town,
        "failed",
        "Message Failed",
        "22T12:01",
        json!({"matter": "order-7", "purpose": "service"}),
    );
    check(&town, json!({"purpose": "service", "matter": "order-7"}), ALLOWED);
}

#[test]
fn nothing_is_sold_to_who_waits_for_help_or_is_just_leaving() {
    let town = town();
    happened(
        &town,
        "t",
        "Ticket Opened",
        "22T10:00",
        json!({"ticket_id": "t-1"}),
    );
    let open = check(
        &town,
        json!({}),
        ("hold", "service_recovery_hold", Some("2026-11-24T12:00:00Z")),
    );
    let evidence = json!([{"what": "ticket", "name": "t-1", "at": "2026-11-22T10:00:00Z"}]);
    assert_eq!(open["evidence"], evidence);
    check(&town, json!({"purpose": "service"}), ALLOWED);
    happened(
        &town,
        "u",
        "Ticket Closed",
        "22T11:00",
        json!({"ticket_id": "t-1"}),
    );
    let until = Some("2026-11-24T11:00:00Z");
    check(&town, json!({}), ("hold", "service_recovery_hold", until));
    happened(
        &town,
        "o",
        "Order Cancelled",
        "22T11:30",
        json!({"order_id": "o-1"}),
    );
    let until = Some("2026-11-25T11:30:00Z");
    let leaving = check(
        &town,
        json!({"channel": "sms"}),
        ("hold", "service_recovery_hold", until),
    );
    assert_eq!(leaving["reason"], "leaving");
}

#[test]
fn nothing_is_sold_after_a_low() {
    let town = town();
    happened(
        &town,
        "d",
        "Delivery Failed",
        "22T09:00",
        json!({"order_id": "o-1"}),
    );
    let until = Some("2026-11-29T09:00:00Z");
    check(&town, json!({}), ("hold", "recent_low", until));
    happened(&town, "s", "Survey Answered", "22T10:00", json!({"nps": 3}));
    let until = Some("2026-11-29T10:00:00Z");
    let low = check(&town, json!({}), ("hold", "recent_low", until));
    assert_eq!(low["evidence"][1]["name"], "nps 3");
    check(&town, json!({"purpose": "service"}), ALLOWED);
}

#[test]
fn at_night_it_waits_for_the_morning_where_the_customer_is() {
    let mut town = town();
    let phone = identifier("phone", "09123456789", "verified");
    town.tell(&[event(
        "p",
        ["web", "Contact Given"],
        "22T10:00",
        json!([user("mina"), phone]),
        json!({}),
    )]);
    town.reopen_at(at_night);
    let night = check(
        &town,
        json!({}),
        ("hold", "quiet_hours", Some("2026-11-23T05:30:00Z")),
    );
    assert_eq!(night["evidence"][0]["name"], "Asia/Tehran");
    check(&town, json!({"purpose": "service"}), ALLOWED);
}

#[test]
fn all_teams_together_say_no_more_than_the_customer_wants_to_hear() {
    let town = town();
    let race = town.race("/v1/contacts/decide", &body("user_id:mina", &json!({})), 8);
    let answers: Vec<&Value> = race.iter().map(|reply| &reply.body).collect();
    let allowed: Vec<&&Value> = answers.iter().filter(|answer| told(answer) == ALLOWED).collect();
    assert_eq!(allowed.len(), 1, "{answers:?}");
    let full = ("hold", "frequency_cap", Some("2026-11-23T00:00:00Z"));
    assert_eq!(answers.iter().filter(|answer| told(answer) == full).count(), 7);
    check(&town, json!({"team": "another"}), full);
    // Somebody has told us that it could not be sent.
    let matter = allowed[0]["matter"].clone();
    let about = json!({"matter": matter, "purpose": "marketing", "channel": "sms"});
    happened(&town, "f", "Message Failed", "22T12:01", about);
    check(&town, json!({}), ALLOWED);
    check(&town, json!({}), full);
}

#[test]
fn what_was_sent_without_asking_counts_too() {
    let town = town();
    happened(
        &town,
        "m",
        "Message Sent",
        "22T08:00",
        json!({"channel": "email"}),
    );
    let full = ("hold", "frequency_cap", Some("2026-11-23T00:00:00Z"));
    check(&town, json!({}), full);
}

#[test]
fn the_last_place_is_for_what_matters_more() {
    let town = town_with(
        "[contact.caps.day]\nmost = 0\n[contact.caps.week]\nmost = 2\nreserved = 1\nreserved_from = 7\n",
    );
    let until = Some("2026-11-29T12:00:00Z");
    check(&town, json!({}), ALLOWED);
    check(&town, json!({}), ("hold", "priority", until));
    check(&town, json!({"priority": 7}), ALLOWED);
    check(&town, json!({"priority": 9}), ("hold", "frequency_cap", until));
}

const THREE_A_DAY: &str = "[contact.caps.day]\nmost = 3\n[contact.caps.week]\nmost = 0\nreserved = 0\n";

/// What was said to two who are one person counts for that person; where they are two again, each has heard what was said
/// to them.
#[test]
fn caps_go_with_whom_the_messages_went_to() {
    let mut town = town_with(THREE_A_DAY);
    meet(&town, "sara");
    let decision = |town: &Town, who: &str| {
        let answer = asked(town, &format!("user_id:{who}"), json!({}));
        answer["decision"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        [decision(&town, "mina"), decision(&town, "sara")],
        ["allow", "allow"]
    );
    let word = json!({"a": "user_id:mina", "b": "user_id:sara", "by": "a steward", "why": "it is her"});
    let said = town.post("/v1/identity/merge", &word);
    assert_eq!(decision(&town, "sara"), "allow");
    assert_eq!(
        [decision(&town, "sara"), decision(&town, "mina")],
        ["hold", "hold"]
    );
    town.reopen();
    assert_eq!(decision(&town, "mina"), "hold");
    town.post("/v1/identity/undo", &json!({"word": said["word"]}));
    assert_eq!(
        [decision(&town, "sara"), decision(&town, "sara")],
        ["allow", "hold"]
    );
    let mina = [(); 3].map(|()| decision(&town, "mina"));
    assert_eq!(mina, ["allow", "allow", "hold"]);
}

#[test]
fn a_decision_is_kept_told_and_erased_with_the_person() {
    let town = town();
    happened(
        &town,
        "t",
        "Ticket Opened",
        "22T10:00",
        json!({"ticket_id": "t-1"}),
    );
    let first = asked(&town, "user_id:mina", json!({"team": "sales", "request_id": "r"}));
    let decided = |events: &Value| {
        let events = events.as_array().unwrap().iter();
        events
            .filter(|event| event["type"] == "Contact Decided")
            .cloned()
            .collect::<Vec<_>>()
    };
    let timeline = town.get("/v1/profiles/user_id:mina/timeline");
    let kept = decided(&timeline["events"]);
    assert_eq!(kept.len(), 1, "{timeline}");
    let properties = &kept[0]["properties"];
    assert_eq!(properties["decision"], "hold");
    assert_eq!(properties["team"], "sales");
    assert_eq!(properties["evidence"], first["evidence"]);
    // It is no part of what the customer lived through.
    let profile = town.get("/v1/profiles/user_id:mina");
    assert_eq!(decided(&profile["recent"]), Vec::<Value>::new());
    let export = town.get("/v1/profiles/user_id:mina/export").to_string();
    assert!(export.contains("Contact Decided"), "{export}");
    let erased = town.call("DELETE", "/v1/profiles/user_id:mina", &[], Vec::new());
    assert_eq!(erased.status, 200, "{}", erased.body);
    let gone = asked(&town, "user_id:mina", json!({}));
    assert_eq!(told(&gone), ("suppress", "consent", None));
    let again = asked(&town, "user_id:mina", json!({"team": "sales", "request_id": "r"}));
    assert_eq!(
        told(&again),
        ("suppress", "consent", None),
        "nothing of it is left"
    );
    let members = ["profile", "evidence"].map(|member| &again[member]);
    assert_eq!(members, [&Value::Null, &json!([])]);
}
