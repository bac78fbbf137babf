//! Seeds: the atoms around which the partition may have changed by what a batch touched.
//!
//! Whatever turns what a value or a block says to its holders (one too many, two customers, one fewer) makes seeds of all
//! of them. A reading is bounded, since what too many hold before and after says nothing to anybody, and of a customer id or
//! a QR code only the first holders count.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{identifier::Role, identity::Key},
    engine::{
        identity::{
            graph::{Bound, Graph},
            index::alias_of,
        },
        state::{atoms::Atoms, batch::Batch, overlay::Committed},
    },
    store::{AtomId, AtomRecord, Error, FaceHash, KeyHash, Read, keys},
};

/// Who is to be looked at again.
#[derive(Debug)]
pub(crate) struct Seeds {
    /// Those that the batch touched, and of whom its words speak.
    pub(crate) own: BTreeSet<AtomId>,
    /// Those who may be joined by other atoms than before.
    pub(crate) around: BTreeSet<AtomId>,
}

impl Batch<'_> {
    /// The touched atoms, and all who may be joined by other atoms than before.
    pub(crate) fn seeds(&self) -> Result<Seeds, Error> {
        let mut own = self.spoken_of()?;
        own.extend(&self.touched.linked);
        let mut around = self.around(own.clone())?;
        around.retain(|id| !own.contains(id));
        Ok(Seeds { own, around })
    }

    fn around(&self, mut seeds: BTreeSet<AtomId>) -> Result<BTreeSet<AtomId>, Error> {
        let mut around = Around {
            holders: self.touched.lost.clone(),
            ..Around::default()
        };
        seeds.extend(self.shifted_by(&self.touched.linked)?);
        seeds.extend(self.shifted_by(&self.touched.reordered)?);
        for key in &self.touched.lost {
            seeds.extend(self.shifted(key, &BTreeSet::new())?);
        }
        for id in &seeds {
            let Some(atom) = self.overlay.atom(*id)? else {
                continue;
            };
            let is_new = self.committed().atom(*id)?.is_none();
            // Who counts otherwise than before under a customer id is a seed already, and who a code joins by what is new.
            let is_seen_to = |key: &Key| match self.rules.identity.identifiers.rule(&key.kind).role {
                Role::Anchor => true,
                Role::Handoff => is_new,
                Role::Contact | Role::Device | Role::PerEvent | Role::Label => false,
            };
            let keys = self.graph().keys_of(&atom).into_iter();
            around.holders.extend(keys.filter(|key| !is_seen_to(key)));
            let rules = self.rules.identity.of(atom.edition);
            around.mentions.extend(atom.claim.mentions(rules).cloned());
            if let Some(face) = self.graph().face_of(&atom) {
                let blocks = self.graph().blocks_of(face, &atom);
                around.blocks.extend(blocks.iter());
                // Whom it was alike no longer meets it.
                if !is_new && !self.graph().counts(*id, &atom)? {
                    around.left.extend(blocks.iter());
                }
            }
            if !is_new && let Some(pair) = alias_of(&atom.claim, rules) {
                around.holders.extend(self.around_alias(&atom, pair)?);
            }
        }
        let atoms_max = self.rules.identity.identifiers.atoms_max;
        for key in &around.holders {
            let turn = self.turn(key)?;
            if turn.is_for_holders {
                seeds.extend(self.holders(key)?);
            }
            if turn.is_for_mentions {
                let mentions = keys::mentions(self.keyring.key(key));
                seeds.extend(self.likened(self.present(&mentions, atoms_max)?)?);
            }
        }
        for key in &around.mentions {
            let hash = self.keyring.key(key);
            let crossed = self.crossed(&keys::mentions(hash), atoms_max)?;
            if !crossed.is_empty() {
                seeds.extend(crossed);
                seeds.extend(self.holders(key)?);
            }
        }
        let block_max = self.rules.identity.similarity.block_faces_max;
        let mut faces = BTreeSet::new();
        for block in &around.blocks {
            faces.extend(self.crossed(&keys::block(*block), block_max)?);
        }
        for block in self.touched.lost_blocks.union(&around.left) {
            faces.extend(self.present(&keys::block(*block), block_max)?);
        }
        for AtomId(face) in faces {
            seeds.extend(self.overlay.first_atoms(&keys::face(FaceHash(face)), 1)?);
        }
        Ok(seeds)
    }

    /// For whom a key may do otherwise than before this batch. What joined nobody and does not now is nothing to those
    /// who hold it, be they ever so many; and who only mentions it is compared with others by it where it says anything.
    fn turn(&self, key: &Key) -> Result<Turn, Error> {
        if self.touched.renewed {
            // By what rules they held it is no longer told by these.
            return Ok(Turn {
                is_for_holders: true,
                is_for_mentions: true,
            });
        }
        let committed = self.committed();
        let before = Graph {
            view: &committed,
            keyring: self.keyring,
            rules: &self.rules.identity,
            memory: None,
        };
        let (was, is) = (before.says(key)?, self.graph().says(key)?);
        let is_for_mentions = was.is_evidence != is.is_evidence;
        Ok(Turn {
            is_for_holders: was.joins || is.joins || is_for_mentions,
            is_for_mentions,
        })
    }

    /// What two customers may share whom a claim declares the same that may count otherwise than before: their ids, and what
    /// the person holds that it made of them.
    fn around_alias(&self, atom: &AtomRecord, pair: (&Key, &Key)) -> Result<BTreeSet<Key>, Error> {
        let mut keys = BTreeSet::from([pair.0.clone(), pair.1.clone()]);
        let record = match atom.profile {
            Some(profile) => self.overlay.profile(profile)?,
            None => None,
        };
        for member in record.iter().flat_map(|record| &record.members) {
            if let Some(member) = self.overlay.atom(*member)? {
                keys.extend(self.graph().keys_of(&member));
            }
        }
        Ok(keys)
    }

    /// The atoms that hold a key, or held it before this batch, as far as they count or counted.
    fn holders(&self, key: &Key) -> Result<Vec<AtomId>, Error> {
        let prefix = keys::holders(self.keyring.key(key));
        match self.graph().bound(key) {
            Bound::Generic(most) => self.present(&prefix, most),
            Bound::First(most) => {
                let mut holders = self.overlay.first_atoms(&prefix, most)?;
                holders.extend(self.committed().first_atoms(&prefix, most)?);
                Ok(holders)
            }
        }
    }

    /// Those who count, or speak for others, otherwise than before by what was done to `touched`.
    fn shifted_by(&self, touched: &BTreeSet<AtomId>) -> Result<BTreeSet<AtomId>, Error> {
        let mut ordered: BTreeMap<Key, BTreeSet<AtomId>> = BTreeMap::new();
        let mut shifted = BTreeSet::new();
        for id in touched {
            let Some(atom) = self.overlay.atom(*id)? else {
                continue;
            };
            for key in self.graph().keys_of(&atom) {
                if matches!(self.graph().bound(&key), Bound::First(_)) {
                    ordered.entry(key).or_default().insert(*id);
                }
            }
            if let Some(face) = self.graph().face_of(&atom) {
                // Who speaks for a face may be another than before.
                let face = keys::face(face);
                shifted.extend(self.overlay.first_atoms(&face, 1)?);
                shifted.extend(self.committed().first_atoms(&face, 1)?);
            }
        }
        for (key, touched) in ordered {
            shifted.extend(self.shifted(&key, &touched)?);
        }
        Ok(shifted)
    }

    /// Of a key whose first holders count: those for whom that is otherwise than before this batch. Who a code joins
    /// depends on what each of them did with it; a customer id joins whoever counts.
    fn shifted(&self, key: &Key, touched: &BTreeSet<AtomId>) -> Result<BTreeSet<AtomId>, Error> {
        let Bound::First(most) = self.graph().bound(key) else {
            return Ok(BTreeSet::new());
        };
        let prefix = keys::holders(self.keyring.key(key));
        let now: BTreeSet<AtomId> = self.overlay.first_atoms(&prefix, most)?.into_iter().collect();
        let before = self.committed().first_atoms(&prefix, most)?;
        let before: BTreeSet<AtomId> = before.into_iter().collect();
        let role = self.rules.identity.identifiers.rule(&key.kind).role;
        let all = role == Role::Handoff && (now != before || !now.is_disjoint(touched));
        let mut shifted: BTreeSet<AtomId> = match all {
            true => now.union(&before).copied().collect(),
            false => now.symmetric_difference(&before).copied().collect(),
        };
        // Who does not count is known by their own earliest event, which may be another.
        shifted.extend(touched.difference(&now));
        Ok(shifted)
    }

    /// What was there before the batch.
    fn committed(&self) -> Committed<'_> {
        Committed(&self.overlay)
    }

    /// The atoms at an index entry; where they are too many now, those that were there while they were not.
    fn present(&self, prefix: &[u8], most: usize) -> Result<Vec<AtomId>, Error> {
        if let Some(now) = self.overlay.atoms_up_to(prefix, most)? {
            return Ok(now);
        }
        let before = self.committed().atoms_up_to(prefix, most)?;
        Ok(before.unwrap_or_default())
    }

    /// The atoms that were at an index entry before they became too many in this batch.
    fn crossed(&self, prefix: &[u8], most: usize) -> Result<Vec<AtomId>, Error> {
        // First, as those that were too many already are the ones that are asked about most.
        let Some(before) = self.committed().atoms_up_to(prefix, most)? else {
            return Ok(Vec::new());
        };
        match self.overlay.atoms_up_to(prefix, most)? {
            Some(_) => Ok(Vec::new()),
            None => Ok(before),
        }
    }

    /// Those whose facts may find others.
    fn likened(&self, atoms: Vec<AtomId>) -> Result<Vec<AtomId>, Error> {
        let mut likened = Vec::new();
        for id in atoms {
            let atom = self.overlay.atom(id)?;
            if atom.is_some_and(|atom| atom.claim.is_likened(self.rules.identity.of(atom.edition))) {
                likened.push(id);
            }
        }
        Ok(likened)
    }
}

/// For whom a key does otherwise than before.
struct Turn {
    is_for_holders: bool,
    is_for_mentions: bool,
}

/// What lies around the touched atoms.
#[derive(Debug, Default)]
struct Around {
    holders: BTreeSet<Key>,
    mentions: BTreeSet<Key>,
    blocks: BTreeSet<KeyHash>,
    /// Blocks of those who no longer count.
    left: BTreeSet<KeyHash>,
}
