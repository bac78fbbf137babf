//! What meeting the house adds: which kinds of data there are, and how far people came on their journeys.

use std::collections::BTreeSet;

use crate::{
    decide::experience::{
        cell::{Cell, Data, Measure, Spot, Sums},
        course::places,
        journey::Journey,
        share::{By, Share},
    },
    domain::{
        profile::experience::{Experience, Mark, TouchKey},
        time::Timestamp,
    },
};

const SECOND_US: i64 = 1_000_000;

impl Share<'_> {
    /// Where a mark lies on each journey.
    pub(super) fn spots(&self, mark: &Mark) -> Vec<Spot> {
        let placed = places(&self.courses, mark).into_iter();
        placed
            .filter_map(|(course, stage, touchpoint)| spot(course.journey, stage, &touchpoint.name))
            .collect()
    }

    /// Adds which kinds of data there are: of one day, channel and touchpoint once, whatever happened.
    pub(super) fn touches(&mut self, experience: &Experience) {
        let mut known: BTreeSet<Cell> = BTreeSet::new();
        for (key, touch) in &experience.touches {
            let by = By {
                at: touch.first,
                channel: &key.channel,
                team: "",
            };
            let situation = touch.situation.then_some(Data::Situation);
            let spots: Vec<Spot> = self.met(key).collect();
            for data in kind(&key.name).into_iter().chain(situation) {
                let Some(cell) = by.cell(Measure::Data(data)) else {
                    continue;
                };
                let in_segments = self.segments.iter().map(|segment| Cell {
                    segment: (*segment).to_owned(),
                    ..cell.clone()
                });
                known.extend(in_segments);
                let at_spots = spots.iter().map(|spot| Cell {
                    spot: spot.clone(),
                    ..cell.clone()
                });
                known.extend(at_spots);
                known.insert(cell);
            }
        }
        known.into_iter().for_each(|cell| self.add(cell, Sums::ONE));
    }

    fn met<'s>(&'s self, key: &'s TouchKey) -> impl Iterator<Item = Spot> + 's {
        self.courses.iter().filter_map(|course| {
            let (stage, touchpoint) = course.journey.met(&key.name, &key.channel)?;
            spot(course.journey, stage, &touchpoint.name)
        })
    }

    /// Adds the stages that people came into, how long they took for the next, and where they were last seen.
    pub(super) fn runs(&mut self) {
        let mut found = Vec::new();
        for course in &self.courses {
            let at = |stage, at: Timestamp, measure| {
                let by = By {
                    at,
                    channel: "",
                    team: "",
                };
                let cell = by.cell(measure)?;
                let spot = spot(course.journey, stage, "")?;
                Some(Cell { spot, ..cell })
            };
            for run in &course.runs {
                for (stage, entered) in &run.entered {
                    found.extend(at(*stage, *entered, Measure::Entered).map(|cell| (cell, Sums::ONE)));
                }
                for pair in run.entered.windows(2) {
                    let [(from, since), (to, then)] = pair else {
                        continue;
                    };
                    let seconds = then.micros_since(*since) / SECOND_US;
                    let Some(to) = course.journey.stages.get(*to) else {
                        continue;
                    };
                    let measure = Measure::Moved {
                        to: to.name.clone(),
                        magnitude: magnitude(seconds),
                    };
                    found.extend(at(*from, *then, measure).map(|cell| (cell, Sums::lasting(seconds))));
                }
                let stands = run
                    .stands()
                    .and_then(|(stage, _)| at(stage, run.last, Measure::At));
                found.extend(stands.map(|cell| (cell, Sums::ONE)));
            }
        }
        found.into_iter().for_each(|(cell, sums)| self.add(cell, sums));
    }
}

fn spot(journey: &Journey, stage: usize, touchpoint: &str) -> Option<Spot> {
    Some(Spot {
        journey: journey.name.clone(),
        stage: journey.stages.get(stage)?.name.clone(),
        touchpoint: touchpoint.to_owned(),
    })
}

/// The kind of data that an event of this type is, beside the circumstances. An answer to a survey is what it says.
fn kind(name: &str) -> Option<Data> {
    const SERVICE: [&str; 4] = ["call_", "callback_", "live_chat_", "ticket_"];
    match name {
        "survey_answered" => None,
        name if name.starts_with("order_") => Some(Data::Transaction),
        name if SERVICE.iter().any(|start| name.starts_with(start)) => Some(Data::Service),
        _ => Some(Data::Behaviour),
    }
}

/// The power of two that so many seconds are at least; 0 of less than two.
fn magnitude(seconds: i64) -> u8 {
    let power = u64::try_from(seconds).ok().and_then(u64::checked_ilog2);
    u8::try_from(power.unwrap_or_default()).unwrap_or_default()
}
