//! The keys of routing: the agents that events tell of, and how many call-backs are booked.

use crate::{
    domain::time::Timestamp,
    store::{
        ids::KeyHash,
        keys::{join, ordered},
    },
};

/// All agents.
pub const AGENTS: &[u8] = b"a";
/// Behind the last of them.
pub const AGENTS_END: &[u8] = b"b";

/// An agent, by the hash of their id.
pub fn agent(id: KeyHash) -> Vec<u8> {
    join(b'a', &[&id.0])
}

/// The agent in a key below [`AGENTS`].
pub fn agent_in(key: &[u8]) -> Option<KeyHash> {
    key.split_last_chunk::<16>().map(|(_, id)| KeyHash(*id))
}

/// All call-backs that are booked, the earliest slot first.
pub const BOOKED: &[u8] = b"h";

/// The slots from an instant on: an end of a range.
pub fn booked_from(slot: Timestamp) -> Vec<u8> {
    join(b'h', &[&ordered(slot)])
}

/// The call-backs that are booked for a skill in the slot that begins then.
pub fn booked(slot: Timestamp, skill: &str) -> Vec<u8> {
    join(b'h', &[&ordered(slot), skill.as_bytes()])
}

/// The slot and the skill in a key below [`BOOKED`].
pub fn booked_in(key: &[u8]) -> Option<(Timestamp, &str)> {
    let (_, rest) = key.split_first()?;
    let (time, skill) = rest.split_first_chunk::<8>()?;
    let mut time = *time;
    if let Some(first) = time.first_mut() {
        *first ^= 0x80;
    }
    let slot = Timestamp::from_micros(i64::from_be_bytes(time));
    Some((slot, std::str::from_utf8(skill).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_read_as_it_was_written_and_slots_order_as_instants_do() {
        let at = Timestamp::from_micros;
        for micros in [i64::MIN, -1, 0, 1, i64::MAX] {
            assert_eq!(
                booked_in(&booked(at(micros), "orders")),
                Some((at(micros), "orders"))
            );
        }
        assert!(booked(at(-1), "z") < booked_from(at(0)));
        assert!(booked_from(at(0)) < booked(at(0), "a"));
        assert_eq!(agent_in(&agent(KeyHash([7; 16]))), Some(KeyHash([7; 16])));
    }
}
