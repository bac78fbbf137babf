//! Sara, from the first scan to a recommendation: in the shop, on the web, in the app and with the call centre.

use serde_json::{Value, json};

use crate::{
    flows::timeline,
    said::{cookie, event, identifier, user},
    town::Town,
};

/// Forty letters, five times: more than is kept of it.
pub const COMMENT: &str = "It came hours late, and nobody told me. ";

/// The ticket that the call centre opened itself; of nobody in particular, it is nothing that the house assigned.
pub const COMPLAINT: &str = "t-sara";

fn did(id: &str, [channel, what]: [&str; 2], time: &str, properties: Value) -> Value {
    let more = json!({"properties": properties});
    event(id, [channel, what], time, json!([user("sara")]), more)
}

/// She scans a code in the shop with her card, looks at the product at home, logs in on both devices, and wishes for it.
pub fn morning() -> Vec<Value> {
    let card = identifier("loyalty_id", "L-sara", "staff");
    let (browser, app) = (cookie("sara-web"), cookie("sara-app"));
    let product = json!({"properties": {"product_id": "p-sara", "price": 5, "currency": "IRR"}});
    let of_all = json!([app, card, user("sara")]);
    vec![
        event(
            "sara-1",
            ["store", "QR Scanned"],
            "22T08:00",
            json!([card]),
            product.clone(),
        ),
        event(
            "sara-2",
            ["web", "Product Viewed"],
            "22T08:10",
            json!([browser]),
            product.clone(),
        ),
        event(
            "sara-3",
            ["mobile", "Signed In"],
            "22T08:20",
            of_all,
            json!({"traits": {"first_name": "Sara"}}),
        ),
        event(
            "sara-4",
            ["web", "Signed In"],
            "22T08:25",
            json!([browser, user("sara")]),
            json!({}),
        ),
        event(
            "sara-5",
            ["mobile", "Product Added to Wishlist"],
            "22T08:30",
            json!([app]),
            product,
        ),
    ]
}

/// She orders, waits two hours, gets it late, calls in anger, complains, and says so.
pub fn afternoon() -> Vec<Value> {
    let order = json!({"order_id": "o-sara", "total": 5, "currency": "IRR"});
    let late = json!({"order_id": "o-sara", "team": "carrier", "late": true});
    let call = json!({"team": "care", "cause": "late_delivery", "queue_s": 300, "handling_s": 600, "mood": "angry", "resolved": false});
    let complaint = json!({"ticket_id": COMPLAINT, "complaint": true, "subject": "Too late"});
    let answer = json!({"team": "care", "touchpoint": "help", "nps": 2, "comment": COMMENT.repeat(5)});
    vec![
        did("sara-6", ["web", "Order Completed"], "22T12:30", order),
        did("sara-7", ["mobile", "Order Delivered"], "22T14:30", late),
        did("sara-8", ["callcenter", "Call Ended"], "22T14:40", call),
        did("sara-9", ["callcenter", "Ticket Opened"], "22T14:45", complaint),
        did("sara-10", ["web", "Survey Answered"], "22T14:50", answer),
    ]
}

/// She is called back, what was open is closed, and she recommends it.
pub fn evening(ticket: &str) -> Vec<Value> {
    let call = json!({"team": "care", "cause": "late_delivery", "handling_s": 400, "sentiment": 0.6, "resolved": true});
    let closed = |ticket: &str| json!({"ticket_id": ticket, "team": "care"});
    let answer = json!({"team": "care", "touchpoint": "recovery", "nps": 10, "comment": "They made it good"});
    vec![
        did("sara-11", ["callcenter", "Callback Completed"], "22T16:00", call),
        did(
            "sara-12",
            ["callcenter", "Ticket Closed"],
            "22T16:30",
            closed(COMPLAINT),
        ),
        did(
            "sara-13",
            ["callcenter", "Ticket Closed"],
            "22T16:30",
            closed(ticket),
        ),
        did("sara-14", ["mobile", "Survey Answered"], "22T17:00", answer),
        did("sara-15", ["mobile", "Product Shared"], "22T17:30", json!({})),
    ]
}

/// The event with which she was assigned to somebody, and when that was: the house decided it, so it is read off her timeline.
pub fn assigned(town: &Town) -> (String, Value) {
    let opened = timeline(town, "sara", "Ticket Opened").into_iter();
    let mut ours: Vec<Value> = opened
        .filter(|one| one["properties"]["ticket_id"] != COMPLAINT)
        .collect();
    assert_eq!(ours.len(), 1, "{ours:?}");
    let ours = ours.remove(0);
    let id = ours["properties"]["ticket_id"].as_str().unwrap().to_owned();
    (id, ours)
}

/// Seconds since midnight of a time of the 22nd.
pub fn seconds(time: &Value) -> u32 {
    let time = time.as_str().unwrap();
    let of_day = time.strip_prefix("2026-11-22T").expect("of that day");
    let parts = of_day.trim_end_matches('Z').split(':');
    let parts = parts.map(|part| part.split('.').next().unwrap().parse::<u32>().unwrap());
    parts.fold(0, |sum, part| sum * 60 + part)
}
