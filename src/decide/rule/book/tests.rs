//! Books: what they refuse, and what they find by their index.

use std::collections::BTreeMap;

use super::*;
use crate::decide::rule::{
    condition::Condition,
    flow::{Act, Signal},
    samples::{condition, event, text, with},
};

fn segment(name: &str, when: &str) -> Segment {
    Segment {
        silent: false,
        name: name.to_owned(),
        when: condition(when),
    }
}

fn sms(with: &[(&str, &str)]) -> Step {
    let with = with
        .iter()
        .map(|(name, when)| ((*name).to_owned(), condition(when)));
    Step::Act(Act::Send {
        channel: "sms".to_owned(),
        purpose: "service".to_owned(),
        template: "ready".to_owned(),
        team: None,
        priority: 5,
        with: with.collect(),
    })
}

fn flow(name: &str, on: &[&str], steps: Vec<Step>) -> Flow {
    Flow {
        name: name.to_owned(),
        on: on.iter().map(|on| (*on).to_owned()).collect(),
        when: None,
        matter: None,
        holdout: 0,
        again_us: None,
        restarts: false,
        unless: Vec::new(),
        steps,
    }
}

fn signal(on: &str, when: Option<Condition>) -> Signal {
    Signal {
        on: on.to_owned(),
        when,
    }
}

fn flaws(segments: Vec<Segment>, flows: Vec<Flow>) -> Vec<String> {
    let flaws = Rulebook::new(segments, flows).err().unwrap_or_default();
    let told = flaws
        .into_iter()
        .map(|flaw| format!("{} {}: {}", flaw.rule, flaw.member, flaw.problem));
    told.collect()
}

#[track_caller]
fn refuses(found: &[String], expected: &[&str]) {
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}\n{expected}");
    }
}

#[test]
fn segments_that_cannot_be_are_all_told() {
    let found = flaws(
        vec![
            segment("Best", "true"),
            segment("twice", "true"),
            segment("twice", "true"),
            segment("mine", "event.name == 'x' && matter == ''"),
            segment("many", "size(segments) > 1"),
            segment("lost", "'nobody' in segments"),
        ],
        Vec::new(),
    );
    refuses(
        &found,
        &[
            "segments.Best name: expected a name",
            "segments.twice name: expected another name",
            "segments.mine when: expected nothing of an event",
            "segments.mine when: expected nothing of a matter",
            "segments.many when: expected segments to be asked for by name",
            "segments.lost when: expected a segment that there is instead of nobody",
        ],
    );
}

#[test]
fn segments_do_not_ask_for_each_other_in_a_circle() {
    let found = flaws(
        vec![
            segment("a", "'b' in segments"),
            segment("b", "'c' in segments"),
            segment("c", "'b' in segments"),
        ],
        Vec::new(),
    );
    refuses(
        &found,
        &["segments.b when: expected segments that do not ask for each other in a circle: b, c"],
    );
    refuses(
        &flaws(vec![segment("a", "!('a' in segments)")], Vec::new()),
        &["segments.a when: "],
    );
}

#[test]
fn flows_that_cannot_be_are_all_told() {
    let mut early = flow("early", &["x"], vec![sms(&[("id", "then.name")])]);
    early.when = Some(condition("then.name == 'x' && 'nobody' in segments"));
    early.matter = Some(condition("matter"));
    let mut waits = flow("waits", &["x"], vec![Step::Wait(0), Step::Wait(5)]);
    waits.unless = vec![signal(
        "y",
        Some(condition("event.name == then.name && 'nobody' in segments")),
    )];
    let signals = Step::For {
        signals: Vec::new(),
        within_us: 0,
        unless: true,
    };
    let asks = Step::Act(Act::Ask {
        channel: "till 1".to_owned(),
        name: "show".to_owned(),
        with: BTreeMap::new(),
    });
    let found = flaws(
        Vec::new(),
        vec![early, waits, flow("asks", &[], vec![signals, asks])],
    );
    refuses(
        &found,
        &[
            "flows.early when: expected nothing of a later event",
            "flows.early when: expected a segment that there is",
            "flows.early matter: expected nothing of a matter",
            "flows.early steps.1.send.with.id: expected nothing of a later event",
            "flows.waits unless.1.when: expected a segment that there is",
            "flows.waits steps: expected a step that does something",
            "flows.waits steps.1.wait: expected some time",
            "flows.asks steps.1.for: expected a type of events",
            "flows.asks steps.1.within: expected some time",
            "flows.asks steps.2.ask.channel: expected a name",
        ],
    );
}

#[test]
fn there_are_no_more_rules_than_can_be_carried_out() {
    let many = |count: usize| {
        (0..count)
            .map(|number| segment(&format!("s{number}"), "true"))
            .collect()
    };
    assert!(flaws(many(1_000), Vec::new()).is_empty());
    refuses(
        &flaws(many(1_001), Vec::new()),
        &["segments : expected at most 1000 of them, not 1001"],
    );
}

#[test]
fn flows_are_found_by_the_type_of_the_event() {
    let mut wish = flow("wish", &["wished", "looked", "wished"], vec![sms(&[])]);
    wish.unless = vec![signal("order_completed", None)];
    let waits = Step::For {
        signals: vec![signal("answered", None)],
        within_us: 1,
        unless: false,
    };
    let book = Rulebook::new(
        Vec::new(),
        vec![wish, flow("by_hand", &[], vec![waits, sms(&[])])],
    )
    .unwrap();
    let on = |name: &str| -> Vec<String> {
        let event = event(1, name, 0);
        book.flows_on(&event).map(|flow| flow.name.clone()).collect()
    };
    assert_eq!(
        (on("Wished"), on("looked"), on("other")),
        (vec!["wish".to_owned()], vec!["wish".to_owned()], vec![])
    );
    let awaited = ["order_completed", "answered", "wished"].map(|token| book.is_awaited(token));
    assert_eq!(awaited, [true, true, false]);
    assert!(book.flow("by_hand").is_some() && book.flow("hand").is_none() && !book.is_empty());
}

fn shop() -> Rulebook {
    let segments = vec![
        segment("all_of_them", "'cart_left' in segments || 'rich' in segments"),
        segment("cart_left", "size(cart) > 0 && quiet('Order Completed', '1h')"),
        segment("frequent", "visits('7d') >= 3"),
        segment("here", "traits.city == 'Tehran'"),
        segment("rich", "value.tier == 'top'"),
        segment("buyers", "count('Order Completed', '90d') > 1"),
        segment("asked", "consent['sms/marketing'] == 'granted'"),
    ];
    Rulebook::new(segments, Vec::new()).unwrap()
}

fn names(segments: &[&Arc<Segment>]) -> Vec<String> {
    segments.iter().map(|segment| segment.name.clone()).collect()
}

#[test]
fn segments_stand_behind_those_they_ask_for() {
    let order: Vec<String> = shop().segments().map(|segment| segment.name.clone()).collect();
    assert_eq!(
        order,
        [
            "asked",
            "buyers",
            "cart_left",
            "frequent",
            "here",
            "rich",
            "all_of_them"
        ]
    );
}

#[test]
fn an_event_may_change_those_segments_that_look_at_what_it_touches() {
    let shop = shop();
    let product = || [("product_id", text("p"))];
    let after = |events: &[&Event]| names(&shop.segments_after(events));
    assert_eq!(after(&[]), Vec::<String>::new());
    assert_eq!(after(&[&event(1, "Page Viewed", 0)]), ["frequent"]);
    let added = with(event(1, "product added", 0), product());
    assert_eq!(after(&[&added]), ["cart_left", "frequent", "all_of_them"]);
    assert_eq!(
        after(&[&with(event(1, "Order Completed", 0), product())]),
        ["buyers", "cart_left", "frequent", "all_of_them"]
    );
    let mut moved = event(1, "Profile Updated", 0);
    moved.traits.insert("city".to_owned(), text("Tehran"));
    assert_eq!(
        after(&[&event(2, "Page Viewed", 0), &moved]),
        ["frequent", "here"]
    );
    assert_eq!(names(&shop.segments_reading_value()), ["rich", "all_of_them"]);
}

#[test]
fn layouts_stand_in_their_order() {
    let layout = |name: &str, when: &str, order| Layout {
        name: name.to_owned(),
        when: condition(when),
        order,
    };
    let layouts = vec![
        layout("plain", "true", 9),
        layout("vip", "'rich' in segments", 1),
        layout("best", "true", 1),
    ];
    let shop = shop().with_layouts(layouts).unwrap();
    let order: Vec<&str> = shop.layouts().map(|layout| layout.name.as_str()).collect();
    assert_eq!(order, ["best", "vip", "plain"]);
    let wrong = vec![
        layout("a", "'nobody' in segments", 1),
        layout("a", "event.name == ''", 1),
    ];
    let flaws = shop.with_layouts(wrong).unwrap_err();
    let members: Vec<&str> = flaws.iter().map(|flaw| flaw.member.as_str()).collect();
    assert_eq!(members, ["name", "when", "when"]);
}

#[test]
fn whoever_looks_has_the_rules_of_the_moment() {
    let book = Book::default();
    let (before, other) = (book.current(), book.clone());
    book.replace(shop());
    assert!(before.is_empty() && !other.current().is_empty());
}
