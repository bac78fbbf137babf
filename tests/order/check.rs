//! The check that all tests of this crate end in: what engines made of arrivals, against the oracle and one another.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::resume_unwind,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use yekta::domain::{event::Event, identity::IdentityRules};

use crate::{
    arrival::arrival,
    oracle,
    outcome::{Outcome, run},
};

/// Threads that run engines at once.
const THREADS: u64 = 2;

/// Takes `events` in as many orders as `seeds` has, in batches of up to `batch_max(seed)`, and fails, naming the seed,
/// unless each gives the persons, counters and totals of the oracle and the fingerprints of the others.
pub(crate) fn every_order_agrees(
    events: &[Event],
    rules: &IdentityRules,
    seeds: std::ops::Range<u64>,
    batch_max: fn(u64) -> usize,
) -> Outcome {
    let next = AtomicU64::new(seeds.start);
    let work = || {
        let mut outcomes = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return outcomes;
            }
            let outcome = run(events, arrival(events, batch_max(seed), seed), rules);
            outcomes.push((seed, outcome));
        }
    };
    let mut outcomes: BTreeMap<u64, Outcome> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS.min(seeds.end - seeds.start))
            .map(|_| scope.spawn(work))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    let (first_seed, first) = outcomes.pop_first().unwrap();
    agrees_with_oracle(first_seed, &first, events, rules);
    for (seed, other) in outcomes {
        agrees_with_engine((seed, &other), (first_seed, &first), events);
    }
    first
}

pub(crate) fn agrees_with_oracle(seed: u64, outcome: &Outcome, events: &[Event], rules: &IdentityRules) {
    let expected = oracle::persons(events, rules);
    agrees(seed, seed, persons(outcome), expected, events);
    for (members, person) in &outcome.persons {
        assert_eq!(
            person.events,
            u64::try_from(members.len()).unwrap(),
            "order {seed}: {}",
            told(members, events)
        );
        let totals = oracle::totals(members.iter().map(|place| &events[*place]));
        assert_eq!(person.totals, totals, "order {seed}: {}", told(members, events));
    }
}

/// Fails unless two engines made the same, each known by the seed of its order.
pub(crate) fn agrees_with_engine(
    (seed, outcome): (u64, &Outcome),
    (other_seed, other): (u64, &Outcome),
    events: &[Event],
) {
    agrees(seed, other_seed, persons(outcome), persons(other), events);
    for (members, person) in &other.persons {
        assert_eq!(
            outcome.persons[members],
            *person,
            "order {seed} against {other_seed}: {}",
            told(members, events)
        );
    }
    assert_eq!(outcome.total, other.total, "order {seed} against {other_seed}");
}

fn persons(outcome: &Outcome) -> BTreeSet<BTreeSet<usize>> {
    outcome.persons.keys().cloned().collect()
}

/// Fails unless both partitions are the same, with what only one of them has.
fn agrees(
    seed: u64,
    other: u64,
    got: BTreeSet<BTreeSet<usize>>,
    expected: BTreeSet<BTreeSet<usize>>,
    events: &[Event],
) {
    let tell = |persons: Vec<&BTreeSet<usize>>| -> String {
        persons
            .iter()
            .take(5)
            .map(|members| format!("\n  {}", told(members, events)))
            .collect()
    };
    let against = if seed == other {
        "the oracle".to_owned()
    } else {
        format!("order {other}")
    };
    assert!(
        got == expected,
        "order {seed} against {against}: persons that only it has:{}\npersons that it lacks:{}",
        tell(got.difference(&expected).collect()),
        tell(expected.difference(&got).collect()),
    );
}

/// A person's events, for whoever has to find out: synthetic ones, so their values may be shown.
fn told(members: &BTreeSet<usize>, events: &[Event]) -> String {
    let tell = |place: &usize| {
        let event = &events[*place];
        let said = event
            .identifiers
            .iter()
            .map(|one| format!("{}={}/{}", one.kind(), one.value(), one.trust().as_str()));
        let said = said.collect::<Vec<_>>().join(" ");
        let alias = event
            .alias_of
            .as_ref()
            .map(|former| format!(" alias of {}", former.value()))
            .unwrap_or_default();
        let second = event.time.as_micros() / 1_000_000 % 100_000;
        format!(
            "[{} at {second} {} {}: {said}{alias}]",
            event.id.id, event.channel, event.name
        )
    };
    members.iter().take(30).map(tell).collect::<Vec<_>>().join(" ")
}
