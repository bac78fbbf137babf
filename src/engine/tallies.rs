//! Counting for reports: what was decided about messages, and what became of them, by day and by the names that senders chose.
//!
//! An event is counted in the commit that places it, once: one that comes again is not placed again. What was counted stays
//! as it is when people merge, part or are erased, and when an event is kept no longer: nothing of a person is in it. Called
//! by `place`; [`Query`] tells what is counted.

use std::ops::ControlFlow;

use crate::{
    decide::contact::{Happened, Tally},
    domain::event::Event,
    engine::{Query, queries::answer::QueryError, state::batch::Batch},
    store::{CountedDayRecord, CountedRecord, Error, Order, Read, View, keys},
};

/// What is counted apart on one day, at most: the names are those that senders choose.
const COMBINATIONS_MAX: u32 = 1_000;

/// The name under which the rest of a day is counted.
const OTHER: &str = "other";

/// Keys of days that are kept no longer which one new day deletes: those of two days, however many names they have.
const FORGOTTEN_MAX: usize = 2_200;

impl Batch<'_> {
    /// Counts an event that was not known before, on the day that it happened on.
    pub(crate) fn count(&mut self, event: &Event) -> Result<(), Error> {
        let Some(tally) = Tally::of(event) else {
            return Ok(());
        };
        let kept = u32::from(self.rules.decide.contact.report_days);
        let days = [event.time.day(), event.received.day()].map(u32::try_from);
        let [Ok(day), Ok(today)] = days else { return Ok(()) };
        let first = today.saturating_add(1).saturating_sub(kept);
        if day < first {
            return Ok(());
        }
        if self.count_known(day, &tally)? {
            return Ok(());
        }
        let there: Option<CountedDayRecord> = self.overlay.record(&keys::counted_day(day))?;
        if there.is_none() {
            self.forget_counts_before(first)?;
        }
        let combinations = there.map_or(0, |there| there.combinations);
        if combinations < COMBINATIONS_MAX {
            let combinations = combinations.saturating_add(1);
            let record = CountedDayRecord { combinations };
            self.overlay.put_record(keys::counted_day(day), &record)?;
            return self.count_first(day, tally);
        }
        let rest = nameless(tally);
        match self.count_known(day, &rest)? {
            true => Ok(()),
            false => self.count_first(day, rest),
        }
    }

    /// Counts one more of what is counted on the day already; whether it is.
    fn count_known(&mut self, day: u32, tally: &Tally) -> Result<bool, Error> {
        let key = self.counted_key(day, tally);
        let Some(mut record) = self.overlay.record::<CountedRecord>(&key)? else {
            return Ok(false);
        };
        record.count = record.count.saturating_add(1);
        self.overlay.put_record(key, &record)?;
        Ok(true)
    }

    fn count_first(&mut self, day: u32, tally: Tally) -> Result<(), Error> {
        let key = self.counted_key(day, &tally);
        let Tally {
            happened,
            way,
            purpose,
            team,
            template,
        } = tally;
        let record = CountedRecord {
            happened: happened.as_str().to_owned(),
            reason: happened.reason().to_owned(),
            way,
            purpose,
            team,
            template,
            count: 1,
        };
        self.overlay.put_record(key, &record)
    }

    fn counted_key(&self, day: u32, tally: &Tally) -> Vec<u8> {
        let names = [
            tally.happened.as_str(),
            tally.happened.reason(),
            &tally.way,
            &tally.purpose,
            &tally.team,
            &tally.template,
        ];
        keys::counted(day, self.keyring.tally(&names))
    }

    /// Deletes what was counted on days before `first`, the earliest first.
    fn forget_counts_before(&mut self, first: u32) -> Result<(), Error> {
        self.forget_some(keys::COUNTED, &keys::counted_day(first), FORGOTTEN_MAX)
    }

    /// Deletes what stands from `from` on and before `end`, so much of it at most.
    pub(crate) fn forget_some(&mut self, from: &[u8], end: &[u8], most: usize) -> Result<(), Error> {
        let mut over = Vec::new();
        let mut note = |key: &[u8], _: &[u8]| {
            over.push(key.to_vec());
            Ok(match over.len() < most {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        };
        self.overlay.scan(from, end, Order::Ascending, &mut note)?;
        over.into_iter().for_each(|key| self.overlay.delete(key));
        Ok(())
    }
}

/// The same under no name that anybody chose.
fn nameless(tally: Tally) -> Tally {
    let other = || OTHER.to_owned();
    Tally {
        happened: tally.happened,
        way: other(),
        purpose: other(),
        team: other(),
        template: other(),
    }
}

impl Query {
    /// Visits what was counted on the days from `first` to `last`, by their numbers since 1970: the day, what, and how often.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn counted(
        &self,
        first: u32,
        last: u32,
        mut visit: impl FnMut(u32, Tally, u64),
    ) -> Result<(), QueryError> {
        for part in self.parts() {
            part.counted_here(first, last, &mut visit)?;
        }
        Ok(())
    }

    fn counted_here(
        &self,
        first: u32,
        last: u32,
        visit: &mut impl FnMut(u32, Tally, u64),
    ) -> Result<(), QueryError> {
        let (from, to) = (
            keys::counted_day(first),
            keys::counted_day(last.saturating_add(1)),
        );
        self.store()
            .scan(&from, &to, Order::Ascending, &mut |key, value| {
                if let Some(day) = keys::day_of_counted(key) {
                    let record: CountedRecord = self.store().decoded(value)?;
                    // What a later build counts is its to tell.
                    if let Some(happened) = Happened::named(&record.happened, &record.reason) {
                        let CountedRecord {
                            way,
                            purpose,
                            team,
                            template,
                            count,
                            ..
                        } = record;
                        let tally = Tally {
                            happened,
                            way,
                            purpose,
                            team,
                            template,
                        };
                        visit(day, tally, count);
                    }
                }
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(())
    }
}
