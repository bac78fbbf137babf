//! How far somebody is on a journey: the stages they came into, told by when they met which touchpoint.
//!
//! A pure function of the touches and the journey. Who does nothing for longer than the journey allows has left it, and begins
//! it anew with the next touch; so does who has finished and comes back to an earlier stage. A stage that was passed is not
//! gone back to: who looks around once more before they buy is still deciding.

use crate::{
    decide::experience::journey::{Journey, Touchpoint},
    domain::{
        profile::experience::{Experience, Mark},
        time::Timestamp,
    },
};

/// A step on a journey: a day on which a touchpoint was met, by the first time.
#[derive(Clone, Copy, Debug)]
pub struct Step<'j> {
    /// When.
    pub at: Timestamp,
    /// The place of the stage.
    pub stage: usize,
    /// Where.
    pub touchpoint: &'j Touchpoint,
}

/// One time that somebody went on a journey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The stages that they came into, by their places, each further than the one before, and when.
    pub entered: Vec<(usize, Timestamp)>,
    /// When they were last seen on it.
    pub last: Timestamp,
}

impl Run {
    /// The stage they are in, and since when.
    pub fn stands(&self) -> Option<(usize, Timestamp)> {
        self.entered.last().copied()
    }
}

/// All that somebody did on a journey.
#[derive(Clone, Debug)]
pub struct Course<'j> {
    /// The journey.
    pub journey: &'j Journey,
    /// Every step, the earliest first.
    pub steps: Vec<Step<'j>>,
    /// Each time that they went on it, the earliest first.
    pub runs: Vec<Run>,
}

impl<'j> Course<'j> {
    /// What somebody did on `journey`.
    pub fn of(journey: &'j Journey, experience: &Experience) -> Self {
        let mut steps: Vec<Step<'j>> = experience
            .touches
            .iter()
            .filter_map(|(key, touch)| {
                let (stage, touchpoint) = journey.met(&key.name, &key.channel)?;
                Some(Step {
                    at: touch.first,
                    stage,
                    touchpoint,
                })
            })
            .collect();
        steps.sort_by(|a, b| (a.at, a.stage, &a.touchpoint.name).cmp(&(b.at, b.stage, &b.touchpoint.name)));
        let mut course = Self {
            journey,
            steps,
            runs: Vec::new(),
        };
        course.run();
        course
    }

    fn run(&mut self) {
        for step in &self.steps {
            let goes_on = self.runs.last_mut().filter(|run| {
                let (stage, _) = run.stands().unwrap_or_default();
                let is_back = is_last(self.journey, stage) && step.stage < stage;
                step.at <= run.last.saturating_add(self.journey.within_us) && !is_back
            });
            match goes_on {
                Some(run) => {
                    run.last = step.at;
                    if run.stands().is_none_or(|(stage, _)| step.stage > stage) {
                        run.entered.push((step.stage, step.at));
                    }
                }
                None => self.runs.push(Run {
                    entered: vec![(step.stage, step.at)],
                    last: step.at,
                }),
            }
        }
    }

    /// Whether a stage, by its place, is the one with which the journey is finished.
    pub fn is_finished(&self, stage: usize) -> bool {
        is_last(self.journey, stage)
    }

    /// The step that was taken last before `at`, where that is not longer ago than the journey allows.
    fn before(&self, at: Timestamp) -> Option<&Step<'j>> {
        let before = self.steps.iter().rev().find(|step| step.at <= at)?;
        (before.at.saturating_add(self.journey.within_us) >= at).then_some(before)
    }
}

/// Where a mark lies on the journeys that somebody is on: the journey, the place of the stage and the touchpoint. At the one
/// that it names; else where its event happened; else at what was met last before it on any of them.
pub fn places<'c, 'j>(
    courses: &'c [Course<'j>],
    mark: &Mark,
) -> Vec<(&'c Course<'j>, usize, &'j Touchpoint)> {
    let on_each = |find: &dyn Fn(&Course<'j>) -> Option<(usize, &'j Touchpoint)>| -> Vec<_> {
        let found = courses.iter().filter_map(|course| {
            let (stage, touchpoint) = find(course)?;
            Some((course, stage, touchpoint))
        });
        found.collect()
    };
    if let Some(named) = &mark.touchpoint {
        return on_each(&|course| course.journey.touchpoints().find(|(_, one)| one.name == *named));
    }
    let met = on_each(&|course| course.journey.met(&mark.name, &mark.channel));
    if !met.is_empty() {
        return met;
    }
    let at = mark.stamp.time;
    let last = courses
        .iter()
        .filter_map(|course| course.before(at))
        .map(|step| step.at)
        .max();
    on_each(&|course| {
        let step = course.before(at).filter(|step| Some(step.at) == last)?;
        Some((step.stage, step.touchpoint))
    })
}

fn is_last(journey: &Journey, stage: usize) -> bool {
    stage.saturating_add(1) >= journey.stages.len()
}

#[cfg(test)]
mod tests;
