//! The keys of what is kept for decisions.

use crate::{
    domain::time::Timestamp,
    store::{
        ids::{AtomId, EventHash, ProfileId, RequestHash, TimerHash},
        keys::{join, ordered},
    },
};

/// The segments of a profile.
pub fn membership(id: ProfileId) -> Vec<u8> {
    join(b'm', &[&id.0])
}

/// The segments of all profiles.
pub const MEMBERSHIPS: &[u8] = b"m";
/// Behind the last of [`MEMBERSHIPS`].
pub const MEMBERSHIPS_END: &[u8] = b"n";

/// All profiles that are to be looked at again at a time.
pub const AGING: &[u8] = b"n";

/// A profile that is to be looked at again at a time.
pub fn aging(due: Timestamp, id: ProfileId) -> Vec<u8> {
    join(b'n', &[&ordered(due), &id.0])
}

/// How many are in a segment.
pub fn size(segment: &str) -> Vec<u8> {
    join(b'o', &[&[0], segment.as_bytes()])
}

/// By which segments all profiles were looked at.
pub const SWEEP: &[u8] = &[b'o', 1];

/// How much waits for its time.
pub const WAITING: &[u8] = &[b'o', 3];

/// How many profiles there are.
pub const COUNTED: &[u8] = &[b'o', 4];

/// All flows that are being started for a segment.
pub const STARTS: &[u8] = &[b'o', 2];

/// A flow that is being started for a segment, by the command.
pub fn start(request: RequestHash) -> Vec<u8> {
    join(b'o', &[&[2], &request.0])
}

/// Something that is done at a time.
pub fn timer(id: TimerHash) -> Vec<u8> {
    join(b't', &[&id.0])
}

/// All that is done at a time.
pub const TIMERS: &[u8] = b"t";

/// All that is done at a time, in that order.
pub const DUE: &[u8] = b"u";

/// The same, one of it.
pub fn due(due: Timestamp, id: TimerHash) -> Vec<u8> {
    join(b'u', &[&ordered(due), &id.0])
}

/// All that is done for what an event set going.
pub fn timers_of(event: EventHash) -> Vec<u8> {
    join(b's', &[&event.0])
}

/// The same, one of it.
pub fn timer_of(event: EventHash, id: TimerHash) -> Vec<u8> {
    join(b's', &[&event.0, &id.0])
}

/// All that waits for something to happen to an atom.
pub fn awaiting(id: AtomId) -> Vec<u8> {
    join(b'w', &[&id.0])
}

/// The same, one of it.
pub fn awaits(atom: AtomId, id: TimerHash) -> Vec<u8> {
    join(b'w', &[&atom.0, &id.0])
}

/// The time in a key below [`AGING`] or [`DUE`], and the last 16 bytes.
pub fn due_in(key: &[u8]) -> Option<(Timestamp, [u8; 16])> {
    let (head, id) = key.split_last_chunk::<16>()?;
    let (_, time) = head.split_last_chunk::<8>()?;
    let mut time = *time;
    if let Some(first) = time.first_mut() {
        *first ^= 0x80;
    }
    Some((Timestamp::from_micros(i64::from_be_bytes(time)), *id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_stands_in_the_order_of_its_time() {
        let times = [i64::MIN, -1, 0, 1, i64::MAX].map(Timestamp::from_micros);
        let keys = times.map(|time| due(time, TimerHash([7; 16])));
        assert!(keys.is_sorted());
        assert_eq!(
            keys.map(|key| due_in(&key).unwrap()),
            times.map(|time| (time, [7; 16]))
        );
    }
}
