//! How often a value is found among people: agreeing on a rare name says more than on a common one.
//!
//! Owns [`Frequencies`] and the adjustment made of them. Never holds a value in clear: it is known by a keyed hash, and
//! whoever learns a table leaves out what fewer than ten people have.

use std::{collections::BTreeMap, hash::Hasher as _};

use siphasher::sip::SipHasher24;

use crate::domain::similarity::{bits::log2_ratio_nano, field::Field};

/// Frequencies in parts per billion of the values of some fields.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Frequencies {
    /// The two halves of the key under which values are hashed.
    pub key: (u64, u64),
    /// Hash of field and value, and its parts per billion.
    pub table: BTreeMap<u64, u32>,
    /// What a value that is not in the table counts as, and the least that any counts as; 0 where the table holds
    /// common values alone and says nothing of others.
    pub floor: u32,
}

/// The size alone: a table is a guess at names.
impl std::fmt::Debug for Frequencies {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Frequencies({} values)", self.table.len())
    }
}

impl Frequencies {
    /// The hash by which the table knows a value.
    #[must_use]
    pub fn hash(&self, field: Field, value: &str) -> u64 {
        let mut hasher = SipHasher24::new_with_keys(self.key.0, self.key.1);
        hasher.write(field.as_str().as_bytes());
        hasher.write(b"=");
        hasher.write(value.as_bytes());
        hasher.finish()
    }

    /// The parts per billion of a value; `None` where nothing was learned of it.
    #[must_use]
    pub fn of(&self, field: Field, value: &str) -> Option<u32> {
        if self.table.is_empty() {
            return None;
        }
        let found = self.table.get(&self.hash(field, value)).copied();
        let counted = found.unwrap_or(0).max(self.floor);
        (counted > 0).then_some(counted)
    }
}

/// What an agreement on a value is worth beyond its level, in billionths of a bit: the level's chance agreement over
/// the value's, both in one unit.
#[must_use]
pub fn adjustment_nano(chance_of_level: u64, frequency: u64) -> i64 {
    log2_ratio_nano(chance_of_level, frequency)
}
