//! Two hundred customers, by their number `i` alone. What each does is a formula, so that all of it can be counted by hand:
//!
//! | numbers | what they do on the 22nd |
//! |---|---|
//! | 0..120 | look at a product at 08:00 + i min: even ones on the web, odd ones in the app |
//! | 0..40, 60..80 | wish for it 10 min later |
//! | 80..100 | put it into the cart 10 min later, and stop |
//! | 0..60 | order 250 min after they looked, and say 5 min later how that was (NPS: 30 say 9, 20 say 8, 10 say 4) |
//! | 0..50 | get it: 0..20 late, after 120 min, the others after 60; 5 min later how that was (CSAT: 20 say 2, 20 say 5, 10 say 4) |
//! | 0..10 | call 10 min after they got it, and say 5 min later how easy that was (CES: 5 say 2, 5 say 6) |
//! | 0..5 | are called back 20 min after their call |
//! | 20..50 | recommend it 30 min after they got it |
//! | 120..160 | chat at 10:00 + (i - 120) min: 120..126 again an hour later, 150..153 also five days ago, 153..156 eight days ago |
//! | 160..200 | say in the shop how it was (NPS: 20 say 10, 10 say 7, 10 say 0), ten of them also CSAT 3 |

use serde_json::{Value, json};

use crate::said::{cookie, event, user};

/// How many there are.
pub const ALL: u64 = 200;

/// Who is known by a device alone until they log in: one who looked, one who chatted.
pub const STRANGERS: [u32; 2] = [119, 159];

pub fn name(i: u32) -> String {
    format!("o{i}")
}

pub fn who(i: u32) -> Value {
    match STRANGERS.contains(&i) {
        true => cookie(&name(i)),
        false => user(&name(i)),
    }
}

/// So many minutes after midnight.
fn at(minute: u32) -> String {
    format!("22T{:02}:{:02}", minute / 60, minute % 60)
}

fn did(i: u32, [channel, what]: [&str; 2], time: &str, properties: Value) -> Value {
    let id = format!("{i}-{what}-{time}");
    event(
        &id,
        [channel, what],
        time,
        json!([who(i)]),
        json!({"properties": properties}),
    )
}

/// When they looked at it.
const fn looked(i: u32) -> u32 {
    480 + i
}

const fn ordered(i: u32) -> u32 {
    looked(i) + 250
}

const fn is_late(i: u32) -> bool {
    i < 20
}

const fn delivered(i: u32) -> u32 {
    ordered(i) + if is_late(i) { 120 } else { 60 }
}

const fn called(i: u32) -> u32 {
    delivered(i) + 10
}

/// What was told by noon.
pub fn morning() -> Vec<Value> {
    [browsing(), chats(), in_the_shop(), frictions(), employees()].concat()
}

/// What is told after it.
pub fn afternoon() -> Vec<Value> {
    [orders(), deliveries(), calls()].concat()
}

fn browsing() -> Vec<Value> {
    let product = |i: u32| json!({"product_id": format!("p-{i}"), "price": 5, "currency": "IRR"});
    let looking = (0..120).map(|i| {
        let channel = if i % 2 == 0 { "web" } else { "mobile" };
        did(i, [channel, "Product Viewed"], &at(looked(i)), product(i))
    });
    let wishing = (0..40).chain(60..80).map(|i| {
        let wished = ["mobile", "Product Added to Wishlist"];
        did(i, wished, &at(looked(i) + 10), product(i))
    });
    let leaving = (80..100).map(|i| did(i, ["web", "Product Added"], &at(looked(i) + 10), product(i)));
    looking.chain(wishing).chain(leaving).collect()
}

/// Each way of saying how long somebody waited and was served is used.
fn chats() -> Vec<Value> {
    let chat = |i: u32, time: &str, properties: Value| {
        did(i, ["web", "Live Chat Conversation Ended"], time, properties)
    };
    let first = (120..160).map(|i| {
        let said = match i {
            120..140 => json!({"team": "desk", "cause": "invoice", "queue_s": 30, "handling_s": 200}),
            140..150 => json!({"team": "desk", "cause": "size", "wait_s": 240, "abandoned": true}),
            _ => {
                json!({"team": "desk", "reason": "invoice", "queue_s": 120, "conversation_duration": 100})
            }
        };
        chat(i, &at(600 + i - 120), said)
    });
    let quick = || json!({"team": "desk", "cause": "invoice", "queue_time_s": 30, "duration_s": 200});
    let again = (120..126).map(|i| chat(i, &at(660 + i - 120), quick()));
    let five_days_ago = (150..153).map(|i| chat(i, "17T10:00", quick()));
    let eight_days_ago = (153..156).map(|i| chat(i, "14T10:00", quick()));
    first
        .chain(again)
        .chain(five_days_ago)
        .chain(eight_days_ago)
        .collect()
}

fn in_the_shop() -> Vec<Value> {
    let said = ["store", "Survey Answered"];
    let of_us = (160..200).map(|i| {
        let answer = match i {
            160..180 => json!({"team": "till", "survey": "nps", "score": 10, "emotion": "positive"}),
            180..190 => json!({"team": "till", "survey": "nps", "score": 7}),
            _ => json!({"team": "till", "survey": "nps", "score": 0}),
        };
        did(i, said, &at(600 + i - 160), answer)
    });
    let of_the_visit = (160..170).map(|i| {
        let answer = json!({"team": "till", "csat": 3});
        did(i, said, &at(660 + i - 160), answer)
    });
    // Nothing of this is a score.
    let nonsense = [
        ("nps", json!(11)),
        ("csat", json!(6)),
        ("ces", json!(0)),
        ("nps", json!(7.5)),
    ];
    let of_nothing = (172..)
        .zip(nonsense)
        .map(|(i, (style, score))| did(i, said, &at(700), json!({style: score})));
    of_us.chain(of_the_visit).chain(of_nothing).collect()
}

/// What stood in the way of those who are on no journey.
fn frictions() -> Vec<Value> {
    let what = |i: u32| match i {
        160..163 => "Payment Failed",
        163..165 => "Coupon Denied",
        165..169 => "Product Out of Stock",
        169 => "Delivery Failed",
        _ => "Order Delayed",
    };
    let about = |i: u32| json!({"team": "till", "order_id": format!("f-{i}"), "product_id": "p"});
    (160..172)
        .map(|i| did(i, ["mobile", what(i)], &at(690), about(i)))
        .collect()
}

/// Those who serve: six to nine in the call centre, three to five at the desk. They are no customers.
fn employees() -> Vec<Value> {
    let said = |team: &str, score: u32| {
        let properties = json!({"properties": {"team": team, "score": score, "comment": "so it is"}});
        let id = format!("{team}-{score}");
        event(
            &id,
            ["store", "Employee Feedback Given"],
            "22T11:00",
            json!([]),
            properties,
        )
    };
    let care = (6..=9).map(|score| said("care", score));
    care.chain((3..=5).map(|score| said("desk", score))).collect()
}

fn orders() -> Vec<Value> {
    let bought = (0..60).map(|i| {
        let order = json!({"order_id": format!("o-{i}"), "total": 5, "currency": "IRR"});
        did(i, ["web", "Order Completed"], &at(ordered(i)), order)
    });
    let answered = (0..60).map(|i| {
        let nps = match i {
            0..30 => 9,
            30..50 => 8,
            _ => 4,
        };
        let answer = json!({"team": "shop", "touchpoint": "checkout", "nps": nps});
        did(i, ["web", "Survey Answered"], &at(ordered(i) + 5), answer)
    });
    bought.chain(answered).collect()
}

fn deliveries() -> Vec<Value> {
    let came = (0..50).map(|i| {
        let order = json!({"order_id": format!("o-{i}"), "team": "carrier", "late": is_late(i)});
        did(i, ["mobile", "Order Delivered"], &at(delivered(i)), order)
    });
    let answered = (0..50).map(|i| {
        let csat = match i {
            0..20 => 2,
            20..40 => 5,
            _ => 4,
        };
        let answer = json!({"team": "carrier", "touchpoint": "delivery", "style": "csat", "value": csat});
        did(i, ["mobile", "Survey Answered"], &at(delivered(i) + 5), answer)
    });
    let shared = (20..50).map(|i| {
        let said = json!({"team": "shop", "sentiment": 0.4});
        did(i, ["mobile", "Product Shared"], &at(delivered(i) + 30), said)
    });
    came.chain(answered).chain(shared).collect()
}

fn calls() -> Vec<Value> {
    let call = (0..10).map(|i| {
        let queued = if i % 2 == 0 { 60 } else { 180 };
        let mut said =
            json!({"team": "care", "cause": "late_delivery", "queue_s": queued, "handling_s": 300});
        match i {
            0..5 => said["sentiment"] = json!(-0.5),
            5..8 => said["mood"] = json!("angry"),
            _ => said["emotion"] = json!("neutral"),
        }
        if i == 9 {
            said["resolved"] = json!(false);
        }
        did(i, ["callcenter", "Call Ended"], &at(called(i)), said)
    });
    let answered = (0..10).map(|i| {
        let ces = if i < 5 { 2 } else { 6 };
        let answer = json!({"team": "care", "touchpoint": "help", "metric": "ces", "score": ces});
        did(i, ["callcenter", "Survey Answered"], &at(called(i) + 5), answer)
    });
    let back = (0..5).map(|i| {
        let said = json!({"team": "care", "cause": "late_delivery", "handling_s": 240});
        did(i, ["callcenter", "Callback Completed"], &at(called(i) + 20), said)
    });
    call.chain(answered).chain(back).collect()
}
