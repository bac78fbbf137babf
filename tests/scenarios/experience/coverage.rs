//! What is known of customers, by kind of data, and what is missing.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    reports::{has, has_only, named, one},
    told::told,
};

const KINDS: [&str; 6] = [
    "behaviour",
    "transaction",
    "service",
    "attitude",
    "emotion",
    "situation",
];

/// Counts of the kinds, in their order.
fn kinds(counts: [u32; 6]) -> Value {
    let members = KINDS.iter().zip(counts);
    Value::Object(
        members
            .map(|(kind, count)| ((*kind).to_owned(), json!(count)))
            .collect(),
    )
}

fn missing(told: &Value) -> BTreeSet<&str> {
    let missing = told["missing"].as_array().unwrap().iter();
    missing.map(|kind| kind.as_str().unwrap()).collect()
}

/// Nobody does more than one thing of a kind at a touchpoint on that day.
#[test]
fn what_is_known_is_told_by_touchpoint() {
    let told = told().coverage();
    let journey = one(&told["journeys"], "purchase");
    let touchpoints = named(&journey["touchpoints"], &["touchpoint"]);
    // Sara scanned, looked, wished, ordered, and shared.
    let wanted = json!({
        "product_page": kinds([121, 0, 0, 0, 0, 0]),
        "store_code": kinds([1, 0, 0, 0, 0, 0]),
        "wish_list": kinds([61, 0, 0, 0, 0, 0]),
        "cart": kinds([20, 0, 0, 0, 0, 0]),
        // 60 and Sara ordered, the 60 said how it was.
        "checkout": kinds([0, 61, 0, 60, 0, 0]),
        // 50 said how it was; whether it is a transaction that something comes is left open.
        "delivery": {"service": 0, "attitude": 50, "emotion": 0, "situation": 0},
        // Ten and Sara called, and each felt something and answered once.
        "help": kinds([0, 0, 11, 11, 11, 0]),
        // Of the six that were called back Sara alone felt and answered.
        "recovery": kinds([0, 0, 6, 1, 1, 0]),
        // Sara says nothing with it.
        "word": kinds([31, 0, 0, 0, 30, 0]),
    });
    has_only(&touchpoints, &wanted);
    let count = |kind: &str| touchpoints["delivery"][kind].as_u64().unwrap();
    assert_eq!(count("behaviour") + count("transaction"), 51);
    for (name, touchpoint) in touchpoints.as_object().unwrap() {
        let without = KINDS.iter().filter(|kind| touchpoint[**kind] == 0).copied();
        assert_eq!(missing(touchpoint), without.collect(), "{name}");
    }
    let care = named(
        &one(&told["journeys"], "care")["touchpoints"],
        &["stage", "touchpoint"],
    );
    let wanted =
        json!({"ask/help": kinds([0, 0, 11, 11, 11, 0]), "answer/recovery": kinds([0, 0, 6, 1, 1, 0])});
    has_only(&care, &wanted);
}

#[test]
fn what_is_known_is_told_by_segment() {
    let told = told().coverage();
    let segments = named(&told["segments"], &["name"]);
    has_only(
        &segments,
        &json!({"callers": {"situation": 0}, "doubters": {"transaction": 0, "service": 0}}),
    );
    // Who called had looked, ordered, was angry and answered.
    assert_eq!(missing(&segments["callers"]), BTreeSet::from(["situation"]));
    // Of who left something in the cart it is known what they did, and nothing else.
    let all_else = ["transaction", "service", "attitude", "emotion", "situation"];
    assert_eq!(missing(&segments["doubters"]), BTreeSet::from(all_else));
}

/// Touches times what they matter to customers: 121 * 40 = 4840 at the product page, 51 * 90 = 4590 at the delivery, 61 * 50 =
/// 3050 at the wish list, 61 * 40 = 2440 at the check-out, 20 * 50, 31 * 30, 11 * 80, 6 * 70 and 1 * 50 at the others.
#[test]
fn what_to_learn_first_is_what_most_customers_think_where_it_matters() {
    let told = told().coverage();
    let first = json!({"journey": "purchase", "touchpoint": "product_page", "kind": "attitude"});
    has(&told["first_missing"], &first);
}
