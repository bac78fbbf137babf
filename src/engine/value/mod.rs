//! What customers are worth among all: who asks for it, what is kept of it, and what becomes of that.
//!
//! Ranking takes all customers, so it is done beside the writer ([`ranker`]): a command notes that it was asked for and by which
//! time it ranks, a thread reads what is committed, and hands the standings that changed to the writer, some hundred in a
//! command. A standing is no part of a profile: it has no version, and nobody is told when it changes but by what is
//! published of the profile next.
//!
//! Where partitions have the customers of a tenant, each ranks its own by what all of them come to ([`scale`]), which its resolver
//! finds and writes for it.
//!
//! Who absorbs somebody keeps their standing until the next ranking, and that of the absorbed stays as long, for a merge
//! may be undone. Who is new by a split has none until then. Who is erased has none from that commit on.

mod changed;
mod gather;
mod ranker;
mod scale;

pub use self::scale::Measured;
pub(crate) use ranker::Ranker;

use crate::{
    decide::value,
    domain::time::Timestamp,
    engine::{
        api::Answer,
        queries::{
            answer::{Query, QueryError},
            query::{Portrait, Ranking},
        },
        state::batch::Batch,
    },
    store::{Error, ProfileId, RankingRecord, Read, StandingRecord, View, keys::value as keys},
    wire::out::value::Standing,
};

/// What the writer is asked to do about standings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Valuing {
    /// Have all customers ranked, as of when this is carried out.
    Ask,
    /// Have the partitions of a tenant rank theirs by this.
    Measure(Box<Measured>),
    /// Take over standings that changed.
    Take(Box<Revaluation>),
}

/// Standings that a ranking changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revaluation {
    /// Of whom, and where they stand now; `None` nowhere.
    pub changes: Vec<(ProfileId, Option<StandingRecord>)>,
    /// How the ranking ended, with the last of them.
    pub end: Option<End>,
}

/// How a ranking ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// How often it had been asked for when it began.
    pub asked: u64,
    /// The time by which it ranked.
    pub at: Timestamp,
    /// How many customers stand.
    pub customers: u64,
    /// The currency whose money counted.
    pub currency: Option<String>,
}

impl Batch<'_> {
    /// Does what was asked about standings.
    pub(crate) fn rank(&mut self, asked: &Valuing, now: Timestamp) -> Result<Answer, Error> {
        match asked {
            Valuing::Ask => self.ask_to_rank(now)?,
            Valuing::Measure(measured) => return self.keep_scale(measured),
            Valuing::Take(revaluation) => {
                let ranking = self.ranking()?.unwrap_or_default();
                self.revalue(&revaluation.changes, &ranking.erased)?;
                if let Some(end) = &revaluation.end {
                    self.overlay
                        .put_record(keys::RANKING.to_vec(), &ended(ranking, end))?;
                }
            }
        }
        Ok(Answer::Noted)
    }

    /// Has customers ranked as of a time.
    fn ask_to_rank(&mut self, at: Timestamp) -> Result<(), Error> {
        let mut ranking = self.ranking()?.unwrap_or_default();
        ranking.asked = ranking.asked.saturating_add(1);
        ranking.asked_at = Some(at);
        self.has_standings = true;
        self.overlay.put_record(keys::RANKING.to_vec(), &ranking)
    }

    /// Takes standings over. Whoever is gone since they were read stands nowhere, and who was erased gets none of what was
    /// theirs.
    fn revalue(
        &mut self,
        changes: &[(ProfileId, Option<StandingRecord>)],
        erased: &[ProfileId],
    ) -> Result<(), Error> {
        for (id, standing) in changes {
            let is_live = self.graph().profile(*id)?.is_some();
            match standing {
                Some(_) if !is_live || erased.contains(id) => continue,
                Some(standing) => self.overlay.put_record(keys::standing(*id), standing)?,
                None => self.overlay.delete(keys::standing(*id)),
            }
            if is_live {
                self.touched.revalued.insert(*id);
            }
        }
        Ok(())
    }

    /// How far ranking is, where it was ever asked for.
    fn ranking(&self) -> Result<Option<RankingRecord>, Error> {
        self.overlay.record(keys::RANKING)
    }

    /// Whether a ranking was ever asked for.
    pub(crate) fn was_ranked(&self) -> Result<bool, Error> {
        Ok(self.overlay.get(keys::RANKING)?.is_some())
    }

    /// Where a customer stands. Costs nothing where nobody was ever ranked.
    pub(crate) fn standing(&self, id: ProfileId) -> Result<Option<StandingRecord>, Error> {
        match self.has_standings {
            true => self.overlay.record(&keys::standing(id)),
            false => Ok(None),
        }
    }

    /// Has these stand nowhere: they were erased. A ranking that is under way may have read of them before.
    pub(crate) fn forget_standings(&mut self, ids: &[ProfileId]) -> Result<(), Error> {
        if !self.has_standings {
            return Ok(());
        }
        for id in ids {
            if self.standing(*id)?.is_some() {
                self.overlay.delete(keys::standing(*id));
                self.touched.revalued.insert(*id);
            }
        }
        if let Some(mut ranking) = self.ranking()?
            && ranking.asked > ranking.done
        {
            ranking.erased.extend(ids);
            ranking.erased.sort_unstable();
            ranking.erased.dedup();
            self.overlay.put_record(keys::RANKING.to_vec(), &ranking)?;
        }
        Ok(())
    }
}

impl Query {
    /// Where a customer stands, as far as that is found out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn standing(&self, id: ProfileId) -> Result<Option<StandingRecord>, QueryError> {
        Ok(self.store().record(&keys::standing(id))?)
    }

    /// How the last ranking of customers ended, and whether another is under way; `None` where none was ever asked for.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn ranking(&self) -> Result<Option<Ranking>, QueryError> {
        let record: Option<RankingRecord> = self.store().record(keys::RANKING)?;
        Ok(record.map(|record| Ranking {
            at: record.at,
            customers: record.customers,
            currency: record.currency,
            is_pending: record.asked > record.done,
        }))
    }

    /// How many standings are kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn standings(&self) -> Result<usize, QueryError> {
        Ok(self.store().pointees(keys::STANDINGS)?.len())
    }
}

/// What is kept of a ranking that ended.
fn ended(ranking: RankingRecord, end: &End) -> RankingRecord {
    RankingRecord {
        done: end.asked,
        at: Some(end.at),
        customers: end.customers,
        currency: end.currency.clone(),
        erased: Vec::new(),
        ..ranking
    }
}

/// As conditions look at it.
impl From<StandingRecord> for value::Standing {
    fn from(kept: StandingRecord) -> Self {
        Self {
            recency: kept.recency,
            frequency: kept.frequency,
            monetary: kept.monetary,
            name: kept.name,
            tier: kept.tier,
        }
    }
}

impl Portrait {
    /// Where the customer stands among all, as it is told.
    pub(crate) fn standing(&self) -> Option<Standing<'_>> {
        self.value.as_ref().map(|kept| Standing {
            recency: kept.recency,
            frequency: kept.frequency,
            monetary: kept.monetary,
            name: &kept.name,
            tier: &kept.tier,
            at: kept.at,
        })
    }
}
