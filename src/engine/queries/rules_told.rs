//! What is told of the tenant's rules: how each fares, who is in which segment, what waits for its time.
//!
//! Owns the answers; reads what is counted already, and looks through memberships a bounded part at a time.

use std::{ops::ControlFlow, sync::Arc};

use crate::{
    decide::{
        experience::Journey,
        rule::{Flow, Segment},
    },
    domain::time::Timestamp,
    engine::{
        deciding::{Failing, RuleName, first_due, is_sweeping, waiting},
        queries::answer::{Query, QueryError},
    },
    store::{
        Error, MembershipRecord, Order, PopulationRecord, ProfileId, Read as _, SizeRecord, View as _, keys,
    },
};

/// Memberships that one page looks through.
const LOOKED_AT_MAX: usize = 5_000;

/// The rules that hold, and how they fare.
#[derive(Clone, Debug)]
pub struct RulesTold {
    /// The segments, in the order in which they are found out.
    pub segments: Vec<SegmentTold>,
    /// The flows, by name.
    pub flows: Vec<FlowTold>,
    /// The journeys, by name.
    pub journeys: Vec<Journey>,
    /// What waits for its time.
    pub timers: TimersTold,
    /// Whether all profiles are being looked at by the segments there are.
    pub is_sweeping: bool,
}

/// A segment.
#[derive(Clone, Debug)]
pub struct SegmentTold {
    /// The rule.
    pub rule: Arc<Segment>,
    /// How many profiles are in it.
    pub members: u64,
    /// How it fails.
    pub failed: Option<Failed>,
}

/// A flow.
#[derive(Clone, Debug)]
pub struct FlowTold {
    /// The rule.
    pub rule: Arc<Flow>,
    /// How it fails.
    pub failed: Option<Failed>,
}

/// How a rule fails that cannot be evaluated; it is skipped then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// How often, since the service started.
    pub times: u64,
    /// What was wrong the last time.
    pub problem: String,
    /// When that was.
    pub at: Timestamp,
}

/// What waits for its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimersTold {
    /// How much.
    pub waiting: u64,
    /// When the next is due.
    pub next: Option<Timestamp>,
}

/// How many are in each segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SizesTold {
    /// The segments by name, and how many profiles are in each.
    pub segments: Vec<(String, u64)>,
    /// How many profiles there are; `None` until they are counted, which the first sweep does.
    pub profiles: Option<u64>,
}

/// A page of who is in a segment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MembersPage {
    /// Profiles in the order of their ids.
    pub members: Vec<ProfileId>,
    /// Where the next page begins, if there may be one.
    pub next: Option<String>,
}

impl Query {
    /// The rules that hold, and how they fare.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn rules_told(&self) -> Result<RulesTold, QueryError> {
        let told: Result<Vec<_>, _> = self.parts().iter().map(Self::rules_told_here).collect();
        RulesTold::sum(told?).map_or_else(|| self.rules_told_here(), Ok)
    }

    fn rules_told_here(&self) -> Result<RulesTold, QueryError> {
        let book = self.rules().decide.book.current();
        let mut failing = self.failing().told();
        let mut segments = Vec::new();
        for rule in book.segments() {
            segments.push(SegmentTold {
                rule: Arc::clone(rule),
                members: self.size(&rule.name)?,
                failed: failing
                    .remove(&RuleName::Segment(rule.name.clone()))
                    .map(Failed::from),
            });
        }
        let flows = book.flows().map(|rule| FlowTold {
            rule: Arc::clone(rule),
            failed: failing
                .remove(&RuleName::Flow(rule.name.clone()))
                .map(Failed::from),
        });
        Ok(RulesTold {
            segments,
            flows: flows.collect(),
            journeys: book.journeys().cloned().collect(),
            timers: TimersTold {
                waiting: waiting(self.store())?,
                next: first_due(self.store())?,
            },
            is_sweeping: is_sweeping(self.store(), &book, self.keyring())?,
        })
    }

    /// How many are in each segment.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn segment_sizes(&self) -> Result<SizesTold, QueryError> {
        let sizes: Result<Vec<_>, _> = self.parts().iter().map(Self::segment_sizes_here).collect();
        SizesTold::sum(sizes?).map_or_else(|| self.segment_sizes_here(), Ok)
    }

    fn segment_sizes_here(&self) -> Result<SizesTold, QueryError> {
        let book = self.rules().decide.book.current();
        let counted: Option<PopulationRecord> = self.store().record(keys::POPULATION)?;
        let mut segments = Vec::new();
        for rule in book.segments() {
            segments.push((rule.name.clone(), self.size(&rule.name)?));
        }
        segments.sort_unstable();
        Ok(SizesTold {
            segments,
            profiles: counted
                .filter(|counted| counted.until.is_none())
                .map(|counted| counted.profiles),
        })
    }

    /// A page of who is in a segment; `None` where there is no such segment. A page may hold fewer than `limit`, or nobody,
    /// and not be the last.
    ///
    /// # Errors
    /// [`QueryError::BadCursor`], or when the store cannot be read.
    pub fn members(
        &self,
        segment: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Option<MembersPage>, QueryError> {
        let (page, next) = self.paged(cursor, |query, cursor| {
            let page = query.members_here(segment, cursor, limit)?;
            Ok(page.map_or((None, None), |page| (Some(page.members), page.next)))
        })?;
        Ok(page.map(|members| MembersPage { members, next }))
    }

    fn members_here(
        &self,
        segment: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Option<MembersPage>, QueryError> {
        let after = cursor
            .map(|text| ProfileId::parse(text).ok_or(QueryError::BadCursor))
            .transpose()?;
        if self.rules().decide.book.current().segment(segment).is_none() {
            return Ok(None);
        }
        let (mut members, mut looked, mut last, mut is_more) = (Vec::new(), 0_usize, None, false);
        let from = after.map_or(keys::MEMBERSHIPS.to_vec(), keys::membership);
        let store = self.store();
        store.scan(
            &from,
            keys::MEMBERSHIPS_END,
            Order::Ascending,
            &mut |key, value| {
                let id = keys::profile_id(key);
                let Some(id) = id.filter(|id| after.is_none_or(|after| *id > after)) else {
                    return Ok(ControlFlow::Continue(()));
                };
                if looked >= LOOKED_AT_MAX || members.len() >= limit {
                    is_more = true;
                    return Ok(ControlFlow::Break(()));
                }
                looked = looked.saturating_add(1);
                last = Some(id);
                let membership: MembershipRecord = store.decoded(value)?;
                let is_in = membership.inside().any(|(name, _)| name == segment);
                members.extend(is_in.then_some(id));
                Ok(ControlFlow::Continue(()))
            },
        )?;
        Ok(Some(MembersPage {
            members,
            next: last.filter(|_| is_more).map(|id| id.to_string()),
        }))
    }

    fn size(&self, segment: &str) -> Result<u64, Error> {
        let size: Option<SizeRecord> = self.store().record(&keys::size(segment))?;
        Ok(size.unwrap_or_default().members)
    }
}

impl From<Failing> for Failed {
    fn from(failing: Failing) -> Self {
        Self {
            times: failing.times,
            problem: failing.problem,
            at: failing.last,
        }
    }
}
