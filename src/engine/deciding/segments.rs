//! Which segments a profile is in: brought up to date in the commit that changes it, or when time alone may.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    decide::rule::{Condition, Facts, Segment},
    domain::{event::Event, time::Timestamp},
    engine::{deciding::health::RuleName, queries::query::Portrait, state::batch::Batch},
    store::{Error, Member, MembershipRecord, ProfileId, Read, SizeRecord, keys},
};

/// Sooner than that nobody is looked at again for time alone.
const SOON_US: u64 = 1_000_000;

/// Which segments are looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Looked<'a> {
    /// Those that these events may change, and of which the time is over.
    After(&'a [&'a Event]),
    /// Those that hold of somebody of whom nothing is known, and those that these events may change: all that is known.
    New(&'a [&'a Event]),
    /// All.
    All,
}

/// The segments of a profile after a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Segmented {
    /// Those it is in, by name, and since when.
    pub(crate) inside: BTreeMap<String, Timestamp>,
    /// Those it came into.
    pub(crate) entered: Vec<String>,
    /// Those it went out of, and since when it had been there.
    pub(crate) left: Vec<(String, Timestamp)>,
}

impl Segmented {
    /// Whether it is in others than before.
    pub(crate) fn is_change(&self) -> bool {
        !(self.entered.is_empty() && self.left.is_empty())
    }
}

impl Batch<'_> {
    /// Brings the segments of a profile up to date.
    pub(crate) fn segment(
        &mut self,
        portrait: &Portrait,
        looked: Looked<'_>,
        now: Timestamp,
    ) -> Result<Segmented, Error> {
        let id = portrait.id;
        let stored: Option<MembershipRecord> = match self.has_segments {
            true => self.overlay.record(&keys::membership(id))?,
            false => None,
        };
        let book = Arc::clone(&self.book);
        let is_unknown = stored.is_none() && portrait.value.is_none();
        let before = stored.unwrap_or_default();
        let is_over = |name: &str| {
            let until = before.segments.get(name).and_then(|member| member.until);
            until.is_some_and(|until| until <= now)
        };
        let candidates: Vec<&Arc<Segment>> = match looked {
            Looked::After(events) if before.due.is_none_or(|due| due > now) => book.segments_after(events),
            Looked::After(events) => book.segments_over(events, is_over),
            Looked::New(events) if is_unknown => book.segments_of_new(events),
            Looked::New(_) | Looked::All => book.segments().collect(),
        };
        if candidates.is_empty() && !matches!(looked, Looked::All) {
            return Ok(compared(&before, &before));
        }
        let mut after = before.clone();
        if matches!(looked, Looked::All) {
            after.segments.retain(|name, _| book.segment(name).is_some());
        }
        if !candidates.is_empty() {
            self.ask(portrait, &candidates, &mut after, now)?;
        }
        after.due = after.segments.values().filter_map(|member| member.until).min();
        let segmented = compared(&before, &after);
        if before != after {
            self.put_membership(id, &before, &after)?;
            self.resize(&segmented)?;
        }
        Ok(segmented)
    }

    /// Has those looked at again who stand elsewhere among all customers, where a segment asks for that.
    pub(crate) fn review_valued(&mut self) {
        let asks = !self.touched.revalued.is_empty() && !self.book.segments_reading_value().is_empty();
        let revalued = std::mem::take(&mut self.touched.revalued);
        if asks {
            self.touched.reviewed.extend(revalued);
        }
    }

    /// Asks each of these segments whether the profile is in it.
    fn ask(
        &self,
        portrait: &Portrait,
        candidates: &[&Arc<Segment>],
        after: &mut MembershipRecord,
        now: Timestamp,
    ) -> Result<(), Error> {
        let asks: Vec<&Condition> = candidates.iter().map(|one| &one.when).collect();
        let mut known = self.known_of(portrait, &asks, now)?;
        known.segments = after.inside().map(|(name, _)| name.to_owned()).collect();
        for segment in candidates {
            let facts: Facts<'_> = known.facts();
            let holding = match segment.when.holds(&facts) {
                Ok(holding) => holding,
                Err(failed) => {
                    let rule = RuleName::Segment(segment.name.clone());
                    self.health.failed(rule, &failed, now);
                    // It stays as it is until something happens: time alone mends no rule.
                    if let Some(member) = after.segments.get_mut(&segment.name) {
                        member.until = None;
                    }
                    continue;
                }
            };
            let until = holding.until.map(|until| until.max(now.saturating_add(SOON_US)));
            let was = after.segments.get(&segment.name).copied().unwrap_or_default();
            let member = Member {
                since: holding.holds.then(|| was.since.unwrap_or(now)),
                // Looked at too early it is looked at again: so what only puts the time off is not written each time.
                until: match (was.until, until) {
                    (Some(before), Some(until)) if before > now && before <= until => Some(before),
                    (_, until) => until,
                },
            };
            match member == Member::default() {
                true => drop(after.segments.remove(&segment.name)),
                false => drop(after.segments.insert(segment.name.clone(), member)),
            }
            match member.since {
                Some(_) => known.segments.insert(segment.name.clone()),
                None => known.segments.remove(&segment.name),
            };
        }
        Ok(())
    }

    /// Forgets the segments of a profile that is no more: who becomes of it is in those that the rules say.
    pub(crate) fn forget_segments(&mut self, id: ProfileId) -> Result<(), Error> {
        if !self.has_segments {
            return Ok(());
        }
        let stored: Option<MembershipRecord> = self.overlay.record(&keys::membership(id))?;
        let Some(before) = stored else { return Ok(()) };
        let after = MembershipRecord::default();
        self.put_membership(id, &before, &after)?;
        self.resize(&compared(&before, &after))
    }

    /// Counts somebody who comes from another partition in the segments that they are in.
    pub(crate) fn count_segments(&mut self, membership: &MembershipRecord) -> Result<(), Error> {
        self.resize(&compared(&MembershipRecord::default(), membership))
    }

    fn put_membership(
        &mut self,
        id: ProfileId,
        before: &MembershipRecord,
        after: &MembershipRecord,
    ) -> Result<(), Error> {
        if before.due != after.due {
            before
                .due
                .iter()
                .for_each(|due| self.overlay.delete(keys::aging(*due, id)));
            if let Some(due) = after.due {
                self.overlay.put(keys::aging(due, id), Vec::new());
            }
        }
        match after.segments.is_empty() {
            true => self.overlay.delete(keys::membership(id)),
            false => self.overlay.put_record(keys::membership(id), after)?,
        }
        Ok(())
    }

    /// Counts who is in which segment.
    fn resize(&mut self, segmented: &Segmented) -> Result<(), Error> {
        let entered = segmented.entered.iter().map(|name| (name, true));
        let left = segmented.left.iter().map(|(name, _)| (name, false));
        for (name, is_in) in entered.chain(left) {
            let size: Option<SizeRecord> = self.overlay.record(&keys::size(name))?;
            let members = size.unwrap_or_default().members;
            let members = match is_in {
                true => members.saturating_add(1),
                false => members.saturating_sub(1),
            };
            match members {
                0 => self.overlay.delete(keys::size(name)),
                members => self
                    .overlay
                    .put_record(keys::size(name), &SizeRecord { members })?,
            }
        }
        Ok(())
    }
}

/// What is another in the second.
fn compared(before: &MembershipRecord, after: &MembershipRecord) -> Segmented {
    let mut segmented = Segmented::default();
    for (name, since) in after.inside() {
        if before.segments.get(name).is_none_or(|was| was.since.is_none()) {
            segmented.entered.push(name.to_owned());
        }
        segmented.inside.insert(name.to_owned(), since);
    }
    for (name, since) in before.inside() {
        if !segmented.inside.contains_key(name) {
            segmented.left.push((name.to_owned(), since));
        }
    }
    segmented
}
