//! What the store certainly does not have: most events bring an id, and many an identifier, that nobody ever sent. Asking
//! the store for them costs a way through its tree, and where it is larger than its cache, a read from the disk.
//!
//! A bit set over the beginnings of keys: those that are there are in it, a few others seem to be and are asked for. A
//! thread reads what the store has when the writer starts; until it is through, everything is asked for.

use std::{
    ops::ControlFlow,
    sync::mpsc::{Receiver, Sender, TryRecvError, channel},
};

use crate::{
    engine::error::chain,
    store::{Error, Order, Store, View, keys},
};

/// A key's letter and the hash behind it.
const BEGINNING_BYTES: usize = 17;
/// Bits of one word that stand for one beginning.
const BITS: u32 = 4;
/// Keys that are read at once, between two looks at whether to stop.
const CHUNK_KEYS: usize = 4_096;

/// What is certainly absent. `Debug` shows nothing of what it holds.
pub(crate) struct Absent {
    /// What was written since the start, and once that was read, what there was before.
    there: Set,
    /// Where what the store had comes from; `None` once it is in.
    before: Option<Receiver<Set>>,
}

/// Reads what a store has when its writer starts.
pub(crate) struct Reading {
    words: usize,
    read: Sender<Set>,
}

struct Set(Vec<u64>);

impl Absent {
    /// Nothing is known to be absent before the reading is done; so many bytes of memory.
    pub(crate) fn of(bytes: usize) -> (Self, Reading) {
        let (read, before) = channel();
        let words = bytes / size_of::<u64>();
        let absent = Self {
            there: Set(vec![0; words]),
            before: Some(before),
        };
        (absent, Reading { words, read })
    }

    /// Takes what was read meanwhile, if that is done.
    pub(crate) fn catch_up(&mut self) {
        match self.before.as_ref().map(Receiver::try_recv) {
            Some(Ok(before)) => {
                self.there.unite(&before);
                self.before = None;
            }
            // It cannot be read: then everything is asked for, as it is until then.
            Some(Err(TryRecvError::Empty | TryRecvError::Disconnected)) | None => {}
        }
    }

    /// Whether no key begins as this one.
    pub(crate) fn has(&self, key: &[u8]) -> bool {
        self.before.is_none() && beginning(key).is_some_and(|beginning| !self.there.has(beginning))
    }

    /// Notes a key that is written.
    pub(crate) fn note(&mut self, key: &[u8]) {
        if let Some(beginning) = beginning(key) {
            self.there.put(beginning);
        }
    }
}

impl std::fmt::Debug for Absent {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Absent")
            .field("is_known", &self.before.is_none())
            .finish_non_exhaustive()
    }
}

impl Reading {
    /// Reads what is in `store`, unless there is no memory for it or `stop` closes before.
    pub(crate) fn run(self, store: &Store, stop: &Receiver<()>) {
        if self.words == 0 {
            return;
        }
        let mut set = Set(vec![0; self.words]);
        match set.read(store, stop) {
            // Nobody takes it where the writer ended meanwhile.
            Ok(ControlFlow::Continue(())) => drop(self.read.send(set)),
            Ok(ControlFlow::Break(())) => {}
            Err(error) => {
                tracing::error!(error = %chain(&error), "could not read which keys there are: all are asked for");
            }
        }
    }
}

impl Set {
    /// Reads the keys of a store, as far as they are of those that may be absent.
    fn read(&mut self, store: &Store, stop: &Receiver<()>) -> Result<ControlFlow<()>, Error> {
        for letter in keys::OFTEN_ABSENT {
            let (mut from, to) = (vec![*letter], [letter.saturating_add(1)]);
            loop {
                let mut keys = 0_usize;
                let mut last = None;
                store.scan(&from, &to, Order::Ascending, &mut |key, _| {
                    keys = keys.saturating_add(1);
                    if let Some(beginning) = beginning(key) {
                        self.put(beginning);
                    }
                    if keys < CHUNK_KEYS {
                        return Ok(ControlFlow::Continue(()));
                    }
                    last = Some([key, &[0]].concat());
                    Ok(ControlFlow::Break(()))
                })?;
                if stop.try_recv() == Err(TryRecvError::Disconnected) {
                    return Ok(ControlFlow::Break(()));
                }
                match last {
                    Some(behind) => from = behind,
                    None => break,
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn put(&mut self, beginning: &[u8; BEGINNING_BYTES]) {
        let (place, bits) = self.place(beginning);
        if let Some(word) = self.0.get_mut(place) {
            *word |= bits;
        }
    }

    /// Whether it may be in there.
    fn has(&self, beginning: &[u8; BEGINNING_BYTES]) -> bool {
        let (place, bits) = self.place(beginning);
        self.0.get(place).is_none_or(|word| word & bits == bits)
    }

    fn unite(&mut self, other: &Self) {
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }

    /// The word of a beginning and its bits there. What follows the letter is a hash under a secret key, so that its bytes
    /// are as good as random whatever is sent.
    fn place(&self, beginning: &[u8; BEGINNING_BYTES]) -> (usize, u64) {
        let [letter, hash @ ..] = beginning;
        let (first, rest) = hash
            .as_chunks::<8>()
            .0
            .split_first()
            .map_or(([0; 8], &[][..]), |(first, rest)| (*first, rest));
        // The entries of several indexes lie below one hash.
        let spread = u64::from(*letter).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let at = u64::from_be_bytes(first).wrapping_add(spread);
        let of = u64::from_be_bytes(rest.first().copied().unwrap_or_default()).wrapping_add(spread);
        let words = u64::try_from(self.0.len()).unwrap_or(u64::MAX).max(1);
        let bits = (0..BITS).fold(0, |bits, nth| bits | 1 << (of >> (6 * nth) & 63));
        (usize::try_from(at % words).unwrap_or(0), bits)
    }
}

/// What a key that may be looked for in vain begins with.
fn beginning(key: &[u8]) -> Option<&[u8; BEGINNING_BYTES]> {
    let is_looked_for = key
        .first()
        .is_some_and(|letter| keys::OFTEN_ABSENT.contains(letter));
    key.first_chunk().filter(|_| is_looked_for)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(letter: u8, number: u16) -> Vec<u8> {
        let hash = siphasher::sip128::SipHasher::new();
        let hash = siphasher::sip128::Hasher128::finish128(&{
            let mut hash = hash;
            std::hash::Hasher::write_u16(&mut hash, number);
            hash
        });
        [&[letter][..], &hash.as_bytes(), b"behind"].concat()
    }

    fn letter() -> impl Strategy<Value = u8> {
        prop::sample::select(keys::OFTEN_ABSENT)
    }

    proptest! {
        #[test]
        fn nothing_that_is_there_is_absent(
            before in prop::collection::vec((letter(), any::<u16>()), 0..200),
            written in prop::collection::vec((letter(), any::<u16>()), 0..200),
            bytes in 0..4_096_usize,
        ) {
            let (mut absent, Reading { words, read }) = Absent::of(bytes);
            let mut set = Set(vec![0; words]);
            let keys = |list: &[(u8, u16)]| list.iter().map(|(letter, number)| key(*letter, *number)).collect::<Vec<_>>();
            let (before, written) = (keys(&before), keys(&written));
            before.iter().filter_map(|key| beginning(key)).for_each(|beginning| set.put(beginning));
            let (first, second) = written.split_at(written.len() / 2);
            first.iter().for_each(|key| absent.note(key));
            absent.catch_up();
            prop_assert!(!absent.has(&key(b'S', 1)), "nothing is known before it is read");
            read.send(set).unwrap();
            absent.catch_up();
            second.iter().for_each(|key| absent.note(key));
            for key in before.iter().chain(&written) {
                prop_assert!(!absent.has(key));
            }
        }
    }

    #[test]
    fn most_of_what_is_not_there_is_absent() {
        let (mut absent, reading) = Absent::of(2 * 10_000);
        reading.read.send(Set(vec![0; reading.words])).unwrap();
        absent.catch_up();
        (0..10_000).for_each(|number| absent.note(&key(b'S', number)));
        let taken_for_there = (10_000..20_000).filter(|number| !absent.has(&key(b'S', *number)));
        assert!(taken_for_there.count() < 200);
        let of_another_index = (0..10_000).filter(|number| !absent.has(&key(b'I', *number)));
        assert!(of_another_index.count() < 200);
        assert!(!absent.has(b"A of an atom, which is always asked for"));
    }
}
