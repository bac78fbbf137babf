//! What the writer does beside its batches: with the journal's files, for the thread that keeps them small and clear, and
//! before the first, where somebody is to be erased again.

use std::sync::mpsc::Sender;

use crate::{
    engine::{
        commands::Ordered,
        erasing::{anew::Again, erasures::unfinished, expire::Expiring},
        error::{Error, chain},
        writer::{input::Input, worker::Worker},
    },
    journal::Position,
    store::{ErasureRecord, Read},
};

/// What is to be done. Whoever waits for it is told of it, or left where it cannot be.
#[derive(Debug)]
pub(crate) enum Chore {
    /// Let the journal go of commits up to here, which snapshots hold.
    Forget(Position),
    /// The same; told is where it begins now.
    ForgetFor(Position, Sender<Position>),
    /// Have the journal go on in a file of its own, so that all that was before can be let go of; told is up to where
    /// that is.
    Roll(Sender<Position>),
    /// Have a view that others make of the journal take this once more; told is where that is.
    WriteAnew(Again, Sender<Position>),
}

impl Worker {
    /// Goes on with what was being erased when the process ended, and carries out again what was erased and came back with an
    /// older store and journal; before anybody can ask, or behind the move that is under way.
    ///
    /// # Errors
    /// When it cannot be committed.
    pub(crate) fn erase_again(&mut self, erasures: Vec<ErasureRecord>) -> Result<(), Error> {
        // Nothing is done to customers of whom a part is elsewhere.
        if self.standing.staged.is_some() {
            self.owed = Some(erasures);
            return Ok(());
        }
        for erasure in unfinished(&self.store)? {
            tracing::warn!(%erasure, "goes on with an erasure that takes several commits");
            // What fits no commit is told of there, and can be asked for once more.
            drop(self.erase_on(erasure)?);
        }
        for erasure in erasures {
            tracing::warn!(erasure = %erasure.id, "carries an erasure out again: store and journal are from before it");
            let done = self.take(Input::command(Ordered::erasing_again(erasure)))?;
            // Whoever cannot be erased must not be read either.
            if done.answers.iter().any(Result::is_err) {
                return Err(Error::Unerased);
            }
        }
        self.settle()
    }

    /// Leaves the next atom as it is, of which nothing can be taken out.
    pub(crate) fn pass_over(&mut self, expiring: Option<Expiring>) -> Result<(), Error> {
        let Some(Expiring { after, .. }) = expiring else {
            return Ok(());
        };
        let next = self.store.atoms_behind(after, 1)?.pop();
        self.upkeep.expired(next);
        Ok(())
    }

    /// Does it. Where the journal cannot, it keeps more, and that is told.
    ///
    /// ORDER: nothing is under way.
    pub(crate) fn carry_out(&mut self, chore: Chore) -> Result<(), Error> {
        self.settle()?;
        // Whoever waited has left where the service stops.
        match chore {
            Chore::Forget(through) => {
                self.forget(through)?;
            }
            Chore::ForgetFor(through, waiting) => {
                self.forget(through)?.and_then(|first| waiting.send(first).ok());
            }
            Chore::Roll(waiting) => match self.journal.roll() {
                Ok(()) => drop(waiting.send(self.journal.last())),
                Err(error) => {
                    tracing::error!(error = %chain(&error), "the journal goes on in the file that it has");
                }
            },
            Chore::WriteAnew(again, waiting) => {
                self.write_anew(again)?
                    .and_then(|position| waiting.send(position).ok());
            }
        }
        Ok(())
    }

    /// Where the journal begins then; `None` where it keeps what it has.
    ///
    /// ORDER: the store is flushed, so that a restart needs nothing of what goes.
    fn forget(&mut self, through: Position) -> Result<Option<Position>, Error> {
        self.store.flush()?;
        Ok(match self.journal.forget(through) {
            Ok(first) => {
                tracing::info!(
                    journal.first = first.0,
                    "the journal begins behind older snapshots"
                );
                Some(first)
            }
            Err(error) => {
                tracing::error!(error = %chain(&error), "the journal forgot nothing");
                None
            }
        })
    }
}
