//! The epoch record: who owns the journal. Pure. Written by `open` when a journal is taken over, read by whoever wants
//! to know whether it still is theirs.

use serde::{Deserialize, Serialize};

/// One owner's term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EpochRecord {
    /// One more than that of the owner before.
    pub(crate) epoch: u64,
    /// Who, so that an owner knows its own record again.
    pub(crate) owner: String,
}

impl EpochRecord {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        // A number and a text are always JSON.
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(crate) fn parse(bytes: &[u8]) -> Option<EpochRecord> {
        serde_json::from_slice(bytes).ok()
    }
}
