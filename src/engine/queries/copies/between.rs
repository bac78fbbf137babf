//! The same of a tenant whose customers live in several engines, and go from one to another while they are copied.
//!
//! Who is on the way is in none of them for a moment. They are known by where they left: it is noted there until it is told, and then
//! lies in the journal behind where the subscriber is. A copy ends before whoever left one lately, wherever they are by now, and goes on
//! once the subscriber was told of that: by then they have arrived.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::{Bound, ControlFlow, RangeBounds},
};

use crate::{
    engine::queries::{
        answer::{Query, QueryError},
        copies::{Copied, PROFILES, note_version},
        query::{Address, Portrait},
    },
    journal::Position,
    store::{Order, ProfileId, Read as _, StagedRecord, UntoldRecord, View as _, keys, keys::parting},
};

/// Ids that follow on each other.
pub type Among = (Bound<ProfileId>, Bound<ProfileId>);

/// Some profiles of a copy.
#[derive(Clone, Debug, Default)]
pub struct Copies {
    /// The profiles, in the order of their ids.
    pub copied: Vec<Copied>,
    /// Whether all are there that were asked for.
    pub is_whole: bool,
    /// Up to where each partition was when they were read: what is published of them is up to there.
    pub read_at: Vec<Position>,
}

/// What is to be known of profiles beside how they stand.
struct Later {
    /// The first version of each that the subscriber was not told.
    first: BTreeMap<ProfileId, u64>,
    /// Those who left a partition lately.
    away: BTreeSet<ProfileId>,
    /// Whether some leave one now, in several commits: what they have goes before they do.
    is_leaving: bool,
    read_at: Vec<Position>,
}

impl Query {
    /// The ids of live profiles of all partitions behind `after`, in order, `most` of them at most; and among which ids there are no
    /// others, but for who is on the way.
    ///
    /// # Errors
    /// When a store cannot be read.
    pub fn next_of_all(
        &self,
        after: Option<ProfileId>,
        most: usize,
    ) -> Result<(Vec<ProfileId>, Among), QueryError> {
        let mut ids = BTreeSet::new();
        for part in self.parts() {
            ids.extend(part.ids_after(after, most)?);
        }
        let ids: Vec<ProfileId> = ids.into_iter().take(most).collect();
        let last = ids.last().filter(|_| ids.len() >= most);
        let among = (
            after.map_or(Bound::Unbounded, Bound::Excluded),
            last.map_or(Bound::Unbounded, |last| Bound::Included(*last)),
        );
        Ok((ids, among))
    }

    /// Those of `ids` that are live, in their order, for a subscriber who was told everything up to these positions of the partitions,
    /// at which nobody was on the way: whoever had left one had arrived in another. It ends with the first that is ahead of them, and
    /// before the first `among` these who left one since.
    ///
    /// # Errors
    /// When a store or a journal cannot be read; [`QueryError::Gone`] where a journal no longer reaches back to its position, or not yet
    /// there.
    pub fn copies_of_all(
        &self,
        ids: &[ProfileId],
        among: Among,
        told: &[Position],
    ) -> Result<Copies, QueryError> {
        for (part, told) in self.parts().iter().zip(told) {
            if *told > part.applied() {
                let first = part.first();
                return Err(QueryError::Gone { first });
            }
        }
        let mut copies = Copies::default();
        for (ids, among) in chunks(ids, among) {
            if !self.copy_among(among, ids, told, &mut copies)? {
                return Ok(copies);
            }
        }
        copies.is_whole = true;
        Ok(copies)
    }

    /// Copies some; whether it can go on behind them.
    ///
    /// ORDER: profiles are looked for before it is looked who left, so that whoever leaves meanwhile is found to have.
    fn copy_among(
        &self,
        among: Among,
        ids: &[ProfileId],
        told: &[Position],
        copies: &mut Copies,
    ) -> Result<bool, QueryError> {
        let mut portraits: BTreeMap<ProfileId, Option<Portrait>> = BTreeMap::new();
        for id in ids {
            portraits.insert(*id, self.portrait_of_all(*id)?);
        }
        let later = self.later(among, &portraits.keys().copied().collect(), told)?;
        copies.read_at = later.read_at;
        if later.is_leaving {
            return Ok(false);
        }
        for id in &later.away {
            portraits.entry(*id).or_default();
        }
        for (id, portrait) in portraits {
            // What was read of them may lack what had left already.
            if later.away.contains(&id) {
                return Ok(false);
            }
            // Else they are no longer live.
            let Some(portrait) = portrait else { continue };
            let first = later.first.get(&id);
            let is_ahead = first.is_some_and(|first| portrait.version >= *first);
            copies.copied.push(Copied { portrait, is_ahead });
            if is_ahead {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether a profile is live in any of them and has reached a version.
    ///
    /// # Errors
    /// When a store cannot be read.
    pub fn have_reached(&self, id: ProfileId, version: u64) -> Result<bool, QueryError> {
        for part in self.parts() {
            if part.has_reached(id, version)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a version of a profile may be still to come: none of them has got there, or knows what became of it.
    ///
    /// # Errors
    /// When a store cannot be read.
    pub fn is_to_come(&self, id: ProfileId, version: u64) -> Result<bool, QueryError> {
        let mut is_to_come = true;
        for part in self.parts() {
            match part.graph().profile(id)? {
                Some(record) if record.version >= version => return Ok(false),
                Some(_) => {}
                None => is_to_come &= !part.has(&Address::Id(id))?,
            }
        }
        Ok(is_to_come)
    }

    fn portrait_of_all(&self, id: ProfileId) -> Result<Option<Portrait>, QueryError> {
        for part in self.parts() {
            if let Some(portrait) = part.portrait(id)? {
                return Ok(Some(portrait));
            }
        }
        Ok(None)
    }

    fn later(&self, among: Among, ids: &BTreeSet<ProfileId>, told: &[Position]) -> Result<Later, QueryError> {
        let mut later = Later {
            first: BTreeMap::new(),
            away: BTreeSet::new(),
            is_leaving: false,
            read_at: Vec::with_capacity(told.len()),
        };
        for part in self.parts() {
            let staged: Option<StagedRecord> = part.store().record(parting::STAGED)?;
            later.is_leaving |= matches!(staged, Some(StagedRecord::Departing { .. }));
            part.untold(among, &mut later.away)?;
        }
        for (part, told) in self.parts().iter().zip(told) {
            // What is visible in the store may be told a moment later; the journal has it.
            let read_at = Position(part.store().applied()?.position);
            part.visit_between(*told, read_at, |update| {
                note_version(&mut later.first, ids, update);
                let left = update.departed().and_then(ProfileId::parse);
                later.away.extend(left.filter(|id| among.contains(id)));
            })?;
            later.read_at.push(read_at);
        }
        Ok(later)
    }

    /// Adds who left this partition, where that is not told yet.
    fn untold(&self, among: Among, away: &mut BTreeSet<ProfileId>) -> Result<(), QueryError> {
        let from = match among.0 {
            Bound::Included(id) | Bound::Excluded(id) => parting::untold(id),
            Bound::Unbounded => parting::UNTOLD.to_vec(),
        };
        self.store()
            .scan(&from, &[], Order::Ascending, &mut |key, value| {
                let id = keys::profile_id(key).filter(|_| key.starts_with(parting::UNTOLD));
                let Some(id) = id.filter(|id| (Bound::Unbounded, among.1).contains(id)) else {
                    return Ok(ControlFlow::Break(()));
                };
                let untold: UntoldRecord = self.store().decoded(value)?;
                if matches!(untold, UntoldRecord::Departed { .. }) && among.contains(&id) {
                    away.insert(id);
                }
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(())
    }
}

/// Some ids after the other, each with among which ids there are no others; together these are `among`.
fn chunks(ids: &[ProfileId], among: Among) -> Vec<(&[ProfileId], Among)> {
    let (mut from, mut rest, mut chunks) = (among.0, ids, Vec::new());
    while let Some((some, behind)) = rest.split_at_checked(PROFILES)
        && let Some(last) = some.last()
    {
        chunks.push((some, (from, Bound::Included(*last))));
        (from, rest) = (Bound::Excluded(*last), behind);
    }
    // Behind the last of them somebody may be on the way.
    chunks.push((rest, (from, among.1)));
    chunks
}
