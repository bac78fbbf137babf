//! The store's own few records, all under the key prefix 0x00: its format, how far the journal was applied,
//! and named small values. It must never hold anything a rebuild could not make again. Called by the store itself.

use crate::store::codec::Record;
use crate::store::layout;

/// First byte of the store's own keys; callers have all others.
pub(crate) const META_PREFIX: u8 = 0x00;

/// Key of the [`Format`].
pub(crate) const FORMAT_KEY: &[u8] = b"\0format";

/// Key of the [`Applied`].
pub(crate) const APPLIED_KEY: &[u8] = b"\0applied";

/// The format of key space and records that this build reads and writes.
pub(crate) const FORMAT: u32 = 1;

/// How far the journal has been applied; all zero in a new store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    /// Journal position of the last commit.
    pub position: u64,
    /// Number of the last batch.
    pub batch: u64,
    /// Multiset hash over the profiles as they are after that commit.
    pub fingerprint: [u8; 32],
}

/// Which format the key space has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Format {
    pub(crate) number: u32,
}

/// A named small value.
pub(crate) struct Named {
    pub(crate) value: Vec<u8>,
}

layout! {
    struct Applied { position, batch, fingerprint }
    struct Format { number }
    struct Named { value }
}

impl Record for Applied {
    const VERSION: u8 = 1;
    const NAME: &'static str = "applied position";
}

impl Record for Format {
    const VERSION: u8 = 1;
    const NAME: &'static str = "format";
}

impl Record for Named {
    const VERSION: u8 = 1;
    const NAME: &'static str = "named value";
}

/// The small values that are kept by name, outside the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetaName {
    /// What tells other secrets from those that its keys are hashed under.
    Secrets,
    /// When the store was made.
    CreatedAt,
    /// Which journal it is a view of.
    Journal,
}

impl MetaName {
    /// Every name.
    pub const ALL: [Self; 3] = [Self::Secrets, Self::CreatedAt, Self::Journal];

    pub(crate) fn key(self) -> &'static [u8] {
        match self {
            Self::Secrets => b"\0named/secrets-check",
            Self::CreatedAt => b"\0named/created-at",
            Self::Journal => b"\0named/journal",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::codec;

    #[test]
    fn own_keys_are_distinct_and_under_the_prefix() {
        let mut keys: Vec<&[u8]> = vec![FORMAT_KEY, APPLIED_KEY];
        keys.extend(MetaName::ALL.map(MetaName::key));
        assert!(keys.iter().all(|key| key.first() == Some(&META_PREFIX)));
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 2 + MetaName::ALL.len());
    }

    #[test]
    fn the_layout_of_version_one_is_frozen() {
        let applied = Applied {
            position: 251,
            batch: 7,
            fingerprint: [9; 32],
        };
        let mut body = vec![251, 251, 0, 7];
        body.extend([9; 32]);
        assert_eq!(codec::encode(&applied).unwrap().get(5..), Some(body.as_slice()));
        assert_eq!(
            codec::encode(&Format { number: 1 }).unwrap().get(5..),
            Some([1].as_slice())
        );
        assert_eq!(
            codec::encode(&Named { value: vec![4, 2] }).unwrap().get(5..),
            Some([2, 4, 2].as_slice())
        );
    }
}
