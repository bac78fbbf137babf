//! The search for all that is connected to an atom: by keys that join, and by likeness.
//!
//! Owns [`Component`] and how it is found; what it means is [`cluster()`]'s. Called by the writer for what a batch
//! touched and by the queries that explain a profile.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use crate::{
    domain::{
        identity::{Anchor, Clustering, IdentityRules, Key, Likeness, Node, Word, cluster},
        similarity::{Bits, Person},
    },
    engine::{
        identity::{
            alike::Alike,
            graph::{Graph, Standing},
        },
        state::atoms::Atoms,
    },
    store::{AtomId, AtomRecord, Error, FaceHash, KeyHash, WordHash, keys},
};

/// An atom in its component.
#[derive(Debug)]
pub struct Vertex {
    /// Its id.
    pub id: AtomId,
    /// Its record.
    pub atom: Arc<AtomRecord>,
    /// The keys by which it joins others.
    pub keys: Vec<Key>,
    /// The person it speaks of, where its facts may find others and it speaks for all that show the same.
    pub person: Option<Arc<Person>>,
}

/// A connected part of the graph.
#[derive(Debug, Default)]
pub struct Component {
    /// Its atoms, in the order of their claims.
    pub atoms: Vec<Vertex>,
    /// Who of them are alike.
    pub likenesses: Vec<Likeness>,
    /// The keys its atoms hold that two customers share: they join nobody.
    pub shared: BTreeSet<Key>,
    /// The keys its atoms hold that too many hold: they join nobody, or of a customer id the earliest, which these are not.
    pub generic: BTreeSet<Key>,
    /// What stewards said of its atoms, in the order of the words' ids.
    pub words: Vec<Word>,
    /// The customers of its atoms who were declared the same, by whomever.
    pub same: Vec<(Key, Key)>,
    /// How many blocks of its atoms are too large to find anybody.
    pub full_blocks: usize,
}

impl Component {
    /// Parts it into persons; indexes are into `atoms`.
    pub fn cluster(&self, rules: &IdentityRules) -> Clustering {
        let nodes: Vec<Node<'_>> = self
            .atoms
            .iter()
            .map(|vertex| Node {
                claim: &vertex.atom.claim,
                keys: vertex.keys.clone(),
                person: vertex.person.as_deref(),
                named: Some(&vertex.atom.named),
            })
            .collect();
        let words: Vec<&Word> = self.words.iter().collect();
        cluster(&nodes, &self.likenesses, &words, &self.same, rules)
    }
}

impl<A: Atoms> Graph<'_, A> {
    /// All that is connected to `start`. Shared and generic keys connect nothing; a steward's word connects all that it
    /// is about, so that whoever looks at one of them sees it.
    ///
    /// # Errors
    /// When the index or an atom cannot be read.
    pub fn component(&self, start: AtomId) -> Result<Component, Error> {
        let mut search = Search {
            graph: self,
            component: Component::default(),
            reached: BTreeSet::from([start]),
            queue: self
                .view
                .atom(start)?
                .map(|atom| (start, atom))
                .into_iter()
                .collect(),
            known: BTreeMap::new(),
            alike: Alike::new(self),
            likenesses: Vec::new(),
            faces: BTreeMap::new(),
            words: match self.has_words()? {
                true => Some(BTreeSet::new()),
                false => None,
            },
        };
        while let Some((id, atom)) = search.queue.pop_front() {
            search.visit(id, atom)?;
        }
        search.into_component()
    }
}

impl<A: Atoms> Graph<'_, A> {
    /// The customers of these who were declared the same.
    fn same_among(&self, atoms: &[Vertex]) -> Result<Vec<(Key, Key)>, Error> {
        let anchors = atoms.iter().filter_map(|vertex| {
            let rules = self.rules.of(vertex.atom.edition);
            match vertex.atom.claim.anchor(rules) {
                Anchor::One(user) => Some(user),
                Anchor::None | Anchor::Conflict => None,
            }
        });
        let customers: BTreeSet<&Key> = anchors.collect();
        let mut same = Vec::new();
        if customers.len() < 2 || self.view.first_atoms(keys::ALIASES, 1)?.is_empty() {
            return Ok(same);
        }
        let hashes: Vec<(KeyHash, &Key)> = customers
            .into_iter()
            .map(|customer| (self.keyring.key(customer), customer))
            .collect();
        for (hash, customer) in &hashes {
            let declared = self.declared_same(*hash)?;
            let first = hashes.iter().find(|(other, _)| declared.contains(other));
            same.extend(first.map(|(_, first)| ((*first).clone(), (*customer).clone())));
        }
        Ok(same)
    }
}

/// Who a key joins, while a component is searched.
struct Holders {
    joined: BTreeSet<AtomId>,
    /// Those that were not followed yet.
    ahead: Vec<AtomId>,
}

struct Search<'g, 'a, A> {
    graph: &'g Graph<'a, A>,
    component: Component,
    reached: BTreeSet<AtomId>,
    queue: VecDeque<(AtomId, Arc<AtomRecord>)>,
    /// What was asked about; `None` joins nobody.
    known: BTreeMap<Key, Option<Holders>>,
    alike: Alike<'g, 'a, A>,
    likenesses: Vec<(FaceHash, FaceHash, Bits)>,
    /// The faces for which atoms speak.
    faces: BTreeMap<AtomId, FaceHash>,
    /// The words that were met; `None` where no steward ever said anything.
    words: Option<BTreeSet<WordHash>>,
}

impl<A: Atoms> Search<'_, '_, A> {
    fn visit(&mut self, id: AtomId, atom: Arc<AtomRecord>) -> Result<(), Error> {
        let mut joining = Vec::new();
        let counts = self.counts(id, &atom)?;
        for key in self.graph.keys_of(&atom) {
            if counts && self.joins(&key, id)? {
                joining.push(key);
            }
        }
        if counts
            && let Some(face) = self.graph.face_of(&atom)
            && self.graph.speaks(face, id, &atom)?
        {
            self.faces.insert(id, face);
            for found in self.alike.to(face, &atom)? {
                self.likenesses.push((face, found.face, found.bits));
                if self.reached.insert(found.id) {
                    self.queue.push_back((found.id, found.atom));
                }
            }
        }
        self.hear(&atom)?;
        self.component.atoms.push(Vertex {
            id,
            atom,
            keys: joining,
            person: None,
        });
        Ok(())
    }

    /// Whether an atom is one of those of its customer that count; where it is not, its customer id is told as generic.
    fn counts(&mut self, id: AtomId, atom: &AtomRecord) -> Result<bool, Error> {
        let rules = self.graph.rules;
        let Anchor::One(user) = atom.claim.anchor(rules.of(atom.edition)) else {
            return Ok(true);
        };
        let is_known = self.known.get(user).and_then(Option::as_ref);
        let counts = match is_known {
            Some(holders) => holders.joined.contains(&id),
            None => self.graph.counts(id, atom)?,
        };
        if !counts {
            self.component.generic.insert(user.clone());
        }
        Ok(counts)
    }

    /// Follows the words about an atom to all whom they are about.
    fn hear(&mut self, atom: &AtomRecord) -> Result<(), Error> {
        let Some(heard) = &mut self.words else {
            return Ok(());
        };
        for hash in self.graph.words_about(atom)? {
            if !heard.insert(hash) {
                continue;
            }
            let Some(word) = self.graph.word(hash)? else {
                continue;
            };
            for reference in word.references() {
                for id in self.graph.led_to(reference)? {
                    if let Some(atom) = self.graph.view.atom(id)?
                        && self.reached.insert(id)
                    {
                        self.queue.push_back((id, atom));
                    }
                }
            }
            self.component.words.push(word);
        }
        Ok(())
    }

    /// Whether a key joins `id` to others, who are followed then.
    fn joins(&mut self, key: &Key, id: AtomId) -> Result<bool, Error> {
        if !self.known.contains_key(key) {
            let holders = match self.graph.standing(key)? {
                Standing::Joins(holders) => Some(Holders {
                    joined: holders.iter().copied().collect(),
                    ahead: holders,
                }),
                Standing::Shared => {
                    self.component.shared.insert(key.clone());
                    None
                }
                Standing::Generic => {
                    self.component.generic.insert(key.clone());
                    None
                }
            };
            self.known.insert(key.clone(), holders);
        }
        // A code or a customer id may be held by more than it joins: only those it joins lead on.
        let holders = self.known.get_mut(key).and_then(Option::as_mut);
        let Some(holders) = holders.filter(|holders| holders.joined.contains(&id)) else {
            return Ok(false);
        };
        for holder in std::mem::take(&mut holders.ahead) {
            if !self.reached.contains(&holder)
                && let Some(record) = self.graph.view.atom(holder)?
                && self.counts(holder, &record)?
                && self.reached.insert(holder)
            {
                self.queue.push_back((holder, record));
            }
        }
        Ok(true)
    }

    /// Puts the atoms into the order of their claims.
    fn into_component(mut self) -> Result<Component, Error> {
        let mut component = self.component;
        component.same = self.graph.same_among(&component.atoms)?;
        component.full_blocks = self.alike.full_blocks();
        component.atoms.sort_by(|a, b| a.atom.claim.cmp(&b.atom.claim));
        component.words.sort_by(|a, b| a.id.cmp(&b.id));
        let mut places: BTreeMap<FaceHash, usize> = BTreeMap::new();
        for (vertex, place) in component.atoms.iter_mut().zip(0..) {
            if let Some(face) = self.faces.get(&vertex.id) {
                places.insert(*face, place);
                vertex.person = self.alike.evident(&vertex.atom)?;
            }
        }
        let place = |(one, other, bits): (FaceHash, FaceHash, Bits)| {
            let (one, other) = (*places.get(&one)?, *places.get(&other)?);
            Some(Likeness {
                a: one.min(other),
                b: one.max(other),
                bits,
            })
        };
        component.likenesses = self.likenesses.into_iter().filter_map(place).collect();
        component.likenesses.sort_by_key(|one| (one.a, one.b));
        component.likenesses.dedup();
        Ok(component)
    }
}
