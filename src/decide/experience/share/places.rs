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
        profile::experience::{Experience, Mark},
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

    /// Adds which kinds of data there are: of one day and touchpoint once, and of one day and segment, whatever happened.
    pub(super) fn touches(&mut self, experience: &Experience) {
        let mut touches = experience.touches.iter().peekable();
        while let Some((first, _)) = touches.peek() {
            let (day, mut known) = (first.day, Known::default());
            while let Some((key, touch)) = touches.next_if(|(key, _)| key.day == day) {
                let situation = touch.situation.then_some(Data::Situation);
                for data in kind(&key.name).into_iter().chain(situation) {
                    known.kinds.insert(data);
                    let met = self.courses.iter().enumerate().filter_map(|(course, one)| {
                        let (stage, touchpoint) = one.journey.met(&key.name, &key.channel)?;
                        Some((course, stage, touchpoint.name.as_str(), data))
                    });
                    known.met.extend(met);
                }
            }
            let spots = known
                .met
                .into_iter()
                .filter_map(|(course, stage, touchpoint, data)| {
                    let journey = self.courses.get(course)?.journey;
                    Some((spot(journey, stage, touchpoint)?, data))
                });
            let spots: Vec<(Spot, Data)> = spots.collect();
            spots
                .into_iter()
                .for_each(|(spot, data)| self.add(Cell::of_data(day, data, spot, ""), Sums::ONE));
            known.kinds.into_iter().for_each(|data| self.add_known(day, data));
        }
    }

    /// Adds that there is data of a kind about somebody, in each of their segments.
    fn add_known(&mut self, day: u32, data: Data) {
        for place in 0..self.segments.len() {
            if let Some(segment) = self.segments.get(place).copied() {
                self.add(Cell::of_data(day, data, Spot::default(), segment), Sums::ONE);
            }
        }
    }

    /// Adds that a mark is data of a kind: where it lies, and in each segment.
    pub(super) fn add_data(&mut self, mark: &Mark, data: Data) {
        let Ok(day) = u32::try_from(mark.stamp.time.day()) else {
            return;
        };
        for spot in self.spots(mark) {
            self.add(Cell::of_data(day, data, spot, ""), Sums::ONE);
        }
        self.add_known(day, data);
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

/// What is known of somebody by what they did on one day.
#[derive(Default)]
struct Known<'j> {
    /// Kinds of data, whatever was met.
    kinds: BTreeSet<Data>,
    /// The same by what was met: the course, the stage and the touchpoint.
    met: BTreeSet<(usize, usize, &'j str, Data)>,
}

impl Cell {
    /// That there is data of a kind. On which channel and by which team is no question of what is missing.
    fn of_data(day: u32, data: Data, spot: Spot, segment: &str) -> Self {
        Self {
            day,
            measure: Measure::Data(data),
            spot,
            segment: segment.to_owned(),
            channel: String::new(),
            team: String::new(),
        }
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
