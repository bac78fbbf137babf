//! The fold: an event into its atom, and the atoms of a person into their profile.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench fails by panicking"
)]
#![allow(missing_docs, unreachable_pub, dead_code, reason = "a bench has no users")]

mod town;

use std::convert::Infallible;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use yekta::cli::generate::events;
use yekta::domain::event::Event;
use yekta::domain::identity::Claim;
use yekta::domain::identity::IdentityRules;
use yekta::domain::profile::{Aggregate, FoldLimits, Profile};
use yekta::engine::api::Submission;

const LIMITS: FoldLimits = FoldLimits::STANDARD;
/// Events that each atom holds.
const EVENTS_PER_ATOM: usize = 20;

/// Decoded events of a few people on four channels.
fn decoded(count: usize) -> Vec<Event> {
    let dir = tempfile::tempdir().unwrap();
    let rules = town::settings(dir.path()).decode_rules();
    let bodies = events(7, 40, count);
    let bodies = bodies
        .chunks(256)
        .map(|events| serde_json::to_vec(events).unwrap());
    bodies
        .flat_map(|body| town::submissions(&body, &rules))
        .filter_map(|item| match item {
            Submission::Event(event) => Some(*event),
            Submission::Read(..) | Submission::Refused(_) => None,
        })
        .collect()
}

fn folded(events: &[Event]) -> Aggregate {
    let mut whole = Aggregate::default();
    for event in events {
        whole.merge(&Aggregate::of(event, true, &LIMITS), &LIMITS);
    }
    whole
}

fn one_event(bench: &mut Criterion) {
    let events = decoded(1_000);
    let into = folded(&events[..100]);
    let mut group = bench.benchmark_group("fold");
    group.throughput(Throughput::Elements(1));
    let mut next = events.iter().cycle();
    group.bench_function("aggregate of one event", |bench| {
        bench.iter(|| Aggregate::of(next.next().unwrap(), true, &LIMITS));
    });
    let parts: Vec<Aggregate> = events
        .iter()
        .map(|event| Aggregate::of(event, true, &LIMITS))
        .collect();
    let mut next = parts.iter().cycle();
    group.bench_function("merge into an atom of 100 events", |bench| {
        bench.iter_batched_ref(
            || into.clone(),
            |whole| whole.merge(next.next().unwrap(), &LIMITS),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

fn combination(bench: &mut Criterion) {
    let events = decoded(64 * EVENTS_PER_ATOM);
    let atoms: Vec<(Claim, Aggregate)> = events
        .chunks(EVENTS_PER_ATOM)
        .map(|events| (claim(&events[0]), folded(events)))
        .collect();
    let mut group = bench.benchmark_group("combine a profile of atoms");
    for size in [1, 8, 64] {
        group.throughput(Throughput::Elements(u64::try_from(size).unwrap()));
        group.bench_function(BenchmarkId::from_parameter(size), |bench| {
            bench.iter(|| {
                let atoms = atoms.iter().take(size).map(|(claim, whole)| (claim, whole));
                Profile::combine(atoms, &LIMITS)
            });
        });
    }
    group.finish();
}

fn claim(event: &Event) -> Claim {
    let rules = IdentityRules::standard();
    Claim::of(event, &rules, |_| Ok::<_, Infallible>(None)).unwrap()
}

criterion_group!(benches, one_event, combination);
criterion_main!(benches);
