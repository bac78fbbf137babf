//! Possible matches: who may be one person and is not, for a steward to decide.
//!
//! Owns the two ways they are found: from one profile, and all there are, page by page. Nothing is kept of a match: one
//! that a steward accepts is a person, and one that was rejected is kept apart by that word.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

use crate::{
    domain::{
        identity::{Key, Reference, Said},
        similarity::compare,
    },
    engine::{
        identity::{
            alike::{Alike, Found},
            graph::Graph,
        },
        queries::{
            answer::{Query, QueryError},
            explain::Compared,
        },
        state::atoms::Atoms,
    },
    store::{AtomRecord, Error, FaceHash, Order, ProfileId, Store, View, WordHash, keys},
};

/// Claims of one profile, and faces, that are looked at.
const FACES_MAX: usize = 64;
/// Faces that one page of all matches looks around.
const LOOKED_AT_MAX: usize = 500;
/// Matches of one profile.
const MATCHES_MAX: usize = 50;

/// Why two may be one.
#[derive(Clone, Debug)]
pub enum Why {
    /// Their facts are alike, and not enough; or enough, and they were kept apart all the same.
    Alike(Compared),
    /// One mentions what the other holds, and nobody showed that it is theirs.
    Mentions(Key),
}

/// Somebody who may be the person that was asked about.
#[derive(Clone, Debug)]
pub struct Match {
    /// The two.
    pub profiles: [ProfileId; 2],
    /// Why.
    pub why: Why,
}

/// A page of all matches by facts.
#[derive(Clone, Debug, Default)]
pub struct Matches {
    /// The matches; each two stand once on a page.
    pub matches: Vec<Match>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

impl Query {
    /// Who may be the person of a profile: the most alike first, then those who mention.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn possible(&self, profile: ProfileId) -> Result<Vec<Match>, QueryError> {
        let found = self.settled(profile, |record| {
            let graph = self.graph();
            let least = self.rules().identity.similarity.thresholds.review;
            let mut alike = Alike::from(&graph, least);
            let (mut faces, mut best, mut mentions) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
            for id in record.members.iter().chain(&record.attributed) {
                let Some(atom) = self.store().atom(*id)? else {
                    continue;
                };
                self.mentions(&atom, profile, &mut mentions)?;
                let Some(face) = graph.face_of(&atom).filter(|face| faces.insert(*face)) else {
                    continue;
                };
                if faces.len() > FACES_MAX {
                    continue;
                }
                for found in alike.to(face, &atom)? {
                    self.consider(&mut alike, (&atom, profile), &found, &mut best)?;
                }
            }
            Ok(ranked(profile, best, mentions))
        })?;
        Ok(found.unwrap_or_default())
    }

    /// A page of all who may be one person by their facts, in no order that means anything.
    ///
    /// # Errors
    /// [`QueryError::BadCursor`], or when the store cannot be read.
    pub fn matches(&self, cursor: Option<&str>, limit: usize) -> Result<Matches, QueryError> {
        let (matches, next) = self.paged(cursor, |query, cursor| {
            let Matches { matches, next } = query.matches_here(cursor, limit)?;
            Ok((matches, next))
        })?;
        Ok(Matches { matches, next })
    }

    fn matches_here(&self, cursor: Option<&str>, limit: usize) -> Result<Matches, QueryError> {
        let after = cursor
            .map(|text| ProfileId::parse(text).ok_or(QueryError::BadCursor))
            .transpose()?;
        let faces = self.faces_after(after.map(|ProfileId(face)| FaceHash(face)))?;
        let graph = self.graph();
        let mut alike = Alike::from(&graph, self.rules().identity.similarity.thresholds.review);
        let mut pairs: BTreeMap<[ProfileId; 2], Compared> = BTreeMap::new();
        let (mut looked, mut more) = (None, faces.len() >= LOOKED_AT_MAX);
        for face in faces {
            if pairs.len() >= limit {
                more = true;
                break;
            }
            looked = Some(face);
            let shown = graph.shows(face)?;
            let Some((atom, profile)) = shown.and_then(|(_, atom)| atom.profile.map(|id| (atom, id))) else {
                continue;
            };
            let mut best = BTreeMap::new();
            // Each pair is told by the smaller of its faces.
            for found in alike.to(face, &atom)?.iter().filter(|found| found.face > face) {
                self.consider(&mut alike, (&atom, profile), found, &mut best)?;
            }
            for (other, compared) in best {
                pairs
                    .entry([profile.min(other), profile.max(other)])
                    .or_insert(compared);
            }
        }
        Ok(Matches {
            matches: told(pairs),
            next: looked
                .filter(|_| more)
                .map(|FaceHash(face)| ProfileId(face).to_string()),
        })
    }

    /// Takes somebody alike for a match, unless they are one person or a steward said that they are not.
    fn consider(
        &self,
        alike: &mut Alike<'_, '_, Store>,
        (atom, own): (&AtomRecord, ProfileId),
        found: &Found,
        best: &mut BTreeMap<ProfileId, Compared>,
    ) -> Result<(), Error> {
        let Some(profile) = found.atom.profile.filter(|profile| *profile != own) else {
            return Ok(());
        };
        if self.graph().are_parted(own, profile)? {
            return Ok(());
        }
        let (Some(one), Some(other)) = (alike.evident(atom)?, alike.evident(&found.atom)?) else {
            return Ok(());
        };
        let similarity = &self.rules().identity.similarity;
        let score = compare(&one, &other, &similarity.weights);
        let is_better = best
            .get(&profile)
            .is_none_or(|known| known.score.total < score.total);
        if is_better {
            let needed = similarity.thresholds.auto;
            best.insert(profile, Compared { score, needed });
        }
        Ok(())
    }

    /// Who holds what an atom mentions, and who mentions what it holds.
    fn mentions(
        &self,
        atom: &AtomRecord,
        own: ProfileId,
        found: &mut BTreeMap<ProfileId, Key>,
    ) -> Result<(), Error> {
        let graph = self.graph();
        let rules = self.rules().identity.of(atom.edition);
        let mentioned = atom.claim.mentions(rules).map(|key| (key, true));
        let held = atom.claim.keys(rules).into_iter().map(|key| (key, false));
        for (key, mentions) in mentioned.chain(held) {
            let others = match mentions {
                true => graph.holding(key)?,
                false => graph.mentioning(key)?,
            };
            for id in others.unwrap_or_default() {
                let Some(other) = self.store().atom(id)? else {
                    continue;
                };
                let Some(profile) = other.profile.filter(|profile| *profile != own) else {
                    continue;
                };
                if !found.contains_key(&profile) && !graph.are_parted(own, profile)? {
                    found.insert(profile, key.clone());
                }
            }
        }
        Ok(())
    }

    /// The next faces, in their order.
    fn faces_after(&self, after: Option<FaceHash>) -> Result<Vec<FaceHash>, Error> {
        let from = after.map_or(keys::FACES.to_vec(), keys::behind_face);
        let mut faces: Vec<FaceHash> = Vec::new();
        self.store()
            .scan(&from, keys::FACES_END, Order::Ascending, &mut |key, _| {
                if let Some(face) = keys::face_in(key)
                    && faces.last() != Some(&face)
                {
                    if faces.len() >= LOOKED_AT_MAX {
                        return Ok(ControlFlow::Break(()));
                    }
                    faces.push(face);
                }
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(faces)
    }
}

impl<A: Atoms> Graph<'_, A> {
    /// Whether a steward said that two are not one person.
    fn are_parted(&self, one: ProfileId, other: ProfileId) -> Result<bool, Error> {
        if !self.has_words()? {
            return Ok(false);
        }
        let (ones, others) = (self.sides_of(one)?, self.sides_of(other)?);
        let stands_apart = |(word, sides): (&WordHash, &BTreeSet<usize>)| {
            others.get(word).is_some_and(|others| others.is_disjoint(sides))
        };
        Ok(ones.iter().any(stands_apart))
    }

    /// On which sides of which words that part people somebody stands.
    fn sides_of(&self, profile: ProfileId) -> Result<BTreeMap<WordHash, BTreeSet<usize>>, Error> {
        let mut sides: BTreeMap<WordHash, BTreeSet<usize>> = BTreeMap::new();
        let members = self
            .profile(profile)?
            .map(|record| record.members)
            .unwrap_or_default();
        for id in members.into_iter().take(FACES_MAX) {
            let Some(atom) = self.view.atom(id)? else { continue };
            let keys = self.keys_of(&atom);
            for hash in self.words_about(&atom)? {
                let Some(word) = self.word(hash)?.filter(|word| word.said == Said::Apart) else {
                    continue;
                };
                let leads = |references: &Vec<Reference>| {
                    let mut references = references.iter();
                    references.any(|one| one.leads_to(&keys, &atom.named))
                };
                sides
                    .entry(hash)
                    .or_default()
                    .extend(word.sides.iter().position(leads));
            }
        }
        Ok(sides)
    }
}

fn told(pairs: BTreeMap<[ProfileId; 2], Compared>) -> Vec<Match> {
    let all = pairs.into_iter().map(|(profiles, compared)| Match {
        profiles,
        why: Why::Alike(compared),
    });
    all.collect()
}

/// The most alike first, then those who mention, in the order of their ids.
fn ranked(
    own: ProfileId,
    alike: BTreeMap<ProfileId, Compared>,
    mut mentions: BTreeMap<ProfileId, Key>,
) -> Vec<Match> {
    mentions.retain(|profile, _| !alike.contains_key(profile));
    let mut alike: Vec<_> = alike.into_iter().collect();
    alike.sort_by_key(|(profile, compared)| (std::cmp::Reverse(compared.score.total), *profile));
    let alike = alike
        .into_iter()
        .map(|(profile, compared)| (profile, Why::Alike(compared)));
    let mentions = mentions
        .into_iter()
        .map(|(profile, key)| (profile, Why::Mentions(key)));
    let all = alike.chain(mentions).take(MATCHES_MAX);
    all.map(|(profile, why)| Match {
        profiles: [own, profile],
        why,
    })
    .collect()
}
