//! Standings that a ranking changed, found and handed to the writer.

use std::{ops::ControlFlow, thread, time::Instant};

use crate::{
    decide::value::{Rank, Scale, Standing},
    domain::time::Timestamp,
    engine::value::{
        End, Revaluation, Valuing,
        gather::PROFILES,
        ranker::{RankError, Ranker},
    },
    store::{Order, ProfileId, StandingRecord, View as _, keys::value as keys},
};

/// Standings that one command changes.
const CHANGES: usize = 256;

/// Standings that changed, on their way to the writer.
pub(super) struct Changed<'a> {
    ranker: &'a Ranker,
    /// The time by which it is ranked.
    at: Timestamp,
    scale: &'a Scale,
    changes: Vec<(ProfileId, Option<StandingRecord>)>,
    count: usize,
}

impl<'a> Changed<'a> {
    /// None yet, of a ranking by a scale.
    pub(super) fn of(ranker: &'a Ranker, at: Timestamp, scale: &'a Scale) -> Self {
        Self {
            ranker,
            at,
            scale,
            changes: Vec::with_capacity(CHANGES),
            count: 0,
        }
    }

    /// Finds who stands elsewhere than was kept.
    pub(super) fn find(&mut self, customers: &[(ProfileId, Rank)]) -> Result<(), RankError> {
        for customers in customers.chunks(PROFILES) {
            self.ranker.goes_on()?;
            let begun = Instant::now();
            for (id, rank) in customers {
                self.compare(*id, *rank)?;
            }
            thread::sleep(begun.elapsed());
        }
        Ok(())
    }

    fn compare(&mut self, id: ProfileId, rank: Rank) -> Result<(), RankError> {
        let kept = self.ranker.query.standing(id)?.map(Standing::from);
        let now = rank.standing();
        match kept.as_ref() == Some(&now) {
            true => Ok(()),
            false => self.add(id, Some(record(now, self.at))),
        }
    }

    /// Finds who stood and does not any more: who bought nothing lately, and who is gone. Who came from another partition meanwhile, with
    /// where they stood there, is looked at once more.
    pub(super) fn find_gone(&mut self, customers: &[(ProfileId, Rank)]) -> Result<(), RankError> {
        let mut from = keys::STANDINGS.to_vec();
        loop {
            self.ranker.goes_on()?;
            let ids = self.kept_from(&from)?;
            let Some(last) = ids.last() else { return Ok(()) };
            from = keys::behind_standing(*last);
            for id in ids {
                if customers.binary_search_by_key(&id, |(id, _)| *id).is_ok() {
                    continue;
                }
                match self.ranker.purchases(&self.ranker.query, id, self.at)? {
                    Some(purchases) => self.compare(id, self.scale.rank(&self.scale.counted(&purchases)))?,
                    None => self.add(id, None)?,
                }
            }
        }
    }

    /// The next of whom a standing is kept.
    fn kept_from(&self, from: &[u8]) -> Result<Vec<ProfileId>, RankError> {
        let mut ids = Vec::new();
        let store = self.ranker.query.store();
        store.scan(from, &[], Order::Ascending, &mut |key, _| {
            let id = keys::standing_of(key).filter(|_| ids.len() < CHANGES);
            ids.extend(id);
            Ok(match id {
                Some(_) => ControlFlow::Continue(()),
                None => ControlFlow::Break(()),
            })
        })?;
        Ok(ids)
    }

    fn add(&mut self, id: ProfileId, standing: Option<StandingRecord>) -> Result<(), RankError> {
        self.changes.push((id, standing));
        if self.changes.len() < CHANGES {
            return Ok(());
        }
        self.ranker.goes_on()?;
        self.hand_over(None)
    }

    /// Hands the rest over; how many there were.
    pub(super) fn end(mut self, end: End) -> Result<usize, RankError> {
        self.hand_over(Some(end))?;
        Ok(self.count)
    }

    fn hand_over(&mut self, end: Option<End>) -> Result<(), RankError> {
        let changes = std::mem::take(&mut self.changes);
        self.count = self.count.saturating_add(changes.len());
        let revaluation = Box::new(Revaluation { changes, end });
        self.ranker.order(Valuing::Take(revaluation))
    }
}

/// A standing as it is kept.
fn record(standing: Standing, at: Timestamp) -> StandingRecord {
    StandingRecord {
        recency: standing.recency,
        frequency: standing.frequency,
        monetary: standing.monetary,
        name: standing.name,
        tier: standing.tier,
        at,
    }
}
