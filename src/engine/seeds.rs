//! Seeds: the atoms around which the partition may have changed by what a batch touched.
//!
//! Whatever turns what a value or a block says to its holders (one too many, two customers, one fewer) makes seeds of all
//! of them. A reading is bounded, since what too many hold before and after says nothing to anybody; only a customer id and
//! a QR code are read whole, however many hold them.

use std::collections::BTreeSet;

use crate::{
    domain::identity::Key,
    engine::{atoms::Atoms, batch::Batch},
    store::{AtomId, Error, FaceHash, KeyHash, Read, keys},
};

impl Batch<'_> {
    /// The touched atoms, and all who may be joined by other atoms than before.
    pub(crate) fn seeds(&self) -> Result<BTreeSet<AtomId>, Error> {
        let mut seeds = self.spoken_of()?;
        seeds.extend(&self.touched.linked);
        let mut around = Around {
            holders: self.touched.lost.clone(),
            ..Around::default()
        };
        for id in &self.touched.linked {
            let Some(atom) = self.overlay.atom(*id)? else {
                continue;
            };
            around.holders.extend(self.graph().keys_of(&atom));
            let rules = self.rules.identity.of(atom.edition);
            around.mentions.extend(atom.claim.mentions(rules).cloned());
            if let Some(face) = self.graph().face_of(&atom) {
                around.blocks.extend(self.graph().blocks_of(face, &atom).iter());
            }
        }
        let atoms_max = self.rules.identity.identifiers.atoms_max;
        for key in &around.holders {
            let hash = self.keyring.key(key);
            seeds.extend(self.present(&keys::holders(hash), self.graph().holders_max(key))?);
            seeds.extend(self.likened(self.present(&keys::mentions(hash), atoms_max)?)?);
        }
        for key in &around.mentions {
            let hash = self.keyring.key(key);
            let crossed = self.crossed(&keys::mentions(hash), atoms_max)?;
            if !crossed.is_empty() {
                seeds.extend(crossed);
                seeds.extend(self.present(&keys::holders(hash), self.graph().holders_max(key))?);
            }
        }
        let block_max = self.rules.identity.similarity.block_faces_max;
        let mut faces = BTreeSet::new();
        for block in &around.blocks {
            faces.extend(self.crossed(&keys::block(*block), block_max)?);
        }
        for block in &self.touched.lost_blocks {
            faces.extend(self.present(&keys::block(*block), block_max)?);
        }
        for AtomId(face) in faces {
            seeds.extend(self.overlay.first_atoms(&keys::face(FaceHash(face)), 1)?);
        }
        Ok(seeds)
    }

    /// The atoms at an index entry; where they are too many now, those that were there while they were not.
    fn present(&self, prefix: &[u8], most: usize) -> Result<Vec<AtomId>, Error> {
        if let Some(now) = self.overlay.atoms_up_to(prefix, most)? {
            return Ok(now);
        }
        let before = self.overlay.before().atoms_up_to(prefix, most)?;
        Ok(before.unwrap_or_default())
    }

    /// The atoms that were at an index entry before they became too many in this batch.
    fn crossed(&self, prefix: &[u8], most: usize) -> Result<Vec<AtomId>, Error> {
        match self.overlay.atoms_up_to(prefix, most)? {
            Some(_) => Ok(Vec::new()),
            None => self.present(prefix, most),
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

/// What lies around the touched atoms.
#[derive(Debug, Default)]
struct Around {
    holders: BTreeSet<Key>,
    mentions: BTreeSet<Key>,
    blocks: BTreeSet<KeyHash>,
}
