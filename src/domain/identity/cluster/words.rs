//! What the steward's words say about the claims of one component.
//!
//! Owns [`Spoken`]: whom a word unites, and on which side of which word a claim stands. Decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    event::EventId,
    identity::{
        cluster::Node,
        word::{Reference, Said, Word},
    },
};

/// On which side of each word that parts people; who would stand on several stands on the first.
pub(super) type Sides = BTreeMap<usize, usize>;

/// The words of a component in the order in which they were said, and whom they lead to.
pub(super) struct Spoken<'a> {
    words: Vec<&'a Word>,
    /// For each word its sides, each the nodes that it leads to, in canonical order.
    led: Vec<Vec<BTreeSet<usize>>>,
}

impl<'a> Spoken<'a> {
    pub(super) fn of(nodes: &[Node<'_>], words: &[&'a Word]) -> Self {
        let none = BTreeSet::<EventId>::new();
        let side = |references: &Vec<Reference>| {
            let is_on = |node: &Node<'_>| {
                let named = node.named.unwrap_or(&none);
                references.iter().any(|one| one.leads_to(&node.keys, named))
            };
            (0..nodes.len())
                .filter(|index| nodes.get(*index).is_some_and(is_on))
                .collect()
        };
        let mut words = words.to_vec();
        words.sort_by_key(|word| (word.number, &word.id));
        let led = words
            .iter()
            .map(|word| word.sides.iter().map(side).collect())
            .collect();
        Self { words, led }
    }

    /// The groups that words unite, each with the place of its word: all claims that it leads to.
    pub(super) fn same(&self) -> impl Iterator<Item = (usize, Vec<usize>)> {
        let spoken = self.words.iter().zip(&self.led).enumerate();
        spoken
            .filter(|(_, (word, _))| word.said == Said::Same)
            .map(|(place, (_, sides))| {
                let all: BTreeSet<usize> = sides.iter().flatten().copied().collect();
                (place, all.into_iter().collect())
            })
    }

    /// On which sides a node stands.
    pub(super) fn sides(&self, node: usize) -> Sides {
        let spoken = self.words.iter().zip(&self.led).enumerate();
        let apart = spoken.filter(|(_, (word, _))| word.said == Said::Apart);
        apart
            .filter_map(|(place, (_, sides))| {
                Some((place, sides.iter().position(|side| side.contains(&node))?))
            })
            .collect()
    }

    /// The id of a word.
    pub(super) fn id(&self, place: usize) -> Option<&'a str> {
        self.words.get(place).map(|word| word.id.as_str())
    }
}
