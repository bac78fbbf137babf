//! The keys of what was erased: marks by which what comes again is refused, the erasures themselves, and where what was
//! refused still stands.

use crate::store::{
    ids::{AtomId, ErasureId, EventHash, KeyHash},
    keys::join,
};

/// What a mark is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erased {
    /// An identifier.
    Key(KeyHash),
    /// A claim.
    Atom(AtomId),
    /// An event.
    Event(EventHash),
}

/// All that was erased.
pub const ERASED: &[u8] = b"Z";

/// All erasures.
pub const ERASURES: &[u8] = b"Z\x03";

/// The erasures of whom files may hold something.
pub const PENDING: &[u8] = b"Z\x04";

/// The erasures that take several commits and are not done.
pub const ERASING: &[u8] = b"Z\x05";

/// When files were last begun to be cleared.
pub const CLEARED: &[u8] = b"Z\x06";

/// The mark of something that was erased.
pub fn erased(what: Erased) -> Vec<u8> {
    let (kind, hash) = match what {
        Erased::Key(KeyHash(hash)) => (0, hash),
        Erased::Atom(AtomId(hash)) => (1, hash),
        Erased::Event(EventHash(hash)) => (2, hash),
    };
    join(b'Z', &[&[kind], &hash])
}

/// One erasure.
pub fn erasure(id: ErasureId) -> Vec<u8> {
    join(b'Z', &[&[3], &id.0])
}

/// That files may hold something of who was erased by this.
pub fn pending(id: ErasureId) -> Vec<u8> {
    join(b'Z', &[&[4], &id.0])
}

/// All messages of the input stream that are still to be deleted there.
pub const UNDELETED: &[u8] = b"J";

/// A message of the input stream, by its number, that is still to be deleted there.
pub fn undeleted(place: u64) -> Vec<u8> {
    join(b'J', &[&place.to_be_bytes()])
}

/// The number in a key below [`UNDELETED`].
pub fn undeleted_place(key: &[u8]) -> Option<u64> {
    key.split_last_chunk::<8>()
        .map(|(_, place)| u64::from_be_bytes(*place))
}

/// How far an erasure is that takes several commits.
pub fn erasing(id: ErasureId) -> Vec<u8> {
    join(b'Z', &[&[5], &id.0])
}
