//! The keys of what is counted of the experience: by day and by names; and of what each customer adds to it.

use crate::store::{
    ids::{ProfileId, TallyHash},
    keys::join,
};

/// All that is counted.
pub const CELLS: &[u8] = b"x";

/// How many cells a day has; before all of them.
pub fn day(day: u32) -> Vec<u8> {
    join(b'x', &[&day.to_be_bytes()])
}

/// A cell of a day.
pub fn cell(day: u32, names: TallyHash) -> Vec<u8> {
    join(b'x', &[&day.to_be_bytes(), &names.0])
}

/// The day of a cell's key; `None` of a day's own.
pub fn day_of(key: &[u8]) -> Option<u32> {
    let (head, _) = key.split_last_chunk::<16>()?;
    head.split_last_chunk::<4>()
        .map(|(_, day)| u32::from_be_bytes(*day))
}

/// What a cell counts, by the hash of its names; `None` of a day's own key.
pub fn names_of(key: &[u8]) -> Option<TallyHash> {
    day_of(key)?;
    key.split_last_chunk::<16>().map(|(_, names)| TallyHash(*names))
}

/// What all customers add.
pub const SHARES: &[u8] = b"y";

/// What a customer adds.
pub fn share(id: ProfileId) -> Vec<u8> {
    join(b'y', &[&id.0])
}

/// The profile in a key below [`SHARES`].
pub fn share_of(key: &[u8]) -> Option<ProfileId> {
    let id = key.strip_prefix(SHARES)?.first_chunk::<16>()?;
    Some(ProfileId(*id))
}

/// All that was found out about many customers.
pub const INSIGHTS: &[u8] = b"i";

/// Something that was found out: of what kind, and about what.
pub fn insight(kind: &str, about: &str) -> Vec<u8> {
    join(b'i', &[kind.as_bytes(), &[0], about.as_bytes()])
}
