//! How far somebody is: runs, pauses, and where what they say lies.

use proptest::prelude::*;

use super::*;
use crate::{
    decide::{
        experience::journey::{Importance, Stage},
        rule::samples::{DAY, HOUR, event, number, text, with},
    },
    domain::{
        event::Event,
        profile::{Aggregate, FoldLimits},
    },
};

fn touchpoint(name: &str, on: &str, channels: &[&str]) -> Touchpoint {
    Touchpoint {
        name: name.to_owned(),
        on: vec![on.to_owned()],
        channels: channels.iter().map(|channel| (*channel).to_owned()).collect(),
        expected: None,
        acceptable: None,
        importance: Importance::default(),
        benchmarks: std::collections::BTreeMap::new(),
    }
}

/// Looking, buying, and using what was bought, with a pause of ten days at most.
fn journey() -> Journey {
    let stage = |name: &str, touchpoints| Stage {
        name: name.to_owned(),
        needs: Vec::new(),
        touchpoints,
    };
    Journey {
        name: "purchase".to_owned(),
        segment: None,
        within_us: u64::try_from(10 * DAY).unwrap(),
        stages: vec![
            stage("look", vec![touchpoint("page", "product_viewed", &["web"])]),
            stage("buy", vec![touchpoint("order", "order_completed", &[])]),
            stage("use", vec![touchpoint("parcel", "order_delivered", &[])]),
        ],
    }
}

const LOOKED: &str = "Product Viewed";
const BOUGHT: &str = "Order Completed";
const GOT: &str = "Order Delivered";

fn experience(events: &[Event]) -> Experience {
    let mut whole = Aggregate::default();
    for event in events {
        whole.merge(
            &Aggregate::of(event, false, &FoldLimits::STANDARD),
            &FoldLimits::STANDARD,
        );
    }
    whole.experience
}

/// What somebody did, each on a day.
fn did(events: &[(&str, i64)]) -> Experience {
    let events: Vec<Event> = events
        .iter()
        .enumerate()
        .map(|(number, (name, day))| event(number, name, day * DAY + 12 * HOUR))
        .collect();
    experience(&events)
}

/// The runs: the stages of each with the day on which they came into it.
fn runs(events: &[(&str, i64)]) -> Vec<Vec<(usize, i64)>> {
    let journey = journey();
    let course = Course::of(&journey, &did(events));
    let days = |run: &Run| run.entered.iter().map(|(stage, at)| (*stage, at.day())).collect();
    course.runs.iter().map(days).collect()
}

#[test]
fn a_stage_is_come_into_once_and_not_gone_back_to() {
    let told = runs(&[(LOOKED, 1), (LOOKED, 3), (BOUGHT, 4), (LOOKED, 5), (GOT, 8)]);
    assert_eq!(told, [[(0, 1), (1, 4), (2, 8)]]);
    // What is skipped was not come into.
    assert_eq!(runs(&[(LOOKED, 1), (GOT, 2)]), [[(0, 1), (2, 2)]]);
}

#[test]
fn whoever_pauses_too_long_begins_anew() {
    assert_eq!(
        runs(&[(LOOKED, 1), (BOUGHT, 11)]).len(),
        1,
        "ten days are no pause"
    );
    assert_eq!(
        runs(&[(LOOKED, 1), (BOUGHT, 12)]),
        [[(0, 1)], [(1, 12)]],
        "eleven are"
    );
    // A pause is counted from the last touch, not from the first.
    assert_eq!(runs(&[(LOOKED, 1), (LOOKED, 9), (LOOKED, 18)]).len(), 1);
}

#[test]
fn whoever_has_finished_and_looks_again_begins_anew() {
    let told = runs(&[(LOOKED, 1), (GOT, 2), (GOT, 3), (LOOKED, 4), (BOUGHT, 5)]);
    assert_eq!(told, [[(0, 1), (2, 2)], [(0, 4), (1, 5)]]);
}

#[test]
fn what_happens_elsewhere_is_no_step() {
    let mut elsewhere = event(0, LOOKED, DAY);
    elsewhere.channel = "store".to_owned();
    let journey = journey();
    assert!(Course::of(&journey, &experience(&[elsewhere])).runs.is_empty());
}

/// Where an answer lies that is given on a day, before which this was done.
fn placed(before: &[(&str, i64)], day: i64, properties: &[(&str, &str)]) -> Option<&'static str> {
    let mut events: Vec<Event> = before
        .iter()
        .enumerate()
        .map(|(number, (name, day))| event(number, name, day * DAY))
        .collect();
    let mut answer = with(event(99, "Survey Answered", day * DAY), [("nps", number("9"))]);
    let more = properties
        .iter()
        .map(|(name, said)| ((*name).to_owned(), text(said)));
    answer.properties.extend(more);
    events.push(answer);
    let (experience, journey) = (experience(&events), journey());
    let courses = [Course::of(&journey, &experience)];
    let places = places(&courses, experience.marks.first().unwrap());
    let (_, _, touchpoint) = places.first()?;
    ["page", "order", "parcel"]
        .into_iter()
        .find(|name| touchpoint.name == *name)
}

#[test]
fn an_answer_lies_where_it_says_or_where_the_customer_was_last() {
    let before = [(LOOKED, 1), (BOUGHT, 3)];
    assert_eq!(placed(&before, 4, &[]), Some("order"));
    assert_eq!(
        placed(&before, 2, &[]),
        Some("page"),
        "what came later was not yet"
    );
    assert_eq!(placed(&before, 4, &[("touchpoint", "page")]), Some("page"));
    assert_eq!(
        placed(&before, 4, &[("touchpoint", "moon")]),
        None,
        "no other is meant"
    );
    assert_eq!(placed(&before, 14, &[]), None, "it is too long ago");
    assert_eq!(placed(&[], 4, &[]), None);
}

/// An answer is about what was last, on whichever journey: not about what was looked at a month ago.
#[test]
fn an_answer_lies_on_the_journey_on_which_the_customer_was_last() {
    let purchase = journey();
    let mut service = journey();
    service.name = "service".to_owned();
    service.stages[0].touchpoints = vec![touchpoint("hotline", "call_ended", &[])];
    let events = [
        event(0, LOOKED, DAY),
        event(1, "Call Ended", 3 * DAY),
        with(event(2, "Survey Answered", 4 * DAY), [("ces", number("2"))]),
        with(event(3, "Error Shown", 2 * DAY), []),
    ];
    let experience = experience(&events);
    let courses = [&purchase, &service].map(|journey| Course::of(journey, &experience));
    let told = |name: &str| {
        let mark = experience.marks.iter().find(|mark| mark.name == name).unwrap();
        let places = places(&courses, mark);
        let told = places
            .iter()
            .map(|(course, _, one)| format!("{}/{}", course.journey.name, one.name));
        told.collect::<Vec<_>>()
    };
    assert_eq!(told("survey_answered"), ["service/hotline"]);
    assert_eq!(told("call_ended"), ["service/hotline"], "it happened there");
    assert_eq!(told("error_shown"), ["purchase/page"]);
}

proptest! {
    /// Whatever came first: the same days give the same runs, each stage later and further than the one before it.
    #[test]
    fn runs_do_not_depend_on_the_order_of_arrival(
        days in prop::collection::vec((0_usize..3, 0_i64..60), 0..20),
        cut in 0_usize..20,
    ) {
        let events: Vec<(&str, i64)> = days.iter().map(|(name, day)| ([LOOKED, BOUGHT, GOT][*name], *day)).collect();
        let (first, rest) = events.split_at(cut.min(events.len()));
        let turned: Vec<_> = rest.iter().chain(first).rev().copied().collect();
        let told = runs(&events);
        prop_assert_eq!(&told, &runs(&turned));
        for run in &told {
            prop_assert!(run.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1), "{:?}", run);
        }
    }
}
