//! The order of arrival: holds events back until they are due, lets some come late and some twice.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::cli::generate::{SECOND, SPAN, dice::Dice, draft::Draft};

/// Events that arrive minutes or hours late, in a thousand.
const LATE: u32 = 30;
/// Events that arrive a second time, in a thousand.
const TWICE: u32 = 10;
/// Of those, the ones that do so a day or two later, in a thousand.
const TWICE_LONG_AFTER: u32 = 100;

/// An event and whether it is a copy.
#[derive(Debug)]
struct Arrival {
    event: Value,
    copy: bool,
}

/// Events by when they arrive. Arrival time runs on over the laps; event time begins each lap again.
#[derive(Debug)]
pub(crate) struct Schedule {
    waiting: BTreeMap<(i64, u64), Arrival>,
    seed: u64,
    lap: i64,
    events: u64,
    arrivals: u64,
    duplicates: u64,
}

impl Schedule {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            waiting: BTreeMap::new(),
            seed,
            lap: 0,
            events: 0,
            arrivals: 0,
            duplicates: 0,
        }
    }

    /// Gives `draft` its id and its arrival, at times two.
    pub(crate) fn add(&mut self, draft: Draft, dice: &mut Dice) {
        let delay_s = match draft.delay_s {
            0 if dice.per_mille(LATE) => dice.within(300, 3 * 3_600),
            0 => dice.below(3),
            delay_s => delay_s,
        };
        let arrives = self
            .lap
            .saturating_add(draft.at)
            .saturating_add(i64::from(delay_s) * SECOND);
        self.events = self.events.saturating_add(1);
        let event = draft.finish(format!("g{}-{}", self.seed, self.events));
        if dice.per_mille(TWICE) {
            let (low, high) = if dice.per_mille(TWICE_LONG_AFTER) {
                (86_400, 172_800)
            } else {
                (1, 7_200)
            };
            let again = arrives.saturating_add(i64::from(dice.within(low, high)) * SECOND);
            self.put(
                again,
                Arrival {
                    event: event.clone(),
                    copy: true,
                },
            );
        }
        self.put(arrives, Arrival { event, copy: false });
    }

    /// The next event that has arrived by `clock`.
    pub(crate) fn due(&mut self, clock: i64) -> Option<Value> {
        let now = self.lap.saturating_add(clock);
        let first = self.waiting.first_entry().filter(|entry| entry.key().0 <= now)?;
        let arrival = first.remove();
        self.duplicates = self.duplicates.saturating_add(u64::from(arrival.copy));
        Some(arrival.event)
    }

    /// Copies that were given out.
    pub(crate) fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// The clock begins again at the first day.
    pub(crate) fn next_lap(&mut self) {
        self.lap = self.lap.saturating_add(SPAN);
    }

    fn put(&mut self, arrives: i64, arrival: Arrival) {
        self.arrivals = self.arrivals.saturating_add(1);
        self.waiting.insert((arrives, self.arrivals), arrival);
    }
}
