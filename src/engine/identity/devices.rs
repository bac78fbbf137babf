//! Who was logged in on a device, and when. An index has the log-ins and log-outs on each device in the order of their time,
//! so that ownership is a function of the events and costs the same however many logged in there.

use std::ops::ControlFlow;

use crate::{
    domain::{
        identity::{Key, Mark, ownership},
        time::Timestamp,
    },
    engine::{identity::graph::Graph, state::atoms::Atoms},
    store::{AtomId, Error, Order, keys, keys::DeviceRole},
};

impl<A: Atoms> Graph<'_, A> {
    /// Who owns `device` at `time`.
    ///
    /// # Errors
    /// When the index or a timeline cannot be read.
    pub fn owner(&self, device: &Key, time: Timestamp) -> Result<Option<Key>, Error> {
        let before = self.mark_until(device, time)?;
        if let Some(mark) = &before
            && !mark.signs_out
        {
            return Ok(Some(mark.user.clone()));
        }
        let after = self.mark_after(device, time)?;
        Ok(ownership::owner(before.as_ref(), after.as_ref()).cloned())
    }

    /// The latest mark on a device at or before `time`.
    pub(crate) fn mark_until(&self, device: &Key, time: Timestamp) -> Result<Option<Mark>, Error> {
        let hash = self.keyring.key(device);
        let marks = match self.has_all_marks() {
            true => self.nearest(
                (&keys::marks(hash), &keys::marks_from(hash, next(time))),
                Order::Descending,
            )?,
            false => self.of_each(device, |id| self.view.last_event_until(id, time))?,
        };
        Ok(self.marks(marks)?.into_iter().max())
    }

    /// The earliest mark on a device after `time`.
    pub(crate) fn mark_after(&self, device: &Key, time: Timestamp) -> Result<Option<Mark>, Error> {
        let hash = self.keyring.key(device);
        let marks = match self.has_all_marks() {
            true => self.nearest(
                (&keys::marks_from(hash, next(time)), &keys::marks_end(hash)),
                Order::Ascending,
            )?,
            false => self.of_each(device, |id| self.view.first_event_after(id, time))?,
        };
        Ok(self.marks(marks)?.into_iter().min())
    }

    /// Whether the index has every mark: a store of a former edition may be of a build that had none.
    fn has_all_marks(&self) -> bool {
        self.rules.former.is_empty()
    }

    /// What stands in the index at the first instant of a range from this end.
    fn nearest(&self, (from, to): (&[u8], &[u8]), order: Order) -> Result<Vec<(Timestamp, AtomId)>, Error> {
        let mut nearest: Vec<(Timestamp, AtomId)> = Vec::new();
        self.view.scan(from, to, order, &mut |key, _| {
            let Some((time, _, id)) = keys::mark_place(key) else {
                return Ok(ControlFlow::Continue(()));
            };
            if nearest.first().is_some_and(|(first, _)| *first != time) {
                return Ok(ControlFlow::Break(()));
            }
            nearest.push((time, id));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(nearest)
    }

    /// One instant of each atom whose events are marks on a device.
    fn of_each(
        &self,
        device: &Key,
        time: impl Fn(AtomId) -> Result<Option<Timestamp>, Error>,
    ) -> Result<Vec<(Timestamp, AtomId)>, Error> {
        let mut found = Vec::new();
        for id in self
            .view
            .atoms(&keys::devices(self.keyring.key(device), DeviceRole::Mark))?
        {
            found.extend(time(id)?.map(|time| (time, id)));
        }
        Ok(found)
    }

    /// What events of these atoms at these instants say of a device.
    fn marks(&self, found: Vec<(Timestamp, AtomId)>) -> Result<Vec<Mark>, Error> {
        let mut marks = Vec::with_capacity(found.len());
        for (time, id) in found {
            let Some(atom) = self.view.atom(id)? else { continue };
            let user = atom.claim.users(self.rules.of(atom.edition)).next();
            marks.extend(user.map(|user| Mark {
                time,
                signs_out: atom.claim.signs_out,
                user: user.clone(),
            }));
        }
        Ok(marks)
    }
}

const fn next(time: Timestamp) -> Timestamp {
    Timestamp::from_micros(time.as_micros().saturating_add(1))
}
