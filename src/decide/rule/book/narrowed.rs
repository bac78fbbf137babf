//! Who is asked few segments is in the same as who is asked all, whatever happened and however long that is ago.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::decide::rule::book::*;
use crate::decide::rule::{
    condition::Holding,
    samples::{Customer, HOUR, NOW, SECOND, condition, event, number, text, with},
};

const RULES: [(&str, &str); 12] = [
    ("asks_two", "'twice' in segments || 'late' in segments"),
    ("bought_nothing", "totals.orders == 0"),
    ("broken", "traits.children > 2"),
    ("cart_left", "size(cart) > 0 && quiet('Order Completed', '2h')"),
    ("elsewhere", "!('here' in segments)"),
    ("happy", "happened('Order Completed', '3h') && totals.orders > 1"),
    ("here", "get(traits, 'city', '') == 'Tehran'"),
    ("late", "age(1728045000) > 3600"),
    ("long_ago", "since('Page Viewed') > seconds('90m')"),
    ("quiet", "quiet('Order Completed', '2h')"),
    ("twice", "count('Page Viewed', '1h') >= 2"),
    ("visitors", "visits('1d') >= 2"),
];

fn book() -> Rulebook {
    let segments = RULES.map(|(name, when)| Segment {
        silent: false,
        name: name.to_owned(),
        when: condition(when),
    });
    Rulebook::new(segments.to_vec(), Vec::new()).unwrap()
}

fn happened(number_of: usize, kind: u8, at: i64) -> Event {
    let named = |name: &str| event(number_of, name, at);
    let mut told = named("Profile Updated");
    match kind {
        0 => named("Page Viewed"),
        1 => with(named("Product Added"), [("product_id", text("p"))]),
        2 => with(
            named("Order Completed"),
            [("order_id", text(&number_of.to_string()))],
        ),
        3 => named("Cart Emptied"),
        4 => {
            told.traits.insert("city".to_owned(), text("Tehran"));
            told
        }
        5 => {
            told.traits.insert("city".to_owned(), text("Shiraz"));
            told
        }
        _ => {
            told.traits.insert("children".to_owned(), number("3"));
            told
        }
    }
}

/// What was found out of each segment, by its name.
type Found = BTreeMap<String, Holding>;

/// Asks these segments; one that cannot be evaluated is as it was.
fn ask(segments: &[&Arc<Segment>], customer: &mut Customer, found: &mut Found, now: i64) {
    customer.segments = inside(found);
    for segment in segments {
        let Ok(holding) = segment.when.holds(&customer.facts(now)) else {
            continue;
        };
        match holding.holds {
            true => drop(customer.segments.insert(segment.name.clone())),
            false => drop(customer.segments.remove(&segment.name)),
        }
        found.insert(segment.name.clone(), holding);
    }
}

fn inside(found: &Found) -> BTreeSet<String> {
    let inside = found.iter().filter(|(_, holding)| holding.holds);
    inside.map(|(name, _)| name.clone()).collect()
}

proptest! {
    #[test]
    fn few_segments_say_what_all_say(steps in prop::collection::vec((0_u8..7, 0_i64..200), 1..12), together in 1_usize..4) {
        let book = book();
        let all: Vec<&Arc<Segment>> = book.segments().collect();
        let (mut events, mut now) = (Vec::new(), NOW - HOUR);
        let (mut few_found, mut all_found) = (Found::new(), Found::new());
        for batch in steps.chunks(together) {
            let before = events.len();
            for (kind, minutes) in batch {
                now += minutes * 60 * SECOND;
                events.push(happened(events.len(), *kind, now));
            }
            let added: Vec<&Event> = events[before..].iter().collect();
            let is_over = |name: &str| {
                let until = few_found.get(name).and_then(|one| one.until);
                until.is_some_and(|until| until.as_micros() <= now)
            };
            let few = match before {
                0 => book.segments_of_new(&added),
                _ => book.segments_over(&added, is_over),
            };
            let mut customer = Customer::of(&events);
            ask(&few, &mut customer, &mut few_found, now);
            ask(&all, &mut customer, &mut all_found, now);
            prop_assert_eq!(inside(&few_found), inside(&all_found), "after {} events", events.len());
        }
    }
}

#[test]
fn of_somebody_new_only_those_are_asked_that_may_hold() {
    let book = book();
    let asked = |name: &str| -> Vec<String> {
        let segments = book.segments_of_new(&[&event(1, name, NOW)]);
        segments.iter().map(|segment| segment.name.clone()).collect()
    };
    let always = [
        "bought_nothing",
        "broken",
        "late",
        "long_ago",
        "quiet",
        "visitors",
    ];
    let asking = ["asks_two", "elsewhere"];
    assert_eq!(asked("Signed In"), [&always[..], &asking].concat());
    let with_twice = [&always[..5], &["twice", "visitors"], &asking].concat();
    assert_eq!(asked("Page Viewed"), with_twice);
}
