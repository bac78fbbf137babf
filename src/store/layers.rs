//! Commits that readers see and sled does not have yet: each a sorted list of changes, the newest over the others.

use std::{collections::BTreeMap, sync::Arc};

use crate::store::{Applied, Bytes, Error, Order, mark::META_PREFIX};

/// The smallest key that callers may use.
pub(crate) const FIRST_KEY: &[u8] = &[META_PREFIX + 1];

/// Bytes that a change takes beside its key and its value, about, and a commit beside its changes.
const OVERHEAD_BYTES: usize = 64;

/// The changes of one commit, in the order of their keys; `None` deletes.
pub(crate) struct Layer {
    pub(crate) applied: Applied,
    changes: Vec<(Bytes, Option<Bytes>)>,
    /// What it takes of the memory, about; never nothing.
    pub(crate) bytes: usize,
}

/// So many of about one size become one: what changes again and again is then looked for in few places.
const TOGETHER: usize = 4;
/// Layers over each other at most, but for those that came meanwhile.
const DEPTH_MAX: usize = 12;

impl Layer {
    /// The layer of a commit; of two changes of one key the later counts.
    pub(crate) fn of<'a>(
        applied: Applied,
        changes: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
    ) -> Result<Self, Error> {
        let mut list = Vec::new();
        for (key, value) in changes {
            if key < FIRST_KEY {
                return Err(Error::ReservedKey);
            }
            list.push((Bytes::from(key), value.map(Bytes::from)));
        }
        if !list.is_sorted_by(|(one, _), (next, _)| one < next) {
            list = list.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect();
        }
        Ok(Self::with(applied, list))
    }

    /// What these layers, the newest the last, come to as one; `None` of no layers.
    pub(crate) fn together(layers: &[Arc<Self>]) -> Option<Self> {
        let applied = layers.last()?.applied;
        let newest_first = layers.iter().rev().flat_map(|layer| &layer.changes);
        let mut changes: Vec<_> = newest_first.cloned().collect();
        // Of one key the newest stays the first.
        changes.sort_by(|(one, _), (other, _)| one.cmp(other));
        changes.dedup_by(|(older, _), (newest, _)| older == newest);
        Some(Self::with(applied, changes))
    }

    fn with(applied: Applied, changes: Vec<(Bytes, Option<Bytes>)>) -> Self {
        let of_each = changes.iter().map(|(key, value)| {
            let value = value.as_ref().map_or(0, |value| value.len());
            key.len().saturating_add(value).saturating_add(OVERHEAD_BYTES)
        });
        let bytes = of_each.fold(OVERHEAD_BYTES, usize::saturating_add);
        Self {
            applied,
            changes,
            bytes,
        }
    }

    /// The changes, in the order of their keys.
    pub(crate) fn changes(&self) -> &[(Bytes, Option<Bytes>)] {
        &self.changes
    }

    fn get(&self, key: &[u8]) -> Option<&Option<Bytes>> {
        let place = self.changes.binary_search_by(|(known, _)| (**known).cmp(key));
        place
            .ok()
            .and_then(|place| self.changes.get(place))
            .map(|(_, value)| value)
    }

    /// Its changes in a range; an empty `to` is the end of the key space.
    fn between(&self, from: &[u8], to: &[u8]) -> &[(Bytes, Option<Bytes>)] {
        let place = |bound: &[u8]| self.changes.partition_point(|(key, _)| **key < *bound);
        let end = if to.is_empty() {
            self.changes.len()
        } else {
            place(to)
        };
        self.changes.get(place(from)..end).unwrap_or_default()
    }
}

/// How many of these layers, the newest the last, are worth being put together; `None` where that is not yet.
pub(crate) fn worth_putting_together(layers: &[Arc<Layer>]) -> Option<usize> {
    let changes = |back: usize| {
        let place = layers.len().checked_sub(back)?;
        layers.get(place).map(|layer| layer.changes.len())
    };
    if changes(TOGETHER)? <= changes(1)?.saturating_mul(2) {
        return Some(TOGETHER);
    }
    (layers.len() > DEPTH_MAX).then_some(DEPTH_MAX / 2)
}

/// What the newest of these layers, the last, say of a key; `None` where none does.
pub(crate) fn get(layers: &[Arc<Layer>], key: &[u8]) -> Option<Option<Bytes>> {
    layers.iter().rev().find_map(|layer| layer.get(key)).cloned()
}

/// What these layers, the newest the last, come to in a range, in this order.
pub(crate) fn between<'a>(layers: &'a [Arc<Layer>], from: &[u8], to: &[u8], order: Order) -> Between<'a> {
    let newest_first = layers.iter().rev().map(|layer| layer.between(from, to));
    Between {
        changes: newest_first.filter(|changes| !changes.is_empty()).collect(),
        order,
    }
}

/// The changes of several layers in a range, of each key the newest.
pub(crate) struct Between<'a> {
    /// What is left of each layer, the newest first; none is empty.
    changes: Vec<&'a [(Bytes, Option<Bytes>)]>,
    order: Order,
}

impl Between<'_> {
    pub(crate) const fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

impl<'a> Iterator for Between<'a> {
    type Item = (&'a [u8], Option<&'a [u8]>);

    fn next(&mut self) -> Option<Self::Item> {
        let order = self.order;
        let split = |changes: &&'a [(Bytes, Option<Bytes>)]| match order {
            Order::Ascending => changes.split_first(),
            Order::Descending => changes.split_last(),
        };
        let keys = self.changes.iter().filter_map(split).map(|((key, _), _)| &**key);
        let next = match order {
            Order::Ascending => keys.min(),
            Order::Descending => keys.max(),
        }?;
        let mut newest = None;
        for changes in &mut self.changes {
            if let Some(((key, value), rest)) = split(changes)
                && **key == *next
            {
                newest.get_or_insert(value.as_deref());
                *changes = rest;
            }
        }
        self.changes.retain(|changes| !changes.is_empty());
        Some((next, newest.flatten()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Changes = Vec<(u16, Option<u8>)>;

    fn key(number: u16) -> Vec<u8> {
        [&[7][..], &number.to_be_bytes()].concat()
    }

    fn commit() -> impl Strategy<Value = Changes> {
        let few = prop::collection::vec((0..60_u16, prop::option::of(any::<u8>())), 0..4);
        let many = prop::collection::vec((0..60_u16, prop::option::of(any::<u8>())), 20..60);
        prop_oneof![3 => few, 1 => many]
    }

    proptest! {
        #[test]
        fn layers_that_were_put_together_say_what_they_said_and_are_few(commits in prop::collection::vec(commit(), 1..80)) {
            let mut model: BTreeMap<Vec<u8>, Option<Vec<u8>>> = BTreeMap::new();
            let mut layers: Vec<Arc<Layer>> = Vec::new();
            for (position, commit) in (1..).zip(commits) {
                let changes: Vec<_> = commit
                    .iter()
                    .map(|(number, value)| (key(*number), value.map(|value| vec![value])))
                    .collect();
                let borrowed = changes.iter().map(|(key, value)| (key.as_slice(), value.as_deref()));
                let applied = Applied { position, ..Applied::default() };
                layers.push(Arc::new(Layer::of(applied, borrowed).unwrap()));
                model.extend(changes);
                while let Some(count) = worth_putting_together(&layers) {
                    let newest = layers.split_off(layers.len() - count);
                    layers.push(Arc::new(Layer::together(&newest).unwrap()));
                }
                prop_assert!(layers.len() <= DEPTH_MAX);
                prop_assert_eq!(layers.last().unwrap().applied, applied);
                for (key, value) in &model {
                    let found = get(&layers, key).map(|found| found.map(|value| value.to_vec()));
                    prop_assert_eq!(found.as_ref(), Some(value));
                }
            }
            let all = |order| {
                between(&layers, &[], &[], order)
                    .map(|(key, value)| (key.to_vec(), value.map(<[u8]>::to_vec)))
                    .collect::<Vec<_>>()
            };
            prop_assert!(all(Order::Ascending).into_iter().eq(model.clone()));
            prop_assert!(all(Order::Descending).into_iter().eq(model.into_iter().rev()));
        }
    }
}
