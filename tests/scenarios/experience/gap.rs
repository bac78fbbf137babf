//! What was promised and what customers found on that day.

use serde_json::{Value, json};

use super::{
    reports::{has_only, named},
    told::told,
};

/// Scores on a scale of 0 to 100, feelings half of it up and down from 50; ± 1.96 sqrt(s² / n), s² the sample variance.
#[test]
fn what_is_found_is_held_to_what_is_expected() {
    let journey = told().gap("purchase");
    // (30 * 90 + 20 * 80 + 10 * 40) / 60 = 4700 / 60; s² = (30 * 90² + 20 * 80² + 10 * 40² - 4700² / 60) / 59 = 319.2090.
    // More than the 75 of the plan, and customers do not care much.
    let checkout = json!({"stage": "buy", "n": 60, "observed": 78.3333, "low": 73.8125, "high": 82.8542,
        "expected": 75, "acceptable": 60, "gap": -3.3333, "verdict": "over_served",
        "importance": {"customer": 40, "company": 90, "quadrant": "company"}, "beside": null});
    // (20 * 25 + 20 * 100 + 10 * 75) / 50 = 3250 / 50; s² = (20 * 625 + 20 * 10000 + 10 * 5625 - 3250² / 50) / 49 = 1173.4694.
    let delivery = json!({"stage": "use", "n": 50, "observed": 65.0, "low": 55.5047, "high": 74.4953,
        "expected": 80, "acceptable": 70, "gap": 15.0, "verdict": "unacceptable",
        "importance": {"customer": 90, "company": 60, "quadrant": "both"}, "beside": null});
    // CES 2 is 100 / 6, 6 is 500 / 6: five of each are 500. -0.5 is 25, angry 0, neutral 50: 125 + 0 + 100. Sara: 0 and 20.
    // 745 / 22.
    let help = json!({"stage": "use", "n": 22, "observed": 33.8636, "low": 21.1602, "high": 46.5671,
        "expected": 70, "acceptable": 30, "gap": 36.1364, "verdict": "below_plan",
        "importance": {"customer": 80, "company": 30, "quadrant": "customer"}});
    // Sara alone: 0.6 is 80, NPS 10 is 100. More than the 85 of the plan, but she cares.
    let recovery = json!({"stage": "use", "n": 2, "observed": 90.0, "expected": 85, "gap": -5.0,
        "verdict": "as_planned", "importance": {"customer": 70, "company": 70, "quadrant": "both"}});
    // 0.4 is 70, thirty times, and that is just what is expected.
    let word = json!({"stage": "recommend", "n": 30, "observed": 70.0, "low": 70.0, "high": 70.0,
        "expected": 70, "gap": 0.0, "verdict": "as_planned",
        "importance": {"customer": 30, "company": 30, "quadrant": "neither"}});
    let nothing = |stage: &str, expected: Value, importance: Value| {
        json!({"stage": stage, "n": 0, "observed": null, "low": null, "high": null, "expected": expected,
            "gap": null, "verdict": "unmeasured", "importance": importance})
    };
    let middle = || json!({"customer": 50, "company": 50, "quadrant": "both"});
    let page = json!({"customer": 40, "company": 80, "quadrant": "company"});
    let wanted = json!({
        "product_page": nothing("discover", json!(80), page),
        "store_code": nothing("discover", Value::Null, middle()),
        "wish_list": nothing("decide", Value::Null, middle()),
        "cart": nothing("decide", Value::Null, middle()),
        "checkout": checkout, "delivery": delivery, "help": help, "recovery": recovery, "word": word,
    });
    has_only(&named(&journey["touchpoints"], &["touchpoint"]), &wanted);
}

#[test]
fn what_others_offer_is_told_beside() {
    let journey = told().gap("purchase");
    let touchpoints = named(&journey["touchpoints"], &["touchpoint"]);
    let others = |touchpoint: &str| named(&touchpoints[touchpoint]["benchmarks"], &["name"]);
    // 78.3333 less 72 and less 80.
    let wanted = json!({"rival": {"observed": 72, "difference": 6.3333}, "market": {"observed": 80, "difference": -1.6667}});
    has_only(&others("checkout"), &wanted);
    // Nothing was found there.
    has_only(
        &others("product_page"),
        &json!({"rival": {"observed": 72, "difference": null}}),
    );
    has_only(&others("word"), &json!({}));
}

/// The second journey expects nothing: it is measured, and planned nowhere.
#[test]
fn where_nothing_is_expected_there_is_no_gap() {
    let journey = told().gap("care");
    let wanted = json!({
        "help": {"stage": "ask", "n": 22, "observed": 33.8636, "expected": null, "acceptable": null, "gap": null},
        "recovery": {"stage": "answer", "n": 2, "observed": 90.0, "expected": null, "gap": null},
    });
    let told = named(&journey["touchpoints"], &["touchpoint"]);
    has_only(&told, &wanted);
    // The interval of two has what was observed in it.
    let [low, high] = ["low", "high"].map(|end| told["recovery"][end].as_f64().unwrap());
    assert!(low <= 90.0 && 90.0 <= high, "{low} to {high}");
}
