//! Who bought something, read from what is committed: a few numbers of each are kept in memory. What comes while it reads counts for who
//! is read after it, and who goes from one partition to another for both or for none, so the next ranking puts it right.

use std::{thread, time::Instant};

use crate::{
    decide::value::{Customers, Purchases},
    domain::{profile::Profile, time::Timestamp},
    engine::{
        queries::answer::{Query, QueryError},
        state::atoms::Atoms,
        value::ranker::{RankError, Ranker},
    },
    store::{ProfileId, ProfileRecord},
};

/// Profiles that are read at a time.
pub(super) const PROFILES: usize = 128;

impl Ranker {
    /// All who bought something, of one engine after the other, and in the order of their ids.
    ///
    /// # Errors
    /// [`RankError::Away`] where one of them ends: whoever opens its store again needs it closed.
    pub(super) fn gathered(
        &self,
        mut parts: Vec<Query>,
        at: Timestamp,
    ) -> Result<Customers<ProfileId>, RankError> {
        let mut customers = Customers::default();
        // What ends its own engine ends this thread.
        let is_resolver = self.query.rules().part.is_resolver();
        while let Some(part) = parts.pop() {
            let mut after = None;
            loop {
                self.goes_on()?;
                if is_resolver && (part.is_over() || parts.iter().any(Query::is_over)) {
                    return Err(RankError::Away);
                }
                let begun = Instant::now();
                let ids = part.ids_after(after, PROFILES)?;
                let Some(last) = ids.last().copied() else { break };
                for id in ids {
                    if let Some(purchases) = self.purchases(&part, id, at)? {
                        customers.add(id, purchases);
                    }
                }
                after = Some(last);
                thread::sleep(begun.elapsed());
            }
        }
        Ok(customers)
    }

    /// What a customer bought, if they bought something.
    pub(super) fn purchases(
        &self,
        part: &Query,
        id: ProfileId,
        at: Timestamp,
    ) -> Result<Option<Purchases>, QueryError> {
        let read = |record: &ProfileRecord| self.bought(part, record, at);
        Ok(part.settled(id, read)?.flatten())
    }

    /// Most bought nothing: then nothing is put together.
    fn bought(
        &self,
        part: &Query,
        record: &ProfileRecord,
        at: Timestamp,
    ) -> Result<Option<Purchases>, QueryError> {
        let store = part.store();
        let mut atoms = Vec::new();
        for id in record.members.iter().chain(&record.attributed) {
            atoms.extend(store.atom(*id)?);
        }
        if atoms.iter().all(|atom| atom.aggregate.sales.is_empty()) {
            return Ok(None);
        }
        let all = atoms.iter().map(|atom| (&atom.claim, &atom.aggregate));
        let profile = Profile::combine(all, &part.rules().fold);
        Ok(Purchases::of(&profile, self.policy.window_us, at))
    }
}
