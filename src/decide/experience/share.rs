//! What one person adds to the cells: a pure function of their profile, the segments they are in and the journeys.
//!
//! What is counted of all is the sum of what each adds. So where people become one, part or are erased, or something is taken
//! back, it is put right exactly: by what they added before and what they add then.

mod contacts;
mod matters;
mod places;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    decide::experience::{
        cell::{Cell, Data, Measure, Spot, Sums},
        course::Course,
        journey::Journey,
    },
    domain::{
        profile::{
            Profile,
            experience::{Mark, Tells},
        },
        time::Timestamp,
    },
};

/// Who adds something.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// Their profile.
    pub profile: &'a Profile,
    /// The segments they are in, and since when.
    pub segments: &'a BTreeMap<String, Timestamp>,
    /// The segments of those who leave without complaint.
    pub silent: &'a BTreeSet<String>,
}

/// What a person adds.
pub fn share<'j>(person: Person<'_>, journeys: impl Iterator<Item = &'j Journey>) -> BTreeMap<Cell, Sums> {
    let experience = &person.profile.whole.experience;
    let courses = journeys.filter(|journey| journey.is_for(person.segments));
    let mut share = Share {
        courses: courses.map(|journey| Course::of(journey, experience)).collect(),
        segments: person.segments.keys().map(String::as_str).collect(),
        cells: BTreeMap::new(),
    };
    for mark in &experience.marks {
        share.mark(mark);
    }
    share.contacts(experience);
    share.touches(experience);
    share.runs();
    share.matters(person);
    share.cells
}

struct Share<'a> {
    courses: Vec<Course<'a>>,
    segments: Vec<&'a str>,
    cells: BTreeMap<Cell, Sums>,
}

/// By what something is counted, beside what it is.
#[derive(Clone, Copy)]
struct By<'a> {
    at: Timestamp,
    channel: &'a str,
    team: &'a str,
}

impl<'a> By<'a> {
    fn of(mark: &'a Mark) -> Self {
        Self {
            at: mark.stamp.time,
            channel: &mark.channel,
            team: mark.team.as_deref().unwrap_or_default(),
        }
    }

    /// The cell of this measure, without a place or a segment. `None` of a day before 1970.
    fn cell(self, measure: Measure) -> Option<Cell> {
        Some(Cell {
            day: u32::try_from(self.at.day()).ok()?,
            measure,
            spot: Spot::default(),
            segment: String::new(),
            channel: self.channel.to_owned(),
            team: self.team.to_owned(),
        })
    }
}

impl Share<'_> {
    fn add(&mut self, cell: Cell, sums: Sums) {
        let there = self.cells.entry(cell).or_default();
        *there = there.plus(sums);
    }

    /// Adds it once, and once more for each segment.
    fn add_overall(&mut self, by: By<'_>, measure: &Measure, sums: Sums) {
        let Some(cell) = by.cell(measure.clone()) else {
            return;
        };
        for segment in 0..self.segments.len() {
            if let Some(segment) = self.segments.get(segment).copied() {
                let segment = segment.to_owned();
                self.add(
                    Cell {
                        segment,
                        ..cell.clone()
                    },
                    sums,
                );
            }
        }
        self.add(cell, sums);
    }

    /// Adds what a mark tells, overall and at its place on each journey.
    fn add_marked(&mut self, mark: &Mark, measure: &Measure, sums: Sums) {
        let by = By::of(mark);
        self.add_overall(by, measure, sums);
        for spot in self.spots(mark) {
            if let Some(cell) = by.cell(measure.clone()) {
                self.add(Cell { spot, ..cell }, sums);
            }
        }
    }

    fn mark(&mut self, mark: &Mark) {
        match &mark.tells {
            Tells::Score { style, score, .. } => {
                self.add_marked(mark, &Measure::Score(*style, *score), Sums::ONE);
                self.add_data(mark, Data::Attitude);
            }
            Tells::Feeling { hundredths, word } => {
                self.add_marked(mark, &Measure::Feeling, Sums::of(i64::from(*hundredths)));
                self.add_data(mark, Data::Emotion);
                if let Some(word) = word {
                    self.add_marked(mark, &Measure::Emotion(word.clone()), Sums::ONE);
                }
            }
            Tells::Friction(friction) => {
                self.add_marked(mark, &Measure::Friction(*friction), Sums::ONE);
            }
            Tells::Contact(_) => {}
        }
    }
}

#[cfg(test)]
mod tests;
