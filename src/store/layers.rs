//! Commits that readers see and sled does not have yet: each a sorted list of changes, the newest over the others.

use std::{collections::BTreeMap, sync::Arc};

use crate::store::{Applied, Bytes, Error, mark::META_PREFIX};

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

impl Layer {
    /// The layer of a commit; of two changes of one key the later counts.
    pub(crate) fn of<'a>(
        applied: Applied,
        changes: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
    ) -> Result<Self, Error> {
        let (mut list, mut bytes) = (Vec::new(), OVERHEAD_BYTES);
        for (key, value) in changes {
            if key < FIRST_KEY {
                return Err(Error::ReservedKey);
            }
            bytes = bytes
                .saturating_add(key.len())
                .saturating_add(value.map_or(0, <[u8]>::len))
                .saturating_add(OVERHEAD_BYTES);
            list.push((Bytes::from(key), value.map(Bytes::from)));
        }
        if !list.is_sorted_by(|(one, _), (next, _)| one < next) {
            list = list.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect();
        }
        Ok(Self {
            applied,
            changes: list,
            bytes,
        })
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

/// What the newest of these layers, the last, say of a key; `None` where none does.
pub(crate) fn get(layers: &[Arc<Layer>], key: &[u8]) -> Option<Option<Bytes>> {
    layers.iter().rev().find_map(|layer| layer.get(key)).cloned()
}

/// What these layers, the newest the last, come to in a range.
pub(crate) fn between<'a>(
    layers: &'a [Arc<Layer>],
    from: &[u8],
    to: &[u8],
) -> BTreeMap<&'a [u8], Option<&'a Bytes>> {
    let mut changes = BTreeMap::new();
    for layer in layers {
        for (key, value) in layer.between(from, to) {
            changes.insert(&**key, value.as_ref());
        }
    }
    changes
}
