//! The input of one step, and how it is taken in parts where it makes more than a commit may hold.

use crate::{
    engine::{
        api::{Command, FITS_NO_COMMIT, Submission},
        commands::Ordered,
        deciding::Firing,
        erasing::expire::Expiring,
        parting::{Moved, Stage},
    },
    journal::InputPosition,
    wire::{Reason, Rejection},
};

/// One batch of input.
#[derive(Debug, Default)]
pub(crate) struct Input {
    pub(crate) submissions: Vec<Submission>,
    pub(crate) commands: Vec<Ordered>,
    /// Where the last submission stands in the input stream, if they come from one.
    pub(crate) position: Option<InputPosition>,
    /// Atoms that are looked at again for what earlier batches did.
    pub(crate) repairs: usize,
    /// What is made anew of former editions.
    pub(crate) renewal: Renewal,
    /// What is carried out of what is due.
    pub(crate) firing: Firing,
    /// Profiles that are looked at again by the segments there are.
    pub(crate) sweep: usize,
    /// Profiles for which a flow is started.
    pub(crate) starts: usize,
    /// Customers who go to another partition, where there are more than before.
    pub(crate) spread: usize,
    /// Profiles of which it is told that they left this partition, or came into it.
    pub(crate) tell: usize,
    /// Whether the one thing of these that is left is passed over: it fits no commit.
    pub(crate) passes_over: bool,
    /// Where events are taken out that are kept no longer.
    pub(crate) expiring: Option<Expiring>,
    /// Whether all that others are to be looked at again for is left for later.
    pub(crate) postpones: bool,
    /// Whether an erasure is only begun, to be gone on with in commits of its own.
    pub(crate) in_parts: bool,
    /// The part that is carried out of a move which fits no commit, with nothing else.
    pub(crate) stage: Option<Stage>,
}

/// How much of former editions a step makes anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Renewal {
    /// Atoms.
    pub(crate) atoms: usize,
    /// Events that move from each of them; the rest of a larger one follows.
    pub(crate) events: usize,
}

impl Renewal {
    /// Events that move from one atom where they fit into a commit.
    const EVENTS_MAX: usize = 1_000;

    /// Of so many atoms.
    pub(crate) const fn of(atoms: usize) -> Self {
        Self {
            atoms,
            events: Self::EVENTS_MAX,
        }
    }

    /// Halves what makes too large a commit; whether there was anything to halve.
    fn halve(&mut self) -> bool {
        match self {
            Self { atoms, .. } if *atoms > 1 => *atoms /= 2,
            Self { events, .. } if *events > 1 => *events /= 2,
            Self { .. } => return false,
        }
        true
    }
}

impl Input {
    /// One command by itself.
    pub(crate) fn command(ordered: Ordered) -> Self {
        Self {
            commands: vec![ordered],
            ..Self::default()
        }
    }

    /// Of so many repairs.
    pub(crate) fn repairs(repairs: usize) -> Self {
        Self {
            repairs,
            ..Self::default()
        }
    }

    /// Makes so many atoms anew.
    pub(crate) fn renewal(atoms: usize) -> Self {
        Self {
            renewal: Renewal::of(atoms),
            ..Self::default()
        }
    }

    /// Carries out what is due.
    pub(crate) fn firing(firing: Firing) -> Self {
        Self {
            firing,
            ..Self::default()
        }
    }

    /// Looks at so many profiles again.
    pub(crate) fn sweep(sweep: usize) -> Self {
        Self {
            sweep,
            ..Self::default()
        }
    }

    /// Starts a flow for so many profiles.
    pub(crate) fn starts(starts: usize) -> Self {
        Self {
            starts,
            ..Self::default()
        }
    }

    /// Has so many customers go to another partition.
    pub(crate) fn spread(spread: usize) -> Self {
        Self {
            spread,
            ..Self::default()
        }
    }

    /// Tells of so many who left or came.
    pub(crate) fn tell(tell: usize) -> Self {
        Self {
            tell,
            ..Self::default()
        }
    }

    /// Takes out what is kept no longer.
    pub(crate) fn expiring(expiring: Expiring) -> Self {
        Self {
            expiring: Some(expiring),
            ..Self::default()
        }
    }

    /// Carries out a part of a move; all that this does to others is left for later.
    pub(crate) fn staged(stage: Stage) -> Self {
        Self {
            stage: Some(stage),
            postpones: true,
            ..Self::default()
        }
    }

    /// Repairs, renews and takes out less; whether there was anything to leave for later.
    pub(crate) fn halve_upkeep(&mut self) -> bool {
        let decided = [
            &mut self.repairs,
            &mut self.firing.timers,
            &mut self.firing.profiles,
            &mut self.sweep,
            &mut self.starts,
            &mut self.spread,
            &mut self.tell,
        ];
        let mut is_halved = false;
        for count in decided.into_iter().filter(|count| **count > 1) {
            *count /= 2;
            is_halved = true;
        }
        // Of one of each, each by itself.
        if !is_halved && self.firing.timers > 0 && self.firing.profiles > 0 {
            self.firing.profiles = 0;
            is_halved = true;
        }
        match &mut self.expiring {
            _ if is_halved => true,
            Some(expiring) => expiring.halve(),
            None => self.renewal.halve(),
        }
    }

    /// Whether it has customers leave or come.
    pub(crate) fn is_move(&self) -> bool {
        let mut commands = self.commands.iter();
        commands.any(|ordered| matches!(ordered.command, Command::Carry(_)))
    }

    /// The move that it is, and where that stands in the input stream.
    pub(crate) fn into_move(self) -> Option<(Moved, Option<InputPosition>)> {
        match self.commands.into_iter().next()?.command {
            Command::Carry(moved) => Some((*moved, self.position)),
            _ => None,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.submissions.len().saturating_add(self.commands.len())
    }

    /// Takes the later half out. Commands stay with the first: they come first. The position goes with the later half:
    /// before that is committed, not all of the input is.
    pub(crate) fn split_off_half(&mut self) -> Self {
        let position = self.position.take();
        if self.submissions.len() < 2 {
            return Self {
                submissions: std::mem::take(&mut self.submissions),
                commands: self.later_commands(),
                position,
                ..Self::default()
            };
        }
        Self {
            submissions: self.submissions.split_off(self.submissions.len() / 2),
            position,
            ..Self::default()
        }
    }

    fn later_commands(&mut self) -> Vec<Ordered> {
        match (self.submissions.is_empty(), self.commands.len()) {
            (true, count) if count > 1 => self.commands.split_off(count / 2),
            _ => Vec::new(),
        }
    }

    /// Leaves to later commits what this one does to others; whether it did not yet.
    pub(crate) fn postpone(&mut self) -> bool {
        !std::mem::replace(&mut self.postpones, true)
    }

    /// Passes over what is to be decided, or told, of one customer; whether there was that.
    pub(crate) fn pass_over(&mut self) -> bool {
        let is_one = self.firing != Firing::default() || self.sweep > 0 || self.starts > 0 || self.tell > 0;
        is_one && !std::mem::replace(&mut self.passes_over, true)
    }

    /// Leaves the one customer who is to go to another partition where they are; whether there was one.
    pub(crate) fn stay(&mut self) -> bool {
        self.spread > 0 && !std::mem::replace(&mut self.passes_over, true)
    }

    /// Makes an event that fits no commit a refused item; whether there was one.
    pub(crate) fn refuse_event(&mut self) -> bool {
        let Some(refused) = self.submissions.first() else {
            return false;
        };
        let Some(event) = refused.event() else {
            return false;
        };
        let rejection = Rejection {
            reason: Reason::TooLarge,
            message: FITS_NO_COMMIT.to_owned(),
            id: Some(event.id.id.clone()),
            source: Some(event.id.source.clone()),
            origin: refused.place().cloned().map(Box::new),
            body: Vec::new(),
        };
        self.submissions = vec![Submission::Refused(Box::new(rejection))];
        true
    }
}

#[cfg(test)]
mod tests;
