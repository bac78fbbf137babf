//! As many as there are, however counting and commits come in between each other.

use std::{collections::BTreeSet, path::Path, sync::mpsc::channel};

use proptest::prelude::*;

use crate::{
    engine::writer::population::{Population, Seen},
    store::{Applied, PopulationRecord, ProfileId, ProfileRecord, Store, StoreConfig, codec, keys},
    telemetry::{EngineMetrics, Registry},
};

/// What happens.
#[derive(Clone, Debug)]
enum Step {
    /// A commit makes or ends this profile, whichever it can.
    Commit(u8),
    /// The store has that commit.
    Apply,
    /// The thread looks into the store.
    Look,
    /// It counts what it found there.
    Take,
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_u8..24).prop_map(Step::Commit),
        2 => Just(Step::Apply),
        3 => Just(Step::Look),
        2 => Just(Step::Take),
    ]
}

fn id(number: u8) -> ProfileId {
    ProfileId([number; 16])
}

fn opened(dir: &Path) -> Store {
    Store::open(&dir.join("store"), StoreConfig::caching(8 << 20)).unwrap()
}

fn put(store: &Store, key: &[u8], value: Option<&[u8]>) {
    store
        .apply(Applied::default(), [(key, value)].into_iter())
        .unwrap();
}

fn set(store: &Store, number: u8, is_there: bool) {
    let record = codec::encode(&ProfileRecord::default()).unwrap();
    put(
        store,
        &keys::profile(id(number)),
        is_there.then_some(record.as_slice()),
    );
}

/// What is told of it.
fn told(registry: &Registry) -> String {
    let text = registry.render().unwrap();
    let mut lines = text.lines();
    lines
        .find_map(|line| line.strip_prefix("yekta_engine_profiles "))
        .unwrap()
        .to_owned()
}

fn counted_to_the_end(population: &Population, store: &Store) {
    let (_open, stop) = channel();
    population.count(store, &stop);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn counting_beside_commits_finds_each_once(
        before in prop::collection::btree_set(0_u8..24, 0..24),
        steps in prop::collection::vec(steps(), 0..60),
        most in 1_usize..6,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let (registry, store) = (Registry::new("1").unwrap(), opened(dir.path()));
        let metrics = EngineMetrics::register(&registry).unwrap();
        before.iter().for_each(|number| set(&store, *number, true));
        let population = Population::of(&store, &metrics).unwrap();
        let (mut there, mut under_way, mut seen) = (before, None, None::<Seen>);
        let apply = |under_way: &mut Option<(u8, bool)>| {
            if let Some((number, is_there)) = under_way.take() {
                set(&store, number, is_there);
            }
        };
        for step in steps {
            match step {
                Step::Commit(number) => {
                    apply(&mut under_way);
                    let is_there = there.insert(number);
                    if !is_there {
                        there.remove(&number);
                    }
                    population.change(&[(id(number), is_there)]);
                    under_way = Some((number, is_there));
                }
                Step::Apply => apply(&mut under_way),
                Step::Look => seen = population.next(&store, most).unwrap(),
                Step::Take => seen.take().iter().for_each(|seen| population.take(seen)),
            }
        }
        apply(&mut under_way);
        counted_to_the_end(&population, &store);
        prop_assert_eq!(told(&registry), there.len().to_string());
    }
}

#[test]
fn what_a_sweep_counted_is_not_counted_again_and_half_of_it_is() {
    for (until, expected) in [(None, 40), (Some(id(1)), 3)] {
        let dir = tempfile::tempdir().unwrap();
        let (registry, store) = (Registry::new("1").unwrap(), opened(dir.path()));
        let metrics = EngineMetrics::register(&registry).unwrap();
        BTreeSet::from([1, 2, 3])
            .iter()
            .for_each(|number| set(&store, *number, true));
        let record = PopulationRecord { profiles: 40, until };
        put(&store, keys::POPULATION, Some(&codec::encode(&record).unwrap()));
        let population = Population::of(&store, &metrics).unwrap();
        counted_to_the_end(&population, &store);
        assert_eq!(told(&registry), expected.to_string());
        population.change(&[(id(9), true), (id(1), false), (id(10), true)]);
        assert_eq!(told(&registry), (expected + 1).to_string());
    }
}

#[test]
fn nothing_is_told_before_all_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let (registry, store) = (Registry::new("1").unwrap(), opened(dir.path()));
    let metrics = EngineMetrics::register(&registry).unwrap();
    (0..5).for_each(|number| set(&store, number, true));
    let population = Population::of(&store, &metrics).unwrap();
    let seen = population.next(&store, 3).unwrap().unwrap();
    population.take(&seen);
    population.change(&[(id(7), true)]);
    assert_eq!(told(&registry), "0");
    // Whoever stops meanwhile waits for nothing.
    let (open, stop) = channel();
    drop(open);
    population.count(&store, &stop);
    assert_eq!(told(&registry), "0");
    counted_to_the_end(&population, &store);
    assert_eq!(told(&registry), "6");
}
