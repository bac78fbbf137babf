//! Frequency caps and priority: how much a customer heard lately, from all teams and by all ways together.

use std::cmp::Ordering;

use crate::{
    decide::contact::{
        Case,
        policy::Cap,
        said::Message,
        verdict::{Evidence, Reason, Verdict},
    },
    domain::time::Timestamp,
};

const DAY_US: u64 = 24 * 3_600 * 1_000_000;

/// What was said to the customer, to be counted.
pub(super) struct Counted<'a> {
    case: &'a Case<'a>,
    /// The earliest first.
    messages: &'a [Message<'a>],
}

/// When there is room again, and what was counted.
struct Full {
    until: Timestamp,
    evidence: Vec<Evidence>,
}

impl<'a> Counted<'a> {
    pub(super) const fn of(case: &'a Case<'a>, messages: &'a [Message<'a>]) -> Self {
        Self { case, messages }
    }

    /// Holds what is more than a cap lets through until there is room under each of them.
    pub(super) fn frequency_cap(&self) -> Option<Verdict> {
        self.latest(Reason::CapReached, |cap| cap.most)
    }

    /// Holds what would take the room that is kept free for what matters more.
    pub(super) fn priority(&self) -> Option<Verdict> {
        self.latest(Reason::Reserved, |cap| {
            match self.case.ask.priority < cap.reserved_from {
                true => cap.most.saturating_sub(cap.reserved),
                false => cap.most,
            }
        })
    }

    /// The cap that has room last, of those that have none now.
    fn latest(&self, reason: Reason, most: impl Fn(&Cap) -> usize) -> Option<Verdict> {
        let caps = self.case.policy.caps.iter();
        let full = caps
            .filter(|(_, cap)| cap.most > 0 && self.applies(cap))
            .filter_map(|(name, cap)| self.full(name, cap, most(cap)));
        let last = full.reduce(|one, other| match one.until.cmp(&other.until) {
            Ordering::Less => other,
            Ordering::Equal | Ordering::Greater => one,
        })?;
        Some(Verdict::hold(reason, last.until, last.evidence))
    }

    fn applies(&self, cap: &Cap) -> bool {
        self.is_under(cap, &self.case.ask.way, &self.case.ask.purpose)
    }

    fn is_under(&self, cap: &Cap, way: &str, purpose: &str) -> bool {
        let is_listed = |list: &[String], name: &str| list.iter().any(|one| one == name);
        let is_counted = match cap.purposes.is_empty() {
            true => self.case.policy.purpose(purpose).sells,
            // What nobody said the purpose of may have had any.
            false => purpose.is_empty() || is_listed(&cap.purposes, purpose),
        };
        is_counted && (cap.ways.is_empty() || is_listed(&cap.ways, way))
    }

    /// Whether `most` messages or more are within the cap's time.
    fn full(&self, name: &str, cap: &Cap, most: usize) -> Option<Full> {
        let since = self.since(cap)?;
        let within = self.messages.iter().filter(|message| {
            message.at() >= since && self.is_under(cap, &message.contact.way, message.purpose)
        });
        let within: Vec<&Message<'_>> = within.collect();
        // With this one gone, and those before it, there is room for one.
        let last = within.get(within.len().checked_sub(most)?)?;
        let until = match cap.calendar {
            true => self.case.zone.day(last.at(), i64::from(cap.days))?,
            false => last.at().saturating_add(DAY_US.saturating_mul(cap.days.into())),
        };
        let evidence = [Evidence::of("cap", name, Some(since))]
            .into_iter()
            .chain(within.iter().rev().take(most).map(|message| message.evidence()));
        Some(Full {
            until,
            evidence: evidence.collect(),
        })
    }

    /// From when on messages are counted.
    fn since(&self, cap: &Cap) -> Option<Timestamp> {
        let now = self.case.now;
        match cap.calendar {
            true => self.case.zone.day(now, 1_i64.saturating_sub(cap.days.into())),
            // What is as old as that, to the microsecond, is out.
            false => Some(
                now.saturating_sub(DAY_US.saturating_mul(cap.days.into()))
                    .saturating_add(1),
            ),
        }
    }
}
