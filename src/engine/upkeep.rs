//! Upkeep: how much of what is left to be done goes into one step, so that whoever comes meanwhile waits no longer.

use std::time::Duration;

use crate::engine::input::Input;

/// How long a step of upkeep is to take. However long the journal takes, larger steps would not make it longer.
const STEP_TIME: Duration = Duration::from_millis(5);
/// Atoms that a step of upkeep takes at most.
const ATOMS_MAX: usize = 256;

/// What the worker knows of upkeep.
#[derive(Debug)]
pub(crate) struct Upkeep {
    /// Whether it is upkeep's turn.
    pub(crate) is_next: bool,
    /// Whether a repair does not fit into a commit.
    pub(crate) is_stuck: bool,
    repairs: usize,
    renewals: usize,
}

impl Default for Upkeep {
    fn default() -> Self {
        Self {
            is_next: false,
            is_stuck: false,
            repairs: 1,
            renewals: 1,
        }
    }
}

impl Upkeep {
    /// What the next step takes: repairs, or atoms that are made anew.
    pub(crate) fn input(&self, is_repair: bool) -> Input {
        match is_repair {
            true => Input::repairs(self.repairs),
            false => Input::renewal(self.renewals),
        }
    }

    /// Learns from how long that took.
    pub(crate) fn took(&mut self, is_repair: bool, time: Duration) {
        let atoms = match is_repair {
            true => &mut self.repairs,
            false => &mut self.renewals,
        };
        *atoms = match time < STEP_TIME {
            true => atoms.saturating_add(1).min(ATOMS_MAX),
            false => (*atoms / 2).max(1),
        };
    }
}
