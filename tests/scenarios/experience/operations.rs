//! How customers were served on that day, and what stood in their way.
//!
//! Contacts: the calls of 0..10, the call-backs of 0..5, Sara's call and call-back, the chats of 120..160, and again of 120..126:
//! 10 + 5 + 2 + 40 + 6 = 63.

use serde_json::{Value, json};

use super::{
    reports::{has, has_only, named},
    sara::seconds,
    told::told,
};

/// Of the call centre, whose team is `care`: 10 + 5 + 2 = 17 contacts.
///
/// Queued: 0..10 half for 60 s, half for 180 s, and Sara for 300 s: 300 + 900 + 300 = 1500 in 11. Handled: 10 * 300 + 5 * 240 +
/// 600 + 400 = 5200 in 17. Repeated: the call-backs of 0..5 and Sara's: 6 of 17. Settled at once: 5..9 (0..5 had another
/// contact, the call of 9 settled nothing, nor did Sara's): 4 of 17.
pub fn care() -> Value {
    json!({"contacts": 17, "queue_mean_s": 136.3636, "handling_mean_s": 305.8824, "abandoned": 0,
        "abandonment_rate": 0.0, "repeated": 6, "repeat_rate": 0.3529, "resolved_first": 4,
        "first_contact_resolution": 0.2353})
}

/// Of the web, whose team is `desk`: 40 + 6 = 46 chats.
///
/// Queued: 26 * 30 + 10 * 240 + 10 * 120 = 4380 in 46. Handled, but for those who gave up: 26 * 200 + 10 * 100 = 6200 in 36.
/// Given up: 140..150. Repeated: 120..126, and 150..153, whose first was five days ago; 153..156 came eight days ago: 9 of 46.
/// Settled at once: 126..140 and 153..160: 14 + 7 = 21.
pub fn desk() -> Value {
    json!({"contacts": 46, "queue_mean_s": 95.2174, "handling_mean_s": 172.2222, "abandoned": 10,
        "abandonment_rate": 0.2174, "repeated": 9, "repeat_rate": 0.1957, "resolved_first": 21,
        "first_contact_resolution": 0.4565})
}

/// Of all: 1500 + 4380 = 5880 s in 11 + 46 = 57 queues; 5200 + 6200 = 11400 s in 17 + 36 = 53 that were handled; 10 of 63 given
/// up, 6 + 9 = 15 of 63 repeated, 4 + 21 = 25 of 63 settled at once.
pub fn total() -> Value {
    json!({"contacts": 63, "queue_mean_s": 103.1579, "handling_mean_s": 215.0943, "abandoned": 10,
        "abandonment_rate": 0.1587, "repeated": 15, "repeat_rate": 0.2381, "resolved_first": 25,
        "first_contact_resolution": 0.3968})
}

/// What stood in the way: 160..165 errors, 165..169 stock, 169 a delivery; late ones: 0..20, Sara, and 170 and 171 = 23;
/// queues of more than 120 s: the five of 180 s, Sara's, and the ten who gave up after 240 s = 16 (150..160 waited 120 s, which
/// is not more); and the contacts that were repeated and given up.
pub fn frictions() -> Value {
    json!({"error": 5, "stock_out": 4, "failed_delivery": 1, "late_delivery": 23, "queue_time": 16,
        "repeated_contact": 15, "abandoned": 10})
}

/// The counts of a list of frictions by kind.
pub fn counted(frictions: &Value) -> Value {
    let named = named(frictions, &["kind"]);
    let counts = named.as_object().unwrap().iter();
    let counts = counts.map(|(kind, one)| (kind.clone(), one["count"].clone()));
    Value::Object(counts.filter(|(_, count)| *count != 0).collect())
}

#[test]
fn how_customers_were_served_is_told_in_all_and_by_team_channel_and_day() {
    let told = &told().cx()["operations"];
    has(&told["total"], &total());
    let by = |group: &str| named(&told[group], &["name"]);
    has_only(&by("teams"), &json!({"care": care(), "desk": desk()}));
    has_only(&by("channels"), &json!({"callcenter": care(), "web": desk()}));
    let days = named(&told["days"], &["day"]);
    has_only(&days, &json!({"2026-11-22": total()}));
}

#[test]
fn what_stood_in_the_way_is_counted_by_kind() {
    let cx = told().cx();
    assert_eq!(counted(&cx["frictions"]), frictions(), "{cx}");
}

#[test]
fn who_needs_to_learn_what_is_told() {
    let cx = told().cx();
    // Late deliveries, at `care`: all 17, 6 repeated. Invoices, at `desk`: 120..140, 120..126 again and 150..160 = 36, 6 + 3
    // repeated. Sizes: nobody came again.
    let training = json!({
        "care/late_delivery": {"contacts": 17, "repeated": 6},
        "desk/invoice": {"contacts": 36, "repeated": 9},
    });
    has_only(&named(&cx["training"], &["team", "cause"]), &training);
    // At `care` 6, 7, 8, 9: mean 7.5, s² = 5 / 3, ± 1.96 sqrt(5 / 12) = 1.2652. At the desk 3, 4, 5: mean 4, s² = 1, ± 1.96
    // sqrt(1 / 3) = 1.1316.
    let employees = json!({
        "care": {"n": 4, "mean": 7.5, "low": 6.2348, "high": 8.7652},
        "desk": {"n": 3, "mean": 4.0, "low": 2.8684, "high": 5.1316},
    });
    has_only(&named(&cx["employees"], &["team"]), &employees);
}

#[test]
fn a_bad_answer_is_seen_to_until_it_is_closed() {
    // Of those who said 4 of their order, 50..60, and Sara, one each; hers is closed at 16:30.
    let open_s = 16 * 3_600 + 30 * 60 - seconds(&told().assigned["time"]);
    has(
        &told().cx()["follow_ups"],
        &json!({"opened": 11, "closed": 1, "open": 10, "close_mean_s": open_s}),
    );
}

#[test]
fn who_leaves_without_a_word_is_counted_apart() {
    // 80..100 put it into the cart and did nothing more: all of them came into the segment on that day.
    let silent = json!({"doubters": {"members": 20, "entered": 20}});
    let cx = told().cx();
    has_only(&named(&cx["silent"], &["segment"]), &silent);
    // Two hundred and Sara; 0..10 and she called. Those who serve are no customers.
    let segments = &told().segments;
    assert_eq!(segments["profiles"], super::crowd::ALL + 1);
    let members = json!({"callers": {"members": 11}, "doubters": {"members": 20}});
    has_only(&named(&segments["segments"], &["name"]), &members);
}
