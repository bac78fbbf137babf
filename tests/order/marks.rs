//! The index of log-ins and log-outs against the timelines: it has each event of whoever names one customer on a device, and
//! nothing else.

use std::{ops::ControlFlow, path::Path};

use yekta::{
    domain::{identifier::IdentifierRules, identity::Claim, time::Timestamp},
    store::{AtomId, AtomRecord, EventHash, Order, Read, RulesRecord, Store, StoreConfig, View, codec, keys},
};

/// The clustering of the last build that had none.
const ALGORITHM_BEFORE: u32 = 3;

type Mark = (Timestamp, EventHash, AtomId);

/// Fails unless the index of a store that is kept by `rules` alone is that of its timelines.
pub(crate) fn are_those_of_the_timelines(store: &Store, rules: &IdentifierRules, seed: u64) {
    let mut indexed = Vec::new();
    each(store, keys::MARKS, |key| indexed.extend(keys::mark_place(key)));
    indexed.sort_unstable();
    assert!(
        indexed == of_timelines(store, rules),
        "seed {seed}: the index of log-ins is not what the timelines say"
    );
}

/// One for each device that a log-in or log-out is on, in order.
fn of_timelines(store: &Store, rules: &IdentifierRules) -> Vec<Mark> {
    let mut atoms = Vec::new();
    each(store, b"A", |key| atoms.extend(keys::pointee(key).map(AtomId)));
    let mut marks = Vec::new();
    for id in atoms {
        let atom: AtomRecord = store.record(&keys::atom(id)).unwrap().unwrap();
        let devices = devices_marked_by(&atom.claim, rules);
        each(store, &keys::events(id), |key| {
            let (time, hash) = keys::event_place(key).unwrap();
            marks.extend(std::iter::repeat_n((time, hash, id), devices));
        });
    }
    marks.sort_unstable();
    marks
}

fn devices_marked_by(claim: &Claim, rules: &IdentifierRules) -> usize {
    match claim.users(rules).count() {
        1 => claim.devices().count(),
        _ => 0,
    }
}

/// Makes of a store what a build left that had no such index.
pub(crate) fn are_as_before_there_was_an_index(store: &Path) {
    let store = Store::open(store, StoreConfig::caching(1 << 20)).unwrap();
    // Before the first commit there is nothing to have an index of.
    let Some(mut rules): Option<RulesRecord> = store.record(keys::RULES).unwrap() else {
        return;
    };
    rules.mark.algorithm = ALGORITHM_BEFORE;
    let mut changes = vec![(keys::RULES.to_vec(), Some(codec::encode(&rules).unwrap()))];
    each(&store, keys::MARKS, |key| changes.push((key.to_vec(), None)));
    let changes = changes
        .iter()
        .map(|(key, value)| (key.as_slice(), value.as_deref()));
    store.apply(store.applied().unwrap(), changes).unwrap();
}

fn each(store: &Store, prefix: &[u8], mut take: impl FnMut(&[u8])) {
    let mut visit = |key: &[u8], _: &[u8]| {
        take(key);
        Ok(ControlFlow::Continue(()))
    };
    store.scan_prefix(prefix, Order::Ascending, &mut visit).unwrap();
}
