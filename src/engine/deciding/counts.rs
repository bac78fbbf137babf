//! What is counted, so that nobody who asks has to count it: how much waits for its time, how many profiles there are.
//!
//! Profiles are counted as the first sweep comes by them, and from then on as they appear and go. Where there never was a
//! sweep, as without rules, none are kept count of in the store; whoever watches has `engine::writer::population`.

use std::ops::ControlFlow;

use crate::{
    engine::{
        combine::Combined,
        deciding::{Acted, Kind},
        state::batch::Batch,
    },
    store::{Error, Order, PopulationRecord, ProfileId, Read, View, WaitingRecord, keys},
    telemetry::DecidedMetrics,
};

/// What a batch adds to the counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// Timers that were put up.
    pub(super) put_up: u64,
    /// Timers that were taken back, or whose time came.
    pub(super) stopped: u64,
    /// Profiles that appeared (true) or went.
    profiles: Vec<(ProfileId, bool)>,
}

/// What was decided in a batch, in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    /// How much waits for its time; `None`: as much as before.
    pub(crate) waiting: Option<u64>,
    /// Messages that are to be sent.
    pub(crate) sends: u64,
    /// Other actions that are to be done.
    pub(crate) asks: u64,
    /// How often somebody came into a segment.
    pub(crate) entered: u64,
    /// How often somebody went out of one.
    pub(crate) left: u64,
}

impl Figures {
    /// Counts them, once what they are of is visible.
    pub(crate) fn count(&self, metrics: &DecidedMetrics) {
        if let Some(waiting) = self.waiting {
            metrics.waiting(waiting);
        }
        metrics.actions(self.sends, self.asks);
        metrics.segment_changes(self.entered, self.left);
    }
}

impl Batch<'_> {
    /// Notes whether a profile is there, if it was not before or was.
    pub(crate) fn tally(&mut self, id: ProfileId, was: bool, is: bool) {
        if was != is {
            self.tally.profiles.push((id, is));
        }
    }

    /// Notes that a timer comes with customers of another partition (true), or goes there.
    pub(crate) fn tally_timer(&mut self, comes: bool) {
        let count = match comes {
            true => &mut self.tally.put_up,
            false => &mut self.tally.stopped,
        };
        *count = count.saturating_add(1);
    }

    /// The profiles that appear (true) with the batch, or go.
    ///
    /// ORDER: before [`Self::figures`], which takes what it adds up.
    pub(crate) fn came_and_went(&self) -> Vec<(ProfileId, bool)> {
        self.tally.profiles.clone()
    }

    /// Counts profiles on, where not all are counted: the next so many that were there before the batch.
    pub(super) fn count_profiles(&mut self, most: usize) -> Result<(), Error> {
        let counted: Option<PopulationRecord> = self.overlay.record(keys::POPULATION)?;
        let after = match counted {
            Some(PopulationRecord { until: None, .. }) => return Ok(()),
            Some(PopulationRecord { until, .. }) => until,
            None => None,
        };
        let (mut ids, mut last) = (0_usize, None);
        let from = after.map_or(keys::PROFILES.to_vec(), keys::profile);
        let before = self.overlay.before();
        before.scan(&from, keys::PROFILES_END, Order::Ascending, &mut |key, _| {
            if ids >= most {
                return Ok(ControlFlow::Break(()));
            }
            if let Some(id) = keys::profile_id(key).filter(|id| after.is_none_or(|after| *id > after)) {
                ids = ids.saturating_add(1);
                last = Some(id);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let profiles = counted.map_or(0, |counted| counted.profiles);
        let counted = PopulationRecord {
            profiles: profiles.saturating_add(count(ids)),
            until: last.filter(|_| ids >= most),
        };
        self.overlay.put_record(keys::POPULATION.to_vec(), &counted)
    }

    /// Writes the counts down, where they are others, and tells what the batch comes to in figures.
    pub(crate) fn figures(
        &mut self,
        combined: &Combined,
        acts: &[(Acted, ProfileId)],
    ) -> Result<Figures, Error> {
        let tally = std::mem::take(&mut self.tally);
        self.keep_profiles(&tally)?;
        let sends = acts
            .iter()
            .filter(|(act, _)| matches!(act.kind, Kind::Send { .. }));
        let sends = count(sends.count());
        let changes = combined.segmented.values();
        let (mut entered, mut left) = (0_u64, 0_u64);
        for segmented in changes {
            entered = entered.saturating_add(count(segmented.entered.len()));
            left = left.saturating_add(count(segmented.left.len()));
        }
        Ok(Figures {
            waiting: self.keep_waiting(&tally)?,
            sends,
            asks: count(acts.len()).saturating_sub(sends),
            entered,
            left,
        })
    }

    /// One key in each commit, however many timers it puts up.
    fn keep_waiting(&mut self, tally: &Tally) -> Result<Option<u64>, Error> {
        if tally.put_up == tally.stopped {
            return Ok(None);
        }
        let timers = waiting(&self.overlay)?
            .saturating_add(tally.put_up)
            .saturating_sub(tally.stopped);
        match timers {
            0 => self.overlay.delete(keys::WAITING.to_vec()),
            timers => {
                let record = WaitingRecord { timers };
                self.overlay.put_record(keys::WAITING.to_vec(), &record)?;
            }
        }
        Ok(Some(timers))
    }

    fn keep_profiles(&mut self, tally: &Tally) -> Result<(), Error> {
        if tally.profiles.is_empty() || !self.has_segments {
            return Ok(());
        }
        let Some(mut counted) = self.overlay.record::<PopulationRecord>(keys::POPULATION)? else {
            return Ok(());
        };
        // Who stands behind is counted when the sweep comes there.
        let is_counted = |id: ProfileId| counted.until.is_none_or(|until| id <= until);
        let all = || tally.profiles.iter().filter(|(id, _)| is_counted(*id));
        let appeared = all().filter(|(_, is_there)| *is_there).count();
        let gone = all().count().saturating_sub(appeared);
        counted.profiles = counted
            .profiles
            .saturating_add(count(appeared))
            .saturating_sub(count(gone));
        self.overlay.put_record(keys::POPULATION.to_vec(), &counted)
    }
}

/// How much waits for its time in a view.
pub(crate) fn waiting(view: &impl Read) -> Result<u64, Error> {
    let record: Option<WaitingRecord> = view.record(keys::WAITING)?;
    Ok(record.unwrap_or_default().timers)
}

fn count(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}
