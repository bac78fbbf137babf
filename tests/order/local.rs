//! Locality: what shares nothing with others changes nothing about them, so what comes of two worlds together is what
//! comes of each.

use std::collections::BTreeMap;

use yekta::domain::{event::Event, identity::IdentityRules};

use crate::{arrival::arrival, outcome::run};

/// Takes two lists of events in that share no value, each by itself and both at once, and fails unless the persons are
/// the same, to the fingerprint.
pub(crate) fn together_is_as_apart([one, other]: [&[Event]; 2], rules: &IdentityRules, seed: u64) {
    let alone = |events: &[Event]| run(events, arrival(events, 8, seed), rules).persons;
    let behind = |place: usize| place + one.len();
    let others = alone(other).into_iter().map(|(members, person)| {
        let members = members.into_iter().map(behind).collect();
        (members, person)
    });
    let apart: BTreeMap<_, _> = alone(one).into_iter().chain(others).collect();
    let all = [one, other].concat();
    let together = run(&all, arrival(&all, 8, seed + 1), rules).persons;
    assert_eq!(together, apart, "seed {seed}");
}
