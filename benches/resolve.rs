//! Resolution: parting a component into persons, and what the writer does with a claim it knows and with a new one.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench fails by panicking"
)]
#![allow(missing_docs, unreachable_pub, dead_code, reason = "a bench has no users")]

mod town;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value, json};
use yekta::domain::fact::Facts;
use yekta::domain::identifier::{Kind, Trust};
use yekta::domain::identity::claim::Asserted;
use yekta::domain::identity::{Bond, Claim, IdentityRules, Key, Node, Owner, cluster};

use crate::town::Town;

/// Events of one submission: one commit.
const BATCH: u64 = 256;
/// Cookies that are known before anything is measured.
const KNOWN: u64 = 64;

fn asserted(kind: Kind, value: String, bond: Bond) -> Asserted {
    Asserted {
        key: Key { kind, value },
        trust: Trust::Verified,
        bond,
    }
}

/// Claims of two customers on many cookies who show one loyalty card.
fn claims(count: usize) -> Vec<Claim> {
    let claim = |number: usize| Claim {
        asserted: vec![
            asserted(
                Kind::ANONYMOUS_ID,
                format!("cookie-{number}"),
                Bond::Device { open: false },
            ),
            asserted(Kind::LOYALTY_ID, "L-1".to_owned(), Bond::Joins),
            asserted(Kind::USER_ID, format!("user-{}", number % 2), Bond::Joins),
        ],
        owner: Owner::Nobody,
        alias_of: None,
        signs_out: false,
        alone: None,
        facts: Facts::default(),
    };
    let mut claims: Vec<Claim> = (0..count).map(claim).collect();
    claims.sort();
    claims
}

fn clustering(bench: &mut Criterion) {
    let rules = IdentityRules::standard();
    let mut group = bench.benchmark_group("cluster a component");
    for size in [2, 16, 128] {
        let claims = claims(size);
        let nodes: Vec<Node<'_>> = claims
            .iter()
            .map(|claim| Node {
                claim,
                keys: claim.keys(&rules.identifiers).into_iter().cloned().collect(),
                person: None,
                named: None,
            })
            .collect();
        group.throughput(Throughput::Elements(u64::try_from(size).unwrap()));
        group.bench_function(BenchmarkId::from_parameter(size), |bench| {
            bench.iter(|| cluster(&nodes, &[], &[], &[], &rules));
        });
    }
    group.finish();
}

fn viewed(number: u64, cookie: u64) -> Value {
    json!({"id": format!("e-{number}"), "source": "bench", "channel": "web", "type": "Product Viewed",
        "time": "2026-11-21T10:00:00Z", "properties": {"product_id": "p-1"},
        "identifiers": [{"kind": "anonymous_id", "value": format!("c-{cookie}"), "trust": "observed"}]})
}

fn claims_in_the_writer(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("commit 256 events");
    group.throughput(Throughput::Elements(BATCH)).sample_size(20);
    for (name, known) in [("of known claims", true), ("of new claims", false)] {
        let town = Town::new();
        let mut number = 0;
        let mut batch = || {
            let events = (0..BATCH).map(|_| {
                number += 1;
                viewed(number, if known { number % KNOWN } else { number })
            });
            town.submissions(&events.collect::<Vec<_>>())
        };
        town.submit(batch());
        group.bench_function(name, |bench| {
            bench.iter_batched(&mut batch, |items| town.submit(items), BatchSize::PerIteration);
        });
        town.engine.stop().unwrap();
    }
    group.finish();
}

criterion_group!(benches, clustering, claims_in_the_writer);
criterion_main!(benches);
