//! One tenant between a resolver and partitions: whatever order events come in, however far one partition lags behind another
//! and whoever starts again meanwhile, there are the persons, totals and fingerprints of one engine that has everybody.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicUsize, Ordering},
};

use proptest::{
    prop_oneof,
    strategy::{Strategy, ValueTree},
    test_runner::Config,
};
use serde_json::{Value, json};
use yekta::domain::{event::Event, identity::IdentityRules};

use crate::{
    arrival::{Arrival, arrival},
    check::{agrees_with_engine, agrees_with_oracle},
    dense,
    folder::keys,
    member::Member,
    outcome::{Outcome, runtime, settled},
    partitions::{Manner, Moves, Partitions, Wrong, read},
    town,
};

/// Rows that depend on the events alone, whatever order and batches they came in; by the letters of their keys.
pub(crate) const OF_EVENTS: &[u8] = b"ABDEGILNO";
/// Rows of somebody: none may be in two partitions.
const OF_SOMEBODY: &[u8] = b"ABDEFGHILNOPQRSTVWmnrstuwy";

/// Totals of all moves of a test.
#[derive(Debug, Default)]
struct Counted([AtomicUsize; 4]);

impl Counted {
    fn add(&self, moves: Moves) {
        let counts = [moves.all, moves.again, moves.in_pieces, moves.waited];
        for (total, count) in self.0.iter().zip(counts) {
            total.fetch_add(count, Ordering::Relaxed);
        }
    }

    fn moves(&self) -> Moves {
        let [all, again, in_pieces, waited] = self.0.each_ref().map(|count| count.load(Ordering::Relaxed));
        Moves {
            all,
            again,
            in_pieces,
            waited,
        }
    }
}

#[test]
fn customers_between_partitions_are_as_in_one_engine() {
    let counted = Counted::default();
    any_towns(14, |events, rules, seed| {
        counted.add(between_partitions(events, rules, seed, Manner::default()));
    });
    let moves = counted.moves();
    assert!(moves.again > 0 && moves.waited > 0, "{moves:?}");
}

#[test]
fn customers_between_partitions_are_so_whatever_fails() {
    let manner = Manner {
        is_faulty: true,
        ..Manner::default()
    };
    let (counted, failures) = (Counted::default(), AtomicUsize::new(0));
    any_towns(15, |events, rules, seed| {
        let mut partitions = Partitions::new(of(seed), rules, seed, manner);
        partitions.play(&arriving(events, seed).batches);
        is_as_the_oracle_says(&mut partitions, events, rules);
        counted.add(partitions.moves);
        failures.fetch_add(partitions.failures.load(Ordering::Relaxed), Ordering::Relaxed);
    });
    let (moves, failures) = (counted.moves(), failures.into_inner());
    assert!(moves.all > 0 && failures > 0, "{moves:?}, {failures} failures");
}

#[test]
fn customers_who_fit_no_commit_are_as_in_one_engine() {
    let manner = Manner {
        is_narrow: true,
        ..Manner::default()
    };
    let (counted, too_much) = (Counted::default(), AtomicUsize::new(0));
    any_towns(30, |events, rules, seed| {
        let mut partitions = Partitions::new(of(seed), rules, seed, manner);
        counted.add(is_as_one_engine(&mut partitions, events, rules));
        too_much.fetch_add(partitions.too_much.load(Ordering::Relaxed), Ordering::Relaxed);
    });
    let (moves, too_much) = (counted.moves(), too_much.into_inner());
    assert!(moves.in_pieces > 0 && too_much > 0, "{moves:?}, {too_much} came");
}

#[test]
fn customers_who_fit_no_commit_are_so_whatever_fails() {
    let manner = Manner {
        is_faulty: true,
        is_narrow: true,
        ..Manner::default()
    };
    let (counted, too_much) = (Counted::default(), AtomicUsize::new(0));
    any_towns(31, |events, rules, seed| {
        let mut partitions = Partitions::new(of(seed), rules, seed, manner);
        partitions.play(&arriving(events, seed).batches);
        is_as_the_oracle_says(&mut partitions, events, rules);
        counted.add(partitions.moves);
        too_much.fetch_add(partitions.too_much.load(Ordering::Relaxed), Ordering::Relaxed);
    });
    let (moves, too_much) = (counted.moves(), too_much.into_inner());
    assert!(moves.in_pieces > 0 && too_much > 0, "{moves:?}, {too_much} came");
}

#[test]
fn what_goes_wrong_between_partitions_is_noticed() {
    let wrong = [
        Wrong::Stays,
        Wrong::NeverArrives,
        Wrong::Skips,
        Wrong::Lacks(b'A'),
        Wrong::Lacks(b'E'),
        Wrong::Lacks(b'P'),
        Wrong::Lacks(b'I'),
    ];
    for wrong in wrong {
        let manner = Manner {
            wrong: Some(wrong),
            ..Manner::default()
        };
        let is_noticed = |seed: &u64| {
            let mut runner = crate::runner_of(*seed, 17, Config::default());
            let towns = towns().new_tree(&mut runner).unwrap().current();
            let (events, rules) = (towns.events(), town::tight_rules());
            let checked = || between_partitions(&events, &rules, 4 * seed + 3, manner);
            catch_unwind(AssertUnwindSafe(checked)).is_err()
        };
        let noticed = (0..10).filter(is_noticed).count();
        assert!(noticed >= 5, "{wrong:?}: noticed {noticed} times in 10");
    }
}

#[test]
fn traffic_between_partitions_is_as_in_one_engine() {
    let mut runner = crate::runner(18, Config::default());
    let mut events = crate::traffic(1_000);
    events.extend(dense::many(500, &mut runner));
    let rules = IdentityRules::standard();
    for seed in [2, 3] {
        let moves = between_partitions(&events, &rules, seed, Manner::default());
        assert!(moves.all > 10, "{moves:?}");
    }
}

/// Two who did much turn out to be one, when both are where they are for long: one of them goes, in several pieces.
#[test]
fn one_of_two_who_did_much_goes_to_the_other() {
    let mut items: Vec<Value> = (0..1_600_u64)
        .map(|number| {
            page(
                number,
                &format!("user{}", number % 8),
                json!({"path": "p".repeat(2_000)}),
            )
        })
        .collect();
    let told = |number: u64, one: u64, other: u64| {
        let mut event = page(number, &format!("user{one}"), json!({}));
        event["identifiers"] = json!([
            {"kind": "email", "value": format!("{one}{other}@example.com"), "trust": "verified"},
            {"kind": "user_id", "value": format!("user{one}")},
            {"kind": "user_id", "value": format!("user{other}")},
        ]);
        event
    };
    let pairs = [(0, 1), (2, 3), (4, 5), (6, 7), (1, 2), (5, 6), (3, 4)];
    items.extend(
        (1_600..)
            .zip(pairs)
            .map(|(number, (one, other))| told(number, one, other)),
    );
    let (events, rules) = (town::events(&items), IdentityRules::standard());
    // One pair after the other: what is connected in one batch goes at once.
    let (visits, pairs) = events.split_at(1_600);
    let batches = visits.chunks(100).chain(pairs.chunks(1));
    let batches: Vec<Vec<Event>> = batches.map(<[Event]>::to_vec).collect();
    let mut partitions = Partitions::new(4, &rules, 1, Manner::default());
    partitions.play(&batches);
    is_as_the_oracle_says(&mut partitions, &events, &rules);
    let moves = partitions.moves;
    assert!(
        moves.all > 1 && moves.again > 0 && moves.in_pieces > 1,
        "{moves:?}"
    );
}

/// Fails unless partitions make of events what one engine makes of them and an oracle works out: the moves there were.
fn between_partitions(events: &[Event], rules: &IdentityRules, seed: u64, manner: Manner) -> Moves {
    let mut partitions = Partitions::new(of(seed), rules, seed, manner);
    is_as_one_engine(&mut partitions, events, rules)
}

/// The same of partitions that have nobody yet.
fn is_as_one_engine(partitions: &mut Partitions, events: &[Event], rules: &IdentityRules) -> Moves {
    let seed = partitions.seed;
    let arrival = arriving(events, seed);
    let mut whole = partitions.whole();
    partitions.play(&arrival.batches);
    became_what_they_are(partitions, events, &arrival);
    take_in(&whole, &arrival.batches, seed);
    let one = settled(whole.engine(), events, seed);
    let all = is_as_the_oracle_says(partitions, events, rules);
    agrees_with_engine((seed, &all), (seed, &one), events);
    whole.stop();
    has_the_same_rows(partitions, &whole, OF_EVENTS);
    partitions.moves
}

/// Fails unless partitions make what one engine made of events by the standard rules, in any order.
pub(crate) fn every_order_agrees(events: &[Event], expected: &Outcome) {
    for seed in 0..4 {
        let rules = IdentityRules::standard();
        let mut partitions = Partitions::new(of(seed), &rules, seed, Manner::default());
        partitions.play(&arriving(events, seed).batches);
        let outcome = is_as_the_oracle_says(&mut partitions, events, &rules);
        agrees_with_engine((seed, &outcome), (0, expected), events);
    }
}

/// Fails unless partitions said of each event once that it is taken in, and of each that came again that it is known.
pub(crate) fn became_what_they_are(partitions: &Partitions, events: &[Event], arrival: &Arrival) {
    let expected = [
        ("accepted", events.len()),
        ("copy", arrival.copies),
        ("impostor", arrival.impostors),
    ];
    let expected: BTreeMap<_, _> = expected.into_iter().filter(|(_, count)| *count > 0).collect();
    let seed = partitions.seed;
    assert_eq!(
        partitions.became, expected,
        "seed {seed}: what became of the events"
    );
}

/// Has one engine take events in, as the resolver does.
pub(crate) fn take_in(whole: &Member, batches: &[Vec<Event>], seed: u64) {
    let (runtime, mut sent) = (runtime(), 0..);
    for batch in batches {
        let items = batch.iter().map(|event| match seed.is_multiple_of(2) {
            true => yekta::engine::api::Submission::Event(Box::new(event.clone())),
            false => read(event, sent.next().unwrap() + 1),
        });
        let submitted = whole.engine().handle.submit(items.collect());
        runtime.block_on(submitted).unwrap();
    }
}

/// Fails unless partitions have what an oracle works out, and nobody is in two of them; stops them.
pub(crate) fn is_as_the_oracle_says(
    partitions: &mut Partitions,
    events: &[Event],
    rules: &IdentityRules,
) -> Outcome {
    let outcome = partitions.outcome(events);
    agrees_with_oracle(partitions.seed, &outcome, events, rules);
    partitions.stop(&outcome);
    nobody_is_in_two(partitions);
    outcome
}

/// Fails where a row of somebody is in two partitions: whoever leaves leaves nothing behind.
pub(crate) fn nobody_is_in_two(partitions: &Partitions) {
    let mut all = BTreeSet::new();
    for member in &partitions.members {
        for (key, _) in keys(&member.dir.join("store")) {
            let is_new = !OF_SOMEBODY.contains(&key[0]) || all.insert(key.clone());
            let letter = char::from(key[0]);
            assert!(
                is_new,
                "seed {}: a row of {letter} is in two partitions",
                partitions.seed
            );
        }
    }
}

/// Fails unless partitions have the rows of one engine between them, as far as these depend on nothing but the events.
pub(crate) fn has_the_same_rows(partitions: &Partitions, whole: &Member, letters: &[u8]) {
    let rows = |member: &Member| -> BTreeMap<Vec<u8>, Vec<u8>> {
        let all = keys(&member.dir.join("store")).into_iter();
        all.filter(|(key, _)| letters.contains(&key[0])).collect()
    };
    let all: BTreeMap<_, _> = partitions.members.iter().flat_map(rows).collect();
    let expected = rows(whole);
    let told = |one: &BTreeMap<Vec<u8>, Vec<u8>>, other: &BTreeMap<Vec<u8>, Vec<u8>>| -> String {
        let only = one.iter().filter(|(key, value)| other.get(*key) != Some(value));
        only.map(|(key, _)| char::from(key[0])).collect()
    };
    assert!(
        all == expected,
        "seed {}: rows that only partitions have: {}; that only the whole has: {}",
        partitions.seed,
        told(&all, &expected),
        told(&expected, &all),
    );
}

/// How many partitions there are.
pub(crate) fn of(seed: u64) -> u32 {
    [1, 2, 4, 4][usize::try_from(seed % 4).unwrap()]
}

/// An arrival whose impostors have the values of those whom they claim to be: others go where nobody knows them.
pub(crate) fn arriving(events: &[Event], seed: u64) -> Arrival {
    let of: BTreeMap<_, _> = events.iter().map(|event| (&event.id, event)).collect();
    let mut arrival = arrival(events, 8, seed);
    for event in arrival.batches.iter_mut().flatten() {
        event.identifiers = of[&event.id].identifiers.clone();
    }
    arrival
}

/// Towns that know nothing of one another, and events that say of two in different towns that they are one.
#[derive(Clone, Debug)]
struct Towns {
    towns: Vec<dense::World>,
    bridges: Vec<(usize, usize)>,
}

impl Towns {
    fn events(&self) -> Vec<Event> {
        let towns = self.towns.iter().zip(1..);
        let towns: Vec<Vec<Event>> = towns
            .map(|(town, number): (_, u32)| town.events(&format!("w{number}")))
            .collect();
        let all: Vec<(usize, &Event)> = towns
            .iter()
            .enumerate()
            .flat_map(|(town, events)| events.iter().map(move |event| (town, event)))
            .collect();
        let mut bridges = Vec::new();
        for (number, (one, other)) in self.bridges.iter().enumerate() {
            let ((town, one), (there, other)) = (all[one % all.len()], all[other % all.len()]);
            if town != there {
                let mut bridge = one.clone();
                bridge.id.id = format!("bridge{number}");
                // In the order in which the edge hands them over.
                let both = one.identifiers.iter().chain(&other.identifiers);
                bridge.identifiers = both.cloned().collect::<BTreeSet<_>>().into_iter().collect();
                bridges.push(bridge);
            }
        }
        towns.into_iter().flatten().chain(bridges).collect()
    }
}

/// Up to six towns.
fn towns() -> impl Strategy<Value = Towns> {
    let towns = prop_oneof![
        proptest::collection::vec(dense::worlds(16), 1..7),
        proptest::collection::vec(dense::walk_ins(16), 1..7),
        proptest::collection::vec(dense::worlds(60), 1..2),
    ];
    let bridges = proptest::collection::vec((0..1_000_usize, 0..1_000_usize), 0..10);
    (towns, bridges).prop_map(|(towns, bridges)| Towns { towns, bridges })
}

/// Checks a third as many towns as are drawn of other worlds, each with another seed.
pub(crate) fn any_towns(stream: u8, check: impl Fn(&[Event], &IdentityRules, u64)) {
    let config = crate::drawing(crate::divided());
    let tight = town::tight_rules();
    let checked = crate::runner(stream, config).run(&(towns(), 0..1_000_000_u64), |(towns, seed)| {
        check(&towns.events(), &tight, seed);
        Ok(())
    });
    if let Err(error) = checked {
        panic!("worlds of seed {}: {error}", crate::seed());
    }
}

pub(crate) fn page(number: u64, user: &str, properties: Value) -> Value {
    json!({
        "id": number.to_string(), "source": "shop", "channel": "web", "type": "Page Viewed",
        "time": 1_767_225_600_000 + 1_000 * number, "properties": properties,
        "identifiers": [{"kind": "user_id", "value": user}],
    })
}
