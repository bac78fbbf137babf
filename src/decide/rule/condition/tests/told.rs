//! What the latest part of a history tells is what all of it tells.

use proptest::prelude::*;

use crate::decide::rule::samples::{Customer, NOW, SECOND, condition, event};

const NAMES: [&str; 3] = ["Page Viewed", "Order Completed", "Signed In"];
const TEXTS: [&str; 9] = [
    "count('Page Viewed', '1h') >= 2",
    "count('Call Started', '7d') == 0",
    "happened('Order Completed', '2h')",
    "quiet('Order Completed', '2h')",
    "quiet('Call Started', '2h')",
    "days('Page Viewed', '2d') > 1",
    "visits('5h') >= 2",
    "since('Order Completed') > seconds('90m')",
    "since('Signed In') < 100 && !('a' in segments)",
];

proptest! {
    #[test]
    fn what_is_told_by_less_is_what_all_says(steps in prop::collection::vec((0_usize..3, 0_i64..90), 1..24), kept in 1_usize..12) {
        let mut at = NOW;
        let mut events = Vec::new();
        for (number, (name, minutes)) in steps.iter().enumerate() {
            at -= minutes * 60 * SECOND;
            events.push(event(number, NAMES[*name], at));
        }
        let all = Customer::of(&events);
        let mut less = all.clone();
        less.moments.drain(..all.moments.len().saturating_sub(kept));
        if less.moments.len() < all.moments.len() {
            less.since = Some(less.moments[0].stamp.time.as_micros() + 1);
        }
        for text in TEXTS {
            let condition = condition(text);
            if condition.is_told_by(&less.facts(NOW)) {
                prop_assert_eq!(condition.holds(&less.facts(NOW)), condition.holds(&all.facts(NOW)), "{}", text);
            }
        }
    }
}

#[test]
fn most_is_told_by_little() {
    let events = [
        event(1, "Page Viewed", NOW - 9_000 * SECOND),
        event(2, "Order Completed", NOW - 8_000 * SECOND),
        event(3, "Page Viewed", NOW - 60 * SECOND),
    ];
    let mut customer = Customer::of(&events);
    customer.moments.drain(..1);
    customer.since = Some(NOW - 8_000 * SECOND + 1);
    let told = |text: &str| condition(text).is_told_by(&customer.facts(NOW));
    // Within what is there; the latest is there; never counted.
    for text in [
        "visits('1h') > 0",
        "quiet('Order Completed', '90d')",
        "count('Call Started', '90d') > 0",
        "value.tier == ''",
    ] {
        assert!(told(text), "{text}");
    }
    for text in [
        "visits('1d') > 0",
        "count('Page Viewed', '90d') > 1",
        "since('Page Viewed') < 60 || days('Page Viewed', '1d') > 1",
    ] {
        assert!(!told(text), "{text}");
    }
}
