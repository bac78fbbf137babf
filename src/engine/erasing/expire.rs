//! Expiry: events that are kept no longer are taken out, a few atoms per step and in turns with what comes.
//!
//! To take one out is to undo it: what is left is what would be there had it never come, and an event as old is refused
//! when it comes (`too_late`). So what a profile is depends on which events are kept, and on nothing else.

use std::{collections::BTreeSet, ops::ControlFlow};

use crate::{
    domain::{event::Event, time::Timestamp},
    engine::{
        erasing::erase::Unmarked,
        state::{atoms::Atoms, batch::Batch},
    },
    store::{AtomId, Error, EventHash, Order, Read, View, keys},
};

/// Events that one step takes out of an atom where they fit into a commit.
pub(crate) const EVENTS_MAX: usize = 10_000;

/// A way through all atoms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expiring {
    /// The last that was looked at.
    pub(crate) after: AtomId,
    /// Atoms that a step looks at.
    pub(crate) atoms: usize,
    /// Events that it takes out of each of them.
    pub(crate) events: usize,
}

impl Expiring {
    /// Halves what makes too large a commit; whether there was anything to halve.
    pub(crate) fn halve(&mut self) -> bool {
        match self {
            Self { atoms, .. } if *atoms > 1 => *atoms /= 2,
            Self { events, .. } if *events > 1 => *events /= 2,
            Self { .. } => return false,
        }
        true
    }
}

impl Batch<'_> {
    /// Takes out what the next atoms behind `after` have that is kept no longer; where the next step goes on, or `None`
    /// at the end.
    pub(crate) fn expire(&mut self, expiring: Expiring, now: Timestamp) -> Result<Option<AtomId>, Error> {
        let Expiring { after, atoms, events } = expiring;
        let Some(since) = self.rules.retention.certain_since(now) else {
            return Ok(None);
        };
        let next = self.overlay.atoms_behind(after, atoms)?;
        let (mut unmarked, mut before) = (Unmarked::new(), after);
        for id in &next {
            let previous = std::mem::replace(&mut before, *id);
            let Some(atom) = self.overlay.atom(*id)? else {
                continue;
            };
            if atom.aggregate.first.is_none_or(|first| first >= since) {
                continue;
            }
            let mut over = self.over(*id, since, events, now)?;
            if over.is_empty() {
                continue;
            }
            let is_more = over.len() > events;
            over.truncate(events);
            self.remove_events(*id, &atom, &over, &mut unmarked)?;
            self.refold(*id, BTreeSet::new())?;
            self.touched.expired = true;
            if is_more {
                // The rest of it follows.
                self.reassign_around(unmarked)?;
                return Ok(Some(previous));
            }
        }
        self.reassign_around(unmarked)?;
        Ok(next.last().copied().filter(|_| next.len() == atoms))
    }

    /// The events of an atom before `since` that are kept no longer: one more than so many, where there are more.
    fn over(
        &self,
        id: AtomId,
        since: Timestamp,
        most: usize,
        now: Timestamp,
    ) -> Result<Vec<(Timestamp, EventHash)>, Error> {
        let (mut over, to) = (Vec::new(), keys::events_from(id, since));
        self.overlay
            .scan(&keys::events(id), &to, Order::Ascending, &mut |key, value| {
                let event: Event = self.overlay.decoded(value)?;
                let place = keys::event_place(key);
                over.extend(place.filter(|_| self.rules.retention.is_over(&event, now)));
                Ok(match over.len() > most {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                })
            })?;
        Ok(over)
    }
}
