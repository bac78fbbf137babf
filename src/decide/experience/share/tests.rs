//! What people add: contacts that one person had, segments, and that what two add apart is not what they add as one.

use super::*;
use crate::{
    decide::rule::samples::{DAY, event, number, text, with},
    domain::{
        event::Event,
        profile::{
            Aggregate, FoldLimits,
            experience::{Friction, Style},
        },
        value::Value,
    },
};

fn profile(events: &[Event]) -> Profile {
    let mut profile = Profile::default();
    for event in events {
        let aggregate = Aggregate::of(event, false, &FoldLimits::STANDARD);
        profile.whole.merge(&aggregate, &FoldLimits::STANDARD);
    }
    profile
}

fn adds(events: &[Event], segments: &[&str]) -> BTreeMap<Cell, Sums> {
    let segments = segments
        .iter()
        .map(|name| ((*name).to_owned(), Timestamp::from_micros(3 * DAY)))
        .collect();
    let person = Person {
        profile: &profile(events),
        segments: &segments,
        silent: &BTreeSet::from(["falling".to_owned()]),
    };
    share(person, std::iter::empty())
}

/// How often a measure is counted overall, on any day.
fn count(cells: &BTreeMap<Cell, Sums>, measure: &Measure) -> i64 {
    let of = cells
        .iter()
        .filter(|(cell, _)| cell.measure == *measure && cell.segment.is_empty());
    of.map(|(_, sums)| sums.count).sum()
}

fn call(number: usize, day: i64, queue_s: &str) -> Event {
    let properties = [("queue_s", self::number(queue_s)), ("cause", text("Late parcel"))];
    with(event(number, "Call Ended", day * DAY), properties)
}

#[test]
fn a_contact_is_repeated_by_the_same_person_within_seven_days() {
    let told = |days: &[i64]| {
        let calls: Vec<Event> = days
            .iter()
            .enumerate()
            .map(|(number, day)| call(number, *day, "121"))
            .collect();
        let cells = adds(&calls, &[]);
        let counts = [
            Measure::Contact,
            Measure::Repeated,
            Measure::ResolvedFirst,
            Measure::Friction(Friction::QueueTime),
        ];
        counts.map(|measure| count(&cells, &measure))
    };
    assert_eq!(told(&[1]), [1, 0, 1, 1]);
    assert_eq!(told(&[1, 8]), [2, 1, 0, 2], "seven days are within seven days");
    assert_eq!(told(&[1, 9]), [2, 0, 2, 2], "eight are not");
    assert_eq!(told(&[1, 2, 20]), [3, 1, 1, 3]);
}

#[test]
fn what_two_add_apart_is_not_what_they_add_as_one() {
    let (one, other) = (call(1, 1, "5"), call(2, 2, "5"));
    let (mine, theirs) = (
        adds(std::slice::from_ref(&one), &[]),
        adds(std::slice::from_ref(&other), &[]),
    );
    let both = adds(&[one, other], &[]);
    let apart = count(&mine, &Measure::ResolvedFirst) + count(&theirs, &Measure::ResolvedFirst);
    assert_eq!((apart, count(&both, &Measure::ResolvedFirst)), (2, 0));
    assert_eq!(count(&both, &Measure::RepeatedCause("late_parcel".to_owned())), 1);
}

#[test]
fn whoever_gave_up_or_was_not_helped_was_not_helped_at_once() {
    for (name, value) in [("abandoned", Value::Bool(true)), ("resolved", Value::Bool(false))] {
        let cells = adds(&[with(event(1, "Call Ended", DAY), [(name, value)])], &[]);
        assert_eq!(count(&cells, &Measure::ResolvedFirst), 0, "{name}");
    }
}

#[test]
fn an_answer_counts_once_and_once_more_in_each_segment() {
    let answer = with(
        event(1, "Survey Answered", DAY),
        [("csat", number("2")), ("team", text("care"))],
    );
    let cells = adds(&[answer], &["falling", "loyal"]);
    let of = |segment: &str| {
        let mine = |cell: &&Cell| cell.segment == segment && cell.measure == Measure::Score(Style::Csat, 2);
        cells
            .keys()
            .filter(mine)
            .map(|cell| cell.team.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        [of(""), of("falling"), of("loyal")],
        [["care"], ["care"], ["care"]]
    );
    // Who leaves without a word is counted on the day since which they do.
    let silent: Vec<(&Cell, &Sums)> = cells
        .iter()
        .filter(|(cell, _)| cell.measure == Measure::Silent)
        .collect();
    assert_eq!(silent.len(), 1);
    assert_eq!((silent[0].0.day, silent[0].0.segment.as_str()), (3, "falling"));
}

#[test]
fn whoever_does_the_same_all_day_adds_no_more_than_once() {
    let views: Vec<Event> = (0..50)
        .map(|number| event(usize::try_from(number).unwrap(), "Product Viewed", DAY + number))
        .collect();
    assert_eq!(adds(&views, &["loyal"]), adds(&views[..1], &["loyal"]));
}

/// Numbers off the scale and words that mean nothing are no answers; what is on it is.
#[test]
fn only_what_is_on_the_scale_is_a_score() {
    let scores = |said: &[(&str, Value)]| {
        let mut answer = event(1, "Survey Answered", DAY);
        answer.properties.extend(
            said.iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone())),
        );
        let cells = adds(&[answer], &[]);
        let mut scores: Vec<(Style, u8)> = Vec::new();
        scores.extend(cells.keys().filter_map(|cell| match cell.measure {
            Measure::Score(style, score) => Some((style, score)),
            _ => None,
        }));
        scores
    };
    assert_eq!(scores(&[("nps", number("0"))]), [(Style::Nps, 0)]);
    assert_eq!(scores(&[("nps", number("10.0"))]), [(Style::Nps, 10)]);
    assert_eq!(
        scores(&[("survey", text("CSAT")), ("score", text("5"))]),
        [(Style::Csat, 5)]
    );
    assert_eq!(
        scores(&[("metric", text("ces")), ("value", number("7"))]),
        [(Style::Ces, 7)]
    );
    for (name, said) in [
        ("nps", "11"),
        ("nps", "-1"),
        ("nps", "9.5"),
        ("csat", "0"),
        ("csat", "6"),
        ("ces", "8"),
    ] {
        assert_eq!(scores(&[(name, number(said))]), [], "{name} {said}");
    }
    assert_eq!(scores(&[("nps", text("good"))]), []);
    assert_eq!(
        scores(&[
            ("survey", text("nps")),
            ("csat", number("4")),
            ("score", number("9"))
        ]),
        [(Style::Nps, 9), (Style::Csat, 4)]
    );
}
