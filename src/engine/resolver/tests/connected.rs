//! What is connected does not depend on the order, and whoever moves moves as a whole.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
    ops::ControlFlow,
};

use proptest::prelude::*;

use crate::{
    engine::{
        resolver::{
            components::{component_of, turn, unite, values_of},
            tests::{PARTITIONS, Scene},
        },
        state::overlay::Overlay,
    },
    store::{ComponentRecord, KeyHash, Order, Read as _, View as _, keys},
};

/// A value by its number, spread as hashes are.
fn value(number: u8) -> KeyHash {
    KeyHash([number.wrapping_mul(37); 16])
}

/// The values that are connected by these events, worked out by hand.
fn connected(events: &[BTreeSet<u8>]) -> BTreeSet<BTreeSet<u8>> {
    let mut sets: Vec<BTreeSet<u8>> = Vec::new();
    for event in events.iter().filter(|event| !event.is_empty()) {
        let (meets, mut rest): (Vec<_>, Vec<_>) = sets.into_iter().partition(|set| !set.is_disjoint(event));
        rest.push(meets.into_iter().flatten().chain(event.iter().copied()).collect());
        sets = rest;
    }
    sets.into_iter().collect()
}

/// What a resolver has after these events, and where those are whom it had moved.
struct Reached<'a> {
    overlay: Overlay<'a>,
    places: BTreeMap<KeyHash, u32>,
}

fn reached<'a>(overlay: Overlay<'a>, events: &[BTreeSet<u8>]) -> Reached<'a> {
    let mut reached = Reached {
        overlay,
        places: BTreeMap::new(),
    };
    for event in events {
        let values: BTreeSet<KeyHash> = event.iter().copied().map(value).collect();
        let Some(united) = unite(&mut reached.overlay, &values, 1, PARTITIONS).unwrap() else {
            assert!(values.is_empty());
            continue;
        };
        for leaving in united.leaving {
            assert_ne!(leaving.from, leaving.to);
            for key in leaving.keys {
                let place = reached.places.insert(key, leaving.to);
                assert_eq!(place, Some(leaving.from), "who leaves was there");
            }
        }
        for value in values {
            let place = *reached.places.entry(value).or_insert(united.partition);
            assert_eq!(
                place, united.partition,
                "an event goes where all of its values are"
            );
        }
    }
    reached
}

impl Reached<'_> {
    /// Its components, each with the record that it has.
    fn components(&self) -> BTreeMap<KeyHash, ComponentRecord> {
        let mut found = BTreeMap::new();
        let prefix = [b'q', 2];
        self.overlay
            .scan_prefix(&prefix, Order::Ascending, &mut |key, value| {
                let id = KeyHash(keys::pointee(key).unwrap());
                found.insert(id, self.overlay.decoded(value)?);
                Ok(ControlFlow::Continue(()))
            })
            .unwrap();
        found
    }
}

fn events() -> impl Strategy<Value = Vec<BTreeSet<u8>>> {
    prop::collection::vec(prop::collection::btree_set(0..40_u8, 0..4), 0..30)
}

#[test]
fn any_order_gives_one_component_for_each_that_is_connected() {
    let scene = Scene::new();
    scene.over(|ground| {
        let orders = events().prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle()));
        proptest!(|((straight, shuffled) in orders)| {
            prop_assert_eq!(connected(&straight), connected(&shuffled));
            for events in [&straight, &shuffled] {
                let reached = reached(Overlay::new(ground.before.clone()), events);
                let components = reached.components();
                let sets = connected(events);
                prop_assert_eq!(components.len(), sets.len());
                for set in sets {
                    let values: BTreeSet<KeyHash> = set.iter().copied().map(value).collect();
                    let found: BTreeSet<Option<KeyHash>> = values
                        .iter()
                        .map(|value| component_of(&reached.overlay, *value).unwrap().map(|found| found.component))
                        .collect();
                    prop_assert_eq!(found.len(), 1);
                    let id = found.first().copied().flatten().unwrap();
                    prop_assert_eq!(&values_of(&reached.overlay, id).unwrap(), &values);
                    let record = components.get(&id).unwrap();
                    let theirs = events.iter().filter(|event| event.iter().any(|number| set.contains(number)));
                    prop_assert_eq!(record.events, u64::try_from(theirs.count()).unwrap());
                    prop_assert_eq!(record.keys, u64::try_from(values.len()).unwrap());
                    let places: BTreeSet<u32> = values.iter().map(|value| reached.places[value]).collect();
                    prop_assert_eq!(places, BTreeSet::from([record.partition]));
                }
            }
        });
    });
}

#[test]
fn the_one_with_more_events_stays_where_it_is() {
    let scene = Scene::new();
    scene.over(|ground| {
        let mut overlay = Overlay::new(ground.before.clone());
        // Two that begin in two partitions.
        let small = value(1);
        let large = (2..40)
            .map(value)
            .find(|large| turn(large.0, PARTITIONS) != turn(small.0, PARTITIONS));
        let large = large.unwrap();
        for (value, events) in [(small, 1), (large, 2)] {
            unite(&mut overlay, &BTreeSet::from([value]), events, PARTITIONS).unwrap();
        }
        let united = unite(&mut overlay, &BTreeSet::from([small, large]), 1, PARTITIONS)
            .unwrap()
            .unwrap();
        assert_eq!(united.partition, turn(large.0, PARTITIONS));
        let left: Vec<_> = united.leaving.into_iter().map(|leaving| leaving.keys).collect();
        assert_eq!(left, [vec![small]]);
    });
}

#[test]
fn turns_fall_evenly() {
    let mut turns = BTreeMap::new();
    for number in 0..3_000_u128 {
        // What is as good as random is spread as this is.
        let hash = number
            .wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
            .to_be_bytes();
        *turns.entry(turn(hash, PARTITIONS)).or_insert(0_u32) += 1;
    }
    assert_eq!(turns.len(), 3);
    assert!(
        turns.values().all(|count| (900..1_100).contains(count)),
        "{turns:?}"
    );
}

#[test]
fn where_there_is_one_more_nobodys_turn_is_another_but_theirs_who_go_there() {
    let more = NonZeroU32::new(4).unwrap();
    let turns = (0..4_000_u128).map(|number| {
        let hash = number
            .wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
            .to_be_bytes();
        (turn(hash, PARTITIONS), turn(hash, more))
    });
    let (stay, go): (Vec<_>, Vec<_>) = turns.partition(|(before, after)| before == after);
    assert!(go.iter().all(|(_, after)| *after == 3));
    assert!((900..1_100).contains(&go.len()), "{} of {}", go.len(), stay.len());
}
