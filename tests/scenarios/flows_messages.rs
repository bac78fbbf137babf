//! Messages that flows send: the contact policy has its word, and somebody has to say what became of them.

use serde_json::{Value, json};

use crate::{
    asked::{HOUR, decide, ten_minutes_later},
    flows::{FREE, actions, did, expected, going_by, next_due, published, rest, timeline, waiting},
    town::{NOW, Town},
};

/// Who looks at a product gets an offer by short message, and is shown it on the web.
const OFFER: &str = r#"
[flows.offer]
on = "Product Viewed"
matter = 'event.properties.product_id'
steps = [
  { send = { channel = "sms", purpose = "marketing", template = "offer" } },
  { ask = { channel = "web", name = "show" } },
]
[flows.coupon]
on = "Cart Viewed"
steps = [{ send = { channel = "sms", purpose = "marketing", template = "coupon" } }]
"#;

fn agreed(town: &Town) {
    town.tell(&[did("sara", "in", "Signed In", "22T10:00", json!({}))]);
    decide(town, "user_id:sara", "agreed", "granted");
}

fn viewed(time: &str) -> Value {
    let about = json!({"product_id": "p-1"});
    did("sara", "viewed", "Product Viewed", time, about)
}

/// What the contact policy said of Sara's messages, the latest first: the decision, the rule and until when.
fn decided(town: &Town) -> Vec<[Value; 3]> {
    let told = timeline(town, "sara", "Contact Decided");
    let told = told.iter().map(|one| &one["properties"]);
    told.map(|one| ["decision", "rule", "until"].map(|name| one[name].clone()))
        .collect()
}

#[test]
fn who_did_not_agree_gets_no_message_and_the_flow_goes_on() {
    let town = going_by(OFFER, FREE);
    town.tell(&[viewed("22T11:00")]);
    rest(&town);
    assert_eq!(actions(&town), expected(&town, [("offer/show/p-1", "sara")]));
    assert_eq!(
        decided(&town),
        [[json!("suppress"), json!("consent"), Value::Null]]
    );
    let about = timeline(&town, "sara", "Contact Decided")[0]["properties"].clone();
    assert_eq!(
        (&about["flow"], &about["template"], &about["about"]),
        (&json!("offer"), &json!("offer"), &json!("p-1"))
    );
    assert_eq!(waiting(&town), 0, "nobody answers for what was not sent");
}

#[test]
fn at_night_a_message_waits_for_the_morning_and_is_sent_once() {
    let mut town = going_by(OFFER, "");
    agreed(&town);
    town.reopen_at(|| NOW.saturating_add(10 * HOUR));
    town.tell(&[viewed("22T21:50")]);
    rest(&town);
    let night = [json!("hold"), json!("quiet_hours"), json!("2026-11-23T09:00:00Z")];
    assert_eq!(decided(&town), std::slice::from_ref(&night));
    assert_eq!(
        (waiting(&town), next_due(&town)),
        (1, json!("2026-11-23T09:00:00Z"))
    );
    town.reopen_at(|| NOW.saturating_add(21 * HOUR - HOUR / 60));
    rest(&town);
    assert_eq!(
        (actions(&town).len(), decided(&town).len()),
        (0, 1),
        "it is night still"
    );
    town.reopen_at(|| NOW.saturating_add(21 * HOUR));
    rest(&town);
    let sent = expected(&town, [("offer/offer/p-1", "sara"), ("offer/show/p-1", "sara")]);
    assert_eq!(actions(&town), sent);
    let morning = [json!("allow"), json!("none"), Value::Null];
    assert_eq!(decided(&town), [morning, night]);
    town.reopen_at(|| NOW.saturating_add(23 * HOUR));
    rest(&town);
    assert_eq!((actions(&town), waiting(&town)), (sent, 0));
}

#[test]
fn all_flows_together_say_no_more_than_the_customer_wants_to_hear() {
    let mut town = going_by(
        OFFER,
        "[contact]\nquiet_from = \"00:00\"\nquiet_until = \"00:00\"\n",
    );
    agreed(&town);
    town.tell(&[viewed("22T11:00")]);
    rest(&town);
    town.tell(&[did("sara", "cart", "Cart Viewed", "22T11:01", json!({}))]);
    rest(&town);
    let first = [("offer/offer/p-1", "sara"), ("offer/show/p-1", "sara")];
    assert_eq!(actions(&town), expected(&town, first));
    let full = [
        json!("hold"),
        json!("frequency_cap"),
        json!("2026-11-23T00:00:00Z"),
    ];
    // Both were decided at the same instant.
    assert!(decided(&town).contains(&full));
    town.reopen_at(|| NOW.saturating_add(12 * HOUR));
    rest(&town);
    let [one, other] = first;
    let all = [one, other, ("coupon/coupon/", "sara")];
    assert_eq!(actions(&town), expected(&town, all));
}

const READY: &str = r#"
[flows.ready]
on = "Order Ready"
steps = [{ send = { channel = "sms", purpose = "service", template = "order_ready", team = "shop" } }]
"#;

#[test]
fn a_message_of_which_nobody_says_what_became_of_it_is_told_of_once() {
    let mut town = going_by(READY, FREE);
    let ready = |who: &str| {
        let about = json!({"order_id": who});
        did(who, &format!("ready-{who}"), "Order Ready", "22T11:00", about)
    };
    town.tell(&["sara", "reza", "omid"].map(ready));
    rest(&town);
    let told = published(&town, ".action.");
    assert_eq!((told.len(), waiting(&town)), (3, 3));
    assert_eq!(told[0]["answer_by"], "2026-11-22T13:00:00Z");
    town.reopen_at(ten_minutes_later);
    let answer = |who: &str, name: &str| {
        let about = json!({"matter": told[0]["matter"], "channel": "sms", "purpose": "service"});
        did(who, &format!("answer-{who}"), name, "22T12:10", about)
    };
    town.tell(&[answer("sara", "Message Sent"), answer("reza", "Message Failed")]);
    town.reopen_at(|| NOW.saturating_add(HOUR - HOUR / 60));
    rest(&town);
    let unanswered = |town: &Town, who: &str| timeline(town, who, "Action Unanswered");
    assert_eq!(unanswered(&town, "omid").len(), 0, "there is a minute left");
    for _ in 0..2 {
        town.reopen_at(|| NOW.saturating_add(HOUR));
        rest(&town);
        let each = ["sara", "reza", "omid"].map(|who| unanswered(&town, who).len());
        assert_eq!((each, waiting(&town)), ([0, 0, 1], 0));
    }
    let about = &unanswered(&town, "omid")[0]["properties"];
    assert_eq!(
        (&about["matter"], &about["team"], &about["template"]),
        (&told[0]["matter"], &json!("shop"), &json!("order_ready"))
    );
    let total = town.get("/v1/reports/contacts")["total"].clone();
    let counted =
        ["decided", "allow", "sent", "failed", "unanswered"].map(|name| total[name].as_u64().unwrap());
    assert_eq!(counted, [3, 3, 1, 1, 1], "{total}");
    // It may have been sent all the same.
    town.tell(&[answer("omid", "Message Sent")]);
    let total = town.get("/v1/reports/contacts")["total"].clone();
    assert_eq!((&total["sent"], &total["unanswered"]), (&json!(2), &json!(1)));
}
