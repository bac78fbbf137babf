//! The first entries of one group of an index, as they lie in the store: a sorted list that follows what is put and deleted.

use std::ops::ControlFlow;

use crate::store::{Error, Order, Visit};

/// Entries of one group that are remembered: as many as are asked for where a customer has as many claims as count by
/// default, and one more. Whoever wants more reads on.
const ENTRIES_MAX: usize = 1_024;

/// Bytes that an entry takes beside its key, and a group beside its entries, about.
const OVERHEAD_BYTES: usize = 32;

/// The first entries of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entries<const MOST: usize = ENTRIES_MAX> {
    keys: Vec<Box<[u8]>>,
    /// Whether there are more in the store.
    goes_on: bool,
}

impl<const MOST: usize> Entries<MOST> {
    /// Adds the next entry as it is read; whether another may follow.
    pub(crate) fn read(&mut self, key: &[u8]) -> ControlFlow<()> {
        if self.keys.len() >= MOST {
            self.goes_on = true;
            return ControlFlow::Break(());
        }
        self.keys.push(key.into());
        ControlFlow::Continue(())
    }

    /// Follows an entry that is put into the group, or deleted from it; whether these are still its first ones.
    pub(crate) fn follow(&mut self, key: &[u8], is_put: bool) -> bool {
        let place = self.keys.binary_search_by(|known| (**known).cmp(key));
        match (place, is_put) {
            (Ok(_), true) => true,
            (Ok(place), false) => {
                self.keys.remove(place);
                !self.goes_on
            }
            (Err(place), true) => {
                if place < self.keys.len() || !self.goes_on {
                    self.keys.insert(place, key.into());
                    self.goes_on |= self.keys.len() > MOST;
                    self.keys.truncate(MOST);
                }
                true
            }
            (Err(_), false) => true,
        }
    }

    /// What it is counted with.
    pub(crate) fn bytes(&self) -> usize {
        let keys = self
            .keys
            .iter()
            .map(|key| key.len().saturating_add(OVERHEAD_BYTES));
        keys.fold(2 * OVERHEAD_BYTES, usize::saturating_add)
    }

    /// What is known of a range from its beginning on; `None` where that is nothing.
    pub(crate) fn span(&self, from: &[u8], to: &[u8], order: Order) -> Option<Span<'_>> {
        let place = |bound: &[u8]| self.keys.partition_point(|key| **key < *bound);
        let (start, end) = (place(from), place(to));
        let keys = self.keys.get(start..end).unwrap_or_default();
        if !self.goes_on || end < self.keys.len() {
            return Some(Span { keys, behind: None });
        }
        let last = keys.last().filter(|_| order == Order::Ascending)?;
        let behind = Some([last, &[0][..]].concat());
        Some(Span { keys, behind })
    }
}

/// The entries of a range that are known.
#[derive(Debug)]
pub(crate) struct Span<'a> {
    keys: &'a [Box<[u8]>],
    /// From where on the store has to be asked for the rest of the range; `None` where these are all.
    pub(crate) behind: Option<Vec<u8>>,
}

impl Span<'_> {
    /// Visits them until the visitor breaks.
    pub(crate) fn visit(&self, order: Order, visit: &mut Visit<'_>) -> Result<ControlFlow<()>, Error> {
        let count = self.keys.len();
        for step in 0..count {
            let place = match order {
                Order::Ascending => step,
                Order::Descending => count.saturating_sub(step).saturating_sub(1),
            };
            if let Some(key) = self.keys.get(place)
                && visit(key, &[])?.is_break()
            {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// What a range holds, by what is known and the store where that does not do.
    fn asked(
        known: &Entries<4>,
        store: &BTreeSet<Vec<u8>>,
        (from, to): (&[u8], &[u8]),
        order: Order,
    ) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        let mut rest = Some(from.to_vec());
        if let Some(span) = known.span(from, to, order) {
            let mut visit = |key: &[u8], _: &[u8]| {
                found.push(key.to_vec());
                Ok(ControlFlow::Continue(()))
            };
            assert!(span.visit(order, &mut visit).unwrap().is_continue());
            rest = span.behind;
        }
        let rest = rest.filter(|rest| rest.as_slice() < to);
        let mut more: Vec<Vec<u8>> = rest.map_or(Vec::new(), |rest| {
            store.range(rest..to.to_vec()).cloned().collect()
        });
        if order == Order::Descending {
            more.reverse();
        }
        found.extend(more);
        found
    }

    proptest! {
        #[test]
        fn what_is_known_and_the_store_behind_it_are_what_is_there(
            before in prop::collection::btree_set(prop::collection::vec(0..4_u8, 1..3), 0..8),
            steps in prop::collection::vec((prop::collection::vec(0..4_u8, 1..3), any::<bool>()), 0..20),
            ranges in prop::collection::vec((prop::collection::vec(0..5_u8, 1..3), prop::collection::vec(0..5_u8, 1..3), any::<bool>()), 1..6),
        ) {
            let mut store = before;
            let mut known = Entries::<4>::default();
            let _read = store.iter().try_for_each(|key| match known.read(key) {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(()),
            });
            for (key, is_put) in steps {
                match is_put {
                    true => store.insert(key.clone()),
                    false => store.remove(&key),
                };
                if !known.follow(&key, is_put) {
                    break;
                }
                for (from, to, is_ascending) in &ranges {
                    let order = if *is_ascending { Order::Ascending } else { Order::Descending };
                    let mut expected: Vec<Vec<u8>> = match from < to {
                        true => store.range(from.clone()..to.clone()).cloned().collect(),
                        false => Vec::new(),
                    };
                    if order == Order::Descending {
                        expected.reverse();
                    }
                    prop_assert_eq!(asked(&known, &store, (from, to), order), expected);
                }
            }
        }
    }
}
