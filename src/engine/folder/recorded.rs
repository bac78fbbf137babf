//! What a folder recorded, in the order in which it was taken in: for whoever puts it through other rules.
//!
//! Owns by what that order is told. The store has another one, so whoever wants it sorts the [`Place`]s, which are small and
//! of one size. Called by [`crate::tryout`].

use std::ops::ControlFlow;

use crate::{
    domain::{event::Event, time::Timestamp},
    engine::{folder::offline::Offline, queries::answer::QueryError},
    store::{AtomId, EventHash, Order, Read as _, View as _, keys},
};

/// When an event was taken in, and where it stands. Orders by the first, then by when it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When it was taken in.
    pub received: Timestamp,
    time: Timestamp,
    hash: EventHash,
    atom: AtomId,
}

impl Place {
    /// Bytes of one.
    pub const BYTES: usize = 48;

    /// As bytes.
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let parts = [
            &self.received.as_micros().to_le_bytes()[..],
            &self.time.as_micros().to_le_bytes(),
            &self.hash.0,
            &self.atom.0,
        ];
        let all = parts.into_iter().flatten();
        bytes.iter_mut().zip(all).for_each(|(to, from)| *to = *from);
        bytes
    }

    /// The same of bytes.
    pub fn of(bytes: &[u8; Self::BYTES]) -> Option<Self> {
        let (received, rest) = bytes.split_first_chunk::<8>()?;
        let (time, rest) = rest.split_first_chunk::<8>()?;
        let (hash, atom) = rest.split_first_chunk::<16>()?;
        let at = |bytes: &[u8; 8]| Timestamp::from_micros(i64::from_le_bytes(*bytes));
        Some(Self {
            received: at(received),
            time: at(time),
            hash: EventHash(*hash),
            atom: AtomId(*atom.first_chunk::<16>()?),
        })
    }
}

impl Offline {
    /// Visits every event that is kept, in no order that means anything; it ends where `visit` fails.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn recorded<E>(
        &self,
        mut visit: impl FnMut(Place, &Event) -> Result<(), E>,
    ) -> Result<Result<(), E>, QueryError> {
        let mut visited = Ok(());
        self.store()
            .scan_prefix(keys::EVENTS, Order::Ascending, &mut |key, value| {
                let Some((atom, time, hash)) = keys::event_in(key) else {
                    return Ok(ControlFlow::Continue(()));
                };
                let event: Event = self.store().decoded(value)?;
                let received = event.received;
                let place = Place {
                    received,
                    time,
                    hash,
                    atom,
                };
                visited = visit(place, &event);
                Ok(match visited {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                })
            })?;
        Ok(visited)
    }

    /// The event at a place.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn event_at(&self, place: Place) -> Result<Option<Event>, QueryError> {
        let key = keys::event(place.atom, place.time, place.hash);
        Ok(self.store().record(&key)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written_and_orders_by_when_it_was_taken_in() {
        let place = |received: i64, time: i64| Place {
            received: Timestamp::from_micros(received),
            time: Timestamp::from_micros(time),
            hash: EventHash([3; 16]),
            atom: AtomId([4; 16]),
        };
        let places = [
            place(-5, 9),
            place(-1, 1),
            place(0, -7),
            place(0, 2),
            place(i64::MAX, 0),
        ];
        assert!(places.is_sorted());
        assert_eq!(places.map(|one| Place::of(&one.to_bytes())), places.map(Some));
    }
}
