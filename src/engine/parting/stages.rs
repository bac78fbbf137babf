//! Stages: a move that fits no commit is carried out in several, from where it is to its end. Owns in which parts that is, and
//! that nothing else is done while one is under way.

use std::{
    ops::{ControlFlow, Range},
    sync::Arc,
};

use crate::{
    engine::{
        api::{Answer, CommandError},
        error::{Error, chain},
        parting::{
            MoveId, Moved, Parcel,
            stage::{Coming, Leaving, Stage},
        },
        state::batch::Batch,
        writer::{handle::Job, input::Input, waiting::Done, worker::Worker},
    },
    journal::InputPosition,
    store::{self, DepartureRecord, Order, PlannedRecord, Read as _, StagedRecord, View as _, keys::parting},
};

/// Rows that one stage is of at most: some megabytes. Larger ones would be no faster.
const ROWS_MAX: usize = 8_192;

impl Worker {
    /// Carries a move out in several commits, or goes on with it.
    pub(crate) fn take_in_stages(&mut self, input: Input) -> Result<Done, Error> {
        let (moved, position) = input.into_move().ok_or(Error::Unmoved)?;
        if self.standing.staged.is_none() {
            tracing::info!(moved.id = %moved.id(), "customers between partitions have more than fits a commit, and move in several");
        }
        match moved {
            Moved::Depart(id, departure) => self.have_leave(id, &departure, position)?,
            Moved::Arrive(parcel) => self.have_come(parcel, position)?,
            Moved::Ahead(..) if self.standing.staged.is_some() => return Err(Error::AnotherMove),
            Moved::Ahead(..) => return Err(Error::Unmoved),
        }
        if let Some(owed) = self.owed.take() {
            self.erase_again(owed)?;
        }
        Ok(Done {
            outcomes: Vec::new(),
            answers: vec![Ok(Answer::Noted)],
        })
    }

    fn have_leave(
        &mut self,
        id: MoveId,
        departure: &DepartureRecord,
        position: Option<InputPosition>,
    ) -> Result<(), Error> {
        let (leaving, from) = match self.standing.staged {
            None => (self.noted(id, departure)?, 0),
            Some(StagedRecord::Departing {
                batch, index, rows, ..
            }) if (MoveId { batch, index }) == id => self.left_of(id, departure.to, rows)?,
            Some(_) => return Err(Error::AnotherMove),
        };
        let range = from..leaving.keys.len();
        self.in_stages(range, position, |range| Stage::Leave(Arc::clone(&leaving), range))
    }

    fn have_come(&mut self, parcel: Parcel, position: Option<InputPosition>) -> Result<(), Error> {
        let (done, was_of_others) = match self.standing.staged {
            None => (0, false),
            Some(StagedRecord::Arriving {
                batch,
                index,
                done,
                is_of_others,
            }) if (MoveId { batch, index }) == parcel.id => (done, is_of_others),
            Some(_) => return Err(Error::AnotherMove),
        };
        let coming = Arc::new(Coming::of(parcel, &self.rules, was_of_others)?);
        let range = usize::try_from(done).unwrap_or(usize::MAX)..coming.len();
        self.in_stages(range, position, |range| Stage::Come(Arc::clone(&coming), range))
    }

    /// Carries out what is left of a move; the last stage consumes it. One that fits no commit is halved.
    fn in_stages(
        &mut self,
        range: Range<usize>,
        position: Option<InputPosition>,
        stage: impl Fn(Range<usize>) -> Stage,
    ) -> Result<(), Error> {
        let (mut from, mut most) = (range.start, ROWS_MAX);
        loop {
            let to = from.saturating_add(most).min(range.end);
            let is_last = to >= range.end;
            let input = Input {
                position: position.clone().filter(|_| is_last),
                ..Input::staged(stage(from..to))
            };
            match self.attempt(&input) {
                Ok(_) if is_last => return Ok(()),
                Ok(_) => {
                    from = to;
                    // What comes may be smaller.
                    most = most.saturating_add(most / 8).saturating_add(1).min(ROWS_MAX);
                }
                Err(error) if error.is_too_large() && to.saturating_sub(from) > 1 => {
                    most = to.saturating_sub(from) / 2;
                }
                Err(error) if error.is_too_large() => {
                    tracing::error!(error = %chain(&error), "one row of a customer who moves fits no commit");
                    return Err(Error::Unmoved);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Notes which rows leave with a move that begins, in place of what an earlier try of one noted.
    fn noted(&mut self, id: MoveId, departure: &DepartureRecord) -> Result<Arc<Leaving>, Error> {
        self.forget_notes()?;
        let leaving = Arc::new(Leaving {
            id,
            to: departure.to,
            first: 0,
            keys: self.leaving(id, departure)?,
        });
        let range = 0..leaving.keys.len();
        self.in_stages(range, None, |range| Stage::Note(Arc::clone(&leaving), range))?;
        Ok(leaving)
    }

    fn forget_notes(&mut self) -> Result<(), Error> {
        let mut most = ROWS_MAX;
        while self.has_notes()? {
            match self.attempt(&Input::staged(Stage::Forget(most))) {
                Ok(_) => {}
                Err(error) if error.is_too_large() && most > 1 => most /= 2,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn has_notes(&mut self) -> Result<bool, Error> {
        self.settle()?;
        let mut has_notes = false;
        self.store
            .scan_prefix(parting::PLANNED, Order::Ascending, &mut |_, _| {
                has_notes = true;
                Ok(ControlFlow::Break(()))
            })?;
        Ok(has_notes)
    }

    /// The keys of all rows that leave, by what is there.
    fn leaving(&self, id: MoveId, departure: &DepartureRecord) -> Result<Vec<Vec<u8>>, store::Error> {
        let (before, book) = (self.before(), self.rules.decide.book.current());
        let number = self.standing.batch.saturating_add(1);
        let batch = Batch::new(self.ground(&before, &book), number, self.standing.repairs)?;
        batch.leaving(id, departure)
    }

    /// What is noted of a move that is under way, and which of that are gone: up to the row of this number.
    fn left_of(&mut self, id: MoveId, to: u32, gone: u64) -> Result<(Arc<Leaving>, usize), Error> {
        self.settle()?;
        let (mut first, mut keys) = (None, Vec::new());
        let store = &self.store;
        store.scan_prefix(parting::PLANNED, Order::Ascending, &mut |key, value| {
            first = first.or_else(|| parting::first_planned(key));
            keys.extend(store.decoded::<PlannedRecord>(value)?.keys);
            Ok(ControlFlow::Continue(()))
        })?;
        let first = first.unwrap_or(gone);
        let from = usize::try_from(gone.saturating_sub(first)).unwrap_or(usize::MAX);
        let leaving = Leaving { id, to, first, keys };
        Ok((Arc::new(leaving), from))
    }

    /// What may be done now of a job: while a move is under way, a command is refused, and whoever submits is told that nothing
    /// was taken. What is read of the input comes in its order, and begins with that move.
    pub(crate) fn unless_staged(&self, job: Job) -> Option<Job> {
        match job {
            job if self.standing.staged.is_none() => Some(job),
            Job::Command { reply, .. } => {
                let refused = Err(CommandError::OnTheMove);
                reply.send((refused, *self.visible.applied.borrow())).ok();
                None
            }
            // Nobody takes anything in but what is read of the input: a bug, and whoever submits is told that it was not taken.
            Job::Submit { .. } => {
                tracing::error!("something was submitted beside a move that is under way, and is not taken");
                None
            }
            job => Some(job),
        }
    }
}
