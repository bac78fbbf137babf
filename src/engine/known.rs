//! Atoms as the writer read or left them last, decoded: whose events come again and again is not decoded again and again.
//!
//! Owned by the writer, which alone changes atoms, and told of each change once the journal has its commit; so what is known
//! is what the next batch builds on. It is bounded, and what is forgotten is read again. A query knows nothing.

use std::{cell::RefCell, collections::HashMap, fmt, mem, sync::Arc};

use crate::store::{AtomId, AtomRecord};

/// A decoded record with the bytes of its encoded form.
pub(crate) struct Weighed<T> {
    pub(crate) record: Arc<T>,
    pub(crate) bytes: usize,
}

/// An atom as a batch left it; `None` where it is gone.
pub(crate) type Left<T = AtomRecord> = (AtomId, Option<Weighed<T>>);

/// The atoms that are known.
pub(crate) struct Known<T = AtomRecord> {
    /// Bytes of records that one generation holds before the next one begins.
    bytes_max: usize,
    generations: RefCell<Generations<T>>,
}

/// Those that were asked for since this generation began, and those that were before. Whatever is not asked for throughout a
/// generation is forgotten with its end.
struct Generations<T> {
    young: HashMap<AtomId, Weighed<T>>,
    young_bytes: usize,
    old: HashMap<AtomId, Weighed<T>>,
}

impl<T> Known<T> {
    /// Nothing is known; at most so many bytes of records will be.
    pub(crate) fn of(bytes_max: usize) -> Self {
        Self {
            bytes_max: bytes_max / 2,
            generations: RefCell::new(Generations {
                young: HashMap::new(),
                young_bytes: 0,
                old: HashMap::new(),
            }),
        }
    }

    /// An atom, if it is known.
    pub(crate) fn get(&self, id: AtomId) -> Option<Arc<T>> {
        let mut generations = self.generations.borrow_mut();
        if let Some(young) = generations.young.get(&id) {
            return Some(Arc::clone(&young.record));
        }
        let old = generations.old.remove(&id)?;
        let record = Arc::clone(&old.record);
        generations.put(id, old, self.bytes_max);
        Some(record)
    }

    /// Remembers an atom as it was read.
    pub(crate) fn put(&self, id: AtomId, atom: Weighed<T>) {
        self.generations.borrow_mut().put(id, atom, self.bytes_max);
    }

    /// Follows what a batch did, of which the journal has the commit.
    pub(crate) fn follow(&self, left: Vec<Left<T>>) {
        let mut generations = self.generations.borrow_mut();
        for (id, atom) in left {
            generations.forget(id);
            if let Some(atom) = atom {
                generations.put(id, atom, self.bytes_max);
            }
        }
    }
}

impl<T> Generations<T> {
    fn put(&mut self, id: AtomId, atom: Weighed<T>, bytes_max: usize) {
        if atom.bytes > bytes_max {
            return;
        }
        if self.young_bytes.saturating_add(atom.bytes) > bytes_max {
            self.old = mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes = self.young_bytes.saturating_add(atom.bytes);
        self.young.insert(id, atom);
    }

    fn forget(&mut self, id: AtomId) {
        self.old.remove(&id);
        if let Some(young) = self.young.remove(&id) {
            self.young_bytes = self.young_bytes.saturating_sub(young.bytes);
        }
    }
}

impl<T> fmt::Debug for Known<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let generations = self.generations.borrow();
        let atoms = generations.young.len().saturating_add(generations.old.len());
        write!(out, "Known({atoms} atoms)")
    }
}

impl<T> fmt::Debug for Weighed<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Weighed({} bytes)", self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// What a test does with what is known: asks for an atom, or leaves one of so many bytes, or none.
    #[derive(Clone, Debug)]
    enum Step {
        Ask(u8),
        Leave(u8, Option<usize>),
    }

    fn step() -> impl Strategy<Value = Step> {
        let leave = (0..12_u8, prop::option::of(1..40_usize));
        prop_oneof![
            (0..12_u8).prop_map(Step::Ask),
            leave.prop_map(|(id, bytes)| Step::Leave(id, bytes)),
        ]
    }

    fn id(number: u8) -> AtomId {
        AtomId([number; 16])
    }

    fn sized(bytes: usize, record: &Arc<u8>) -> Weighed<u8> {
        let record = Arc::clone(record);
        Weighed { record, bytes }
    }

    proptest! {
        #[test]
        fn what_is_known_is_what_was_left_last_and_never_too_much(steps in prop::collection::vec(step(), 1..200)) {
            let known = Known::of(60);
            let mut left: BTreeMap<u8, Arc<u8>> = BTreeMap::new();
            for step in steps {
                match step {
                    Step::Ask(number) => {
                        let found = known.get(id(number));
                        let expected = left.get(&number);
                        let is_right = found.is_none_or(|found| expected.is_some_and(|one| Arc::ptr_eq(one, &found)));
                        prop_assert!(is_right, "{number} is not what was left");
                    }
                    Step::Leave(number, bytes) => {
                        let record = Arc::new(0_u8);
                        let atom = bytes.map(|bytes| sized(bytes, &record));
                        known.follow(vec![(id(number), atom)]);
                        match bytes {
                            Some(_) => left.insert(number, record),
                            None => left.remove(&number),
                        };
                    }
                }
                let generations = known.generations.borrow();
                let held = |map: &HashMap<AtomId, Weighed<u8>>| map.values().map(|atom| atom.bytes).sum::<usize>();
                prop_assert_eq!(held(&generations.young), generations.young_bytes);
                prop_assert!(held(&generations.young) + held(&generations.old) <= 60);
            }
        }
    }

    #[test]
    fn what_is_asked_for_is_kept_while_others_come_and_go() {
        let known = Known::of(60);
        let hot = Arc::new(0_u8);
        known.put(id(0), sized(10, &hot));
        for number in 1..100 {
            known.put(id(number), sized(10, &Arc::new(0)));
            let found = known.get(id(0));
            assert!(found.is_some_and(|found| Arc::ptr_eq(&hot, &found)), "{number}");
        }
        assert!(known.get(id(1)).is_none());
    }
}
