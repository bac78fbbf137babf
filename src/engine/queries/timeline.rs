//! The timeline of a profile: the events of all its atoms in one order, page by page.

use std::{cmp::Reverse, ops::ControlFlow};

use crate::{
    domain::{event::Event, time::Timestamp},
    engine::queries::{
        answer::{Query, QueryError},
        query::{TimelinePage, TimelineRange},
    },
    store::{AtomId, Error, EventHash, Order, ProfileId, ProfileRecord, Read, Store, View, keys},
};

/// Where an event stands in the timeline.
type Place = (Timestamp, EventHash);

impl Query {
    /// A page of a profile's timeline, the latest event first.
    ///
    /// # Errors
    /// [`QueryError::BadCursor`], or when the store cannot be read.
    pub fn timeline(&self, id: ProfileId, range: &TimelineRange) -> Result<TimelinePage, QueryError> {
        let before = range
            .cursor
            .as_deref()
            .map(|text| parse(text).ok_or(QueryError::BadCursor))
            .transpose()?;
        let page = self.settled(id, |record| Ok(page(self.store(), record, before, range)?))?;
        Ok(page.unwrap_or_default())
    }
}

fn page(
    store: &Store,
    record: &ProfileRecord,
    before: Option<Place>,
    range: &TimelineRange,
) -> Result<TimelinePage, Error> {
    // One more than the page holds, of each atom: then the page is right and it is known whether there is more.
    let mut events = Vec::new();
    for atom in record.members.iter().chain(&record.attributed) {
        latest(store, *atom, before, range, &mut events)?;
    }
    events.sort_by_key(|(place, _)| Reverse(*place));
    let more = events.len() > range.limit;
    events.truncate(range.limit);
    let next = events.last().filter(|_| more).map(|(place, _)| format(*place));
    Ok(TimelinePage {
        events: events.into_iter().map(|(_, event)| event).collect(),
        next,
    })
}

/// The latest events of one atom before a place, one more than a page holds.
fn latest(
    store: &Store,
    atom: AtomId,
    before: Option<Place>,
    range: &TimelineRange,
    events: &mut Vec<(Place, Event)>,
) -> Result<(), Error> {
    let to = before.map_or_else(
        || keys::events_end(atom),
        |(time, hash)| keys::event(atom, time, hash),
    );
    let mut room = range.limit.saturating_add(1);
    store.scan(&keys::events(atom), &to, Order::Descending, &mut |key, value| {
        let event: Event = store.decoded(value)?;
        let wanted = range
            .channel
            .as_ref()
            .is_none_or(|channel| *channel == event.channel);
        if let Some(place) = keys::event_place(key).filter(|_| wanted) {
            events.push((place, event));
            room = room.saturating_sub(1);
        }
        Ok(if room == 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    })
}

/// A place as a cursor: opaque to callers.
fn format((time, hash): Place) -> String {
    format!("{:016x}{}", time.as_micros(), hash)
}

fn parse(cursor: &str) -> Option<Place> {
    let (time, hash) = cursor.split_at_checked(16)?;
    let time = u64::from_str_radix(time, 16).ok()?.cast_signed();
    let hash = u128::from_str_radix(hash, 16).ok().filter(|_| hash.len() == 32)?;
    Some((Timestamp::from_micros(time), EventHash(hash.to_be_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_does() {
        for time in [i64::MIN, -1, 0, 1_764_000_000_000_000] {
            let place = (Timestamp::from_micros(time), EventHash([7; 16]));
            assert_eq!(parse(&format(place)), Some(place));
        }
        for bad in ["", "12", "zz", "ééééééééééééééé", &"0".repeat(49)] {
            assert_eq!(parse(bad), None);
        }
    }
}
