//! The keys of what is counted for reports: by day, and within it by what it is counted by.

use crate::store::{ids::TallyHash, keys::join};

/// All that is counted.
pub const COUNTED: &[u8] = b"c";

/// How much is counted apart on a day, by its number since 1970; before all that is counted on it.
pub fn counted_day(day: u32) -> Vec<u8> {
    join(b'c', &[&day.to_be_bytes()])
}

/// What is counted on a day under the same names.
pub fn counted(day: u32, tally: TallyHash) -> Vec<u8> {
    join(b'c', &[&day.to_be_bytes(), &tally.0])
}

/// The day of a key below [`COUNTED`] that counts something; `None` of a day's own.
pub fn day_of_counted(key: &[u8]) -> Option<u32> {
    let (head, _) = key.split_last_chunk::<16>()?;
    head.split_last_chunk::<4>()
        .map(|(_, day)| u32::from_be_bytes(*day))
}
