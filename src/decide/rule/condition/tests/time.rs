//! What the history says, and when it says something else.

use proptest::prelude::*;

use super::super::Holding;
use crate::{
    decide::rule::samples::{Customer, DAY, HOUR, NOW, SECOND, condition, event},
    domain::time::Timestamp,
};

fn asked(customer: &Customer, text: &str, now: i64) -> Holding {
    let holding = condition(text).holds(&customer.facts(now));
    holding.unwrap_or_else(|failed| panic!("{text}: {failed}"))
}

#[track_caller]
fn check(customer: &Customer, text: &str, holds: bool, until: Option<i64>) {
    let until = until.map(Timestamp::from_micros);
    assert_eq!(asked(customer, text, NOW), Holding { holds, until }, "{text}");
}

fn visitor() -> Customer {
    Customer::of(&[
        event(1, "Order Completed", NOW - 40 * DAY),
        event(2, "Page Viewed", NOW - 3 * DAY),
        event(3, "Page Viewed", NOW - 3 * DAY + 30 * 60 * SECOND),
        event(4, "page_viewed", NOW - 2 * DAY),
        event(5, "Page Viewed", NOW - 2 * DAY + HOUR),
    ])
}

#[test]
fn an_answer_holds_until_what_it_counts_leaves() {
    let visitor = visitor();
    let half = 30 * 60 * SECOND;
    check(
        &visitor,
        "count('Page Viewed', '7d') == 4",
        true,
        Some(NOW + 4 * DAY),
    );
    check(
        &visitor,
        "happened('page viewed', '7d')",
        true,
        Some(NOW + 5 * DAY + HOUR),
    );
    check(
        &visitor,
        "quiet('Page Viewed', '7d')",
        false,
        Some(NOW + 5 * DAY + HOUR),
    );
    check(&visitor, "quiet('Order Completed', '30d')", true, None);
    check(
        &visitor,
        "days('Page Viewed', '7d') == 2",
        true,
        Some(NOW + 4 * DAY + half),
    );
    check(&visitor, "visits('7d') == 3", true, Some(NOW + 4 * DAY + half));
    check(&visitor, "visits('1h') == 0", true, None);
    check(
        &visitor,
        "since('Order Completed') == 40 * 86400",
        true,
        Some(NOW + HOUR),
    );
    check(
        &visitor,
        "since('Order Completed') > seconds('90d')",
        false,
        Some(NOW + 50 * DAY + SECOND),
    );
    check(
        &visitor,
        "since('Order Completed') >= 90 * 86400",
        false,
        Some(NOW + 50 * DAY),
    );
    check(
        &visitor,
        "90 * 86400 <= since('Order Completed')",
        false,
        Some(NOW + 50 * DAY),
    );
    check(&visitor, "seconds('10d') < since('Order Completed')", true, None);
    check(&visitor, "since('Never') > 5", true, None);
    check(&visitor, "age(1728043200) < seconds('1d')", true, Some(NOW + DAY));
    check(&visitor, "size(cart) == 0", true, None);
}

#[test]
fn a_window_ends_exactly_where_it_says() {
    let visitor = visitor();
    let at = NOW + 4 * DAY;
    assert!(asked(&visitor, "count('Page Viewed', '7d') == 4", at - 1).holds);
    assert!(asked(&visitor, "count('Page Viewed', '7d') == 3", at).holds);
}

#[test]
fn what_is_older_than_the_history_is_known_by_its_count() {
    let mut visitor = visitor();
    visitor.moments.remove(0);
    visitor.since = Some(NOW - 10 * DAY);
    check(&visitor, "since('Order Completed') >= seconds('10d')", true, None);
    check(&visitor, "since('Never') >= seconds('11d')", true, None);
    check(
        &visitor,
        "since('Order Completed') > seconds('11d')",
        false,
        Some(NOW + DAY + SECOND),
    );
}

#[test]
fn the_earliest_of_several_counts_and_what_was_not_asked_does_not() {
    let visitor = visitor();
    check(
        &visitor,
        "happened('Page Viewed', '7d') && count('Page Viewed', '4d') > 0",
        true,
        Some(NOW + DAY),
    );
    check(
        &visitor,
        "happened('Page Viewed', '7d') || count('Page Viewed', '4d') > 0",
        true,
        Some(NOW + 5 * DAY + HOUR),
    );
}

fn windows() -> BoxedStrategy<String> {
    (1_i64..20, prop::sample::select(vec!["m", "h", "d"]))
        .prop_map(|(number, unit)| format!("{number}{unit}"))
        .boxed()
}

fn expressions() -> impl Strategy<Value = String> {
    let kind = || prop::sample::select(vec!["a", "b"]);
    let asked = (kind(), windows(), 0_i64..5, 0_usize..8)
        .prop_map(|(kind, window, number, which)| match which {
            0 => format!("count('{kind}', '{window}') > {number}"),
            1 => format!("happened('{kind}', '{window}')"),
            2 => format!("quiet('{kind}', '{window}')"),
            3 => format!("days('{kind}', '{window}') >= {number}"),
            4 => format!("visits('{window}') == {number}"),
            5 => format!("since('{kind}') <= seconds('{window}')"),
            6 => format!("seconds('{window}') > since('{kind}')"),
            _ => format!("age(1728043200) >= seconds('{window}')"),
        })
        .boxed();
    let join = prop::sample::select(vec!["&&", "||", "=="]);
    (asked.clone(), join, asked).prop_map(|(first, join, second)| format!("({first}) {join} !({second})"))
}

proptest! {
    #[test]
    fn an_answer_stays_the_same_until_it_says(
        happened in prop::collection::vec((prop::bool::ANY, 0_i64..200_000_000), 0..12),
        expression in expressions(),
        parts in prop::collection::vec(0_i64..1_000, 4),
    ) {
        let events: Vec<_> = happened
            .iter()
            .enumerate()
            .map(|(number, (first, before))| {
                // Some together, some days apart.
                let ago = before % 1_000 * 600 * SECOND + before % SECOND;
                event(number, if *first { "A" } else { "b" }, NOW - ago)
            })
            .collect();
        let customer = Customer::of(&events);
        let mut now = NOW;
        // From one change to the next.
        for _ in 0..6 {
            let holding = asked(&customer, &expression, now);
            let end = holding.until.map_or(now + 400 * DAY, Timestamp::as_micros);
            prop_assert!(end > now, "{expression} ends before it begins");
            for part in &parts {
                let at = now + (end - 1 - now) / 1_000 * part;
                prop_assert_eq!(asked(&customer, &expression, at).holds, holding.holds, "{} at {}", &expression, at);
            }
            prop_assert_eq!(asked(&customer, &expression, end - 1).holds, holding.holds, "{} before {}", &expression, end);
            now = end;
        }
    }
}
