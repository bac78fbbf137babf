//! A stage: a part of a move that fits no commit. All stages of a move follow on each other with nothing in between, and the
//! last consumes the move. How far it is stands in the store with each of them, so that whoever starts in between, or takes the
//! journal over, goes on from there; until then nothing else is done, so what is still to be done is as it was.
//!
//! Who leaves: which rows these are is noted first, as rows that are gone lead to no others. Then they go, some at a time and with
//! them what is noted of them, each time as the next pieces of the parcel. Who comes: the parcel says what is left.

use std::{
    fmt,
    ops::{ControlFlow, Range},
    sync::Arc,
};

use crate::{
    engine::{
        parting::{
            MoveId, Parcel,
            arrive::Made,
            layer::coming,
            parcel::{Row, pieces},
        },
        state::batch::{Batch, Rules},
    },
    store::{Error, Order, PlannedRecord, StagedRecord, View, keys::parting},
    wire::out::update::Subjects,
};

/// Rows that one note of what leaves is of, at most: far below what servers take as one message.
const NOTED_MAX: usize = 1_000;

/// A part of a move, of what is numbered in the order of that.
#[derive(Debug)]
pub(crate) enum Stage {
    /// What was noted for a move that did not begin is forgotten, so many notes of it at most.
    Forget(usize),
    /// It is noted which rows leave.
    Note(Arc<Leaving>, Range<usize>),
    /// They do.
    Leave(Arc<Leaving>, Range<usize>),
    /// Some of what comes is put in.
    Come(Arc<Coming>, Range<usize>),
}

/// Rows that leave.
pub(crate) struct Leaving {
    pub(super) id: MoveId,
    /// The partition they go to.
    pub(super) to: u32,
    /// The number of the first of them among all that leave with the move.
    pub(super) first: u64,
    /// Their keys, in the order in which they do.
    pub(super) keys: Vec<Vec<u8>>,
}

impl fmt::Debug for Leaving {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Leaving({}, {} rows)", self.id, self.keys.len())
    }
}

/// Rows that come.
pub(crate) struct Coming {
    id: MoveId,
    made: Made,
    /// The rows, in the order in which they do.
    rows: Vec<Row>,
    /// Which of them say what is entered anew, once all are there.
    anew: Vec<usize>,
}

impl fmt::Debug for Coming {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Coming({}, {} rows)", self.id, self.rows.len())
    }
}

impl Coming {
    /// What is in a parcel, where these rules hold; what was read as if other rules made it is so to its end.
    pub(super) fn of(parcel: Parcel, here: &Rules, was_of_others: bool) -> Result<Self, Error> {
        let Parcel { id, record } = parcel;
        let mut rows = record.rows;
        rows.sort_unstable_by(|(one, _), (other, _)| coming(one).cmp(&coming(other)));
        let mut made = Made::of(&rows, here)?;
        made.is_of_others |= was_of_others;
        let mut anew = Vec::new();
        if made.is_of_others {
            for letter in *b"AE" {
                let of_letter = rows
                    .iter()
                    .enumerate()
                    .filter(|(_, (key, _))| key.first() == Some(&letter));
                anew.extend(of_letter.map(|(place, _)| place));
            }
        }
        Ok(Self { id, made, rows, anew })
    }

    /// How much there is to do.
    pub(super) fn len(&self) -> usize {
        self.rows.len().saturating_add(self.anew.len())
    }
}

impl Batch<'_> {
    /// Carries out a part of a move.
    pub(crate) fn stage(&mut self, stage: &Stage) -> Result<(), Error> {
        match stage {
            Stage::Forget(most) => self.forget_planned(None, *most),
            Stage::Note(leaving, range) => self.note_leaving(leaving, range.clone()),
            Stage::Leave(leaving, range) => self.leave(leaving, range.clone()),
            Stage::Come(coming, range) => self.come(coming, range.clone()),
        }
    }

    fn note_leaving(&mut self, leaving: &Leaving, range: Range<usize>) -> Result<(), Error> {
        let keys = leaving.keys.get(range.clone()).unwrap_or_default();
        for (some, place) in keys.chunks(NOTED_MAX).zip((range.start..).step_by(NOTED_MAX)) {
            let first = leaving.first.saturating_add(number(place));
            let record = PlannedRecord { keys: some.to_vec() };
            self.overlay.put_record(parting::planned(first), &record)?;
        }
        Ok(())
    }

    fn leave(&mut self, leaving: &Leaving, range: Range<usize>) -> Result<(), Error> {
        let keys = leaving.keys.get(range.clone()).unwrap_or_default();
        let rows = self.take_along(keys, leaving.to)?;
        let is_last = range.end >= leaving.keys.len();
        let sent = match self.staged {
            Some(StagedRecord::Departing { pieces, .. }) => pieces,
            Some(StagedRecord::Arriving { .. }) | None => 0,
        };
        let subjects = Subjects::of(&self.rules.tenant);
        self.carried.parcel = pieces((leaving.id, subjects.prefix()), rows, sent, is_last)?;
        let gone = leaving.first.saturating_add(number(range.end));
        self.forget_planned((!is_last).then_some(gone), usize::MAX)?;
        if is_last {
            self.forget_told_ahead(leaving.id)?;
        }
        self.note_stage((!is_last).then_some(StagedRecord::Departing {
            batch: leaving.id.batch,
            index: leaving.id.index,
            rows: gone,
            pieces: sent.saturating_add(number(self.carried.parcel.len())),
        }))
    }

    fn come(&mut self, coming: &Coming, range: Range<usize>) -> Result<(), Error> {
        for place in range.clone() {
            if let Some(row) = coming.rows.get(place) {
                self.bring_in(row, coming.made)?;
                continue;
            }
            let anew = coming.anew.get(place.saturating_sub(coming.rows.len()));
            if let Some((key, _)) = anew.and_then(|place| coming.rows.get(*place)) {
                self.index_by(key)?;
            }
        }
        if coming.made.is_of_others {
            self.renew_others();
        }
        let is_last = range.end >= coming.len();
        self.note_stage((!is_last).then_some(StagedRecord::Arriving {
            batch: coming.id.batch,
            index: coming.id.index,
            done: number(range.end),
            is_of_others: coming.made.is_of_others,
        }))
    }

    /// Forgets what was noted of rows that are gone, which are those in front of the one of this number, or all; so many notes
    /// of it at most.
    pub(super) fn forget_planned(&mut self, gone: Option<u64>, most: usize) -> Result<(), Error> {
        let mut noted = Vec::new();
        self.overlay
            .scan_prefix(parting::PLANNED, Order::Ascending, &mut |key, _| {
                noted.push(key.to_vec());
                let is_behind = gone.is_some_and(|gone| parting::first_planned(key) >= Some(gone));
                Ok(match is_behind || noted.len() > most {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                })
            })?;
        // Where some are left, a note ends where the next one begins.
        let ended = match gone {
            None => noted.len().min(most),
            Some(gone) => {
                let begins = |key: &Vec<u8>| parting::first_planned(key) <= Some(gone);
                noted.iter().skip(1).take_while(|key| begins(key)).count()
            }
        };
        noted
            .into_iter()
            .take(ended)
            .for_each(|key| self.overlay.delete(key));
        Ok(())
    }

    /// Notes how far the move under way is; `None` at its end.
    fn note_stage(&mut self, staged: Option<StagedRecord>) -> Result<(), Error> {
        self.staged = staged;
        match staged {
            Some(staged) => self.overlay.put_record(parting::STAGED.to_vec(), &staged),
            None => {
                self.overlay.delete(parting::STAGED.to_vec());
                Ok(())
            }
        }
    }
}

fn number(place: usize) -> u64 {
    u64::try_from(place).unwrap_or(u64::MAX)
}
