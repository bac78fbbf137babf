//! One question to several engines: to the partitions of a tenant, where it is about all customers.
//!
//! Owns how what each of them counted becomes one answer. What each has is exact and of customers that no other has, so it is
//! added up; what is read page by page is read in one after the other.

use std::{collections::BTreeMap, num::NonZeroU32, sync::Arc};

use crate::{
    domain::time::Timestamp,
    engine::{
        parting::Part,
        queries::{
            answer::{Query, QueryError},
            rules_told::{Failed, RulesTold, SizesTold},
        },
        writer::handle::Handle,
    },
};

/// Numbers of one engine are smaller. As many partitions as there may be fit above, and the whole into what JSON can tell.
const NUMBERS: u64 = 1 << 46;

/// A number by which one of several engines knows something again, such as a position of its journal, and which of them that is.
/// It is told as one number, which whoever asks again repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// Which partition; `None` of the resolver.
    pub partition: Option<u32>,
    /// What it is called there.
    pub number: u64,
}

impl Numbered {
    /// The last number of one engine's own.
    pub const LAST: u64 = NUMBERS - 1;

    /// What [`Numbered::told`] told.
    pub fn read(told: u64) -> Self {
        let above = (told / NUMBERS).checked_sub(1);
        Self {
            partition: above.and_then(|index| u32::try_from(index).ok()),
            number: told % NUMBERS,
        }
    }

    /// As one number: a resolver's is told as it is.
    pub fn told(self) -> u64 {
        let above = self
            .partition
            .map_or(0, |index| u64::from(index).saturating_add(1));
        above.saturating_mul(NUMBERS).saturating_add(self.number)
    }
}

impl Handle {
    /// How many partitions have the customers of the tenant, where this is its resolver.
    pub fn partitions(&self) -> Option<NonZeroU32> {
        match self.query.rules().part {
            Part::Resolver { partitions } => Some(partitions),
            Part::Whole | Part::Partition { .. } => None,
        }
    }

    /// The same, whose questions about all customers are answered from these partitions, in their order.
    #[must_use]
    pub fn over(&self, partitions: &[Self]) -> Self {
        let parts: Vec<Query> = partitions.iter().map(|one| one.query.clone()).collect();
        Self {
            query: self.query.over(parts),
            ..self.clone()
        }
    }
}

impl Query {
    pub(super) fn over(&self, parts: Vec<Self>) -> Self {
        Self {
            parts: Arc::from(parts),
            ..self.clone()
        }
    }

    /// Who has the customers: this one, where no others have.
    pub(crate) fn parts(&self) -> &[Self] {
        match self.parts.is_empty() {
            true => std::slice::from_ref(self),
            false => &self.parts,
        }
    }

    /// This one and those who have the customers, each with what its numbers are told as.
    pub(crate) fn all(&self) -> impl Iterator<Item = (Option<u32>, &Self)> {
        let others = (0_u32..).map(Some).zip(self.parts.iter());
        std::iter::once((None, self)).chain(others)
    }

    /// A page of what is read in one part after the other: of the part that `cursor` is of, and where to go on. A cursor of one
    /// of several says which.
    pub(crate) fn paged<T>(
        &self,
        cursor: Option<&str>,
        page: impl FnOnce(&Self, Option<&str>) -> Result<(T, Option<String>), QueryError>,
    ) -> Result<(T, Option<String>), QueryError> {
        if self.parts.is_empty() {
            return page(self, cursor);
        }
        let (index, rest) = match cursor {
            None => (0, None),
            Some(cursor) => {
                let (index, rest) = cursor.split_once('-').ok_or(QueryError::BadCursor)?;
                let index: usize = index.parse().map_err(|_| QueryError::BadCursor)?;
                (index, Some(rest).filter(|rest| !rest.is_empty()))
            }
        };
        let part = self.parts.get(index).ok_or(QueryError::BadCursor)?;
        let (read, next) = page(part, rest)?;
        let following = index.saturating_add(1);
        let next = match next {
            Some(next) => Some(format!("{index}-{next}")),
            None => (following < self.parts.len()).then(|| format!("{following}-")),
        };
        Ok((read, next))
    }
}

impl SizesTold {
    /// What these come to together; `None` of nobody.
    pub(crate) fn sum(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        all.into_iter().reduce(|one, other| {
            let mut segments: BTreeMap<String, u64> = one.segments.into_iter().collect();
            for (name, members) in other.segments {
                let sum = segments.entry(name).or_default();
                *sum = sum.saturating_add(members);
            }
            Self {
                segments: segments.into_iter().collect(),
                // Counted to the end only where all are.
                profiles: one
                    .profiles
                    .zip(other.profiles)
                    .map(|(one, other)| one.saturating_add(other)),
            }
        })
    }
}

impl RulesTold {
    /// What these come to together, who go by the same rules; `None` of nobody.
    pub(crate) fn sum(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        all.into_iter().reduce(|mut told, other| {
            for segment in other.segments {
                let same = told
                    .segments
                    .iter_mut()
                    .find(|one| one.rule.name == segment.rule.name);
                if let Some(same) = same {
                    same.members = same.members.saturating_add(segment.members);
                    same.failed = failed(same.failed.take(), segment.failed);
                }
            }
            for flow in other.flows {
                let same = told.flows.iter_mut().find(|one| one.rule.name == flow.rule.name);
                if let Some(same) = same {
                    same.failed = failed(same.failed.take(), flow.failed);
                }
            }
            told.timers.waiting = told.timers.waiting.saturating_add(other.timers.waiting);
            told.timers.next = first(told.timers.next, other.timers.next);
            told.is_sweeping |= other.is_sweeping;
            told
        })
    }
}

fn first(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

/// How a rule fails in two engines: as often as in both, and what was wrong the last time.
fn failed(one: Option<Failed>, other: Option<Failed>) -> Option<Failed> {
    one.into_iter().chain(other).reduce(|one, other| {
        let times = one.times.saturating_add(other.times);
        let last = match one.at >= other.at {
            true => one,
            false => other,
        };
        Failed { times, ..last }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_says_whose_it_is() {
        for (partition, number) in [(None, 0), (None, 7), (Some(0), 0), (Some(63), NUMBERS - 1)] {
            let numbered = Numbered { partition, number };
            let told = numbered.told();
            assert_eq!(Numbered::read(told), numbered, "{told}");
            // What JSON can tell exactly.
            assert!(told < 1 << 53, "{told}");
        }
        let own = Numbered {
            partition: None,
            number: 7,
        };
        assert_eq!(own.told(), 7);
    }

    #[test]
    fn sizes_are_added_and_everybody_is_counted_only_where_all_are() {
        let sizes = |small: u64, profiles| SizesTold {
            segments: vec![("big".to_owned(), 10), ("small".to_owned(), small)],
            profiles,
        };
        let sum = SizesTold::sum([sizes(1, Some(5)), sizes(2, Some(7))]).unwrap();
        let expected = vec![("big".to_owned(), 20), ("small".to_owned(), 3)];
        assert_eq!((sum.segments, sum.profiles), (expected, Some(12)));
        let sum = SizesTold::sum([sizes(1, Some(5)), sizes(2, None)]).unwrap();
        assert_eq!(sum.profiles, None);
    }

    #[test]
    fn a_rule_fails_as_often_as_everywhere_together() {
        let once = |times, at| {
            Some(Failed {
                times,
                problem: format!("at {at}"),
                at: Timestamp::from_micros(at),
            })
        };
        let both = failed(once(2, 9), once(3, 4)).unwrap();
        assert_eq!((both.times, both.problem.as_str()), (5, "at 9"));
        assert_eq!(failed(None, once(1, 1)), once(1, 1));
        assert_eq!(failed(None, None), None);
    }
}
