//! Upkeep: how much of what is left to be done goes into one step, so that whoever comes meanwhile waits no longer.

use std::time::{Duration, Instant};

use crate::{
    engine::{
        deciding::Firing,
        erasing::expire::{EVENTS_MAX, Expiring},
        resolver::{MOVES_AT_ONCE, SPREAD_PAUSE},
        writer::input::Input,
    },
    store::AtomId,
};

/// How long a step of upkeep is to take. However long the journal takes, larger steps would not make it longer.
const STEP_TIME: Duration = Duration::from_millis(5);
/// Atoms that a step of upkeep takes at most.
const ATOMS_MAX: usize = 256;
/// Between two ways through all atoms that look for events which are kept no longer.
const EXPIRE_EVERY: Duration = Duration::from_secs(6 * 60 * 60);

/// What is left to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// What earlier batches did to others.
    Repairs,
    /// What is due.
    Due,
    /// Flows that are started for many.
    Starts,
    /// What other segments change.
    Sweep,
    /// Who left this partition or came into it, and of whom that is to be told.
    Moved,
    /// What other rules change.
    Renewals,
    /// What is kept no longer.
    Expiries,
    /// Who goes to another partition, where there are more than before.
    Spread,
}

/// What the worker knows of upkeep.
#[derive(Debug)]
pub(crate) struct Upkeep {
    /// Whether it is upkeep's turn.
    pub(crate) is_next: bool,
    /// Whether the last step of it was of what is to be decided.
    pub(crate) decided_last: bool,
    /// Whether a repair does not fit into a commit.
    pub(crate) is_stuck: bool,
    repairs: usize,
    due: usize,
    starts: usize,
    sweep: usize,
    moved: usize,
    renewals: usize,
    expiries: usize,
    /// When events are looked for next that are kept no longer, and behind which atom; `None` where all are kept.
    expires: Option<(Instant, AtomId)>,
    /// When customers go to other partitions next.
    spreads: Instant,
}

impl Upkeep {
    /// Nothing done yet.
    pub(crate) fn new(has_retention: bool) -> Self {
        Self {
            is_next: false,
            decided_last: false,
            is_stuck: false,
            repairs: 1,
            due: 1,
            starts: 1,
            sweep: 1,
            moved: 1,
            renewals: 1,
            expiries: 1,
            expires: has_retention.then(|| (Instant::now(), AtomId::FIRST)),
            spreads: Instant::now(),
        }
    }

    /// Whether it is time to have customers go to other partitions.
    pub(crate) fn spreads(&self) -> bool {
        self.spreads <= Instant::now()
    }

    /// Whether it is time to look for what is kept no longer.
    pub(crate) fn expires(&self) -> bool {
        self.expires.is_some_and(|(from, _)| from <= Instant::now())
    }

    /// What the next step takes.
    pub(crate) fn input(&self, left: Left) -> Input {
        match left {
            Left::Repairs => Input::repairs(self.repairs),
            Left::Due => Input::firing(Firing {
                timers: self.due,
                profiles: self.due,
            }),
            Left::Starts => Input::starts(self.starts),
            Left::Sweep => Input::sweep(self.sweep),
            Left::Moved => Input::tell(self.moved),
            Left::Renewals => Input::renewal(self.renewals),
            Left::Expiries => Input::expiring(Expiring {
                after: self.expires.map_or(AtomId::FIRST, |(_, after)| after),
                atoms: self.expiries,
                events: EVENTS_MAX,
            }),
            Left::Spread => Input::spread(MOVES_AT_ONCE),
        }
    }

    /// Learns from how long that took.
    pub(crate) fn took(&mut self, left: Left, time: Duration) {
        let atoms = match left {
            Left::Repairs => &mut self.repairs,
            Left::Due => &mut self.due,
            Left::Starts => &mut self.starts,
            Left::Sweep => &mut self.sweep,
            Left::Moved => &mut self.moved,
            Left::Renewals => &mut self.renewals,
            Left::Expiries => &mut self.expiries,
            // What that takes is not this step's time: partitions carry it out.
            Left::Spread => {
                self.spreads = Instant::now() + SPREAD_PAUSE;
                return;
            }
        };
        *atoms = match time < STEP_TIME {
            true => atoms.saturating_add(1).min(ATOMS_MAX),
            false => (*atoms / 2).max(1),
        };
    }

    /// Goes on behind an atom; from the first again in a while, where that was the last.
    pub(crate) fn expired(&mut self, after: Option<AtomId>) {
        self.expires = self.expires.map(|(from, _)| match after {
            Some(after) => (from, after),
            None => (Instant::now() + EXPIRE_EVERY, AtomId::FIRST),
        });
    }
}
