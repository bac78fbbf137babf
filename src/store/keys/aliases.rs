//! The keys of what declares customer ids the same.

use crate::store::{
    ids::{AtomId, KeyHash, WordHash},
    keys::join,
};

/// What declares two user ids the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declared {
    /// A steward.
    Said(WordHash),
    /// A claim.
    Claimed(AtomId),
}

/// All that declares user ids the same.
pub const ALIASES: &[u8] = b"L";

/// All user ids declared the same as one.
pub fn aliases(user: KeyHash) -> Vec<u8> {
    join(b'L', &[&user.0])
}

/// All words that declare two user ids the same, from one side.
pub fn said_same(user: KeyHash, other: KeyHash) -> Vec<u8> {
    join(b'L', &[&user.0, &other.0, &[0]])
}

/// Two user ids declared the same by somebody, from one side.
pub fn alias(user: KeyHash, other: KeyHash, by: Declared) -> Vec<u8> {
    match by {
        Declared::Said(word) => join(b'L', &[&user.0, &other.0, &[0], &word.0]),
        Declared::Claimed(atom) => join(b'L', &[&user.0, &other.0, &[1], &atom.0]),
    }
}

/// Behind all that declares a user id the same as another.
pub fn behind_aliases_between(user: KeyHash, other: KeyHash) -> Vec<u8> {
    join(b'L', &[&user.0, &other.0, &[0xff]])
}

/// Behind all that declares a user id the same as any.
pub fn behind_aliases(user: KeyHash) -> Vec<u8> {
    join(b'L', &[&user.0, &[0xff; 34]])
}

/// What declares two user ids the same by a key below [`ALIASES`].
pub fn declared_by(key: &[u8]) -> Option<Declared> {
    let (kind, by) = key.get(33..)?.split_first()?;
    let by = *by.first_chunk::<16>()?;
    match kind {
        0 => Some(Declared::Said(WordHash(by))),
        1 => Some(Declared::Claimed(AtomId(by))),
        _ => None,
    }
}

/// The other user id in a key below [`aliases`].
pub fn alias_in(key: &[u8]) -> Option<KeyHash> {
    key.get(17..33)?.first_chunk::<16>().map(|other| KeyHash(*other))
}
