//! A bounded memory in two generations: what is asked for stays, what nobody asks for throughout a generation is forgotten
//! with its end. Knows nothing of what it holds.

use std::{cell::RefCell, collections::HashMap, fmt, hash::Hash, mem, sync::Arc};

/// A value with the bytes that it is counted with.
pub(crate) struct Weighed<T: ?Sized> {
    pub(crate) value: Arc<T>,
    pub(crate) bytes: usize,
}

/// What is remembered, by key. `Debug` shows how many alone.
pub(crate) struct Hot<K, T: ?Sized> {
    /// Bytes that one generation holds before the next one begins.
    bytes_max: usize,
    generations: RefCell<Generations<K, T>>,
}

struct Generations<K, T: ?Sized> {
    /// Those that were asked for since this generation began.
    young: HashMap<K, Weighed<T>>,
    young_bytes: usize,
    /// Those that were before.
    old: HashMap<K, Weighed<T>>,
}

impl<K: Eq + Hash, T: ?Sized> Hot<K, T> {
    /// Nothing is remembered; at most so many bytes will be.
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

    /// A value, if it is remembered.
    pub(crate) fn get(&self, key: &K) -> Option<Arc<T>> {
        let mut generations = self.generations.borrow_mut();
        if let Some(young) = generations.young.get(key) {
            return Some(Arc::clone(&young.value));
        }
        let (key, old) = generations.old.remove_entry(key)?;
        let value = Arc::clone(&old.value);
        generations.put(key, old, self.bytes_max);
        Some(value)
    }

    /// Remembers a value instead of the one that was there.
    pub(crate) fn put(&self, key: K, weighed: Weighed<T>) {
        let mut generations = self.generations.borrow_mut();
        generations.take(&key);
        generations.put(key, weighed, self.bytes_max);
    }

    /// Forgets a value, and gives it to who wants to change it.
    pub(crate) fn take(&self, key: &K) -> Option<Weighed<T>> {
        self.generations.borrow_mut().take(key)
    }
}

impl<K: Eq + Hash, T: ?Sized> Generations<K, T> {
    fn put(&mut self, key: K, weighed: Weighed<T>, bytes_max: usize) {
        if weighed.bytes > bytes_max {
            return;
        }
        if self.young_bytes.saturating_add(weighed.bytes) > bytes_max {
            self.old = mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes = self.young_bytes.saturating_add(weighed.bytes);
        self.young.insert(key, weighed);
    }

    fn take(&mut self, key: &K) -> Option<Weighed<T>> {
        let old = self.old.remove(key);
        let young = self.young.remove(key);
        if let Some(young) = &young {
            self.young_bytes = self.young_bytes.saturating_sub(young.bytes);
        }
        young.or(old)
    }
}

impl<K, T: ?Sized> fmt::Debug for Hot<K, T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let generations = self.generations.borrow();
        let values = generations.young.len().saturating_add(generations.old.len());
        write!(out, "Hot({values} values)")
    }
}

impl<T: ?Sized> fmt::Debug for Weighed<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Weighed({} bytes)", self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// What a test does: asks for a value, or leaves one of so many bytes, or none.
    #[derive(Clone, Debug)]
    enum Step {
        Ask(u8),
        Leave(u8, Option<usize>),
    }

    fn step() -> impl Strategy<Value = Step> {
        let leave = (0..12_u8, prop::option::of(1..40_usize));
        prop_oneof![
            (0..12_u8).prop_map(Step::Ask),
            leave.prop_map(|(key, bytes)| Step::Leave(key, bytes)),
        ]
    }

    fn weighed(bytes: usize, value: &Arc<u8>) -> Weighed<u8> {
        let value = Arc::clone(value);
        Weighed { value, bytes }
    }

    proptest! {
        #[test]
        fn what_is_remembered_is_what_was_left_last_and_never_too_much(steps in prop::collection::vec(step(), 1..200)) {
            let hot = Hot::of(60);
            let mut left: BTreeMap<u8, Arc<u8>> = BTreeMap::new();
            for step in steps {
                match step {
                    Step::Ask(key) => {
                        let (found, expected) = (hot.get(&key), left.get(&key));
                        let is_right = found.is_none_or(|found| expected.is_some_and(|one| Arc::ptr_eq(one, &found)));
                        prop_assert!(is_right, "{} is not what was left", key);
                    }
                    Step::Leave(key, Some(bytes)) => {
                        let value = Arc::new(0);
                        hot.put(key, weighed(bytes, &value));
                        left.insert(key, value);
                    }
                    Step::Leave(key, None) => {
                        hot.take(&key);
                        left.remove(&key);
                    }
                }
                let generations = hot.generations.borrow();
                let held = |map: &HashMap<u8, Weighed<u8>>| map.values().map(|one| one.bytes).sum::<usize>();
                prop_assert_eq!(held(&generations.young), generations.young_bytes);
                prop_assert!(held(&generations.young) + held(&generations.old) <= 60);
            }
        }
    }

    #[test]
    fn what_is_asked_for_is_kept_while_others_come_and_go() {
        let hot = Hot::of(60);
        let kept = Arc::new(0);
        hot.put(0, weighed(10, &kept));
        for key in 1..100 {
            hot.put(key, weighed(10, &Arc::new(0)));
            let found = hot.get(&0);
            assert!(found.is_some_and(|found| Arc::ptr_eq(&kept, &found)), "{key}");
        }
        assert!(hot.get(&1).is_none());
    }
}
