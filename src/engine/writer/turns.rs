//! Turns: what the worker does next, of what waits for it and what is left to be done.

use crate::engine::{
    error::Error,
    parting::Part,
    writer::{handle::Job, upkeep::Left, waiting::Waiting, worker::Worker},
};

/// What the worker does next.
pub(crate) enum Next {
    Job(Job),
    Upkeep,
    /// Nobody is left who could ask for anything.
    Nothing,
}

impl Worker {
    /// What waits, or comes next. Upkeep takes turns with what waits, and goes on where nothing does, if there is room on the
    /// disk; else the commit under way is seen through first.
    pub(crate) fn next(&mut self) -> Result<Next, Error> {
        let is_left = self.jobs.is_closed() && self.jobs.is_empty();
        let is_due = self.left().is_some() && !is_left && !self.room.is_full();
        if is_due {
            self.visible.working.send_replace(true);
        }
        if is_due && std::mem::take(&mut self.upkeep.is_next) {
            return Ok(Next::Upkeep);
        }
        if let Some(job) = self.held.take() {
            return Ok(Next::Job(job));
        }
        if self.under_way.is_some() || is_due {
            if let Some(job) = self.waiting_job() {
                return Ok(Next::Job(job));
            }
            if is_due {
                return Ok(Next::Upkeep);
            }
            self.settle()?;
        }
        self.visible.working.send_replace(false);
        let job = self.jobs.blocking_recv();
        self.visible.working.send_replace(true);
        job.iter().for_each(|_| self.metrics.queue_popped());
        Ok(job.map_or(Next::Nothing, Next::Job))
    }

    /// One step of what is left to be done: what earlier batches did to others first, then what is to be decided, then who
    /// moved is told of, then what other rules change, then what is kept no longer.
    pub(crate) fn keep_up(&mut self) -> Result<(), Error> {
        let Some(left) = self.left() else { return Ok(()) };
        let (input, renewing) = (self.upkeep.input(left), self.standing.renewing);
        self.batch(input, Waiting::default())?;
        self.upkeep.took(left, self.stepped);
        self.upkeep.decided_last = matches!(left, Left::Due | Left::Starts | Left::Sweep);
        if renewing.after.is_some() && self.standing.renewing.after.is_none() {
            tracing::info!(
                rules.edition = self.rules.identity.edition.0,
                "everything is as these rules want it"
            );
        }
        if left == Left::Spread {
            self.standing.tell_of_spread();
        }
        Ok(())
    }

    pub(crate) fn repairs_are_due(&self) -> bool {
        self.standing.repairs.left > 0 && !self.upkeep.is_stuck && self.standing.staged.is_none()
    }

    /// What is to be done next of what is left.
    fn left(&self) -> Option<Left> {
        if let Part::Resolver { partitions } = self.rules.part {
            let spreads = self.standing.spreads(partitions) && self.upkeep.spreads();
            return spreads.then_some(Left::Spread);
        }
        if self.standing.staged.is_some() {
            return None;
        }
        if self.repairs_are_due() {
            return Some(Left::Repairs);
        }
        let decided = self.deciding.left((self.clock)());
        let rest = match self.standing.renewing.after.is_some() {
            _ if self.standing.has_untold => Some(Left::Moved),
            true => Some(Left::Renewals),
            false => self.upkeep.expires().then_some(Left::Expiries),
        };
        // However much is due, the others come to their turn.
        match self.upkeep.decided_last {
            true => rest.or(decided),
            false => decided.or(rest),
        }
    }

    pub(crate) fn waiting_job(&mut self) -> Option<Job> {
        let job = self.jobs.try_recv().ok()?;
        self.metrics.queue_popped();
        Some(job)
    }
}
