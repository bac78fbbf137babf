//! Order: the same events in any order and in any batches, with or without copies, on stores with different keys, give
//! the same persons, counters, totals and fingerprints; and those are what an oracle works out from the whole set.
//!
//! The same among faults (`simulated`): whatever fails, nothing is lost and nothing counts twice.
//!
//! A failure names the seed of its order. `YEKTA_ORDER_SEED` draws other worlds than the usual ones, `YEKTA_ORDER_CASES`
//! as many small ones as it says, and a fiftieth as many orders of ten thousand events; `YEKTA_TOWNS` as many as it says of
//! those that are between partitions.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[macro_use]
mod passing;

mod arrival;
mod check;
mod delayed;
mod dense;
mod erased;
mod faulty;
mod folder;
mod following;
mod grown;
mod held_back;
mod local;
mod manner;
mod marks;
mod member;
mod narrow;
mod oracle;
mod outcome;
mod partitioned;
mod partitions;
mod partitions_asked;
mod renewed;
mod scenarios;
#[path = "../scratch/mod.rs"]
mod scratch;
mod simulated;
mod steward;
mod told;
mod town;
mod unheld;

use std::collections::BTreeMap;

use proptest::{
    strategy::Strategy,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use yekta::{
    cli::generate,
    domain::{
        event::{Event, EventId},
        identity::IdentityRules,
    },
};

use crate::check::every_order_agrees;

/// The one that the service has: most of this crate's time is its writer's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Events of the great test.
const EVENTS: usize = 10_000;
/// How many of them are of dense worlds; the others are traffic as it might be.
const DENSE_EVENTS: usize = 3_000;
/// People of that traffic.
const PEOPLE: u32 = 150;

#[test]
fn ten_thousand_events_give_the_same_in_each_order() {
    let mut runner = runner(1, Config::default());
    let mut events = traffic(EVENTS - DENSE_EVENTS);
    events.extend(dense::many(DENSE_EVENTS, &mut runner));
    let rules = IdentityRules::standard();
    assert_eq!(events.len(), EVENTS);
    let several = oracle::devices_of_several_customers(&events, &rules.identifiers);
    assert!(
        several > 20,
        "two customers are to share each of many devices, not of {several}"
    );
    let orders = u64::from(cases() / 50);
    every_order_agrees(&events, &rules, 0..orders, |seed| {
        [256, 100, 30, 256][usize::try_from(seed % 4).unwrap()]
    });
}

#[test]
fn dense_worlds_give_the_same_in_any_order() {
    any_order_agrees(2, &dense::worlds(60));
}

#[test]
fn people_known_by_their_facts_are_the_same_in_any_order() {
    any_order_agrees(3, &dense::walk_ins(60));
}

#[test]
fn what_stewards_said_and_what_was_taken_back_leaves_nothing() {
    any_world(4, &dense::worlds(40), steward::taken_back_leaves_nothing);
    any_world(5, &dense::walk_ins(40), steward::taken_back_leaves_nothing);
}

#[test]
fn what_stewards_say_holds_in_any_order() {
    any_world(6, &dense::worlds(40), steward::said_holds_in_any_order);
    any_world(7, &dense::walk_ins(40), steward::said_holds_in_any_order);
}

#[test]
fn a_store_that_is_brought_over_to_other_rules_ends_where_they_had_led() {
    any_world(8, &dense::worlds(40), renewed::ends_as_from_the_beginning);
    any_world(9, &dense::walk_ins(40), renewed::ends_as_from_the_beginning);
}

#[test]
fn what_shares_nothing_with_others_changes_nothing_about_them() {
    let config = drawing(cases().div_ceil(6));
    let tight = town::tight_rules();
    let worlds = (dense::worlds(30), dense::walk_ins(30), 0..1_000_000_u64);
    let checked = runner(10, config).run(&worlds, |(one, other, seed)| {
        let (one, mut other) = (one.events("w1"), other.events("w2"));
        // Namesakes of two worlds share what they are called.
        other.iter_mut().for_each(|event| event.traits.clear());
        local::together_is_as_apart([&one, &other], &tight, seed);
        Ok(())
    });
    if let Err(error) = checked {
        panic!("worlds of seed {}: {error}", crate::seed());
    }
}

#[test]
fn whoever_is_erased_in_several_commits_is_erased_as_in_one() {
    let tight = town::tight_rules();
    for (stream, worlds) in [(12, dense::worlds(40).boxed()), (13, dense::walk_ins(40).boxed())] {
        let config = drawing(cases().div_ceil(20));
        let checked = runner(stream, config).run(&(worlds, 0..1_000_000_u64), |(world, seed)| {
            erased::in_parts_is_as_at_once(&world.events("w"), &tight, seed);
            Ok(())
        });
        if let Err(error) = checked {
            panic!("worlds of seed {}: {error}", crate::seed());
        }
    }
    assert!(erased::took_several() > 0, "one commit held everybody");
}

#[test]
fn more_events_than_one_commit_takes_out_go_in_several() {
    erased::who_did_much_is_erased(10_001);
}

#[test]
fn who_was_erased_by_what_the_journal_did_not_keep_is_there_still() {
    unheld::what_the_journal_did_not_keep_is_not_done_again();
}

/// Checks a third as many worlds as are drawn of others, each with another seed.
fn any_world(
    stream: u8,
    worlds: &impl Strategy<Value = dense::World>,
    check: fn(&[Event], &IdentityRules, u64),
) {
    let config = drawing(cases().div_ceil(3));
    let tight = town::tight_rules();
    let checked = runner(stream, config).run(&(worlds, 0..1_000_000_u64), |(world, seed)| {
        check(&world.events("w"), &tight, seed);
        Ok(())
    });
    if let Err(error) = checked {
        panic!("worlds of seed {}: {error}", crate::seed());
    }
}

fn any_order_agrees(stream: u8, worlds: &impl Strategy<Value = dense::World>) {
    let config = drawing(cases());
    let tight = town::tight_rules();
    let checked = runner(stream, config).run(worlds, |world| {
        every_order_agrees(&world.events("w"), &tight, 0..4, |seed| 1 << seed);
        Ok(())
    });
    if let Err(error) = checked {
        panic!("worlds of seed {}: {error}", seed());
    }
}

/// How worlds are drawn: so many of them.
fn drawing(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 100,
        ..Config::default()
    }
}

/// Distinct events of the synthetic traffic.
fn traffic(count: usize) -> Vec<Event> {
    let items = generate::events(seed(), PEOPLE, count + count / 5);
    let mut distinct: BTreeMap<EventId, Event> = BTreeMap::new();
    for event in town::events(&items) {
        distinct.entry(event.id.clone()).or_insert(event);
    }
    let mut events: Vec<Event> = distinct.into_values().collect();
    events.sort_by_key(Event::stamp);
    assert!(
        events.len() >= count,
        "the traffic has {} distinct events, {count} are needed",
        events.len()
    );
    events.truncate(count);
    events
}

/// A runner whose draws depend on the seed and on `stream` alone.
fn runner(stream: u8, config: Config) -> TestRunner {
    runner_of(seed(), stream, config)
}

/// The same of any seed.
fn runner_of(seed: u64, stream: u8, config: Config) -> TestRunner {
    let mut bytes = [stream; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// How many small worlds are drawn of each sort.
fn cases() -> u32 {
    std::env::var("YEKTA_ORDER_CASES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(300)
}

/// How many towns are drawn that are between partitions, of each sort: each of them is several engines.
fn divided() -> u32 {
    std::env::var("YEKTA_TOWNS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(100)
}

/// What all worlds are drawn from.
fn seed() -> u64 {
    std::env::var("YEKTA_ORDER_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(2_026)
}
