//! How much each caller may ask for: so many questions a minute, about so many people an hour. Whoever goes through
//! numbers to see who is a customer runs out of both.
//!
//! Counted by who asks, never by where they ask from: an address is shared by a call centre, and changed by whoever
//! wants to.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed},
};

use crate::{
    api::{Failure, guard::alarm::Alarm},
    domain::{role::Role, time::Timestamp},
    engine::ProfileId,
};

/// Callers that are remembered, the latest who asked; far more than ask at a time.
const CALLERS_MAX: usize = 10_000;
const HOUR_MICROS: u64 = 3_600_000_000;
const NANOS_PER_MICRO: u64 = 1_000;

/// What a role may ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quotas {
    /// Questions and commands a minute; `None` is without bound.
    pub asks_per_minute: Option<NonZeroU32>,
    /// People an hour that are told of, each counted once; `None` is without bound.
    pub people_per_hour: Option<NonZeroU32>,
}

/// The time of the service, as the limiter counts it.
#[derive(Clone, Copy, Debug)]
struct ServiceClock(fn() -> Timestamp);

impl Clock for ServiceClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let micros = u64::try_from((self.0)().as_micros()).unwrap_or_default();
        Nanos::new(micros.saturating_mul(NANOS_PER_MICRO))
    }
}

type Rate = RateLimiter<NotKeyed, InMemoryState, ServiceClock, NoOpMiddleware<Nanos>>;

/// What one caller may still ask for.
#[derive(Debug)]
pub(crate) struct Allowance {
    clock: fn() -> Timestamp,
    rate: Option<Rate>,
    people_max: Option<NonZeroU32>,
    people: Mutex<People>,
    alarm: Alarm,
}

/// Whom a caller was told of in the hour that began at `since`.
#[derive(Debug, Default)]
struct People {
    since: Option<Timestamp>,
    seen: BTreeSet<ProfileId>,
    /// Whether somebody else was asked for than they may meet.
    is_spent: bool,
}

impl Allowance {
    pub(super) fn new(quotas: Quotas, clock: fn() -> Timestamp, alarm: Alarm) -> Self {
        let quota = quotas.asks_per_minute.map(Quota::per_minute);
        Self {
            clock,
            rate: quota.map(|quota| RateLimiter::direct_with_clock(quota, ServiceClock(clock))),
            people_max: quotas.people_per_hour,
            people: Mutex::default(),
            alarm,
        }
    }

    /// Whose it is, as a log may tell it.
    pub(super) fn who(&self) -> &str {
        self.alarm.who()
    }

    /// Counts a question.
    ///
    /// # Errors
    /// `too_many_questions`.
    pub(super) fn ask(&self) -> Result<(), Failure> {
        let is_within = self.rate.as_ref().is_none_or(|rate| rate.check().is_ok());
        is_within.then_some(()).ok_or_else(Failure::too_many_questions)
    }

    /// Counts those whom the caller is about to be told of.
    ///
    /// # Errors
    /// `too_many_people`, and then none of them is counted.
    pub(super) fn meet(&self, people: &[ProfileId]) -> Result<(), Failure> {
        let Some(most) = self.people_max else {
            return Ok(());
        };
        let most = usize::try_from(most.get()).unwrap_or(usize::MAX);
        let mut met = self.of_this_hour();
        let new: BTreeSet<ProfileId> = people
            .iter()
            .filter(|id| !met.seen.contains(id))
            .copied()
            .collect();
        if met.seen.len().saturating_add(new.len()) > most {
            met.is_spent = true;
            return Err(Failure::too_many_people());
        }
        met.seen.extend(new);
        Ok(())
    }

    /// Whether the caller may still ask who somebody is. Whoever met as many as they may is not answered by any
    /// identifier, or the refusal would tell that somebody has it.
    ///
    /// # Errors
    /// `too_many_people`.
    pub(super) fn look_up(&self) -> Result<(), Failure> {
        let Some(most) = self.people_max else {
            return Ok(());
        };
        let met = self.of_this_hour();
        let is_spent = met.is_spent || met.seen.len() >= usize::try_from(most.get()).unwrap_or(usize::MAX);
        (!is_spent).then_some(()).ok_or_else(Failure::too_many_people)
    }

    /// Tells whoever reads the log that the caller asks for more than they may.
    pub(super) fn alarm(&self, reason: &'static str) {
        self.alarm.ring(reason, self.clock);
    }

    /// Whom the caller met; a new hour begins where the last one is over, or the clock was set back.
    fn of_this_hour(&self) -> MutexGuard<'_, People> {
        let mut met = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        // ORDER: asked in turn, or of two who ask at once the one who waited longer seems to ask by a clock that was set back.
        let now = (self.clock)();
        let is_going_on = |since: Timestamp| since <= now && now < since.saturating_add(HOUR_MICROS);
        if !met.since.is_some_and(is_going_on) {
            *met = People {
                since: Some(now),
                ..People::default()
            };
        }
        met
    }
}

/// What somebody showed: a key and a token of one name are two callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Credential {
    Nothing,
    Key,
    Token,
}

/// Callers by what they showed, role and name: what they may still ask for, and when they asked last.
type Callers = BTreeMap<(Credential, Role, Arc<str>), (Arc<Allowance>, Timestamp)>;

/// The allowances of all callers.
#[derive(Debug)]
pub(super) struct Allowances {
    clock: fn() -> Timestamp,
    quotas: BTreeMap<Role, Quotas>,
    callers: Mutex<Callers>,
}

impl Allowances {
    pub(super) fn new(quotas: BTreeMap<Role, Quotas>, clock: fn() -> Timestamp) -> Self {
        Self {
            clock,
            quotas,
            callers: Mutex::default(),
        }
    }

    /// The allowance of `name` as `role`, known by a kind of credential.
    pub(super) fn of(&self, by: Credential, name: &Arc<str>, role: Role) -> Arc<Allowance> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        // ORDER: asked in turn, as above: it would be all that they may ask for anew.
        let now = (self.clock)();
        let key = (by, role, Arc::clone(name));
        if callers.len() >= CALLERS_MAX && !callers.contains_key(&key) {
            let silent = callers.iter().min_by_key(|(_, (_, asked))| *asked);
            if let Some(silent) = silent.map(|(key, _)| key.clone()) {
                callers.remove(&silent);
            }
        }
        let quotas = self.quotas.get(&role).copied().unwrap_or_default();
        let new = || Arc::new(Allowance::new(quotas, self.clock, Alarm::new(by, name, role)));
        match callers.entry(key) {
            Entry::Occupied(mut known) => {
                let (allowance, asked) = known.get_mut();
                // A clock that was set back would have the caller wait until it is where it was.
                if now < *asked {
                    *allowance = new();
                }
                *asked = now;
                Arc::clone(allowance)
            }
            Entry::Vacant(unknown) => Arc::clone(&unknown.insert((new(), now)).0),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    /// Seconds since 1970 of these tests' clock. Each test of it moves a clock of its own.
    macro_rules! clock {
        () => {{
            static SECONDS: AtomicI64 = AtomicI64::new(1_795_348_800);
            let clock: fn() -> Timestamp =
                || Timestamp::from_micros(SECONDS.load(Ordering::Relaxed) * 1_000_000);
            let pass = |seconds: i64| SECONDS.fetch_add(seconds, Ordering::Relaxed);
            (clock, pass)
        }};
    }

    fn allowances(asks: u32, people: u32, clock: fn() -> Timestamp) -> Allowances {
        let quotas = Quotas {
            asks_per_minute: NonZeroU32::new(asks),
            people_per_hour: NonZeroU32::new(people),
        };
        Allowances::new(BTreeMap::from([(Role::Agent, quotas)]), clock)
    }

    fn person(number: u8) -> ProfileId {
        ProfileId::parse(&format!("{number:032x}")).unwrap()
    }

    #[test]
    fn questions_come_back_with_time_and_to_each_by_themselves() {
        let (clock, pass) = clock!();
        let allowances = allowances(6, 0, clock);
        let asked = |name: &str, times: usize| {
            let allowance = allowances.of(Credential::Key, &name.into(), Role::Agent);
            (0..times).filter(|_| allowance.ask().is_ok()).count()
        };
        assert_eq!(asked("sara", 10), 6);
        assert_eq!(asked("reza", 10), 6);
        assert_eq!(asked("sara", 1), 0);
        pass(10);
        assert_eq!(asked("sara", 10), 1);
        pass(60);
        assert_eq!(asked("sara", 10), 6);
        // A role without a bound has none.
        let service = allowances.of(Credential::Key, &"sara".into(), Role::Service);
        assert!((0..10_000).all(|_| service.ask().is_ok() && service.meet(&[person(1)]).is_ok()));
    }

    #[test]
    fn people_are_counted_once_an_hour() {
        let (clock, pass) = clock!();
        let allowances = allowances(0, 3, clock);
        let allowance = allowances.of(Credential::Key, &"sara".into(), Role::Agent);
        for number in [1, 2, 1, 2, 1] {
            assert!(allowance.meet(&[person(number)]).is_ok());
        }
        // Two at once do not fit, and then neither is counted.
        assert_eq!(
            allowance.meet(&[person(3), person(4)]).unwrap_err().code(),
            "too_many_people"
        );
        assert!(
            allowance.look_up().is_err(),
            "a refusal tells that somebody is there"
        );
        assert!(allowance.meet(&[person(3), person(3)]).is_ok());
        assert_eq!(allowance.meet(&[person(4)]).unwrap_err().status(), 429);
        assert!(
            allowance.meet(&[person(2)]).is_ok(),
            "who was met may be met again"
        );
        pass(3_599);
        assert!(allowance.meet(&[person(4)]).is_err());
        pass(1);
        assert!(allowance.look_up().is_ok());
        assert!(allowance.meet(&[person(4)]).is_ok());
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nobody_waiting() {
        let (clock, pass) = clock!();
        let allowances = allowances(1, 1, clock);
        let of = || allowances.of(Credential::Key, &"sara".into(), Role::Agent);
        assert!(of().ask().is_ok() && of().meet(&[person(1)]).is_ok());
        assert!(of().ask().is_err() && of().look_up().is_err());
        pass(-86_400);
        assert!(of().ask().is_ok() && of().look_up().is_ok());
    }

    #[test]
    fn who_asks_from_many_places_at_once_may_ask_for_no_more() {
        static MICROS: AtomicI64 = AtomicI64::new(1_795_348_800_000_000);
        // No two are told the same time, and few the time of their turn.
        let allowances = allowances(50, 50, || {
            Timestamp::from_micros(MICROS.fetch_add(1, Ordering::Relaxed))
        });
        let asked = || {
            let of = || allowances.of(Credential::Key, &"sara".into(), Role::Agent);
            let asked = (0..2_000).filter(|_| of().ask().is_ok()).count();
            let met = |number: &u8| of().meet(&[person(*number)]).is_ok();
            (asked, (0..=u8::MAX).filter(met).collect::<BTreeSet<u8>>())
        };
        let (mut asks, mut people) = (0, BTreeSet::new());
        std::thread::scope(|threads| {
            let asking = [(); 4].map(|()| threads.spawn(asked));
            for one in asking {
                let (asked, met) = one.join().unwrap();
                asks += asked;
                people.extend(met);
            }
        });
        assert_eq!((asks, people.len()), (50, 50));
    }

    #[test]
    fn who_is_forgotten_is_who_was_silent_for_longest() {
        let (clock, pass) = clock!();
        let allowances = allowances(1, 0, clock);
        for number in 0..CALLERS_MAX {
            allowances.of(Credential::Key, &format!("caller-{number}").into(), Role::Agent);
            pass(1);
        }
        allowances
            .of(Credential::Key, &"caller-0".into(), Role::Agent)
            .ask()
            .unwrap();
        allowances.of(Credential::Key, &"one-more".into(), Role::Agent);
        assert_eq!(allowances.callers.lock().unwrap().len(), CALLERS_MAX);
        assert!(
            allowances
                .of(Credential::Key, &"caller-0".into(), Role::Agent)
                .ask()
                .is_err(),
            "it was forgotten"
        );
    }
}
