//! What is asked of a customer's history: how often, when last, on how many days.
//!
//! Each answer also notes the first instant at which it may be another although nothing happens. What is earlier than the
//! history is not known and counts as not having happened, but for [`Call::Since`], which knows of it from the counters.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::{
    decide::rule::facts::Facts,
    domain::{event::has_token, profile::matters::Moment, time::Timestamp},
};

const SECOND_MICROS: i64 = 1_000_000;
const DAY_MICROS: i64 = 86_400 * SECOND_MICROS;
/// Moments that are further apart belong to two visits.
const VISIT_GAP_MICROS: i64 = 30 * 60 * SECOND_MICROS;
/// Where it is not known what an age is compared with, it is looked at again after so long.
const LOOK_AGAIN_MICROS: u64 = 3_600 * 1_000_000;
/// Seconds since what never happened: more than thirty thousand years.
pub(super) const NEVER_SECONDS: i64 = 1_000_000_000_000;

/// The earliest instant at which something changes by itself.
#[derive(Debug)]
pub(super) struct Until(AtomicI64);

impl Until {
    pub(super) fn never() -> Self {
        Self(AtomicI64::new(i64::MAX))
    }

    fn note(&self, at: Timestamp) {
        self.0.fetch_min(at.as_micros(), Ordering::Relaxed);
    }

    pub(super) fn earliest(&self) -> Option<Timestamp> {
        let at = self.0.load(Ordering::Relaxed);
        (at != i64::MAX).then(|| Timestamp::from_micros(at))
    }
}

/// Something that is asked about a type of events, as a token, within so many microseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// How often it happened.
    Count(String, u64),
    /// Whether it did.
    Happened(String, u64),
    /// Whether it did not.
    Quiet(String, u64),
    /// On how many days (UTC).
    Days(String, u64),
    /// How often the customer was there, whatever they did.
    Visits(u64),
    /// Seconds since it happened last.
    Since(String, Turn),
    /// Seconds since a time that is yet to be told.
    Age(Turn),
    /// Whether they are in a segment.
    Segment(String),
}

/// When what is said of an age changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// As soon as it is so many seconds.
    At(i64),
    /// That is not known.
    Unknown,
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Number(i64),
    Truth(bool),
}

impl Call {
    /// How far back it looks, in microseconds.
    pub(super) fn window_us(&self) -> u64 {
        match self {
            Self::Count(_, window)
            | Self::Happened(_, window)
            | Self::Quiet(_, window)
            | Self::Days(_, window)
            | Self::Visits(window) => *window,
            Self::Since(_, Turn::At(seconds)) => {
                u64::try_from(seconds.saturating_mul(SECOND_MICROS)).unwrap_or_default()
            }
            Self::Since(_, Turn::Unknown) => u64::MAX,
            Self::Age(_) | Self::Segment(_) => 0,
        }
    }

    /// Whether it asks what happened.
    pub(super) const fn looks_back(&self) -> bool {
        !matches!(self, Self::Age(_) | Self::Segment(_))
    }

    /// Whether more of the history would have it answer the same.
    pub(super) fn is_told_by(&self, facts: &Facts<'_>) -> bool {
        let token = match self {
            Self::Age(_) | Self::Segment(_) => return true,
            Self::Visits(_) => None,
            Self::Count(token, _) | Self::Days(token, _) => Some((token, false)),
            Self::Happened(token, _) | Self::Quiet(token, _) | Self::Since(token, _) => Some((token, true)),
        };
        let is_whole = facts.now.saturating_sub(self.window_us()) >= facts.history.since;
        // The latest is there where any is, and what was never counted never happened.
        let is_told = |(token, asks_for_latest): (&String, bool)| {
            let counted = &facts.profile.whole.by_type;
            let is_there = || {
                facts
                    .history
                    .moments
                    .iter()
                    .any(|one| has_token(&one.name, token))
            };
            let is_counted = || counted.by_name.keys().any(|name| has_token(name, token));
            asks_for_latest && is_there() || counted.others == 0 && !is_counted()
        };
        is_whole || token.is_some_and(is_told)
    }

    /// The answer; `None` where it is asked for with a time ([`age`]).
    pub(super) fn answer(&self, facts: &Facts<'_>, until: &Until) -> Option<Answer> {
        let answer = match self {
            Self::Count(token, window) => {
                let mut counted = within(facts, *window).filter(|moment| has_token(&moment.name, token));
                let first = counted.next();
                leaves(first, *window, until);
                Answer::Number(number(
                    counted.count().saturating_add(usize::from(first.is_some())),
                ))
            }
            Self::Happened(token, window) => Answer::Truth(happened(facts, token, *window, until)),
            Self::Quiet(token, window) => Answer::Truth(!happened(facts, token, *window, until)),
            Self::Days(token, window) => {
                let counted = within(facts, *window).filter(|moment| has_token(&moment.name, token));
                let day = |moment: &Moment| moment.stamp.time.as_micros().div_euclid(DAY_MICROS);
                let together = |before: &Moment, next: &Moment| day(before) == day(next);
                Answer::Number(runs(counted, together, *window, until))
            }
            Self::Visits(window) => {
                let together = |before: &Moment, next: &Moment| {
                    next.stamp.time.micros_since(before.stamp.time) <= VISIT_GAP_MICROS
                };
                Answer::Number(runs(within(facts, *window), together, *window, until))
            }
            Self::Since(token, turn) => Answer::Number(since(facts, token, *turn, until)),
            Self::Segment(name) => Answer::Truth(facts.segments.contains(name)),
            Self::Age(_) => return None,
        };
        Some(answer)
    }
}

/// The moments of the last `window` microseconds. One leaves as soon as it is so old; none is too new, since clocks differ.
fn within<'a>(facts: &Facts<'a>, window: u64) -> impl DoubleEndedIterator<Item = &'a Moment> + use<'a> {
    let from = facts.now.saturating_sub(window);
    let moments = facts.history.moments;
    let at = moments.partition_point(|moment| moment.stamp.time <= from);
    moments.get(at..).unwrap_or_default().iter()
}

fn leaves(moment: Option<&Moment>, window: u64, until: &Until) {
    if let Some(moment) = moment {
        until.note(moment.stamp.time.saturating_add(window));
    }
}

/// It ends when the latest leaves.
fn happened(facts: &Facts<'_>, token: &str, window: u64, until: &Until) -> bool {
    let latest = within(facts, window).rfind(|moment| has_token(&moment.name, token));
    leaves(latest, window, until);
    latest.is_some()
}

/// The number of runs of moments that belong together. It changes when the last of the first run leaves.
fn runs<'a>(
    mut moments: impl Iterator<Item = &'a Moment>,
    together: impl Fn(&Moment, &Moment) -> bool,
    window: u64,
    until: &Until,
) -> i64 {
    let Some(mut before) = moments.next() else {
        return 0;
    };
    let mut runs: usize = 1;
    for next in moments {
        if !together(before, next) {
            if runs == 1 {
                leaves(Some(before), window, until);
            }
            runs = runs.saturating_add(1);
        }
        before = next;
    }
    if runs == 1 {
        leaves(Some(before), window, until);
    }
    number(runs)
}

/// Seconds since the latest. Where it is earlier than the history: since that begins, which is the least that it can be.
fn since(facts: &Facts<'_>, token: &str, turn: Turn, until: &Until) -> i64 {
    let history = &facts.history;
    let latest = history
        .moments
        .iter()
        .rfind(|moment| has_token(&moment.name, token));
    let counted = &facts.profile.whole.by_type.by_name;
    let is_older = || history.since > Timestamp::MIN && counted.keys().any(|name| has_token(name, token));
    let last = match latest {
        Some(moment) => moment.stamp.time,
        None if is_older() => history.since,
        None => return NEVER_SECONDS,
    };
    age(last, facts.now, turn, until).max(0)
}

/// Seconds from `then` to `now`.
pub(super) fn age(then: Timestamp, now: Timestamp, turn: Turn, until: &Until) -> i64 {
    match turn {
        Turn::At(seconds) => {
            let turns = then
                .as_micros()
                .saturating_add(seconds.saturating_mul(SECOND_MICROS));
            let turns = Timestamp::from_micros(turns);
            if now < turns {
                until.note(turns);
            }
        }
        Turn::Unknown => until.note(now.saturating_add(LOOK_AGAIN_MICROS)),
    }
    now.micros_since(then).div_euclid(SECOND_MICROS)
}

/// A time in whole seconds, as expressions have it.
pub(super) fn seconds(time: Timestamp) -> i64 {
    time.as_micros().div_euclid(SECOND_MICROS)
}

/// A time that an expression has in whole seconds.
pub(super) fn time(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds.saturating_mul(SECOND_MICROS))
}

pub(super) fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
