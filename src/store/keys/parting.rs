//! The keys by which a partition finds all that it has of somebody who leaves it. A store that has all customers has none of
//! them. Nothing but keyed hashes. And what it is still to tell of who left or came, and how far a move is that takes several
//! commits.
//!
//! | prefix | key | value | use |
//! |---|---|---|---|
//! | `H` | 0, key, kind and hash | nothing | what was taken back or erased of whoever is named so |
//! | `H` | 1, key, atom | nothing | whose claim names a value, where no other index leads there |
//! | `H` | 2, atom, profile | nothing | which former ids lead to an atom |
//! | `H` | 3, atom, atom | nothing | which atoms that are no more an atom took events of |
//! | `H` | 4, profile | [`UntoldRecord`](crate::store::UntoldRecord) | what is still to be told of who moved |
//! | `H` | 5, key, atom | nothing | an atom that was the last of somebody who is no more, and what linked it |
//! | `H` | 6, key, profile, atom, event or word, request | nothing, or a word | which answers are about it, and the word that such a one took back |
//! | `H` | 7, erasure | [`ErasureRecord`](crate::store::ErasureRecord) | what an erasure took elsewhere that is answered for here |
//! | `H` | 8 | [`StagedRecord`](crate::store::StagedRecord) | the move that is under way, and how far it is |
//! | `H` | 9, number | [`PlannedRecord`](crate::store::PlannedRecord) | rows that leave with it, from the one of this number on |
//! | `H` | 10, move, number | [`DepartureRecord`](crate::store::DepartureRecord) | who is to leave with a move, as far as that was told before it |

use crate::store::{
    ids::{AtomId, ErasureId, EventHash, KeyHash, ProfileId, RequestHash},
    keys::{Erased, join},
};

/// All that was taken back or erased of whoever is named so.
pub fn traces(key: KeyHash) -> Vec<u8> {
    join(b'H', &[&[0], &key.0])
}

/// Something that was taken back or erased.
pub fn trace(key: KeyHash, what: Erased) -> Vec<u8> {
    let (kind, hash) = match what {
        Erased::Key(KeyHash(hash)) => (0, hash),
        Erased::Atom(AtomId(hash)) => (1, hash),
        Erased::Event(EventHash(hash)) => (2, hash),
    };
    join(b'H', &[&[0], &key.0, &[kind], &hash])
}

/// What a key below [`traces`] is of.
pub fn traced(key: &[u8]) -> Option<Erased> {
    let (kind, hash) = key.get(18..)?.split_first()?;
    let hash = *hash.first_chunk::<16>()?;
    match kind {
        0 => Some(Erased::Key(KeyHash(hash))),
        1 => Some(Erased::Atom(AtomId(hash))),
        2 => Some(Erased::Event(EventHash(hash))),
        _ => None,
    }
}

/// All atoms whose claims name a value, and that no other index has.
pub fn naming(key: KeyHash) -> Vec<u8> {
    join(b'H', &[&[1], &key.0])
}

/// The same, of whatever value.
pub const NAMING: &[u8] = b"H\x01";

/// One of them.
pub fn names(key: KeyHash, id: AtomId) -> Vec<u8> {
    join(b'H', &[&[1], &key.0, &id.0])
}

/// All former ids that lead to an atom.
pub fn formers_of(id: AtomId) -> Vec<u8> {
    join(b'H', &[&[2], &id.0])
}

/// One of them.
pub fn former_of(id: AtomId, profile: ProfileId) -> Vec<u8> {
    join(b'H', &[&[2], &id.0, &profile.0])
}

/// All atoms that are no more of which an atom took events.
pub fn taken_from(id: AtomId) -> Vec<u8> {
    join(b'H', &[&[3], &id.0])
}

/// One of them.
pub fn took_from(id: AtomId, former: AtomId) -> Vec<u8> {
    join(b'H', &[&[3], &id.0, &former.0])
}

/// All of whom it is still to be told that they left or came.
pub const UNTOLD: &[u8] = b"H\x04";

/// One of them.
pub fn untold(profile: ProfileId) -> Vec<u8> {
    join(b'H', &[&[4], &profile.0])
}

/// All atoms by which ids are found that lead nowhere any more.
pub fn last_of(key: KeyHash) -> Vec<u8> {
    join(b'H', &[&[5], &key.0])
}

/// One of them.
pub fn was_last(key: KeyHash, id: AtomId) -> Vec<u8> {
    join(b'H', &[&[5], &key.0, &id.0])
}

/// All answers to commands that named this, as a value, a profile, an atom, an event or a word: hashes of all of them differ.
pub fn answers_about(what: [u8; 16]) -> Vec<u8> {
    join(b'H', &[&[6], &what])
}

/// One of them.
pub fn answer_about(what: [u8; 16], request: RequestHash) -> Vec<u8> {
    join(b'H', &[&[6], &what, &request.0])
}

/// What an erasure took elsewhere.
pub fn receipt(id: ErasureId) -> Vec<u8> {
    join(b'H', &[&[7], &id.0])
}

/// Whose it is; `None` of any other row.
pub fn receipt_of(key: &[u8]) -> Option<ErasureId> {
    let id = key.strip_prefix(b"H\x07")?;
    Some(ErasureId(id.try_into().ok()?))
}

/// How far the move is that is under way; a store has it only between two commits of that.
pub const STAGED: &[u8] = b"H\x08";

/// All that leaves with the move under way and is still here.
pub const PLANNED: &[u8] = b"H\x09";

/// Some of it, from the row of this number on.
pub fn planned(first: u64) -> Vec<u8> {
    join(b'H', &[&[9], &first.to_be_bytes()])
}

/// The number of the first row that one of [`PLANNED`] is of.
pub fn first_planned(key: &[u8]) -> Option<u64> {
    let number = key.strip_prefix(PLANNED)?;
    Some(u64::from_be_bytes(number.try_into().ok()?))
}

/// Who is to leave with a move, the `index`th of the resolver's commit `batch`, as far as that was told before it.
pub fn told_ahead(batch: u64, index: u32) -> Vec<u8> {
    join(b'H', &[&[10], &batch.to_be_bytes(), &index.to_be_bytes()])
}

/// Some of them.
pub fn one_told_ahead(batch: u64, index: u32, number: u32) -> Vec<u8> {
    join(
        b'H',
        &[
            &[10],
            &batch.to_be_bytes(),
            &index.to_be_bytes(),
            &number.to_be_bytes(),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_trace_is_of_is_read_as_it_was_written() {
        let key = KeyHash([9; 16]);
        for what in [
            Erased::Key(KeyHash([1; 16])),
            Erased::Atom(AtomId([2; 16])),
            Erased::Event(EventHash([3; 16])),
        ] {
            let written = trace(key, what);
            assert!(written.starts_with(&traces(key)));
            assert_eq!(traced(&written), Some(what));
        }
        assert_eq!(traced(&traces(key)), None);
    }

    #[test]
    fn what_is_planned_is_in_the_order_of_its_numbers() {
        let numbers = [0, 1, 255, 256, u64::MAX];
        let written = numbers.map(planned);
        assert!(written.is_sorted());
        for (key, number) in written.iter().zip(numbers) {
            assert!(key.starts_with(PLANNED));
            assert_eq!(first_planned(key), Some(number));
        }
        assert_eq!(first_planned(PLANNED), None);
        assert_eq!(first_planned(&told_ahead(7, 0)), None);
        assert!(one_told_ahead(7, 0, 3).starts_with(&told_ahead(7, 0)));
    }
}
