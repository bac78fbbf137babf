//! The cells: how they are named and written, how many a day may have, and for how long they are kept.

use std::collections::BTreeMap;

use crate::{
    decide::experience::{Cell, Measure, Spot, Sums},
    domain::time::Timestamp,
    engine::{experience::Parts, state::batch::Batch},
    store::{
        CellRecord, CellsRecord, Error, Read as _, SumsRecord, TallyHash, View as _, keys::experience as keys,
    },
};

/// Keys of days that are counted no longer which one commit deletes.
const FORGOTTEN_MAX: usize = 256;

/// The name under which the rest is counted.
const OTHER: &str = "other";

impl Batch<'_> {
    /// Adds what a customer comes to now to the cells, and takes away what they came to before.
    pub(super) fn recount(
        &mut self,
        before: &BTreeMap<(u32, TallyHash), SumsRecord>,
        parts: &Parts<'_>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let first = self.first_counted(now);
        for ((day, names), was) in before.iter().filter(|((day, _), _)| *day >= first) {
            if !parts.contains_key(&(*day, *names)) {
                self.change_cell((*day, *names), None, Sums::default().minus(sums(*was)))?;
            }
        }
        for ((day, names), (cell, is)) in parts {
            let was = before.get(&(*day, *names)).copied().unwrap_or_default();
            let change = sums(*is).minus(sums(was));
            if !change.is_nothing() {
                self.change_cell((*day, *names), Some(cell), change)?;
            }
        }
        Ok(())
    }

    /// Counts something that is of no customer.
    pub(crate) fn count_cell(&mut self, cell: Cell, more: Sums, now: Timestamp) -> Result<(), Error> {
        let first = self.first_counted(now);
        if cell.day < first || !self.rules.part.speaks_for_the_tenant() {
            return Ok(());
        }
        let own = (cell.day, self.names(&cell));
        match self.has_room(own)? {
            true => self.change_cell(own, Some(&cell), more),
            false => {
                let rest = nameless(&cell);
                let at = (cell.day, self.names(&rest));
                self.change_cell(at, Some(&rest), more)
            }
        }
    }

    fn change_cell(
        &mut self,
        (day, names): (u32, TallyHash),
        cell: Option<&Cell>,
        change: Sums,
    ) -> Result<(), Error> {
        self.counts_cells = true;
        let key = keys::cell(day, names);
        let there: Option<CellRecord> = self.overlay.record(&key)?;
        let is_new = there.is_none();
        // What is gone with its day is not taken away from once more.
        let Some(mut record) = there.or_else(|| cell.map(written)) else {
            return Ok(());
        };
        let is = sums(record.sums).plus(change);
        record.sums = self::record(is);
        match is.is_nothing() {
            true => self.overlay.delete(key),
            false => self.overlay.put_record(key, &record)?,
        }
        match (is_new, is.is_nothing()) {
            (true, false) => self.resize_day(day, 1),
            (false, true) => self.resize_day(day, -1),
            _ => Ok(()),
        }
    }

    /// Notes how many cells a day has.
    fn resize_day(&mut self, day: u32, by: i32) -> Result<(), Error> {
        let there: Option<CellsRecord> = self.overlay.record(&keys::day(day))?;
        let cells = there.map_or(0, |there| there.cells).saturating_add_signed(by);
        match cells {
            0 => self.overlay.delete(keys::day(day)),
            cells => self.overlay.put_record(keys::day(day), &CellsRecord { cells })?,
        }
        Ok(())
    }

    /// With what is counted, some of what is counted no longer goes: more than comes, so that no day stays for long.
    pub(crate) fn forget_cells(&mut self, now: Timestamp) -> Result<(), Error> {
        match std::mem::take(&mut self.counts_cells) {
            true => self.forget_some(keys::CELLS, &keys::day(self.first_counted(now)), FORGOTTEN_MAX),
            false => Ok(()),
        }
    }

    /// Whether a cell is there, or there may be one more on its day.
    pub(super) fn has_room(&self, (day, names): (u32, TallyHash)) -> Result<bool, Error> {
        if self.overlay.get(&keys::cell(day, names))?.is_some() {
            return Ok(true);
        }
        let there: Option<CellsRecord> = self.overlay.record(&keys::day(day))?;
        Ok(there.is_none_or(|there| there.cells < self.rules.decide.cells_max))
    }

    /// The first day that is counted, seen from now.
    pub(super) fn first_counted(&self, now: Timestamp) -> u32 {
        let kept = u32::from(self.rules.decide.contact.report_days);
        let today = u32::try_from(now.day()).unwrap_or_default();
        today.saturating_add(1).saturating_sub(kept)
    }

    pub(super) fn names(&self, cell: &Cell) -> TallyHash {
        let named = cell.measure.named();
        let number = named.number.to_string();
        self.keyring.cell(&[
            &named.name,
            &named.of,
            &named.also,
            &number,
            &cell.spot.journey,
            &cell.spot.stage,
            &cell.spot.touchpoint,
            &cell.segment,
            &cell.channel,
            &cell.team,
        ])
    }
}

/// The same without the names that senders choose.
pub(super) fn nameless(cell: &Cell) -> Cell {
    let other = || OTHER.to_owned();
    let measure = match &cell.measure {
        Measure::Emotion(_) => Measure::Emotion(other()),
        Measure::Cause(_) => Measure::Cause(other()),
        Measure::RepeatedCause(_) => Measure::RepeatedCause(other()),
        measure => measure.clone(),
    };
    Cell {
        measure,
        channel: other(),
        team: other(),
        ..cell.clone()
    }
}

/// A cell with nothing in it.
fn written(cell: &Cell) -> CellRecord {
    let named = cell.measure.named();
    let Spot {
        journey,
        stage,
        touchpoint,
    } = cell.spot.clone();
    CellRecord {
        name: named.name,
        of: named.of,
        also: named.also,
        number: named.number,
        spot: [journey, stage, touchpoint],
        segment: cell.segment.clone(),
        channel: cell.channel.clone(),
        team: cell.team.clone(),
        sums: SumsRecord::default(),
    }
}

/// Sums as they are kept.
pub(super) const fn record(sums: Sums) -> SumsRecord {
    SumsRecord {
        count: sums.count,
        sum: sums.sum,
        squares: sums.squares,
    }
}

/// The same, read.
pub(super) const fn sums(record: SumsRecord) -> Sums {
    Sums {
        count: record.count,
        sum: record.sum,
        squares: record.squares,
    }
}
