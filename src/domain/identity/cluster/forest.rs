//! Persons in the making: who is united so far, what each holds, and the rules that forbid a union.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    identifier::{IdentifierRules, Kind, Role},
    identity::{
        claim::{Anchor, Bond, Key},
        cluster::{
            Node, Reason,
            classes::Classes,
            words::{Sides, Spoken},
        },
        rules::{CONTACT_FLOOR, IdentityRules, MEAN_FLOOR, MEAN_FROM},
    },
    similarity::{Bits, Conflict, Score, Summary, compare},
};

/// Atoms of each side that are compared to judge a union of two persons: the first in canonical order.
const COMPARED_MAX: usize = 8;

/// What became of an attempt to unite two.
pub(super) enum Joined {
    /// They were one already.
    Already,
    /// They are one now.
    Now,
    /// They are not.
    Refused(Reason),
}

/// Why two are to be united, as far as it matters to what may forbid it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ground<'s> {
    /// A steward says so: the word of this place.
    Word(usize),
    /// They are the same customer: nothing but another customer speaks against it.
    Customer,
    /// They share something that one person alone has.
    Strong,
    /// They share a contact, which families share too: their facts may not speak against it.
    Contact,
    /// They are alike, by this comparison.
    Alike(&'s Score),
}

impl Ground<'_> {
    /// Whether a conflict between two persons was weighed already between the two atoms that link them.
    fn settles(self, conflict: Conflict, persons: (&Summary, &Summary)) -> bool {
        match self {
            Self::Alike(score) => score.settles(conflict, persons),
            _ => false,
        }
    }
}

/// What a person in the making holds that decides about more.
#[derive(Default)]
struct Holdings<'a> {
    customer: Option<&'a Key>,
    limited: BTreeMap<&'a Kind, BTreeSet<&'a str>>,
    facts: Option<Summary>,
    /// The nodes that have facts, in canonical order.
    told: BTreeSet<usize>,
    /// Where it stands in what stewards said.
    sides: Sides,
}

/// The persons in the making.
pub(super) struct Forest<'a> {
    nodes: &'a [Node<'a>],
    rules: &'a IdentityRules,
    spoken: &'a Spoken<'a>,
    parent: Vec<usize>,
    holdings: Vec<Holdings<'a>>,
}

impl<'a> Forest<'a> {
    /// Everyone by themselves.
    pub(super) fn new(
        nodes: &'a [Node<'a>],
        rules: &'a IdentityRules,
        classes: &Classes<'a>,
        spoken: &'a Spoken<'a>,
    ) -> Self {
        let holdings = nodes.iter().enumerate().map(|(index, node)| Holdings {
            sides: spoken.sides(index),
            ..Holdings::of(index, node, &rules.identifiers, classes)
        });
        Self {
            nodes,
            rules,
            spoken,
            parent: (0..nodes.len()).collect(),
            holdings: holdings.collect(),
        }
    }

    /// Unites two, unless a rule forbids it.
    pub(super) fn unite(&mut self, a: usize, b: usize, ground: Ground<'_>) -> Joined {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return Joined::Already;
        }
        let (keep, drop) = (a.min(b), a.max(b));
        if let Some(reason) = self.forbidden(keep, drop, ground) {
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
            kept.absorb(gone);
        }
        Joined::Now
    }

    /// Whether two are not one yet, and no rule forbids that they become one.
    pub(super) fn may_unite(&self, a: usize, b: usize, ground: Ground<'_>) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        a != b && self.forbidden(a.min(b), a.max(b), ground).is_none()
    }

    /// Whether the facts of two persons cannot be of one.
    pub(super) fn are_two(&self, a: usize, b: usize) -> bool {
        let facts = |index| self.holdings.get(self.root(index))?.facts.as_ref();
        let both = facts(a).zip(facts(b));
        both.is_some_and(|(a, b)| a.conflict(b).is_some())
    }

    /// The atoms with facts of the person that an atom is of, in canonical order.
    pub(super) fn told(&self, index: usize) -> impl Iterator<Item = usize> {
        let held = self.holdings.get(self.root(index));
        held.into_iter().flat_map(|held| held.told.iter().copied())
    }

    /// What the facts of two atoms say about their being one.
    pub(super) fn compared(&self, a: usize, b: usize) -> Score {
        let person = |index: usize| self.nodes.get(index)?.person;
        let both = person(a).zip(person(b));
        both.map(|(a, b)| compare(a, b, &self.rules.similarity.weights))
            .unwrap_or_default()
    }

    /// Whether two are one already.
    pub(super) fn is_one(&self, a: usize, b: usize) -> bool {
        self.root(a) == self.root(b)
    }

    /// The persons, each in canonical order.
    pub(super) fn persons(&self) -> Vec<Vec<usize>> {
        let mut by_root: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for index in 0..self.parent.len() {
            by_root.entry(self.root(index)).or_default().push(index);
        }
        by_root.into_values().collect()
    }

    /// The person of an atom, as the first atom of it.
    pub(super) fn root(&self, mut index: usize) -> usize {
        // Bounded: a parent is always the smaller index or the node itself.
        while let Some(&parent) = self.parent.get(index) {
            if parent == index {
                break;
            }
            index = parent;
        }
        index
    }

    fn forbidden(&self, a: usize, b: usize, ground: Ground<'_>) -> Option<Reason> {
        let (a, b) = (self.holdings.get(a)?, self.holdings.get(b)?);
        if let Some(word) = self.parted(a, b, ground) {
            return Some(Reason::Said(word.to_owned()));
        }
        if let (Some(one), Some(other)) = (a.customer, b.customer)
            && one != other
        {
            return Some(Reason::TwoCustomers);
        }
        if matches!(ground, Ground::Customer | Ground::Word(_)) {
            return None;
        }
        if let Some(kind) = self.too_many(a, b) {
            return Some(Reason::TooMany(kind.clone()));
        }
        if let (Some(one), Some(other)) = (&a.facts, &b.facts)
            && let Some(conflict) = one
                .conflicts(other)
                .find(|conflict| !ground.settles(*conflict, (one, other)))
        {
            return Some(Reason::Conflict(conflict));
        }
        let floor = match ground {
            Ground::Contact => CONTACT_FLOOR,
            Ground::Alike(_) if a.told.len() >= MEAN_FROM && b.told.len() >= MEAN_FROM => MEAN_FLOOR,
            Ground::Alike(_) | Ground::Strong | Ground::Customer | Ground::Word(_) => return None,
        };
        (self.mean_likeness(a, b)? < floor).then_some(Reason::Unlike)
    }

    /// The word by which two stand on different sides. One customer is one person whatever is said, and of two words
    /// the later holds.
    fn parted(&self, a: &Holdings<'a>, b: &Holdings<'a>, ground: Ground<'_>) -> Option<&'a str> {
        let from = match ground {
            Ground::Customer if a.customer.is_some() && a.customer == b.customer => return None,
            Ground::Word(said) => said,
            _ => 0,
        };
        let mut words = a.sides.range(from..);
        let (word, _) = words.find(|(word, side)| b.sides.get(word).is_some_and(|other| other != *side))?;
        self.spoken.id(*word)
    }

    fn too_many(&self, a: &Holdings<'a>, b: &Holdings<'a>) -> Option<&'a Kind> {
        a.limited.iter().find_map(|(kind, values)| {
            let others = b.limited.get(kind)?;
            let most = self.rules.identifiers.rule(kind).per_profile?;
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            (values.union(others).count() > most).then_some(*kind)
        })
    }

    /// What the facts of two say on the average about their being one; `None` where one has none.
    fn mean_likeness(&self, a: &Holdings<'a>, b: &Holdings<'a>) -> Option<Bits> {
        let persons = |held: &Holdings<'a>| {
            let told = held.told.iter().take(COMPARED_MAX);
            told.filter_map(|index| self.nodes.get(*index)?.person)
                .collect::<Vec<_>>()
        };
        let (ones, others) = (persons(a), persons(b));
        let pairs = i64::try_from(ones.len().checked_mul(others.len())?).ok()?;
        let total: i64 = ones
            .iter()
            .flat_map(|one| {
                others
                    .iter()
                    .map(|other| compare(one, other, &self.rules.similarity.weights))
            })
            .map(|score| score.total.0)
            .sum();
        total.checked_div(pairs).map(Bits)
    }
}

impl<'a> Holdings<'a> {
    fn of(index: usize, node: &Node<'a>, rules: &'a IdentifierRules, classes: &Classes<'a>) -> Self {
        let mut holdings = Self::default();
        // Of more claims than count nothing but a steward's word leads anywhere, and that to whomever it says.
        if let Anchor::One(user) = node.claim.anchor(rules)
            && node.keys.contains(user)
        {
            holdings.customer = Some(classes.class(user));
        }
        for one in node.claim.asserted.iter().filter(|one| one.bond != Bond::Loose) {
            let rule = rules.rule(&one.key.kind);
            if rule.role != Role::Anchor && rule.per_profile.is_some() {
                let values = holdings.limited.entry(&one.key.kind).or_default();
                values.insert(&one.key.value);
            }
        }
        if let Some(person) = node.person {
            holdings.facts = Some(Summary::of(person));
            holdings.told.insert(index);
        }
        holdings
    }

    fn absorb(&mut self, gone: Self) {
        self.customer = self.customer.or(gone.customer);
        for (kind, values) in gone.limited {
            self.limited.entry(kind).or_default().extend(values);
        }
        self.told.extend(gone.told);
        for (word, side) in gone.sides {
            let stands = self.sides.entry(word).or_insert(side);
            *stands = side.min(*stands);
        }
        match (&mut self.facts, gone.facts) {
            (Some(facts), Some(gone)) => facts.absorb(&gone),
            (facts @ None, gone) => *facts = gone,
            (Some(_), None) => {}
        }
    }
}
