//! How far customers came on that day, where they stopped, and how it was on the way.

use serde_json::{Value, json};

use super::{
    operations::counted,
    reports::{has, has_only, named},
    told::told,
};

/// The stages of the first journey. A customer comes into a stage with the first touch in it; the time in it is until they come
/// into another.
fn purchase() -> Value {
    // 0..120 and Sara. 0..40, 60..80, 80..100 and Sara went on to decide = 81: each after 600 s, Sara (08:00 to 08:30) after
    // 1800 s: 49800 / 81. 40..60 ordered without it, after 250 min = 15000 s. Both: (49800 + 20 * 15000) / 101. 100..120 stay.
    let discover = json!({"needs": ["find_it"], "entered": 121, "moved_on": 101, "lost": 0, "waiting": 20,
        "time_mean_s": 3463.3663});
    // 0..40 and Sara ordered, after 240 min all of them (Sara: 08:30 to 12:30); 60..80 and 80..100 stay.
    let decide = json!({"needs": ["be_sure", "remember_it"], "entered": 81, "moved_on": 41, "lost": 0,
        "waiting": 40, "time_mean_s": 14_400});
    // 0..60 and Sara; to 0..50 and Sara it came: after 7200 s to 0..20 and Sara (12:30 to 14:30), after 3600 s to 20..50:
    // (21 * 7200 + 30 * 3600) / 51. 50..60 stay.
    let buy = json!({"needs": ["pay_easily"], "entered": 61, "moved_on": 51, "lost": 0, "waiting": 10,
        "time_mean_s": 5082.3529});
    // 20..50 recommend it after 1800 s, Sara (14:30 to 17:30) after 10800 s: 64800 / 31. 0..20 stay.
    let used = json!({"needs": ["have_it_in_time"], "entered": 51, "moved_on": 31, "lost": 0, "waiting": 20,
        "time_mean_s": 2090.3226});
    // Whoever is there has finished.
    let recommend = json!({"needs": ["be_heard"], "entered": 31, "moved_on": 0, "lost": 0, "waiting": 0,
        "time_mean_s": null, "time_median_s": null});
    json!({"discover": discover, "decide": decide, "buy": buy, "use": used, "recommend": recommend})
}

/// The stages of the second, on which 0..10 and Sara are: 0..5 after 1200 s and Sara (14:40 to 16:00) after 4800 s are called
/// back: 10800 / 6. 5..10 wait.
fn care() -> Value {
    json!({
        "ask": {"entered": 11, "moved_on": 6, "lost": 0, "waiting": 5, "time_mean_s": 1800},
        "answer": {"entered": 6, "moved_on": 0, "lost": 0, "waiting": 0, "time_mean_s": null},
    })
}

fn stages(journey: &Value) -> Value {
    named(&journey["stages"], &["name"])
}

/// The first journey and the second.
fn both() -> [Value; 2] {
    ["purchase", "care"].map(|name| told().journey(name))
}

/// The points of a curve that have an effect.
fn curve(journey: &Value) -> Value {
    let mut points = named(&journey["curve"], &["stage", "touchpoint"]);
    points
        .as_object_mut()
        .unwrap()
        .retain(|_, point| point["effect"] != Value::Null);
    points
}

#[test]
fn how_many_came_into_each_stage_and_went_on_is_told() {
    let [first, second] = both();
    has(
        &first,
        &json!({"segment": null, "within_s": 259_200, "lost_most": null}),
    );
    has(
        &second,
        &json!({"segment": "callers", "within_s": 259_200, "lost_most": null}),
    );
    has_only(&stages(&first), &purchase());
    has_only(&stages(&second), &care());
    let order = first["stages"].as_array().unwrap().iter();
    let order: Vec<&str> = order.map(|stage| stage["name"].as_str().unwrap()).collect();
    assert_eq!(order, ["discover", "decide", "buy", "use", "recommend"]);
}

#[test]
fn where_they_went_from_each_stage_is_told() {
    let [first, second] = both();
    let next = |journey: &Value, stage: &str| named(&stages(journey)[stage]["next"], &["stage"]);
    for (stage, wanted) in [
        (
            "discover",
            json!({"decide": {"count": 81, "mean_s": 614.8148}, "buy": {"count": 20, "mean_s": 15_000}}),
        ),
        ("decide", json!({"buy": {"count": 41, "mean_s": 14_400}})),
        ("buy", json!({"use": {"count": 51, "mean_s": 5082.3529}})),
        ("use", json!({"recommend": {"count": 31, "mean_s": 2090.3226}})),
        ("recommend", json!({})),
    ] {
        has_only(&next(&first, stage), &wanted);
    }
    has_only(
        &next(&second, "ask"),
        &json!({"answer": {"count": 6, "mean_s": 1800}}),
    );
}

/// It is known to a factor of two: from a power of two of seconds to the next.
#[test]
fn half_of_them_went_on_within_about_so_long() {
    let [first, second] = both();
    // The middle one of 101: one of the eighty of 600 s, of 41: 14400 s, of 51: one of the thirty of 3600 s, of 31: 1800 s, of
    // 6: 1200 s.
    for (journey, stage, from, below) in [
        (&first, "discover", 512.0, 1024.0),
        (&first, "decide", 8192.0, 16_384.0),
        (&first, "buy", 2048.0, 4096.0),
        (&first, "use", 1024.0, 2048.0),
        (&second, "ask", 1024.0, 2048.0),
    ] {
        let median = stages(journey)[stage]["time_median_s"].as_f64().unwrap();
        assert!((from..=below).contains(&median), "{stage}: {median}");
    }
}

#[test]
fn every_touch_is_counted_where_it_was() {
    let [first, second] = both();
    // Sara touched each but the cart, once.
    let touches = json!({
        "discover/product_page": {"touches": 121, "n": 0, "effect": null, "kind": null, "scores": [], "frictions": []},
        "discover/store_code": {"touches": 1, "n": 0, "effect": null},
        "decide/wish_list": {"touches": 61, "n": 0, "effect": null},
        "decide/cart": {"touches": 20, "n": 0, "effect": null},
        "buy/checkout": {"touches": 61},
        "use/delivery": {"touches": 51},
        "use/help": {"touches": 11},
        "use/recovery": {"touches": 6},
        "recommend/word": {"touches": 31},
    });
    has_only(&named(&first["curve"], &["stage", "touchpoint"]), &touches);
    let touches = json!({"ask/help": {"touches": 11}, "answer/recovery": {"touches": 6}});
    has_only(&named(&second["curve"], &["stage", "touchpoint"]), &touches);
}

#[test]
fn how_it_was_on_the_way_is_told_by_touchpoint() {
    let [first, second] = both();
    // 9 is (90 - 50) / 50 = 0.8, 8 is 0.6, 4 is -0.2: (30 * 0.8 + 20 * 0.6 - 10 * 0.2) / 60 = 34 / 60.
    let checkout = json!({"n": 60, "effect": 0.5667});
    // CSAT 2 is 25, so -0.5; 5 is 1; 4 is 0.5; 21 came late: (-10 + 20 + 5 - 21 * 0.5) / (50 + 21) = 4.5 / 71.
    let delivery = json!({"n": 71, "effect": 0.0634});
    // CES 2 is -2/3, 6 is 2/3: 0 in all. -0.5 * 5, angry 3, neutral 2: -5.5. Queues of 5: -2.5. Sara: angry, her queue and her
    // NPS of 2: -1 - 0.5 - 0.6. Together -10.1 / (10 + 10 + 5 + 3).
    let help = json!({"n": 28, "effect": -0.3607});
    // All six contacts are repeated: -3; Sara: 0.6 and her NPS of 10: 1.6. -1.4 / 8.
    let recovery = json!({"n": 8, "effect": -0.175});
    let word = json!({"n": 30, "effect": 0.4});
    let points = json!({"buy/checkout": checkout, "use/delivery": delivery, "use/help": help,
        "use/recovery": recovery, "recommend/word": word});
    has_only(&curve(&first), &points);
    has_only(
        &curve(&second),
        &json!({"ask/help": help, "answer/recovery": recovery}),
    );
    let stood = |journey: &Value, point: &str| counted(&curve(journey)[point]["frictions"]);
    assert_eq!(stood(&first, "use/delivery"), json!({"late_delivery": 21}));
    assert_eq!(stood(&first, "use/recovery"), json!({"repeated_contact": 6}));
    for help in [stood(&first, "use/help"), stood(&second, "ask/help")] {
        assert_eq!(help, json!({"queue_time": 6}));
    }
    // A high is no low.
    assert_ne!(curve(&first)["buy/checkout"]["kind"], "low");
    assert_ne!(curve(&first)["use/help"]["kind"], "high");
}

#[test]
fn what_is_remembered_is_the_peak_and_the_end() {
    let [first, second] = both();
    // The strongest is the check-out, with 34 / 60; the last is the word. (0.566667 + 0.4) / 2 = 0.4833. The mean of the five
    // points: (0.566667 + 0.063380 - 0.360714 - 0.175 + 0.4) / 5 = 0.494333 / 5.
    let peak_end = json!({"peak": 0.5667, "peak_touchpoint": "checkout", "end": 0.4, "end_touchpoint": "word",
        "peak_end": 0.4833, "mean": 0.0989});
    has(&first["peak_end"], &peak_end);
    // Of the second: -0.360714 and -0.175, of which the sum is -0.535714.
    let peak_end = json!({"peak": -0.3607, "peak_touchpoint": "help", "end": -0.175, "end_touchpoint": "recovery",
        "peak_end": -0.2679, "mean": -0.2679});
    has(&second["peak_end"], &peak_end);
}
