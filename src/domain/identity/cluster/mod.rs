//! Canonical clustering: parts one connected component of claims into persons.
//!
//! Four rounds, each in an order that comes from content alone, so that equal components give equal answers whatever
//! the order of arrival:
//!
//! 1. What one person alone has (a customer id, a handed-over code, an order, a device nobody is logged in on), by the
//!    rank of its kind: its holders are united one by one with the first.
//! 2. Likeness, the greatest first. Who is no less like somebody who is clearly another person than the one that would be
//!    united with them joins neither, unless the two become one; that is asked once more behind the third round.
//! 3. Contacts, by the rank of their kind: each holder joins the first person that holds it too and is not unlike them.
//! 4. The steward's word that some of these persons are one, the earlier word first. A later word that they are not, or a
//!    second customer, refuses it, and nothing else does.
//!
//! A union that a rule forbids is refused. Each union and each refusal is recorded: that is the explanation.

mod alike;
mod classes;
mod forest;
mod rivals;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    event::EventId,
    identifier::{IdentifierRules, Kind, Role},
    identity::{
        claim::{Anchor, Claim, Key},
        cluster::{
            classes::Classes,
            forest::{Forest, Ground, Joined},
            rivals::Rivals,
            words::Spoken,
        },
        rules::IdentityRules,
        word::Word,
    },
    similarity::{Bits, Conflict, Person},
};

/// Which algorithm this is. Whoever changes what [`cluster`] or [`Claim::of`] answers, or by which indexes people and their
/// log-ins are found, or what the fold reads off events that were taken in before, counts it up: a store that was kept by
/// another is renewed.
pub const ALGORITHM: u32 = 8;

/// A claim and what may join it to others in its component. Nodes stand in the order of their claims.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// Its joining keys, links included, shared and generic values left out.
    pub keys: Vec<Key>,
    /// The person it speaks of, where its facts may find others.
    pub person: Option<&'a Person>,
    /// Those of its events that words refer to.
    pub named: Option<&'a BTreeSet<EventId>>,
}

/// Two who are alike enough to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// The first, as an index into the nodes.
    pub a: usize,
    /// The other, behind it.
    pub b: usize,
    /// How much speaks for it.
    pub bits: Bits,
}

/// Why two were not united.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// They name two customers; two user ids are never one person.
    TwoCustomers,
    /// One person would hold more identifiers of this kind than a person may.
    TooMany(Kind),
    /// Their facts cannot be of one person.
    Conflict(Conflict),
    /// Their facts have too little in common.
    Unlike,
    /// One of them is as much like somebody who is not the other.
    Ambiguous,
    /// The steward's word of this id says that they are not one.
    Said(String),
}

/// What became of a link between two claims.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// They are one person by it.
    United,
    /// They are not, and why.
    Refused(Reason),
}

/// What speaks for the union of two claims.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Link {
    /// They share this.
    Shared(Key),
    /// They are alike by so much.
    Alike(Bits),
    /// The steward's word of this id says that they are one.
    Said(String),
}

/// One decision: what links two claims and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// What links them.
    pub link: Link,
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
    /// Whether likeness connected more of them than `component_atoms_max`, so that more of it was asked for.
    pub is_crowded: bool,
}

/// Parts `nodes` into persons. `same` are pairs of customers who were declared the same, also by claims that are not among
/// the nodes.
pub fn cluster(
    nodes: &[Node<'_>],
    likenesses: &[Likeness],
    words: &[&Word],
    same: &[(Key, Key)],
    rules: &IdentityRules,
) -> Clustering {
    let classes = Classes::of(nodes, words, same, &rules.identifiers);
    let spoken = Spoken::of(nodes, words);
    let mut court = Court {
        forest: Forest::new(nodes, rules, &classes, &spoken),
        evidence: Vec::new(),
    };
    let holders = holders_by_key(nodes, &rules.identifiers);
    let role = |key: &RankedKey<'_>| rules.identifiers.rule(&key.kind).role;
    for (key, holders) in holders.iter().filter(|(key, _)| role(key) != Role::Contact) {
        let ground = match role(key) {
            Role::Anchor => Ground::Customer,
            _ => Ground::Strong,
        };
        court.star(&Link::Shared(key.key.clone()), holders, ground);
    }
    let alike::Counted {
        likenesses,
        is_crowded,
    } = alike::counted(nodes, likenesses, &rules.similarity);
    let rivals = Rivals::of(&likenesses);
    let disputed = court.alike(likenesses, &rivals);
    for (key, holders) in holders.iter().filter(|(key, _)| role(key) == Role::Contact) {
        court.companies(key, holders);
    }
    let disputed = court.alike(disputed, &rivals);
    court.leave(&disputed);
    for (word, group) in spoken.same() {
        let id = spoken.id(word).unwrap_or_default().to_owned();
        court.star(&Link::Said(id), &group, Ground::Word(word));
    }
    Clustering {
        persons: court.forest.persons(),
        evidence: court.evidence,
        is_crowded,
    }
}

/// Where unions are decided and recorded.
struct Court<'a> {
    forest: Forest<'a>,
    evidence: Vec<Evidence>,
}

impl Court<'_> {
    /// Unites two or refuses to, and says whether they are one now.
    fn decide(&mut self, link: Link, (center, other): (usize, usize), ground: Ground<'_>) -> bool {
        let verdict = match self.forest.unite(center, other, ground) {
            Joined::Already => return true,
            Joined::Now => Verdict::United,
            Joined::Refused(reason) => Verdict::Refused(reason),
        };
        let united = verdict == Verdict::United;
        self.evidence.push(Evidence {
            link,
            center,
            other,
            verdict,
        });
        united
    }

    /// Unites those who are alike, in their order, and gives back the likenesses that rivals dispute.
    fn alike(&mut self, mut likenesses: Vec<Likeness>, rivals: &Rivals) -> Vec<Likeness> {
        let mut united = true;
        while united {
            united = false;
            let mut disputed = Vec::new();
            for one in likenesses {
                if self.forest.is_one(one.a, one.b) {
                    continue;
                }
                let score = self.forest.compared(one.a, one.b);
                let ground = Ground::Alike(&score);
                if self.forest.may_unite(one.a, one.b, ground) {
                    if rivals.dispute(&self.forest, one) {
                        disputed.push(one);
                        continue;
                    }
                    united = true;
                }
                self.decide(Link::Alike(one.bits), (one.a, one.b), ground);
            }
            likenesses = disputed;
        }
        likenesses
    }

    /// Records that these stayed apart for their rivals.
    fn leave(&mut self, disputed: &[Likeness]) {
        for one in disputed.iter().filter(|one| !self.forest.is_one(one.a, one.b)) {
            self.evidence.push(Evidence {
                link: Link::Alike(one.bits),
                center: one.a,
                other: one.b,
                verdict: Verdict::Refused(Reason::Ambiguous),
            });
        }
    }

    /// Unites those of a group with the first of them.
    fn star(&mut self, link: &Link, group: &[usize], ground: Ground<'_>) {
        let Some((center, others)) = group.split_first() else {
            return;
        };
        for other in others {
            self.decide(link.clone(), (*center, *other), ground);
        }
    }

    /// Lets each holder of a contact join the first person among its holders that they are not unlike.
    fn companies(&mut self, key: &Key, holders: &[usize]) {
        let mut firsts: Vec<usize> = Vec::new();
        for holder in holders {
            let is_in = firsts.iter().any(|first| self.forest.is_one(*first, *holder));
            let mut joins =
                |first: &usize| self.decide(Link::Shared(key.clone()), (*first, *holder), Ground::Contact);
            if !is_in && !firsts.iter().any(&mut joins) {
                firsts.push(*holder);
            }
        }
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
        let anchor = nodes.get(*index).map(|node| node.claim.anchor(rules));
        (anchor == Some(Anchor::None), *index)
    };
    for indexes in holders.values_mut() {
        indexes.sort_by_key(place);
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
