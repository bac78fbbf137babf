//! A group of an index: the entries below one value, which are read together.

/// The letter of an index and a hash.
const GROUP_BYTES: usize = 17;

/// The entries of one index below one hash, by the beginning of their keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Group([u8; GROUP_BYTES]);

impl std::fmt::Debug for Group {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Group(…)")
    }
}

impl Group {
    /// The group that an entry is in; `None` for keys of records.
    pub fn of(key: &[u8]) -> Option<Self> {
        let is_index = matches!(
            key.first(),
            Some(b'B' | b'D' | b'G' | b'I' | b'L' | b'N' | b'O' | b'V')
        );
        let group = key.first_chunk::<GROUP_BYTES>().filter(|_| is_index)?;
        Some(Self(*group))
    }

    /// The group that a whole range lies in, from `from` (included) to `to` (excluded).
    pub fn around(from: &[u8], to: &[u8]) -> Option<Self> {
        let group = Self::of(from)?;
        let is_inside = to.starts_with(&group.0) || (!to.is_empty() && *to <= group.behind()[..]);
        is_inside.then_some(group)
    }

    /// Whether it is one of faces that have a block in common.
    pub fn is_block(&self) -> bool {
        self.0.first() == Some(&b'B')
    }

    /// What the keys of all its entries begin with.
    pub fn prefix(&self) -> &[u8] {
        &self.0
    }

    /// The beginning of the group that would follow.
    fn behind(&self) -> [u8; GROUP_BYTES] {
        let mut behind = self.0;
        for byte in behind.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                break;
            }
        }
        behind
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::time::Timestamp,
        store::{
            ids::{AtomId, KeyHash},
            keys,
        },
    };

    #[test]
    fn a_range_is_in_a_group_where_it_reaches_no_other() {
        for last in [0_u8, 7, 0xff] {
            let (device, id) = (KeyHash([last; 16]), AtomId([3; 16]));
            let marks = keys::marks(device);
            let group = Group::of(&marks);
            assert!(group.is_some());
            let middle = keys::marks_from(device, Timestamp::from_micros(9));
            let end = keys::marks_end(device);
            for (from, to) in [(&marks, &end), (&marks, &middle), (&middle, &end)] {
                assert_eq!(Group::around(from, to), group);
            }
            let mut next = b"O".to_vec();
            next.extend([last.wrapping_add(1); 16]);
            if last < 0xff {
                assert_eq!(Group::around(&marks, &next), None, "{last}");
            }
            assert_eq!(Group::around(&marks, b"P"), group.filter(|_| last == 0xff));
            assert_eq!(Group::around(&marks, b""), None);
            assert_eq!(Group::of(&keys::atom(id)), None);
        }
        assert_eq!(
            Group::around(keys::ALIASES, b"M"),
            None,
            "all groups of an index are none"
        );
    }
}
