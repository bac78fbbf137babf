//! Canonical clustering: parts one connected component of claims into persons.
//!
//! Keys are taken in canonical order (the rank of their kind, then kind and value); the holders of a key are united one
//! by one with its first holder, unless a rule forbids it. Order comes from content alone, so equal components give
//! equal answers whatever the order of arrival. Each union and each refusal is recorded: that is the explanation.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    identifier::{IdentifierRules, Kind, Role},
    identity::claim::{Anchor, Bond, Claim, Key},
};

/// A claim and the keys by which it joins others in its component.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// Its joining keys, links included, shared values left out.
    pub keys: Vec<Key>,
}

/// Why two were not united.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// They name two customers; two user ids are never one person.
    TwoCustomers,
    /// One person would hold more identifiers of this kind than a person may.
    TooMany(Kind),
}

/// What became of a link between two claims.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// They are one person by it.
    United,
    /// They are not, and why.
    Refused(Reason),
}

/// One decision: the key that two claims share and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// What they share.
    pub key: Key,
    /// The first holder, as an index into the nodes.
    pub center: usize,
    /// The other.
    pub other: usize,
    /// What became of it.
    pub verdict: Verdict,
}

/// The persons of one component.
#[derive(Clone, Debug, Default)]
pub struct Clustering {
    /// The persons, each as indexes into the nodes, in canonical order of their claims.
    pub persons: Vec<Vec<usize>>,
    /// Every decision, in the order in which they were made. Unions that told nothing new are left out.
    pub evidence: Vec<Evidence>,
}

/// Parts `nodes` into persons.
pub fn cluster(nodes: &[Node<'_>], rules: &IdentifierRules) -> Clustering {
    let classes = Classes::of(nodes, rules);
    let mut forest = Forest::new(nodes, rules, &classes);
    let mut evidence = Vec::new();
    for (key, holders) in holders_by_key(nodes, rules) {
        let anchored = rules.rule(&key.kind).role == Role::Anchor;
        let mut holders = holders.into_iter();
        let Some(center) = holders.next() else { continue };
        for other in holders {
            let verdict = match forest.unite(center, other, anchored) {
                Joined::Already => continue,
                Joined::Now => Verdict::United,
                Joined::Refused(reason) => Verdict::Refused(reason),
            };
            evidence.push(Evidence {
                key: Key::clone(&key),
                center,
                other,
                verdict,
            });
        }
    }
    Clustering {
        persons: forest.persons(nodes),
        evidence,
    }
}

/// Keys in canonical order, each with its holders: those who name a customer first, then by claim.
fn holders_by_key<'a>(nodes: &'a [Node<'_>], rules: &IdentifierRules) -> BTreeMap<RankedKey<'a>, Vec<usize>> {
    let mut holders: BTreeMap<RankedKey<'a>, Vec<usize>> = BTreeMap::new();
    for (index, node) in nodes.iter().enumerate() {
        for key in &node.keys {
            let rank = rules.rule(&key.kind).rank;
            holders.entry(RankedKey { rank, key }).or_default().push(index);
        }
    }
    let place = |index: &usize| {
        nodes
            .get(*index)
            .map(|node| (node.claim.anchor(rules) == Anchor::None, node.claim))
    };
    for indexes in holders.values_mut() {
        indexes.sort_by(|a, b| place(a).cmp(&place(b)));
    }
    holders
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct RankedKey<'a> {
    rank: u8,
    key: &'a Key,
}

impl std::ops::Deref for RankedKey<'_> {
    type Target = Key;
    fn deref(&self) -> &Key {
        self.key
    }
}

/// Which user ids were declared the same; a class is known by its smallest member.
#[derive(Debug, Default)]
struct Classes<'a> {
    smallest: BTreeMap<&'a Key, &'a Key>,
}

impl<'a> Classes<'a> {
    fn of(nodes: &[Node<'a>], rules: &'a IdentifierRules) -> Self {
        let mut classes = Self::default();
        for node in nodes {
            if let (Some(former), Anchor::One(user)) = (&node.claim.alias_of, node.claim.anchor(rules)) {
                classes.declare_same(former, user);
            }
        }
        classes
    }

    fn declare_same(&mut self, a: &'a Key, b: &'a Key) {
        let (a, b) = (self.class(a), self.class(b));
        let (small, large) = if a <= b { (a, b) } else { (b, a) };
        self.smallest.insert(small, small);
        self.smallest.insert(large, small);
        for class in self.smallest.values_mut() {
            if *class == large {
                *class = small;
            }
        }
    }

    fn class(&self, user: &'a Key) -> &'a Key {
        self.smallest.get(user).copied().unwrap_or(user)
    }
}

enum Joined {
    Already,
    Now,
    Refused(Reason),
}

/// What a person-to-be holds that the rules limit.
#[derive(Debug, Default)]
struct Holdings<'a> {
    customer: Option<&'a Key>,
    limited: BTreeMap<&'a Kind, BTreeSet<&'a str>>,
}

struct Forest<'a> {
    parent: Vec<usize>,
    holdings: Vec<Holdings<'a>>,
    rules: &'a IdentifierRules,
}

impl<'a> Forest<'a> {
    fn new(nodes: &[Node<'a>], rules: &'a IdentifierRules, classes: &Classes<'a>) -> Self {
        let holdings = nodes.iter().map(|node| {
            let mut holdings = Holdings::default();
            if let Anchor::One(user) = node.claim.anchor(rules) {
                holdings.customer = Some(classes.class(user));
            }
            for one in node.claim.asserted.iter().filter(|one| one.bond != Bond::Loose) {
                let rule = rules.rule(&one.key.kind);
                if rule.role != Role::Anchor && rule.per_profile.is_some() {
                    holdings
                        .limited
                        .entry(&one.key.kind)
                        .or_default()
                        .insert(&one.key.value);
                }
            }
            holdings
        });
        Self {
            parent: (0..nodes.len()).collect(),
            holdings: holdings.collect(),
            rules,
        }
    }

    fn root(&self, mut index: usize) -> usize {
        // Bounded: a parent is always the smaller index or the node itself.
        while let Some(&parent) = self.parent.get(index) {
            if parent == index {
                break;
            }
            index = parent;
        }
        index
    }

    /// Unites two; a customer's own id is never refused for holding too much.
    fn unite(&mut self, a: usize, b: usize, anchored: bool) -> Joined {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return Joined::Already;
        }
        let (keep, drop) = (a.min(b), a.max(b));
        if let Some(reason) = self.forbidden(keep, drop, anchored) {
            return Joined::Refused(reason);
        }
        if let Some(parent) = self.parent.get_mut(drop) {
            *parent = keep;
        }
        let gone = self
            .holdings
            .get_mut(drop)
            .map(std::mem::take)
            .unwrap_or_default();
        if let Some(kept) = self.holdings.get_mut(keep) {
            kept.customer = kept.customer.or(gone.customer);
            for (kind, values) in gone.limited {
                kept.limited.entry(kind).or_default().extend(values);
            }
        }
        Joined::Now
    }

    fn forbidden(&self, a: usize, b: usize, anchored: bool) -> Option<Reason> {
        let (a, b) = (self.holdings.get(a)?, self.holdings.get(b)?);
        if let (Some(one), Some(other)) = (a.customer, b.customer)
            && one != other
        {
            return Some(Reason::TwoCustomers);
        }
        if anchored {
            return None;
        }
        a.limited.iter().find_map(|(kind, values)| {
            let others = b.limited.get(kind)?;
            let most = usize::try_from(self.rules.rule(kind).per_profile?).unwrap_or(usize::MAX);
            (values.union(others).count() > most).then(|| Reason::TooMany((*kind).clone()))
        })
    }

    fn persons(&self, nodes: &[Node<'_>]) -> Vec<Vec<usize>> {
        let mut by_root: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for index in 0..self.parent.len() {
            by_root.entry(self.root(index)).or_default().push(index);
        }
        let claim = |index: &usize| nodes.get(*index).map(|node| node.claim);
        let mut persons: Vec<Vec<usize>> = by_root.into_values().collect();
        for person in &mut persons {
            person.sort_by(|a, b| claim(a).cmp(&claim(b)));
        }
        persons
    }
}
