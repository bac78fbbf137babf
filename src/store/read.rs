//! Typed reads over any view: the committed store, or the engine's overlay on it.

use std::ops::ControlFlow;

use crate::{
    domain::{
        event::{Event, EventId, Name, Stamp},
        profile::matters::Moment,
        time::Timestamp,
    },
    store::{
        codec::{self, Record},
        error::Error,
        ids::{AtomId, EventHash},
        keys,
        view::{Order, View},
    },
};

/// Reads of records and of index entries.
pub trait Read: View {
    /// The record under `key`.
    ///
    /// # Errors
    /// When it cannot be read or decoded.
    fn record<T: Record>(&self, key: &[u8]) -> Result<Option<T>, Error> {
        match self.get(key)? {
            Some(bytes) => self.decoded(&bytes).map(Some),
            None => Ok(None),
        }
    }

    /// What a value of this view says.
    ///
    /// # Errors
    /// When it cannot be decoded, which the view hears of.
    fn decoded<T: Record>(&self, bytes: &[u8]) -> Result<T, Error> {
        codec::decode(bytes).map_err(|error| {
            let error = error.into();
            self.refused(&error);
            error
        })
    }

    /// What happened by an event of this view: the event without what is said of it.
    ///
    /// # Errors
    /// When it cannot be decoded, which the view hears of.
    fn decoded_moment(&self, bytes: &[u8]) -> Result<Moment, Error> {
        let head = codec::decode_head::<Event, (EventId, Name, Name, Timestamp)>(bytes);
        let (EventId { source, id }, channel, name, time) = head.map_err(|error| {
            let error = error.into();
            self.refused(&error);
            error
        })?;
        Ok(Moment {
            stamp: Stamp { time, id, source },
            channel,
            name,
            about: None,
        })
    }

    /// What the index entries below `prefix` point to, in order.
    ///
    /// # Errors
    /// When the index cannot be read.
    fn pointees(&self, prefix: &[u8]) -> Result<Vec<[u8; 16]>, Error> {
        let mut found = Vec::new();
        self.scan_prefix(prefix, Order::Ascending, &mut |key, _| {
            found.extend(keys::pointee(key));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    /// The atoms that the index entries below `prefix` point to, in order.
    ///
    /// # Errors
    /// When the index cannot be read.
    fn atoms(&self, prefix: &[u8]) -> Result<Vec<AtomId>, Error> {
        Ok(self.pointees(prefix)?.into_iter().map(AtomId).collect())
    }

    /// The same, unless there are more than `most`.
    ///
    /// # Errors
    /// When the index cannot be read.
    fn atoms_up_to(&self, prefix: &[u8], most: usize) -> Result<Option<Vec<AtomId>>, Error> {
        if self.has_more_than(prefix, most) {
            return Ok(None);
        }
        let mut atoms = self.first_atoms(prefix, most.saturating_add(1))?;
        Ok((atoms.len() <= most).then(|| std::mem::take(&mut atoms)))
    }

    /// The first `most` atoms that the index entries below `prefix` point to.
    ///
    /// # Errors
    /// When the index cannot be read.
    fn first_atoms(&self, prefix: &[u8], most: usize) -> Result<Vec<AtomId>, Error> {
        let mut found = Vec::new();
        self.scan_prefix(prefix, Order::Ascending, &mut |key, _| {
            found.extend(keys::pointee(key).map(AtomId));
            Ok(match found.len() < most {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        })?;
        found.truncate(most);
        Ok(found)
    }

    /// The next `most` atoms behind `after`, in the order of their ids.
    ///
    /// # Errors
    /// When they cannot be read.
    fn atoms_behind(&self, after: AtomId, most: usize) -> Result<Vec<AtomId>, Error> {
        let (mut atoms, from) = (Vec::new(), keys::atom(after));
        self.scan(&from, keys::ATOMS_END, Order::Ascending, &mut |key, _| {
            if atoms.len() >= most {
                return Ok(ControlFlow::Break(()));
            }
            atoms.extend(keys::pointee(key).map(AtomId).filter(|id| *id > after));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(atoms)
    }

    /// The time of an atom's last event at or before `time`.
    ///
    /// # Errors
    /// When the timeline cannot be read.
    fn last_event_until(&self, atom: AtomId, time: Timestamp) -> Result<Option<Timestamp>, Error> {
        let until = keys::events_from(atom, Timestamp::from_micros(time.as_micros().saturating_add(1)));
        first_time(self, &keys::events(atom), &until, Order::Descending)
    }

    /// The time of an atom's first event after `time`.
    ///
    /// # Errors
    /// When the timeline cannot be read.
    fn first_event_after(&self, atom: AtomId, time: Timestamp) -> Result<Option<Timestamp>, Error> {
        let from = keys::events_from(atom, Timestamp::from_micros(time.as_micros().saturating_add(1)));
        first_time(self, &from, &keys::events_end(atom), Order::Ascending)
    }

    /// An atom's events with `from <= time < to`, oldest first.
    ///
    /// # Errors
    /// When the timeline cannot be read or an event cannot be decoded.
    fn events_between(
        &self,
        atom: AtomId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(EventHash, Event)>, Error> {
        let mut events = Vec::new();
        let range = (keys::events_from(atom, from), keys::events_from(atom, to));
        self.scan(&range.0, &range.1, Order::Ascending, &mut |key, value| {
            if let Some((_, hash)) = keys::event_place(key) {
                events.push((hash, self.decoded(value)?));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(events)
    }
}

impl<V: View + ?Sized> Read for V {}

fn first_time<V: View + ?Sized>(
    view: &V,
    from: &[u8],
    to: &[u8],
    order: Order,
) -> Result<Option<Timestamp>, Error> {
    let mut time = None;
    view.scan(from, to, order, &mut |key, _| {
        time = keys::event_place(key).map(|(time, _)| time);
        Ok(ControlFlow::Break(()))
    })?;
    Ok(time)
}
