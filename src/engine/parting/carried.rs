//! What a batch takes out of a partition, or puts in: what of it is told, and what is looked at again.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    journal::Message,
    store::{ProfileId, ProfileRecord},
};

/// A profile that left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gone {
    pub(crate) profile: ProfileId,
    pub(crate) version: u64,
    /// The partition that it goes to.
    pub(crate) to: u32,
}

/// Who leaves with a batch, or comes; and of whom it is told that they did.
#[derive(Debug, Default)]
pub(crate) struct Carried {
    /// Those of whom it is told that they left.
    pub(super) gone: Vec<Gone>,
    /// What those who leave had, as messages.
    pub(super) parcel: Vec<Message>,
    /// Those who come, as they were.
    pub(super) came: BTreeMap<ProfileId, ProfileRecord>,
    /// Those of whom it is told that they came.
    pub(super) introduced: BTreeSet<ProfileId>,
    /// Whether some of it is as other rules made it.
    pub(super) is_of_other_rules: bool,
}

impl Carried {
    /// The profiles of which it is told that they left.
    pub(crate) fn departed(&self) -> &[Gone] {
        &self.gone
    }

    /// What they had, as messages.
    pub(crate) fn parcel(&self) -> &[Message] {
        &self.parcel
    }

    /// A profile as it was where it comes from; `None` of one that comes from nowhere.
    pub(crate) fn arrived(&self, id: ProfileId) -> Option<&ProfileRecord> {
        self.came.get(&id)
    }

    /// Whether it is told of a profile that it came.
    pub(crate) fn introduces(&self, id: ProfileId) -> bool {
        self.introduced.contains(&id)
    }

    /// Whether something came that other rules made.
    pub(crate) const fn is_of_other_rules(&self) -> bool {
        self.is_of_other_rules
    }
}
