//! The index: which entries lead to an atom. Written when an atom is made or changes its keys, deleted when it goes.

use crate::{
    domain::{
        identifier::IdentifierRules,
        identity::{Anchor, Claim, Key},
    },
    engine::batch::Batch,
    store::{AtomId, AtomRecord, Error, Read, keys, keys::DeviceRole},
};

impl Batch<'_> {
    /// Takes back what an atom declares of two user ids.
    pub(crate) fn withdraw_alias(&mut self, id: AtomId, atom: &AtomRecord) -> Result<(), Error> {
        match alias_of(&atom.claim, self.rules.identity.of(atom.edition)) {
            Some(pair) => self.withdraw_same(pair, Some(id)),
            None => Ok(()),
        }
    }

    /// Takes back that two user ids are the same, unless an atom beside `leaving` or a word declares it too. What they
    /// share then joins nobody, so all that was connected has to be looked at again.
    pub(crate) fn withdraw_same(&mut self, pair: (&Key, &Key), leaving: Option<AtomId>) -> Result<(), Error> {
        let rules = &self.rules.identity;
        let declares = |atom: &AtomRecord| {
            alias_of(&atom.claim, rules.of(atom.edition))
                .is_some_and(|said| said == pair || said == (pair.1, pair.0))
        };
        if self.has_words && self.graph().is_said_same(pair)? {
            return Ok(());
        }
        let hashes = [pair.0, pair.1].map(|user| self.keyring.key(user));
        for user in hashes {
            // Without an atom of theirs nobody declares anything.
            let Some(start) = self.overlay.first_atoms(&keys::holders(user), 1)?.pop() else {
                continue;
            };
            let component = self.graph().component(start)?;
            let mut staying = component.atoms.iter().filter(|vertex| Some(vertex.id) != leaving);
            if staying.any(|vertex| declares(&vertex.atom)) {
                return Ok(());
            }
            let keys = component.atoms.into_iter().flat_map(|vertex| vertex.keys);
            self.touched.lost.extend(keys);
        }
        let [former, user] = hashes;
        self.overlay.delete(keys::alias(former, user));
        self.overlay.delete(keys::alias(user, former));
        Ok(())
    }

    /// Enters that two user ids are the same.
    pub(crate) fn declare_same(&mut self, former: &Key, user: &Key) {
        let [former, user] = [former, user].map(|user| self.keyring.key(user));
        self.overlay.put(keys::alias(former, user), Vec::new());
        self.overlay.put(keys::alias(user, former), Vec::new());
    }

    /// Writes, or deletes, the index entries of an atom; a declared alias has more than one owner and is only written.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn write_index(&mut self, id: AtomId, atom: &AtomRecord, there: bool) -> Result<(), Error> {
        self.write_face(id, atom, there)?;
        let mut entries = Vec::new();
        let rules = self.rules.identity.of(atom.edition);
        let joining = self.graph().keys_of(atom);
        for key in &joining {
            entries.push(keys::holder(self.keyring.key(key), id));
        }
        for key in atom.claim.mentions(rules) {
            entries.push(keys::mention(self.keyring.key(key), id));
        }
        let role = match marked_user(&atom.claim, rules) {
            Some(_) => Some(DeviceRole::Mark),
            None if atom.claim.users(rules).next().is_none() => Some(DeviceRole::Plain),
            None => None,
        };
        if let Some(role) = role {
            for device in atom.claim.devices() {
                entries.push(keys::device(self.keyring.key(device), role, id));
            }
        }
        if let Some((former, user)) = alias_of(&atom.claim, rules).filter(|_| there) {
            self.declare_same(former, user);
        }
        for entry in entries {
            match there {
                true => self.overlay.put(entry, Vec::new()),
                false => self.overlay.delete(entry),
            }
        }
        Ok(())
    }

    /// Enters what an atom shows into its blocks, or takes it out with the last atom that shows it.
    fn write_face(&mut self, id: AtomId, atom: &AtomRecord, there: bool) -> Result<(), Error> {
        let Some(face) = self.graph().face_of(atom) else {
            return Ok(());
        };
        let own = keys::of_face(face, id);
        match there {
            true => self.overlay.put(own, Vec::new()),
            false => self.overlay.delete(own),
        }
        let is_shown = !self.overlay.first_atoms(&keys::face(face), 1)?.is_empty();
        for block in self.graph().blocks_of(face, atom).iter() {
            let entry = keys::in_block(*block, face);
            match is_shown {
                true => self.overlay.put(entry, Vec::new()),
                false => self.overlay.delete(entry),
            }
        }
        Ok(())
    }
}

/// The one customer a claim names by its own word: then its events are marks on its devices.
pub(crate) fn marked_user<'a>(claim: &'a Claim, rules: &'a IdentifierRules) -> Option<&'a Key> {
    let mut users = claim.users(rules);
    users.next().filter(|_| users.next().is_none())
}

/// The two user ids that a claim declares the same, the former one first; one id declares nothing.
fn alias_of<'a>(claim: &'a Claim, rules: &'a IdentifierRules) -> Option<(&'a Key, &'a Key)> {
    match (&claim.alias_of, claim.anchor(rules)) {
        (Some(former), Anchor::One(user)) if former != user => Some((former, user)),
        (Some(_), _) | (None, _) => None,
    }
}
