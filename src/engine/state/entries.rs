//! The first entries of one group of an index, as they lie in the store: a sorted list that follows what is put and deleted.
//!
//! There are very many, so they lie behind each other in one piece of memory, without what all of a group begin with.

use std::ops::{ControlFlow, Range};

use crate::store::{Error, Group, Order, Visit};

/// Bytes that a group takes beside its entries, about.
const OVERHEAD_BYTES: usize = 128;

/// The first entries of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entries {
    group: Group,
    /// How many are remembered; whoever wants more reads on.
    most: usize,
    /// What follows on the beginning of the group, of each entry.
    tails: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
    /// Whether there are more in the store.
    goes_on: bool,
}

impl Entries {
    /// None yet, of `most`.
    pub(crate) fn of(group: Group, most: usize) -> Self {
        Self {
            group,
            most,
            tails: Vec::new(),
            ends: Vec::new(),
            goes_on: false,
        }
    }

    /// Whether there are as many as are remembered, or more.
    pub(crate) fn is_full(&self) -> bool {
        self.ends.len() >= self.most
    }

    /// Adds the next entry as it is read; whether another may follow.
    pub(crate) fn read(&mut self, key: &[u8]) -> ControlFlow<()> {
        if self.is_full() {
            self.goes_on = true;
            return ControlFlow::Break(());
        }
        self.tails.extend_from_slice(self.tail_of(key));
        self.ends.push(self.tails.len());
        ControlFlow::Continue(())
    }

    /// Follows an entry that is put into the group, or deleted from it; whether these are still its first ones.
    pub(crate) fn follow(&mut self, key: &[u8], is_put: bool) -> bool {
        let tail = self.tail_of(key);
        let place = self.before(tail);
        match (self.tail(place) == Some(tail), is_put) {
            (true, true) | (false, false) => true,
            (true, false) => {
                self.remove(place);
                !self.goes_on
            }
            (false, true) => {
                if place < self.ends.len() || !self.goes_on {
                    self.insert(place, tail);
                }
                true
            }
        }
    }

    fn insert(&mut self, place: usize, tail: &[u8]) {
        let start = self.start(place);
        self.tails.splice(start..start, tail.iter().copied());
        self.ends.insert(place, start);
        self.move_ends(place, |end| end.saturating_add(tail.len()));
        if self.ends.len() > self.most {
            self.goes_on = true;
            self.remove(self.most);
        }
    }

    fn remove(&mut self, place: usize) {
        let start = self.start(place);
        let Some(end) = self.ends.get(place).copied() else {
            return;
        };
        self.tails.drain(start..end);
        self.ends.remove(place);
        self.move_ends(place, |moved| moved.saturating_sub(end.saturating_sub(start)));
    }

    fn move_ends(&mut self, place: usize, to: impl Fn(usize) -> usize) {
        for end in self.ends.iter_mut().skip(place) {
            *end = to(*end);
        }
    }

    /// What it is counted with.
    pub(crate) fn bytes(&self) -> usize {
        let ends = self.ends.len().saturating_mul(size_of::<usize>());
        OVERHEAD_BYTES
            .saturating_add(self.tails.len())
            .saturating_add(ends)
    }

    /// What is known of a range of the group from its beginning on; `None` where that is nothing.
    pub(crate) fn span(&self, from: &[u8], to: &[u8], order: Order) -> Option<Span<'_>> {
        let place = |bound: &[u8]| match bound.strip_prefix(self.group.prefix()) {
            Some(tail) => self.before(tail),
            None if bound < self.group.prefix() => 0,
            None => self.ends.len(),
        };
        let (start, end) = (place(from), place(to));
        let span = |behind| Span {
            entries: self,
            places: start..end.max(start),
            behind,
        };
        if !self.goes_on || end < self.ends.len() {
            return Some(span(None));
        }
        let last = end.checked_sub(1).filter(|last| *last >= start)?;
        let last = self.tail(last).filter(|_| order == Order::Ascending)?;
        Some(span(Some([self.group.prefix(), last, &[0][..]].concat())))
    }

    fn tail_of<'k>(&self, key: &'k [u8]) -> &'k [u8] {
        key.get(self.group.prefix().len()..).unwrap_or_default()
    }

    fn start(&self, place: usize) -> usize {
        let before = place.checked_sub(1).and_then(|before| self.ends.get(before));
        before.copied().unwrap_or_default()
    }

    fn tail(&self, place: usize) -> Option<&[u8]> {
        self.tails.get(self.start(place)..*self.ends.get(place)?)
    }

    /// How many come before `tail`.
    fn before(&self, tail: &[u8]) -> usize {
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.tail(middle) {
                Some(known) if known < tail => low = middle.saturating_add(1),
                _ => high = middle,
            }
        }
        low
    }
}

/// The entries of a range that are known.
#[derive(Debug)]
pub(crate) struct Span<'a> {
    entries: &'a Entries,
    places: Range<usize>,
    /// From where on the store has to be asked for the rest of the range; `None` where these are all.
    pub(crate) behind: Option<Vec<u8>>,
}

impl Span<'_> {
    /// Visits them until the visitor breaks.
    pub(crate) fn visit(&self, order: Order, visit: &mut Visit<'_>) -> Result<ControlFlow<()>, Error> {
        let prefix = self.entries.group.prefix();
        let mut key = prefix.to_vec();
        let mut tell = |place: usize| {
            key.truncate(prefix.len());
            key.extend_from_slice(self.entries.tail(place).unwrap_or_default());
            visit(&key, &[])
        };
        let mut places = self.places.clone();
        while let Some(place) = match order {
            Order::Ascending => places.next(),
            Order::Descending => places.next_back(),
        } {
            if tell(place)?.is_break() {
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
    use crate::store::{KeyHash, keys};

    fn key(tail: &[u8]) -> Vec<u8> {
        [&keys::block(KeyHash([7; 16])), tail].concat()
    }

    /// What a range holds, by what is known and the store where that does not do.
    fn asked(
        known: &Entries,
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
            let mut store: BTreeSet<Vec<u8>> = before.iter().map(|tail| key(tail)).collect();
            let mut known = Entries::of(Group::of(&key(&[])).unwrap(), 4);
            let _read = store.iter().try_for_each(|key| match known.read(key) {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(()),
            });
            for (tail, is_put) in steps {
                let key = key(&tail);
                match is_put {
                    true => store.insert(key.clone()),
                    false => store.remove(&key),
                };
                if !known.follow(&key, is_put) {
                    break;
                }
                for (from, to, is_ascending) in &ranges {
                    let (from, to) = (super::tests::key(from), super::tests::key(to));
                    let order = if *is_ascending { Order::Ascending } else { Order::Descending };
                    let mut expected: Vec<Vec<u8>> = match from < to {
                        true => store.range(from.clone()..to.clone()).cloned().collect(),
                        false => Vec::new(),
                    };
                    if order == Order::Descending {
                        expected.reverse();
                    }
                    prop_assert_eq!(asked(&known, &store, (&from, &to), order), expected);
                }
            }
        }
    }
}
