//! Why two are one person, or why not: the path of links from one to the other, or what keeps them apart and how much is
//! missing.
//!
//! Owns the questions about two. Nothing is stored for it: what made the profiles is computed again. Called by
//! [`Query`].

use std::collections::{BTreeMap, BTreeSet, VecDeque, btree_map::Entry};

use crate::{
    domain::{
        identity::{Evidence, Key, Verdict},
        similarity::{Bits, Score, compare},
    },
    engine::{
        identity::{alike::Alike, component::Component, graph::Standing, membership::follow},
        queries::{
            answer::{Query, QueryError, member},
            query::{Address, EvidenceView, MemberView},
        },
        state::atoms::Atoms,
    },
    store::{AtomId, Error, FaceHash, FormerRecord, ProfileId, Read, keys},
};

/// Claims with facts of each side that are compared, the first in their order.
const COMPARED_MAX: usize = 8;
/// Refusals and keys that are told, each.
const TOLD_MAX: usize = 50;

/// What stands between two who were asked about.
#[derive(Debug)]
pub struct Between {
    /// The profiles of the two; the same where they are one person.
    pub profiles: [ProfileId; 2],
    /// The claims that the evidence is about.
    pub members: Vec<MemberView>,
    /// Of one person the links that lead from one to the other, in order; of two the refusals.
    pub evidence: Vec<EvidenceView>,
    /// What both hold and two customers share.
    pub shared: Vec<Key>,
    /// What both hold and too many hold.
    pub generic: Vec<Key>,
    /// What one holds and the other only mentions.
    pub mentioned: Vec<Key>,
    /// How alike the two are; `None` where one states no facts, or the two are one claim.
    pub likeness: Option<Compared>,
}

/// A comparison of two.
#[derive(Clone, Debug)]
pub struct Compared {
    /// What their facts say.
    pub score: Score,
    /// From where on two are one person.
    pub needed: Bits,
}

/// Whom a question is about, and the profile that was found there.
pub type Asked = (Address, ProfileId);

impl Query {
    /// What stands between two.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn between(&self, [a, b]: [&Asked; 2]) -> Result<Between, QueryError> {
        let (mut ones, mut others) = (self.atoms_at(a)?, self.atoms_at(b)?);
        // Of a person and a part of them the rest of the person is meant.
        let is_whole = |asked: &Asked| matches!(asked.0, Address::Id(_));
        if is_whole(b) && ones.is_subset(&others) && ones.len() < others.len() {
            others = others.difference(&ones).copied().collect();
        } else if is_whole(a) && others.is_subset(&ones) && others.len() < ones.len() {
            ones = ones.difference(&others).copied().collect();
        }
        let mut between = Between {
            profiles: [a.1, b.1],
            members: Vec::new(),
            evidence: Vec::new(),
            shared: Vec::new(),
            generic: Vec::new(),
            mentioned: Vec::new(),
            likeness: None,
        };
        let members = self.graph().profile(a.1)?.map(|record| record.members);
        let Some(start) = members.and_then(|members| members.first().copied()) else {
            return Ok(between);
        };
        let component = self.graph().component(start)?;
        let decided = component.cluster(&self.rules().identity).evidence;
        let told = if a.1 == b.1 {
            path(&component, decided, &ones, &others)
        } else {
            self.keys_between(&mut between)?;
            refusals(&component, decided, between.profiles)
        };
        between.tell(&component, told);
        if ones != others {
            between.likeness = self.likeness(&ones, &others)?;
        }
        Ok(between)
    }

    /// The ids that a profile absorbed, the first `most`, each with the links that lead from what was its own to the rest.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn merges(&self, profile: ProfileId, most: usize) -> Result<Vec<(ProfileId, Between)>, QueryError> {
        let record = self.graph().profile(profile)?.unwrap_or_default();
        let whole = (Address::Id(profile), profile);
        let absorbed = record.absorbed.into_iter().take(most);
        absorbed
            .map(|id| Ok((id, self.between([&(Address::Id(id), profile), &whole])?)))
            .collect()
    }

    /// The atoms by which somebody is asked about: of an absorbed id those that were its own.
    fn atoms_at(&self, (address, profile): &Asked) -> Result<BTreeSet<AtomId>, Error> {
        let mut candidates = Vec::new();
        match address {
            Address::Identifier(key) => {
                let hash = self.keyring().key(key);
                let most = self.rules().identity.identifiers.atoms_max;
                for index in [keys::holders(hash), keys::mentions(hash)] {
                    candidates.extend(self.store().first_atoms(&index, most)?);
                }
            }
            Address::Id(id) => {
                let former: Option<FormerRecord> = self.store().record(&keys::former(*id))?;
                let now = follow(
                    self.store(),
                    former.map(|former| former.atoms).unwrap_or_default(),
                )?;
                candidates.extend(now.into_iter().map(|(atom, _)| atom));
            }
        }
        let mut atoms = BTreeSet::new();
        for id in candidates {
            let atom = self.store().atom(id)?;
            if atom.is_some_and(|atom| atom.profile == Some(*profile)) {
                atoms.insert(id);
            }
        }
        if atoms.is_empty() {
            let record = self.graph().profile(*profile)?.unwrap_or_default();
            atoms.extend(record.members.into_iter().chain(record.attributed));
        }
        Ok(atoms)
    }

    /// What both hold, or one holds and the other mentions.
    fn keys_between(&self, between: &mut Between) -> Result<(), Error> {
        let rules = &self.rules().identity;
        let mut held: [BTreeSet<Key>; 2] = Default::default();
        let mut atoms: [BTreeSet<AtomId>; 2] = Default::default();
        let mut mentioned: [BTreeSet<Key>; 2] = Default::default();
        for (side, profile) in between.profiles.into_iter().enumerate() {
            let record = self.graph().profile(profile)?.unwrap_or_default();
            for id in record.members.iter().chain(&record.attributed) {
                let Some(atom) = self.store().atom(*id)? else {
                    continue;
                };
                if let (Some(held), Some(mentioned), Some(atoms)) =
                    (held.get_mut(side), mentioned.get_mut(side), atoms.get_mut(side))
                {
                    atoms.insert(*id);
                    held.extend(self.graph().keys_of(&atom));
                    mentioned.extend(atom.claim.mentions(rules.of(atom.edition)).cloned());
                }
            }
        }
        let ([held_a, held_b], [mentioned_a, mentioned_b]) = (held, mentioned);
        for key in held_a.intersection(&held_b).take(TOLD_MAX) {
            match self.graph().standing(key)? {
                Standing::Shared => between.shared.push(key.clone()),
                Standing::Generic => between.generic.push(key.clone()),
                Standing::Joins(joined) => {
                    let mut sides = atoms.iter();
                    if !sides.all(|side| joined.iter().any(|id| side.contains(id))) {
                        between.generic.push(key.clone());
                    }
                }
            }
        }
        let mentions = held_a
            .intersection(&mentioned_b)
            .chain(held_b.intersection(&mentioned_a));
        between.mentioned = mentions.take(TOLD_MAX).cloned().collect();
        Ok(())
    }

    /// How alike the claims of two sides are at most.
    fn likeness(
        &self,
        ones: &BTreeSet<AtomId>,
        others: &BTreeSet<AtomId>,
    ) -> Result<Option<Compared>, Error> {
        let graph = self.graph();
        let mut alike = Alike::new(&graph);
        let mut persons: [BTreeMap<FaceHash, _>; 2] = Default::default();
        for (side, atoms) in persons.iter_mut().zip([ones, others]) {
            for id in atoms {
                let Some(atom) = self.store().atom(*id)? else {
                    continue;
                };
                if side.len() < COMPARED_MAX
                    && let (Some(face), Some(person)) = (graph.face_of(&atom), alike.evident(&atom)?)
                {
                    side.insert(face, person);
                }
            }
        }
        let [ones, others] = &persons;
        let similarity = &self.rules().identity.similarity;
        let scores = ones.iter().flat_map(|(face, one)| {
            let others = others.iter().filter(move |(other, _)| *other != face);
            others.map(move |(_, other)| compare(one, other, &similarity.weights))
        });
        let best = scores.max_by_key(|score| (score.conflict.is_none(), score.total));
        Ok(best.map(|score| Compared {
            score,
            needed: similarity.thresholds.auto,
        }))
    }
}

impl Between {
    /// Tells decisions, and the claims that they are about.
    fn tell(&mut self, component: &Component, decided: Vec<Evidence>) {
        let mut places: BTreeMap<usize, usize> = BTreeMap::new();
        for Evidence {
            link,
            center,
            other,
            verdict,
        } in decided
        {
            for index in [center, other] {
                if let Some(vertex) = component.atoms.get(index)
                    && !places.contains_key(&index)
                {
                    places.insert(index, self.members.len());
                    self.members.push(member(&vertex.atom, false));
                }
            }
            self.evidence.push(EvidenceView {
                link,
                center: places.get(&center).copied(),
                other: places.get(&other).copied(),
                verdict,
            });
        }
    }
}

/// The links that lead from one of `ones` to one of `others`, the fewest that do.
fn path(
    component: &Component,
    decided: Vec<Evidence>,
    ones: &BTreeSet<AtomId>,
    others: &BTreeSet<AtomId>,
) -> Vec<Evidence> {
    let is_in = |index: usize, atoms: &BTreeSet<AtomId>| {
        component
            .atoms
            .get(index)
            .is_some_and(|vertex| atoms.contains(&vertex.id))
    };
    let unions: Vec<Evidence> = decided
        .into_iter()
        .filter(|one| one.verdict == Verdict::United)
        .collect();
    // For each claim that was reached, the link it was reached by and from where.
    let mut reached: BTreeMap<usize, Option<(usize, usize)>> = BTreeMap::new();
    let mut queue: VecDeque<usize> = (0..component.atoms.len())
        .filter(|index| is_in(*index, ones))
        .collect();
    reached.extend(queue.iter().map(|index| (*index, None)));
    while let Some(index) = queue.pop_front() {
        if is_in(index, others) {
            let mut steps = Vec::new();
            let mut at = index;
            while let Some(Some((link, from))) = reached.get(&at) {
                steps.extend(unions.get(*link).cloned());
                at = *from;
            }
            steps.reverse();
            return steps;
        }
        for (link, one) in unions.iter().enumerate() {
            let next = match (one.center == index, one.other == index) {
                (true, _) => one.other,
                (_, true) => one.center,
                _ => continue,
            };
            if let Entry::Vacant(vacant) = reached.entry(next) {
                vacant.insert(Some((link, index)));
                queue.push_back(next);
            }
        }
    }
    Vec::new()
}

/// What was refused between two persons.
fn refusals(component: &Component, decided: Vec<Evidence>, [a, b]: [ProfileId; 2]) -> Vec<Evidence> {
    let profile = |index: usize| component.atoms.get(index)?.atom.profile;
    let is_between = |one: &Evidence| {
        let pair = (profile(one.center), profile(one.other));
        pair == (Some(a), Some(b)) || pair == (Some(b), Some(a))
    };
    let refused = decided
        .into_iter()
        .filter(|one| one.verdict != Verdict::United && is_between(one));
    refused.take(TOLD_MAX).collect()
}
