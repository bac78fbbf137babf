//! Who was logged in on a device, and when. Read off the timelines of the atoms that name a customer on it, so that
//! ownership is a function of the events and needs no state of its own.

use crate::{
    domain::{
        identity::{Key, Mark, ownership},
        time::Timestamp,
    },
    engine::{atoms::Atoms, graph::Graph},
    store::{AtomId, Error, keys, keys::DeviceRole},
};

impl<A: Atoms> Graph<'_, A> {
    /// Who owns `device` at `time`.
    ///
    /// # Errors
    /// When the index or a timeline cannot be read.
    pub fn owner(&self, device: &Key, time: Timestamp) -> Result<Option<Key>, Error> {
        let marking = self.marking(device)?;
        let before = self.mark_until(&marking, time)?;
        if let Some(mark) = &before
            && !mark.signs_out
        {
            return Ok(Some(mark.user.clone()));
        }
        let after = self.mark_after(&marking, time)?;
        Ok(ownership::owner(before.as_ref(), after.as_ref()).cloned())
    }

    /// The atoms whose events are log-ins or log-outs on `device`.
    pub(crate) fn marking(&self, device: &Key) -> Result<Vec<Marking>, Error> {
        let mut marking = Vec::new();
        for id in self
            .view
            .atoms(&keys::devices(self.keyring.key(device), DeviceRole::Mark))?
        {
            let Some(atom) = self.view.atom(id)? else { continue };
            let Some(user) = atom.claim.users(self.rules.of(atom.edition)).next() else {
                continue;
            };
            marking.push(Marking {
                id,
                user: user.clone(),
                signs_out: atom.claim.signs_out,
            });
        }
        Ok(marking)
    }

    /// The latest mark at or before `time`.
    pub(crate) fn mark_until(&self, marking: &[Marking], time: Timestamp) -> Result<Option<Mark>, Error> {
        let mut latest = None;
        for one in marking {
            let mark = self.view.last_event_until(one.id, time)?.map(|time| one.at(time));
            latest = latest.max(mark);
        }
        Ok(latest)
    }

    /// The earliest mark after `time`.
    pub(crate) fn mark_after(&self, marking: &[Marking], time: Timestamp) -> Result<Option<Mark>, Error> {
        let mut earliest: Option<Mark> = None;
        for one in marking {
            let mark = self
                .view
                .first_event_after(one.id, time)?
                .map(|time| one.at(time));
            earliest = [earliest, mark].into_iter().flatten().min();
        }
        Ok(earliest)
    }
}

/// An atom whose events are marks on a device.
#[derive(Clone, Debug)]
pub(crate) struct Marking {
    id: AtomId,
    user: Key,
    signs_out: bool,
}

impl Marking {
    fn at(&self, time: Timestamp) -> Mark {
        Mark {
            time,
            signs_out: self.signs_out,
            user: self.user.clone(),
        }
    }
}
