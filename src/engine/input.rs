//! The input of one step, and how it is taken in parts where it makes more than a commit may hold.

use crate::{
    engine::{
        api::{FITS_NO_COMMIT, Submission},
        commands::Ordered,
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
    /// Atoms of a former edition that are made anew.
    pub(crate) renewals: usize,
}

impl Input {
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
                renewals: 0,
            };
        }
        Self {
            submissions: self.submissions.split_off(self.submissions.len() / 2),
            commands: Vec::new(),
            position,
            renewals: 0,
        }
    }

    fn later_commands(&mut self) -> Vec<Ordered> {
        match (self.submissions.is_empty(), self.commands.len()) {
            (true, count) if count > 1 => self.commands.split_off(count / 2),
            _ => Vec::new(),
        }
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
