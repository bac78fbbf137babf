//! Forgetting: a journal that others read as their input holds each event once more. It lets go of what all of them have
//! consumed, so that it does not grow for ever and holds nothing of who is erased for longer than files may.
//!
//! Owns when that is and in which order it is done: the journal goes on in a file of its own behind a *mark*; once every reader
//! is behind that, a snapshot is kept where others find it, and all before the mark goes. A reader that is behind holds it up,
//! and so does one that cannot be asked: none is ever passed over. What the readers are is whoever's matter who asks them
//! ([`Readers`]).

use std::{
    fmt, thread,
    time::{Duration, Instant},
};

use crate::{
    engine::{
        erasing::{
            anew::Again,
            expunge::{Beyond, BeyondError, ExpungeError, until_clearing},
        },
        folder::{snapshot::GoesOn, snapshots::Snapshots},
        writer::chores::Chore,
    },
    journal::Position,
    store::ErasureId,
};

/// How long a reader may be behind before that is told of, and how often then.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// How long readers are waited for where files are cleared, and between two looks: a quiet one says how far it is every quarter of
/// a minute.
const WAIT_MAX: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(100);

/// Those whose input the journal is. Their calls block; `goes_on` says now and then whether to.
pub trait Readers: Send + Sync + fmt::Debug {
    /// How often it is looked whether something is to go.
    fn look_every(&self) -> Duration;

    /// Whether the journal holds something for so long, or so much, that it is to go.
    ///
    /// # Errors
    /// When that is not known.
    fn is_time(&self, goes_on: &mut dyn FnMut() -> bool) -> Result<bool, BeyondError>;

    /// How far they are.
    ///
    /// # Errors
    /// When one of them cannot be asked.
    fn consumed(&self, goes_on: &mut dyn FnMut() -> bool) -> Result<Consumed, BeyondError>;
}

/// How far the readers of a journal are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumed {
    /// Up to where all of them have consumed it.
    pub through: Position,
    /// Who has consumed no more than that.
    pub last: String,
}

/// How far the forgetting is, from one look to the next.
#[derive(Debug, Default)]
pub(crate) struct Forgetting {
    going: Option<Going>,
    /// The mark behind which the journal began when it forgot last.
    done: Option<Position>,
}

/// What is to go.
#[derive(Debug)]
struct Going {
    /// The last commit before the journal went on in a file of its own.
    rolled: Position,
    /// The first commit behind that: whoever has consumed this misses nothing of what goes.
    mark: Position,
    /// Who was erased elsewhere and waits for it.
    erasures: Vec<ErasureId>,
    /// When it was told last that a reader is behind, or the mark was made.
    told: Instant,
}

impl Snapshots {
    /// Has the journal let go of what all readers have, where it is time and they do.
    ///
    /// ORDER: who begins with an empty disk, or is behind what goes, finds the snapshot by then; and what is made of the journal
    /// there has been.
    pub(crate) fn forget_consumed(
        &self,
        forgetting: &mut Forgetting,
        goes_on: GoesOn<'_>,
    ) -> Result<(), ExpungeError> {
        let Some((beyond, readers)) = self.read_by() else {
            return Ok(());
        };
        let going = match forgetting.going.take() {
            Some(going) => going,
            None => match self.marked((beyond, readers), forgetting.done, goes_on)? {
                Some(going) => going,
                None => return Ok(()),
            },
        };
        // What fails is gone on with behind the same mark.
        let going = forgetting.going.insert(going);
        let consumed = readers.consumed(&mut || goes_on().is_ok());
        let consumed = consumed.map_err(ExpungeError::Beyond)?;
        let is_held = consumed.through < going.mark;
        self.metrics.journal_held(is_held);
        if is_held {
            going.tell_of(&consumed);
            return Ok(());
        }
        let kept = self.source.snapshot(goes_on)?;
        self.source.prune(&kept, self.config.keep)?;
        let shelved = beyond.shelve(&kept, false, &mut || goes_on().is_ok());
        shelved.map_err(ExpungeError::Beyond)?;
        self.forget((going.rolled, going.mark), goes_on)?;
        tracing::info!(
            journal.mark = going.mark.0,
            "the journal let go of what all partitions have consumed"
        );
        forgetting.done = Some(going.mark);
        let erasures = std::mem::take(&mut going.erasures);
        forgetting.going = None;
        self.heard(&erasures, goes_on)
    }

    /// Waits until all readers of the journal, where it has some, have consumed it up to there. None is passed over: what is not
    /// read in time stays.
    pub(crate) fn read_by_all(&self, through: Position, goes_on: GoesOn<'_>) -> Result<(), ExpungeError> {
        let Some((_, readers)) = self.read_by() else {
            return Ok(());
        };
        let begun = Instant::now();
        loop {
            goes_on()?;
            let consumed = readers.consumed(&mut || goes_on().is_ok());
            let consumed = consumed.map_err(ExpungeError::Beyond)?;
            if consumed.through >= through {
                return Ok(());
            }
            if begun.elapsed() >= WAIT_MAX {
                let told = format!(
                    "wait for the partition {}: expected it to have consumed what the journal is to let go of",
                    consumed.last
                );
                return Err(ExpungeError::Beyond(told.into()));
            }
            thread::sleep(LOOK);
        }
    }

    /// Those whose input the journal is, where it is somebody's.
    fn read_by(&self) -> Option<(&dyn Beyond, &dyn Readers)> {
        let beyond = self.beyond.as_deref()?;
        Some((beyond, beyond.readers()?))
    }

    /// Has the journal go on in a file of its own, where something is in it that is to go by now; `done` is up to where that is
    /// done.
    fn marked(
        &self,
        (beyond, readers): (&dyn Beyond, &dyn Readers),
        done: Option<Position>,
        goes_on: GoesOn<'_>,
    ) -> Result<Option<Going>, ExpungeError> {
        let told = match beyond.elsewhere() {
            Some(elsewhere) => elsewhere.told(&mut || goes_on().is_ok()),
            None => Ok(Vec::new()),
        };
        let told = told.map_err(ExpungeError::Beyond)?;
        let erasures: Vec<ErasureId> = told.iter().map(|one| one.id).collect();
        if done == Some(Position(self.source.store.applied()?.position)) {
            // Nothing came since.
            return self.heard(&erasures, goes_on).map(|()| None);
        }
        let now = (self.clock)();
        let is_asked = told.iter().any(|one| until_clearing(one, now).is_zero());
        let mut is_time = || readers.is_time(&mut || goes_on().is_ok());
        if !is_asked && !is_time().map_err(ExpungeError::Beyond)? {
            return Ok(None);
        }
        let rolled = self.told(Chore::Roll).ok_or(ExpungeError::Journal)?;
        // A commit that changes nothing: what the journal keeps begins in front of it, and never with what is to go.
        let mark = self.told(|told| Chore::WriteAnew(Again::Copies(Vec::new()), told));
        Ok(Some(Going {
            rolled,
            mark: mark.ok_or(ExpungeError::Journal)?,
            erasures,
            told: Instant::now(),
        }))
    }
}

impl Going {
    /// Tells now and then who is behind.
    fn tell_of(&mut self, consumed: &Consumed) {
        if self.told.elapsed() < PATIENCE {
            return;
        }
        self.told = Instant::now();
        tracing::warn!(
            partition.name = consumed.last,
            journal.consumed = consumed.through.0,
            journal.mark = self.mark.0,
            "the journal keeps what a partition has not consumed"
        );
    }
}

#[cfg(test)]
mod tests;
