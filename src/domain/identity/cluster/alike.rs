//! Which likenesses count: all of them, unless they connect more atoms than any person has.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    identity::{
        cluster::{Likeness, Node},
        rules::{STRICTER_BY, Similarity},
    },
    similarity::Bits,
};

/// Which likenesses count.
pub(super) struct Counted {
    pub(super) likenesses: Vec<Likeness>,
    /// Whether they connected too many.
    pub(super) is_crowded: bool,
}

/// The likenesses that count, the greatest first, then in canonical order.
///
/// Where those of at least the threshold connect more than `component_atoms_max` atoms, a greater likeness is asked for
/// among these, and so on: a chain of people who are a little like one another is no person.
pub(super) fn counted(nodes: &[Node<'_>], likenesses: &[Likeness], similarity: &Similarity) -> Counted {
    let (mut counted, mut is_crowded) = (Vec::new(), false);
    let everyone: BTreeSet<usize> = (0..nodes.len()).collect();
    let mut crowds = vec![(everyone, similarity.thresholds.auto)];
    while let Some((crowd, least)) = crowds.pop() {
        let mut inside = likenesses
            .iter()
            .filter(|one| one.bits >= least && crowd.contains(&one.a) && crowd.contains(&one.b))
            .peekable();
        if crowd.len() <= similarity.component_atoms_max || inside.peek().is_none() {
            counted.extend(inside.copied());
            continue;
        }
        let stricter = Bits(least.0.saturating_add(STRICTER_BY.0));
        for part in connected(&crowd, inside) {
            let is_crowd = part.len() > similarity.component_atoms_max;
            is_crowded |= is_crowd;
            crowds.push((part, if is_crowd { stricter } else { least }));
        }
    }
    counted.sort_by_key(|one| (std::cmp::Reverse(one.bits), one.a, one.b));
    Counted {
        likenesses: counted,
        is_crowded,
    }
}

/// The connected parts of more than one.
fn connected<'l>(
    crowd: &BTreeSet<usize>,
    likenesses: impl Iterator<Item = &'l Likeness>,
) -> Vec<BTreeSet<usize>> {
    let mut neighbours: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for one in likenesses {
        neighbours.entry(one.a).or_default().push(one.b);
        neighbours.entry(one.b).or_default().push(one.a);
    }
    let (mut parts, mut reached) = (Vec::new(), BTreeSet::new());
    for start in crowd.iter().filter(|index| neighbours.contains_key(index)) {
        let (mut part, mut queue) = (BTreeSet::new(), vec![*start]);
        while let Some(index) = queue.pop() {
            if reached.insert(index) {
                part.insert(index);
                queue.extend(neighbours.get(&index).into_iter().flatten());
            }
        }
        if !part.is_empty() {
            parts.push(part);
        }
    }
    parts
}
