//! Who is like an atom: reads its blocks, compares it with those it meets there, and leaves out what says nothing.
//!
//! A contact that too many hold or mention is no evidence: whoever shares it is compared without it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    domain::{
        identifier::Role,
        identity::Key,
        similarity::{Bits, Person, Score, compare},
    },
    engine::{identity::graph::Graph, state::atoms::Atoms},
    store::{AtomId, AtomRecord, Error, FaceHash, KeyHash},
};

/// Somebody who is like an atom.
#[derive(Debug)]
pub(crate) struct Found {
    /// What they show.
    pub(crate) face: FaceHash,
    /// An atom of theirs.
    pub(crate) id: AtomId,
    /// Its record.
    pub(crate) atom: Arc<AtomRecord>,
    /// How much speaks for the two being one.
    pub(crate) bits: Bits,
}

/// Comparisons of one search: each block is read once, each person prepared once, each pair compared once.
#[derive(Debug)]
pub(crate) struct Alike<'g, 'a, A> {
    graph: &'g Graph<'a, A>,
    /// How alike two have to be.
    least: Bits,
    /// Who is in each; `None` where they are too many.
    blocks: BTreeMap<KeyHash, Option<Vec<FaceHash>>>,
    persons: BTreeMap<FaceHash, Option<Arc<Person>>>,
    met: BTreeSet<FaceHash>,
    evidence: BTreeMap<Key, bool>,
}

impl<'g, 'a, A: Atoms> Alike<'g, 'a, A> {
    /// Of those who are enough alike to be one person.
    pub(crate) fn new(graph: &'g Graph<'a, A>) -> Self {
        Self::from(graph, graph.rules.similarity.thresholds.auto)
    }

    /// Of those who are at least so alike; over a graph without a memory, which knows who is enough alike.
    pub(crate) fn from(graph: &'g Graph<'a, A>, least: Bits) -> Self {
        Self {
            graph,
            least,
            blocks: BTreeMap::new(),
            persons: BTreeMap::new(),
            met: BTreeSet::new(),
            evidence: BTreeMap::new(),
        }
    }

    /// Those who are enough like an atom that shows `face` to be one person with it; nobody where that was asked, nor
    /// those who asked before.
    pub(crate) fn to(&mut self, face: FaceHash, atom: &AtomRecord) -> Result<Vec<Found>, Error> {
        if !self.met.insert(face) {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for other in self.neighbours(face, atom)? {
            if self.met.contains(&other) || self.at_first_sight((face, atom), other)?.is_none() {
                continue;
            }
            let Some((id, theirs)) = self.graph.shows(other)? else {
                continue;
            };
            if !self.graph.counts(id, &theirs)? {
                continue;
            }
            if let Some(bits) = self.likeness((face, atom), (other, &theirs))? {
                found.push(Found {
                    face: other,
                    id,
                    atom: theirs,
                    bits,
                });
            }
        }
        Ok(found)
    }

    /// How much speaks for two being one person, whatever their contacts are worth; `None` where it is not enough.
    fn at_first_sight(
        &mut self,
        (face, atom): (FaceHash, &AtomRecord),
        other: FaceHash,
    ) -> Result<Option<Bits>, Error> {
        let pair = (face.min(other), face.max(other));
        if let Some(known) = self.graph.memory.and_then(|memory| memory.likeness(pair)) {
            return Ok(known);
        }
        let own = self.person(face, atom);
        let Some(theirs) = self.person_of(other)? else {
            return Ok(None);
        };
        let likeness = self.enough(&compare(&own, &theirs, &self.graph.rules.similarity.weights));
        if let Some(memory) = self.graph.memory {
            memory.remember(pair, likeness);
        }
        Ok(likeness)
    }

    /// How much speaks for two being one person. Only who shares a contact that is no evidence is compared a second
    /// time, without it.
    fn likeness(
        &mut self,
        one: (FaceHash, &AtomRecord),
        other: (FaceHash, &AtomRecord),
    ) -> Result<Option<Bits>, Error> {
        let theirs: BTreeSet<Key> = self.contacts(other.1).into_iter().collect();
        let mut silent = BTreeSet::new();
        for key in self.contacts(one.1) {
            if theirs.contains(&key) && !self.is_evidence(&key)? {
                silent.insert(key);
            }
        }
        if silent.is_empty() {
            return self.at_first_sight(one, other.0);
        }
        let rules = self.graph.rules;
        let without = |atom: &AtomRecord| {
            atom.claim
                .person(rules.of(atom.edition), |key| !silent.contains(key))
        };
        let (one, other) = (without(one.1), without(other.1));
        Ok(self.enough(&compare(&one, &other, &self.graph.rules.similarity.weights)))
    }

    fn enough(&self, score: &Score) -> Option<Bits> {
        let is_enough = score.conflict.is_none() && score.total >= self.least;
        is_enough.then_some(score.total)
    }

    /// The person an atom speaks of, with the contacts that are evidence alone.
    pub(crate) fn evident(&mut self, atom: &AtomRecord) -> Result<Option<Arc<Person>>, Error> {
        let rules = self.graph.rules.of(atom.edition);
        if !atom.claim.is_likened(rules) {
            return Ok(None);
        }
        let mut silent = BTreeSet::new();
        for key in self.contacts(atom) {
            if !self.is_evidence(&key)? {
                silent.insert(key);
            }
        }
        Ok(Some(Arc::new(
            atom.claim.person(rules, |key| !silent.contains(key)),
        )))
    }

    /// Whoever is in one of a face's blocks, unless the block is too large to tell anything.
    fn neighbours(&mut self, face: FaceHash, atom: &AtomRecord) -> Result<BTreeSet<FaceHash>, Error> {
        let mut neighbours = BTreeSet::new();
        for block in self.graph.blocks_of(face, atom).iter() {
            if !self.blocks.contains_key(block) {
                self.blocks.insert(*block, self.graph.in_block(*block)?);
            }
            neighbours.extend(self.blocks.get(block).into_iter().flatten().flatten());
        }
        Ok(neighbours)
    }

    /// How many of the blocks that were read are too large.
    pub(crate) fn full_blocks(&self) -> usize {
        self.blocks.values().filter(|faces| faces.is_none()).count()
    }

    fn person(&mut self, face: FaceHash, atom: &AtomRecord) -> Arc<Person> {
        if let Some(Some(known)) = self.persons.get(&face) {
            return Arc::clone(known);
        }
        let person = self.shown_by(face, atom);
        self.persons.insert(face, Some(Arc::clone(&person)));
        person
    }

    /// The person whom an atom shows by its face, as it is remembered or worked out.
    fn shown_by(&self, face: FaceHash, atom: &AtomRecord) -> Arc<Person> {
        let memory = self.graph.memory;
        memory.and_then(|memory| memory.person(face)).unwrap_or_else(|| {
            let rules = self.graph.rules.of(atom.edition);
            let person = Arc::new(atom.claim.person(rules, |_| true));
            if let Some(memory) = memory {
                memory.remember_person(face, &person);
            }
            person
        })
    }

    fn person_of(&mut self, face: FaceHash) -> Result<Option<Arc<Person>>, Error> {
        if let Some(known) = self.persons.get(&face) {
            return Ok(known.clone());
        }
        let remembered = self.graph.memory.and_then(|memory| memory.person(face));
        let person = match remembered {
            Some(person) => Some(person),
            None => {
                let shown = self.graph.shows(face)?;
                shown.map(|(_, atom)| self.shown_by(face, &atom))
            }
        };
        self.persons.insert(face, person.clone());
        Ok(person)
    }

    fn contacts(&self, atom: &AtomRecord) -> Vec<Key> {
        let rules = self.graph.rules.of(atom.edition);
        let keys = atom.claim.asserted.iter().map(|one| &one.key);
        keys.filter(|key| rules.rule(&key.kind).role == Role::Contact)
            .cloned()
            .collect()
    }

    /// Whether sharing a contact says anything about two.
    fn is_evidence(&mut self, key: &Key) -> Result<bool, Error> {
        if let Some(known) = self.evidence.get(key) {
            return Ok(*known);
        }
        let told = self.graph.says(key)?.is_evidence;
        self.evidence.insert(key.clone(), told);
        Ok(told)
    }
}
