//! Synthetic traffic of four channels: native events of made-up people who change channels, share devices and log in
//! late. The same configuration gives the same stream, whatever the machine.
//!
//! Never reads a clock, sends nothing and knows no server; `yekta generate`, `yekta demo`, the order test and the
//! benches call it.

mod browse;
mod call;
mod catalogue;
mod device;
pub(crate) mod dice;
mod draft;
mod order;
mod people;
mod scene;
mod schedule;
mod shop;
mod world;

use serde_json::Value;

use crate::cli::generate::{dice::Dice, scene::Numbers, schedule::Schedule, world::World};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 24 * 60 * 60 * SECOND;
/// Events lie at most so long before the start.
const SPAN: i64 = 30 * DAY;
/// Visits begin in this part of the span; what follows from them (a delivery, a closed ticket) fits in the rest.
const LAP: i64 = 27 * DAY;
/// Visits of one person in one lap, on average.
const VISITS_PER_LAP: i64 = 40;
/// The start that [`events`] uses: 1 January 2026 in UTC, so that tests and benches depend on no clock.
const FIXED_START: i64 = 1_767_225_600 * SECOND;

/// What a stream of synthetic events depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GeneratorConfig {
    /// Everything that is drawn; also part of every id, so that two seeds share nobody.
    pub seed: u64,
    /// How many people there are, at least 1. They are made at once, a kilobyte each.
    pub people: u32,
    /// Microseconds since the epoch: every event lies before it, by 30 days at most.
    pub start: i64,
}

/// An endless stream of native events, in the order in which they would arrive: mostly by event time, some late.
///
/// Visits move through 27 days; then they begin again at the first, with the same people. A stream longer than about
/// 300 events per person therefore goes on with events that lie among those it gave before.
#[derive(Debug)]
pub struct Generator {
    world: World,
    dice: Dice,
    numbers: Numbers,
    schedule: Schedule,
    start: i64,
    clock: i64,
    pace: i64,
}

impl Generator {
    /// A stream from its first event.
    #[must_use]
    pub fn new(config: GeneratorConfig) -> Self {
        let GeneratorConfig { seed, people, start } = config;
        let people = people.max(1);
        let mut dice = Dice::new(seed);
        let mut numbers = Numbers::new(seed);
        let world = World::new(people, &mut dice, &mut numbers);
        Self {
            world,
            dice,
            numbers,
            schedule: Schedule::new(seed),
            start,
            clock: start.saturating_sub(SPAN),
            pace: LAP / (i64::from(people) * VISITS_PER_LAP),
        }
    }

    /// How many of the events given so far were exact copies of an earlier one.
    #[must_use]
    pub fn duplicates(&self) -> u64 {
        self.schedule.duplicates()
    }

    fn visit(&mut self) {
        let drafts = self.world.visit(self.clock, &mut self.dice, &mut self.numbers);
        for draft in drafts {
            self.schedule.add(draft, &mut self.dice);
        }
        let paces = i64::from(self.dice.below(2_000));
        self.clock = self.clock.saturating_add(self.pace.saturating_mul(paces) / 1_000);
        let first = self.start.saturating_sub(SPAN);
        if self.clock >= first.saturating_add(LAP) {
            self.clock = first;
            self.schedule.next_lap();
        }
    }
}

impl Iterator for Generator {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(event) = self.schedule.due(self.clock) {
                return Some(event);
            }
            self.visit();
        }
    }
}

/// The first `count` events of `people` people, all before 1 January 2026, copies among them: for tests and benches.
#[must_use]
pub fn events(seed: u64, people: u32, count: usize) -> Vec<Value> {
    Generator::new(GeneratorConfig {
        seed,
        people,
        start: FIXED_START,
    })
    .take(count)
    .collect()
}

#[cfg(test)]
mod tests;
