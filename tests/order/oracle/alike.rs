//! Who is like whom: every pair that meets in a block, compared.

use std::collections::{BTreeMap, BTreeSet};

use yekta::{
    domain::{
        identity::IdentityRules,
        similarity::{BlockKey, Person, blocking_keys, compare},
    },
    store::fingerprint,
};

use crate::oracle::{Atom, saying::Anchor, standing::Standings};

/// Two atoms and what speaks for them, in micro-bits.
pub(super) type Pair = (i64, usize, usize);

/// The persons that atoms speak of, with the contacts that are evidence.
pub(super) fn persons(
    atoms: &[Atom],
    standings: &Standings,
    rules: &IdentityRules,
) -> BTreeMap<usize, Person> {
    let mut persons = BTreeMap::new();
    let counting = speakers(atoms, rules)
        .into_iter()
        .filter(|place| standings.counts(*place));
    for place in counting {
        let saying = &atoms[place].saying;
        let mut silent = saying.contacts(&rules.identifiers);
        silent.retain(|key| !standings.is_evidence(key, &rules.identifiers));
        persons.insert(place, saying.person(&rules.identifiers, &silent));
    }
    persons
}

/// The atoms whose facts may find others: of a customer's that state the same facts and contacts the earliest.
fn speakers(atoms: &[Atom], rules: &IdentityRules) -> Vec<usize> {
    let mut said = BTreeSet::new();
    let mut speakers: Vec<usize> = (0..atoms.len()).collect();
    speakers.sort_by_key(|place| {
        let first = &atoms[*place].first;
        (first.time, fingerprint::tie(first))
    });
    speakers.retain(|place| {
        let saying = &atoms[*place].saying;
        let repeats = match saying.anchor(&rules.identifiers) {
            Anchor::One(user) => {
                !said.insert((user, saying.facts.clone(), saying.contacts(&rules.identifiers)))
            }
            Anchor::None | Anchor::Conflict => false,
        };
        saying.likened(&rules.identifiers) && !repeats
    });
    speakers.sort_unstable();
    speakers
}

/// The pairs that are enough alike.
pub(super) fn pairs(atoms: &[Atom], standings: &Standings, rules: &IdentityRules) -> Vec<Pair> {
    let nothing = BTreeSet::new();
    let mut blocks: BTreeMap<BlockKey, Vec<usize>> = BTreeMap::new();
    for place in speakers(atoms, rules) {
        for block in blocking_keys(&atoms[place].saying.person(&rules.identifiers, &nothing)) {
            blocks.entry(block).or_default().push(place);
        }
    }
    let mut meetings = BTreeSet::new();
    for members in blocks.into_values() {
        if members.len() <= rules.similarity.block_faces_max {
            for (at, one) in members.iter().enumerate() {
                meetings.extend(members[at + 1..].iter().map(|other| (*one, *other)));
            }
        }
    }
    meetings.retain(|(one, other)| standings.counts(*one) && standings.counts(*other));
    let alike = |(one, other): (usize, usize)| {
        let bits = likeness(&atoms[one], &atoms[other], standings, rules)?;
        Some((bits, one, other))
    };
    meetings.into_iter().filter_map(alike).collect()
}

/// What speaks for two, if it is enough with and without the contacts they share that are no evidence.
fn likeness(one: &Atom, other: &Atom, standings: &Standings, rules: &IdentityRules) -> Option<i64> {
    let enough = |silent: &BTreeSet<_>| {
        let (one, other) = (
            one.saying.person(&rules.identifiers, silent),
            other.saying.person(&rules.identifiers, silent),
        );
        let score = compare(&one, &other, &rules.similarity.weights);
        let is_enough = score.conflict.is_none() && score.total >= rules.similarity.thresholds.auto;
        is_enough.then_some(score.total.0)
    };
    let theirs = other.saying.contacts(&rules.identifiers);
    let mut silent = one.saying.contacts(&rules.identifiers);
    silent.retain(|key| theirs.contains(key) && !standings.is_evidence(key, &rules.identifiers));
    let bits = enough(&BTreeSet::new())?;
    if silent.is_empty() {
        Some(bits)
    } else {
        enough(&silent)
    }
}
