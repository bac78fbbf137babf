//! Who goes where, once there are more partitions.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
    ops::ControlFlow,
};

use crate::{
    domain::{
        event::Event,
        identifier::{Kind, Trust},
    },
    engine::{
        folder::open::StartError,
        parting::Routed,
        resolver::{
            components::{component_of, turn, unite, values_of},
            tests::{
                Scene, event,
                routed::{input, somebody, written},
            },
        },
        step::Stepped,
        writer::input::Input,
    },
    store::{ComponentRecord, KeyHash, Order, Read as _, SpreadRecord, View as _, keys},
};

const TWO: NonZeroU32 = NonZeroU32::new(2).unwrap();
const FOUR: NonZeroU32 = NonZeroU32::new(4).unwrap();

/// So many customers with two values each, and as many events that name nobody.
fn events() -> Vec<Event> {
    let events = (0..60_u32).flat_map(|number| {
        let (user, mail) = (format!("user-{number}"), format!("{number}@example.org"));
        let known = [
            (Kind::USER_ID, user.as_str(), Trust::Verified),
            (Kind::EMAIL, mail.as_str(), Trust::Verified),
        ];
        [
            event(&format!("known-{number}"), &known),
            event(&format!("nobody-{number}"), &[]),
        ]
    });
    events.collect()
}

/// A resolver of two partitions that has routed these.
fn of_two(events: &[Event]) -> Scene {
    let mut scene = Scene::new();
    scene.partitions = TWO;
    scene.take(&input(events));
    scene
}

fn components(scene: &Scene) -> BTreeMap<KeyHash, ComponentRecord> {
    let mut found = BTreeMap::new();
    scene
        .store
        .scan_prefix(b"q\x02", Order::Ascending, &mut |key, value| {
            let id = KeyHash(keys::pointee(key).unwrap());
            found.insert(id, scene.store.decoded(value)?);
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
    found
}

/// Where a step sent these events.
fn places(stepped: &Stepped) -> Vec<u32> {
    let events = written(stepped).into_iter();
    events
        .filter(|(_, routed)| matches!(routed, Routed::Event(_)))
        .map(|(partition, _)| partition)
        .collect()
}

/// Has some go, as the writer does, and starts again behind each step; which values went from where to where.
fn spread(scene: &mut Scene, most: usize) -> Vec<(Vec<KeyHash>, u32, u32)> {
    let stepped = scene.take(&Input::spread(most));
    let noted: Option<SpreadRecord> = scene.store.record(keys::SPREAD).unwrap();
    assert_eq!(scene.standing.spread, noted);
    let written = written(&stepped);
    let (departures, arrivals) = written.split_at(written.len() / 2);
    let moves = departures.iter().zip(arrivals).map(|two| match two {
        ((from, Routed::Depart(id, departure)), (to, Routed::Arrive(same, arrival))) => {
            assert_eq!((id, departure.to, arrival.from), (same, *to, *from));
            (departure.keys.clone(), *from, *to)
        }
        other => panic!("{other:?}"),
    });
    let moves: Vec<_> = moves.collect();
    assert_eq!(moves.len() * 2, written.len());
    moves
}

#[test]
fn whose_turn_is_on_a_new_partition_goes_there_and_nobody_else() {
    let events = events();
    let mut scene = of_two(&events);
    assert!(!scene.standing.spreads(TWO));
    let before = components(&scene);
    assert_eq!(before.len(), events.len());
    scene.partitions = FOUR;
    assert!(scene.standing.spreads(FOUR));
    let mut went = BTreeMap::new();
    let mut steps = 0;
    while scene.standing.spreads(FOUR) {
        let moves = spread(&mut scene, 4);
        let mut gone = 0;
        for (values, from, to) in moves {
            assert!(from < 2 && to >= 2, "from {from} to {to}");
            let mut values: BTreeSet<KeyHash> = values.into_iter().collect();
            while let Some(value) = values.first() {
                let id = component_of(&scene.store, *value).unwrap().unwrap().component;
                for value in values_of(&scene.store, id).unwrap() {
                    assert!(values.remove(&value), "all of a component go together");
                }
                assert_eq!(went.insert(id, (from, to)), None, "nobody goes twice");
                gone += 1;
            }
        }
        assert!(gone <= 4, "{gone}");
        steps += 1;
        // All are routed to where they are by now, whoever comes again.
        let now = components(&scene);
        let again = places(&scene.take(&input(&events)));
        let mut expected: Vec<u32> = now.values().map(|record| record.partition).collect();
        let mut again_sorted = again.clone();
        expected.sort_unstable();
        again_sorted.sort_unstable();
        assert_eq!(again_sorted, expected);
    }
    assert!(steps > 10, "{steps}");
    let mut each = BTreeMap::new();
    for (id, record) in components(&scene) {
        assert_eq!(record.partition, turn(id.0, FOUR));
        let from = before[&id].partition;
        let expected = (from != record.partition).then_some((from, record.partition));
        assert_eq!(went.get(&id).copied(), expected);
        *each.entry(record.partition).or_insert(0_u32) += 1;
    }
    assert!(
        each.len() == 4 && each.values().all(|count| (15..=45).contains(count)),
        "{each:?}"
    );
    // Nothing is left to be done.
    assert!(scene.take(&Input::spread(4)).commit.is_none());
}

#[test]
fn whoever_is_of_more_than_a_commit_holds_stays() {
    let mut scene = of_two(&events());
    scene.partitions = FOUR;
    let before = components(&scene);
    // The tenant said nothing that is to be told first.
    assert!(spread(&mut scene, 1).is_empty());
    let stays = Input {
        passes_over: true,
        ..Input::spread(1)
    };
    assert!(written(&scene.take(&stays)).is_empty());
    let first = before
        .iter()
        .find(|(id, record)| turn(id.0, FOUR) != record.partition);
    let (first, record) = first.unwrap();
    while scene.standing.spreads(FOUR) {
        spread(&mut scene, 8);
    }
    let after = components(&scene);
    assert_eq!(after[first].partition, record.partition);
    let elsewhere = after
        .iter()
        .filter(|(id, record)| turn(id.0, FOUR) != record.partition);
    assert_eq!(elsewhere.count(), 1);
}

#[test]
fn whoever_did_too_much_stays() {
    let mut scene = Scene::new();
    scene.partitions = TWO;
    let large = (0..)
        .map(|number| KeyHash([number; 16]))
        .find(|id| turn(id.0, TWO) != turn(id.0, FOUR))
        .unwrap();
    let changes = scene.over(|ground| {
        let mut overlay = crate::engine::state::overlay::Overlay::new(ground.before.clone());
        unite(&mut overlay, &BTreeSet::from([large]), 1_000_000, TWO).unwrap();
        overlay.into_changes().unwrap().0
    });
    let changes = changes.iter();
    let changes = changes.map(|change| (change.key.as_slice(), change.value.as_deref()));
    scene
        .store
        .apply(crate::store::Applied::default(), changes)
        .unwrap();
    scene.take(&input(&[somebody("1", "one")]));
    scene.partitions = FOUR;
    while scene.standing.spreads(FOUR) {
        spread(&mut scene, 8);
    }
    assert_eq!(components(&scene)[&large].partition, turn(large.0, TWO));
}

#[test]
fn more_partitions_are_begun_with_the_first_commit_and_fewer_are_refused() {
    let events = events();
    let mut scene = of_two(&events);
    let noted = |partitions, told, after| {
        Some(SpreadRecord {
            partitions,
            told,
            up_to: Vec::new(),
            after,
        })
    };
    assert_eq!(scene.standing.spread, noted(2, 2, None));
    scene.partitions = FOUR;
    // Whoever begins meanwhile does so where their turn is.
    assert!(scene.take(&Input::default()).commit.is_none());
    assert_eq!(scene.standing.spread, noted(2, 2, None));
    scene.take(&input(&[somebody("new", "new")]));
    assert_eq!(scene.standing.spread, noted(4, 2, Some(KeyHash([0; 16]))));
    let part = |partitions| crate::engine::Part::Resolver { partitions };
    for (partitions, is_refused) in [(TWO, true), (FOUR, false)] {
        scene.rules.part = part(partitions);
        let (mut rules, mut standing) = (scene.rules.clone(), scene.standing.clone());
        match rules.resolve(&mut standing) {
            Err(StartError::FewerPartitions { wanted: 2, known: 4 }) if is_refused => {}
            Ok(()) if !is_refused => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn where_events_are_routed_nobody_starts_who_has_customers() {
    let mut scene = of_two(&events());
    let new = Scene::new();
    for part in [
        crate::engine::Part::Whole,
        crate::engine::Part::Partition { index: 0 },
    ] {
        scene.rules.part = part;
        let (mut rules, mut standing) = (scene.rules.clone(), scene.standing.clone());
        match rules.resolve(&mut standing) {
            Err(StartError::Routes { known: 2 }) => {}
            other => panic!("{part:?}: {other:?}"),
        }
        rules.resolve(&mut new.standing.clone()).unwrap();
    }
}
