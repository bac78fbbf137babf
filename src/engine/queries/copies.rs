//! Copies of all live profiles, for a subscriber who begins with one and follows what comes after it.
//!
//! Profiles are read while commits go on, so some are newer than what the subscriber was told so far. Those are told
//! apart by the journal: it has a message of each of their versions. Where customers live in several engines, [`between`] looks after
//! those who go from one to another meanwhile.

mod between;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

use crate::{
    engine::queries::{
        answer::{Query, QueryError},
        query::Portrait,
        updates::Update,
    },
    journal::Position,
    store::{Order, ProfileId, View, keys},
    wire::out::update::version_of,
};

pub use self::between::{Among, Copies};

/// Messages that are looked through at once.
const MESSAGES: usize = 1_024;
/// Profiles that are read before the journal is asked whether one of them is ahead: those behind it are read again.
const PROFILES: usize = 8;

/// A profile that is copied.
#[derive(Clone, Debug)]
pub struct Copied {
    /// The profile as it stands.
    pub portrait: Portrait,
    /// Whether that is newer than the position up to which the subscriber was told: messages up to its version are yet
    /// to come, and say nothing new.
    pub is_ahead: bool,
}

impl Query {
    /// The ids of live profiles behind `after`, in order, `most` of them at most.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn ids_after(&self, after: Option<ProfileId>, most: usize) -> Result<Vec<ProfileId>, QueryError> {
        let from = match after {
            Some(id) => [&keys::profile(id)[..], &[0]].concat(),
            None => keys::PROFILES.to_vec(),
        };
        let mut ids = Vec::new();
        self.store().scan(&from, &[], Order::Ascending, &mut |key, _| {
            let id = keys::profile_id(key).filter(|_| key.starts_with(keys::PROFILES) && ids.len() < most);
            ids.extend(id);
            Ok(match id {
                Some(_) => ControlFlow::Continue(()),
                None => ControlFlow::Break(()),
            })
        })?;
        Ok(ids)
    }

    /// Those of `ids` that are live, in their order, for a subscriber who was told everything up to `position`. It ends with
    /// the first that is ahead of that: only when its messages were told, those behind it can be.
    ///
    /// # Errors
    /// When store or journal cannot be read; [`QueryError::Gone`] where the journal no longer reaches back to `position`, or
    /// not yet there.
    pub fn copies(&self, ids: &[ProfileId], position: Position) -> Result<Vec<Copied>, QueryError> {
        if position > self.applied() {
            let first = self.journal().first();
            return Err(QueryError::Gone { first });
        }
        let mut copies: Vec<Copied> = Vec::with_capacity(ids.len());
        for ids in ids.chunks(PROFILES) {
            self.copy(ids, position, &mut copies)?;
            if copies.last().is_some_and(|last| last.is_ahead) {
                break;
            }
        }
        Ok(copies)
    }

    fn copy(
        &self,
        ids: &[ProfileId],
        position: Position,
        copies: &mut Vec<Copied>,
    ) -> Result<(), QueryError> {
        let mut portraits = Vec::with_capacity(ids.len());
        for id in ids {
            portraits.extend(self.portrait(*id)?);
        }
        // What is visible in the store may be told a moment later; the journal has it.
        let read_at = Position(self.store().applied()?.position);
        let wanted = portraits.iter().map(|portrait| portrait.id).collect();
        let later = self.first_versions(&wanted, position, read_at)?;
        for portrait in portraits {
            let first = later.get(&portrait.id);
            let is_ahead = first.is_some_and(|first| portrait.version >= *first);
            copies.push(Copied { portrait, is_ahead });
            if is_ahead {
                break;
            }
        }
        Ok(())
    }

    /// Whether a profile is live and has reached a version.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn has_reached(&self, id: ProfileId, version: u64) -> Result<bool, QueryError> {
        let record = self.graph().profile(id)?;
        Ok(record.is_some_and(|record| record.version >= version))
    }

    /// The first version of each of `ids` that was published behind `after`, up to `last`.
    fn first_versions(
        &self,
        ids: &BTreeSet<ProfileId>,
        after: Position,
        last: Position,
    ) -> Result<BTreeMap<ProfileId, u64>, QueryError> {
        let mut first = BTreeMap::new();
        self.visit_between(after, last, |update| note_version(&mut first, ids, update))?;
        Ok(first)
    }

    /// Visits what was published behind `after`, up to `last`.
    fn visit_between(
        &self,
        mut after: Position,
        last: Position,
        mut visit: impl FnMut(&Update),
    ) -> Result<(), QueryError> {
        while after < last {
            let page = self.updates_between(after, last, MESSAGES)?;
            let Some(end) = page.last() else { break };
            after = end.position;
            page.iter().for_each(&mut visit);
        }
        Ok(())
    }
}

/// Notes the version of one of `ids` that a message is of, where none was noted that is smaller.
fn note_version(first: &mut BTreeMap<ProfileId, u64>, ids: &BTreeSet<ProfileId>, update: &Update) {
    let id = update.updated().and_then(ProfileId::parse);
    if let Some(id) = id.filter(|id| ids.contains(id))
        && let Some(version) = version_of(&update.body)
    {
        let first = first.entry(id).or_insert(version);
        *first = version.min(*first);
    }
}
