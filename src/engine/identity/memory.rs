//! What was worked out of claims alone: the blocks of a face, the person that it shows, and how alike two faces are.
//!
//! A face never changes what it shows, so what is remembered of it holds for as long as the process runs; it is bounded,
//! and whatever is forgotten is worked out again. Owned by the writer; a query begins with nothing.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    fmt,
    hash::{BuildHasherDefault, Hasher},
    mem,
    sync::Arc,
};

use crate::{
    domain::similarity::{Bits, Person},
    engine::state::hot::{Hot, Weighed},
    store::{FaceHash, KeyHash},
};

/// Faces whose blocks and persons are remembered: a kilobyte each, about.
const FACES_MAX: usize = 65_536;
/// Pairs that are remembered: most are not alike, and take about 25 bytes.
const PAIRS_MAX: usize = 1_048_576;

/// What is remembered of faces.
#[derive(Debug)]
pub struct Memory {
    blocks: Hot<FaceHash, [KeyHash]>,
    persons: Hot<FaceHash, Person>,
    pairs: RefCell<Pairs>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            blocks: Hot::of(FACES_MAX),
            persons: Hot::of(FACES_MAX),
            pairs: RefCell::default(),
        }
    }
}

impl Memory {
    /// The blocks of a face, worked out by `work` where they are not known.
    pub(crate) fn blocks(&self, face: FaceHash, work: impl FnOnce() -> Vec<KeyHash>) -> Arc<[KeyHash]> {
        self.blocks.get(&face).unwrap_or_else(|| {
            let blocks: Arc<[KeyHash]> = work().into();
            self.blocks.put(face, counted(&blocks));
            blocks
        })
    }

    /// The person that a face shows, if that is known.
    pub(crate) fn person(&self, face: FaceHash) -> Option<Arc<Person>> {
        self.persons.get(&face)
    }

    /// Remembers the person that a face shows.
    pub(crate) fn remember_person(&self, face: FaceHash, person: &Arc<Person>) {
        self.persons.put(face, counted(person));
    }

    /// Forgets the person of a face that nobody shows any more: what was taken back is not kept.
    pub(crate) fn forget_person(&self, face: FaceHash) {
        self.persons.take(&face);
    }

    /// How much speaks for two faces being one person's, if that is known; the inner `None` is not enough.
    pub(crate) fn likeness(&self, pair: (FaceHash, FaceHash)) -> Option<Option<Bits>> {
        self.pairs.borrow_mut().get(Pair::of(pair))
    }

    /// Remembers a likeness.
    pub(crate) fn remember(&self, pair: (FaceHash, FaceHash), likeness: Option<Bits>) {
        self.pairs.borrow_mut().put(Pair::of(pair), likeness);
    }
}

/// Each counts as one.
fn counted<T: ?Sized>(value: &Arc<T>) -> Weighed<T> {
    Weighed {
        value: Arc::clone(value),
        bytes: 1,
    }
}

/// Two faces, the smaller first, as one number: of hashes under a secret key, as good as random, and as wide as they are.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Pair(u128);

impl Pair {
    fn of((smaller, larger): (FaceHash, FaceHash)) -> Self {
        let [smaller, larger] = [smaller, larger].map(|face| u128::from_be_bytes(face.0));
        Self(smaller.wrapping_add(larger.rotate_left(1)))
    }
}

/// Hashes what is as good as random already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write(&mut self, bytes: &[u8]) {
        let first = bytes.first_chunk().copied().unwrap_or_default();
        self.0 ^= u64::from_ne_bytes(first);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Pairs in two generations: when one is full, what was not asked for since the one before it is forgotten.
#[derive(Default)]
struct Pairs {
    young: Generation,
    old: Generation,
}

#[derive(Default)]
struct Generation {
    unlike: HashSet<Pair, BuildHasherDefault<AsItIs>>,
    alike: HashMap<Pair, Bits, BuildHasherDefault<AsItIs>>,
}

impl Pairs {
    fn get(&mut self, pair: Pair) -> Option<Option<Bits>> {
        if let Some(known) = self.young.get(pair) {
            return Some(known);
        }
        let known = self.old.get(pair)?;
        self.put(pair, known);
        Some(known)
    }

    fn put(&mut self, pair: Pair, likeness: Option<Bits>) {
        if self.young.unlike.len().saturating_add(self.young.alike.len()) >= PAIRS_MAX / 2 {
            self.old = mem::take(&mut self.young);
        }
        match likeness {
            None => {
                self.young.unlike.insert(pair);
            }
            Some(bits) => {
                self.young.alike.insert(pair, bits);
            }
        }
    }
}

impl Generation {
    fn get(&self, pair: Pair) -> Option<Option<Bits>> {
        if self.unlike.contains(&pair) {
            return Some(None);
        }
        self.alike.get(&pair).copied().map(Some)
    }
}

impl fmt::Debug for Pairs {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unlike = self.young.unlike.len().saturating_add(self.old.unlike.len());
        let alike = self.young.alike.len().saturating_add(self.old.alike.len());
        write!(out, "Pairs({unlike} unlike, {alike} alike)")
    }
}
