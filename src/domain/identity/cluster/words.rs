//! What the steward's words say about the claims of one component.
//!
//! Owns [`Said`]: whom a word unites, and on which side of which word a claim stands. Decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    event::EventId,
    identifier::IdentifierRules,
    identity::{
        cluster::Node,
        word::{self, Word},
    },
};

/// On which side of each word that parts people; a claim that would stand on several stands on the first.
pub(super) type Sides = BTreeMap<usize, usize>;

/// The words of a component, in the order of their ids, and whom they lead to.
pub(super) struct Spoken<'a> {
    words: &'a [&'a Word],
    /// For each word its sides, each the nodes that it leads to, in canonical order.
    led: Vec<Vec<BTreeSet<usize>>>,
}

impl<'a> Spoken<'a> {
    pub(super) fn of(nodes: &[Node<'_>], words: &'a [&'a Word], rules: &IdentifierRules) -> Self {
        let none = BTreeSet::<EventId>::new();
        let side = |references: &Vec<word::Reference>| {
            let is_on = |node: &Node<'_>| {
                let named = node.named.unwrap_or(&none);
                references
                    .iter()
                    .any(|one| one.leads_to(node.claim, named, rules))
            };
            (0..nodes.len())
                .filter(|index| nodes.get(*index).is_some_and(is_on))
                .collect()
        };
        let led = words
            .iter()
            .map(|word| word.sides.iter().map(side).collect())
            .collect();
        Self { words, led }
    }

    /// The groups that words unite, each with the id of its word: one claim for each reference's side, the first.
    pub(super) fn same(&self) -> impl Iterator<Item = (&'a str, Vec<usize>)> {
        let spoken = self.words.iter().zip(&self.led);
        spoken
            .filter(|(word, _)| word.said == word::Said::Same)
            .map(|(word, sides)| {
                let firsts = sides.iter().filter_map(|side| side.first().copied());
                (word.id.as_str(), firsts.collect())
            })
    }

    /// On which sides a node stands.
    pub(super) fn sides(&self, node: usize) -> Sides {
        let spoken = self.words.iter().zip(&self.led).enumerate();
        let apart = spoken.filter(|(_, (word, _))| word.said == word::Said::Apart);
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
