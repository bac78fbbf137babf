//! What is done at a time: put up, taken back, found. A timer goes with an event, and so with whoever that is of.

use std::ops::ControlFlow;

use crate::{
    domain::time::Timestamp,
    engine::state::batch::Batch,
    store::{AtomId, Error, EventHash, Order, ProfileId, Read, Task, TimerHash, TimerRecord, View, keys},
};

impl Batch<'_> {
    /// Puts a timer up; one of the same id that there was is replaced.
    pub(super) fn put_timer(&mut self, id: TimerHash, timer: &TimerRecord) -> Result<(), Error> {
        self.stop_timer(id)?;
        self.tally.put_up = self.tally.put_up.saturating_add(1);
        self.overlay.put_record(keys::timer(id), timer)?;
        self.overlay.put(keys::due(timer.due, id), Vec::new());
        self.overlay.put(keys::timer_of(timer.event, id), Vec::new());
        if is_awaiting(timer) {
            self.overlay.put(keys::awaits(timer.atom, id), Vec::new());
        }
        Ok(())
    }

    /// Takes a timer back: what it was, if there was one.
    pub(super) fn stop_timer(&mut self, id: TimerHash) -> Result<Option<TimerRecord>, Error> {
        let Some(timer) = self.overlay.record::<TimerRecord>(&keys::timer(id))? else {
            return Ok(None);
        };
        self.tally.stopped = self.tally.stopped.saturating_add(1);
        self.overlay.delete(keys::timer(id));
        self.overlay.delete(keys::due(timer.due, id));
        self.overlay.delete(keys::timer_of(timer.event, id));
        if is_awaiting(&timer) {
            self.overlay.delete(keys::awaits(timer.atom, id));
        }
        Ok(Some(timer))
    }

    /// Takes back what was put up for an event that is gone.
    pub(crate) fn stop_timers_of(&mut self, event: EventHash) -> Result<(), Error> {
        for id in self.overlay.pointees(&keys::timers_of(event))? {
            self.stop_timer(TimerHash(id))?;
        }
        Ok(())
    }

    /// Has what was put up for an event wait for what happens to the atom that the event moves to.
    pub(crate) fn move_timers(&mut self, event: EventHash, atom: AtomId) -> Result<(), Error> {
        for id in self.overlay.pointees(&keys::timers_of(event))? {
            let id = TimerHash(id);
            if let Some(timer) = self.stop_timer(id)? {
                self.put_timer(id, &TimerRecord { atom, ..timer })?;
            }
        }
        Ok(())
    }

    /// Has what waits for something to happen to these atoms look at once.
    pub(super) fn wake(&mut self, atoms: &[AtomId], now: Timestamp) -> Result<(), Error> {
        for atom in atoms {
            for id in self.overlay.pointees(&keys::awaiting(*atom))? {
                let id = TimerHash(id);
                if let Some(timer) = self.stop_timer(id)? {
                    self.put_timer(id, &TimerRecord { due: now, ..timer })?;
                }
            }
        }
        Ok(())
    }

    /// The first so many timers that are due, and under which times they stand.
    pub(super) fn due_timers(
        &self,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<(Timestamp, TimerHash)>, Error> {
        let due = self.due_until(keys::DUE, now, most)?;
        Ok(due.into_iter().map(|(at, id)| (at, TimerHash(id))).collect())
    }

    /// The first so many profiles whose segments are to be looked at again, and under which times they stand.
    pub(super) fn due_profiles(
        &self,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<(Timestamp, ProfileId)>, Error> {
        let due = self.due_until(keys::AGING, now, most)?;
        Ok(due.into_iter().map(|(at, id)| (at, ProfileId(id))).collect())
    }

    fn due_until(
        &self,
        prefix: &[u8],
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<(Timestamp, [u8; 16])>, Error> {
        let mut due = Vec::new();
        if most == 0 {
            return Ok(due);
        }
        self.overlay
            .scan_prefix(prefix, Order::Ascending, &mut |key, _| {
                let entry = keys::due_in(key).filter(|(at, _)| *at <= now);
                due.extend(entry);
                Ok(match entry.is_some() && due.len() < most {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                })
            })?;
        Ok(due)
    }
}

/// When something is due next in a view, or somebody is to be looked at again.
pub(crate) fn next_due(view: &impl View) -> Result<Option<Timestamp>, Error> {
    let next = [first_due(view)?, first_below(view, keys::AGING)?];
    Ok(next.into_iter().flatten().min())
}

/// When the next timer is due in a view.
pub(crate) fn first_due(view: &impl View) -> Result<Option<Timestamp>, Error> {
    first_below(view, keys::DUE)
}

fn first_below(view: &impl View, prefix: &[u8]) -> Result<Option<Timestamp>, Error> {
    let mut next: Option<Timestamp> = None;
    view.scan_prefix(prefix, Order::Ascending, &mut |key, _| {
        next = keys::due_in(key).map(|(at, _)| at);
        Ok(ControlFlow::Break(()))
    })?;
    Ok(next)
}

/// Whether it is woken by what happens.
const fn is_awaiting(timer: &TimerRecord) -> bool {
    matches!(&timer.task, Task::Run(run) if run.deadline.is_some())
}
