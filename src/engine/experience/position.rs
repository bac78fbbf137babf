//! How far a customer is on each journey, for whoever asks about them.

use std::collections::BTreeMap;

use crate::{
    decide::{experience::Course, rule::Rulebook},
    domain::{profile::Profile, time::Timestamp},
    wire::out::experience::Position,
};

/// Where somebody stands who is in these segments, in the order of the journeys' names.
pub(crate) fn positions(
    book: &Rulebook,
    profile: &Profile,
    segments: &BTreeMap<String, Timestamp>,
) -> Vec<Position> {
    let courses = book
        .journeys()
        .filter(|journey| journey.is_for(segments))
        .map(|journey| Course::of(journey, &profile.whole.experience));
    courses.filter_map(|course| position(&course)).collect()
}

fn position(course: &Course<'_>) -> Option<Position> {
    let run = course.runs.last()?;
    let (stage, since) = run.stands()?;
    Some(Position {
        journey: course.journey.name.clone(),
        stage: course.journey.stages.get(stage)?.name.clone(),
        since,
        last: run.last,
        finished: course.is_finished(stage),
    })
}
