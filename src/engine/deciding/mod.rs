//! Deciding: what the tenant's rules make of what happens. The rules are [`crate::decide::rule`]'s; here they are given what
//! they look at, and what they say is written down.
//!
//! | what | where |
//! |---|---|
//! | what a condition is shown of a customer | `facts` |
//! | which segments a profile is in, in the commit that changes it | `segments` |
//! | what an event sets going, or wakes | `arm` |
//! | what is done at a time: put up, taken back, found | `timers` |
//! | what is due is carried out | `fire` |
//! | what a flow does: an event of our own and an action that is published | `act` |
//! | a flow is started by hand | `start` |
//! | all profiles are looked at again, since the segments are others | `sweep` |
//! | somebody wakes the writer when something is due | `alarm` |
//! | whether a flow of which the effect is told is carried out | `trial` |
//! | what is left to be decided | `left` |
//! | which rules fail | `health` |
//! | what is counted, so that nobody who asks has to | `counts` |
//! | what became of a run, for whoever tries rules out | `turn` |
//!
//! Nothing of it is decided again when the store is built again: the commit holds who is in which segment, what waits for
//! its time and, as events about the customer, what was done. An event that is old, or is part of an import, sets nothing
//! going.

mod act;
mod alarm;
mod arm;
mod counts;
mod facts;
mod fire;
mod health;
mod left;
mod segments;
mod start;
mod sweep;
mod timers;
mod trial;
mod turn;

use crate::engine::state::atoms::Atoms as _;

pub(crate) use self::health::{Failing, RuleName};
pub use self::turn::{Became, Turn};
pub(crate) use self::{
    act::{Acted, Kind},
    alarm::Alarm,
    counts::{Figures, Tally, waiting},
    fire::Firing,
    health::RuleHealth,
    left::{Leaves, ToDecide},
    segments::{Looked, Segmented},
    sweep::is_left as is_sweeping,
    timers::first_due,
};

use crate::{
    domain::time::Timestamp,
    engine::{state::batch::Batch, writer::input::Input},
    store::{Error, ProfileId},
};

impl Batch<'_> {
    /// What time alone, other rules and starts by hand have to be done, as much as the input says.
    pub(crate) fn decide_due(&mut self, input: &Input, now: Timestamp) -> Result<(), Error> {
        if input.firing != Firing::default() {
            self.fire(input.firing, input.passes_over, now)?;
        }
        if input.sweep > 0 {
            self.sweep(input.sweep, input.passes_over)?;
        }
        if input.starts > 0 {
            self.start_some(input.starts, input.passes_over, now)?;
        }
        Ok(())
    }

    /// What the batch leaves to be decided.
    pub(crate) fn leaves(&self, input: &Input) -> Result<Leaves, Error> {
        let may_start = input.starts > 0 || !input.commands.is_empty();
        Ok(Leaves {
            due: timers::next_due(&self.overlay)?,
            sweeps: match input.sweep > 0 {
                true => Some(sweep::is_left(&self.overlay, &self.book, self.keyring)?),
                false => None,
            },
            starts: match may_start {
                true => Some(start::has_starts(&self.overlay)?),
                false => None,
            },
        })
    }

    /// The actions of the batch, and the profiles that they are for after it.
    pub(crate) fn actions(&mut self) -> Result<Vec<(Acted, ProfileId)>, Error> {
        let mut actions = Vec::new();
        for act in std::mem::take(&mut self.acts) {
            let atom = self.graph().atom_of_event(&act.id)?.unwrap_or(act.atom);
            let profile = self.overlay.atom(atom)?.and_then(|atom| atom.profile);
            actions.extend(profile.map(|profile| (act, profile)));
        }
        Ok(actions)
    }
}
