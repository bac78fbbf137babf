//! The index: which entries lead to an atom. Written when an atom is made or changes its keys, deleted when it goes.

use crate::{
    domain::{
        identifier::IdentifierRules,
        identity::{Anchor, Claim, Key},
        time::Timestamp,
    },
    engine::state::batch::Batch,
    store::{
        AtomId, AtomRecord, Error, EventHash, FaceHash, Read,
        fingerprint::in_time,
        keys,
        keys::{Declared, DeviceRole},
    },
};

impl Batch<'_> {
    /// Takes back what an atom declares of two user ids.
    pub(crate) fn withdraw_alias(&mut self, id: AtomId, atom: &AtomRecord) -> Result<(), Error> {
        match alias_of(&atom.claim, self.rules.identity.of(atom.edition)) {
            Some(pair) => self.withdraw_same(pair, Declared::Claimed(id)),
            None => Ok(()),
        }
    }

    /// Takes back what an atom or a word says of two user ids. Where nothing else says that they are the same, what they
    /// share joins nobody from then on, so all that was connected has to be looked at again.
    pub(crate) fn withdraw_same(&mut self, (former, user): (&Key, &Key), by: Declared) -> Result<(), Error> {
        let [former, user] = [former, user].map(|user| self.keyring.key(user));
        let graph = self.graph();
        if graph.are_same(former, user, None)? && !graph.are_same(former, user, Some(by))? {
            for user in [former, user] {
                // Of whom nothing is known nothing is connected.
                if let Some(start) = self.overlay.first_atoms(&keys::holders(user), 1)?.pop() {
                    let component = self.graph().component(start)?;
                    let keys = component.atoms.into_iter().flat_map(|vertex| vertex.keys);
                    self.touched.lost.extend(keys);
                }
            }
        }
        self.overlay.delete(keys::alias(former, user, by));
        self.overlay.delete(keys::alias(user, former, by));
        Ok(())
    }

    /// Enters that an atom or a word says that two user ids are the same.
    pub(crate) fn declare_same(&mut self, pair: (&Key, &Key), by: Declared) -> Result<(), Error> {
        let [former, user] = [pair.0, pair.1].map(|user| self.keyring.key(user));
        if !self.graph().are_same(former, user, None)? {
            // What both hold joined nobody so far.
            self.touched.lost.extend([pair.0.clone(), pair.1.clone()]);
        }
        self.overlay.put(keys::alias(former, user, by), Vec::new());
        self.overlay.put(keys::alias(user, former, by), Vec::new());
        Ok(())
    }

    /// Writes, or deletes, the index entries of an atom; what it declares of two user ids is only written.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn write_index(&mut self, id: AtomId, atom: &AtomRecord, there: bool) -> Result<(), Error> {
        self.write_face(id, atom, there)?;
        let entries = self.index_entries(id, atom);
        let rules = self.rules.identity.of(atom.edition);
        if let Some(pair) = alias_of(&atom.claim, rules).filter(|_| there) {
            self.declare_same(pair, Declared::Claimed(id))?;
        }
        for entry in entries {
            match there {
                true => self.overlay.put(entry, Vec::new()),
                false => self.overlay.delete(entry),
            }
        }
        Ok(())
    }

    /// The entries that lead to an atom by what it names, but for its face and what it declares of user ids.
    pub(crate) fn index_entries(&self, id: AtomId, atom: &AtomRecord) -> Vec<Vec<u8>> {
        let rules = self.rules.identity.of(atom.edition);
        let mut entries = Vec::new();
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
        if entries.is_empty() && atom.claim.keys(rules).is_empty() {
            entries.extend(self.naming_entries(id, &atom.claim));
        }
        entries.extend(self.graph().entries_of(id, atom));
        entries
    }

    /// Enters an event of an atom as a log-in or log-out on the devices of its claim, if it is one.
    pub(crate) fn write_mark(&mut self, id: AtomId, claim: &Claim, event: (Timestamp, EventHash)) {
        if marked_user(claim, &self.rules.identity.identifiers).is_none() {
            return;
        }
        for device in claim.devices() {
            let entry = keys::mark(self.keyring.key(device), event, id);
            self.overlay.put(entry, Vec::new());
        }
    }

    /// Takes an event out that may have been one.
    pub(crate) fn erase_mark(&mut self, id: AtomId, claim: &Claim, event: (Timestamp, EventHash)) {
        for device in claim.devices() {
            self.overlay
                .delete(keys::mark(self.keyring.key(device), event, id));
        }
    }

    /// The same for all events of an atom, by the rules that hold now.
    pub(crate) fn write_marks(&mut self, id: AtomId, claim: &Claim) -> Result<(), Error> {
        for (hash, event) in self.overlay.events_between(id, Timestamp::MIN, Timestamp::MAX)? {
            self.erase_mark(id, claim, (event.time, hash));
            self.write_mark(id, claim, (event.time, hash));
        }
        Ok(())
    }

    /// Moves the entries of an atom that stand in the order of its events, where an event came before all that it had.
    pub(crate) fn reorder(&mut self, id: AtomId, before: &AtomRecord, now: &AtomRecord) {
        let graph = self.graph();
        let mut moved = Vec::new();
        let kept = graph.keys_of(now);
        for key in graph.keys_of(before).into_iter().filter(|key| kept.contains(key)) {
            let (old, new) = (
                graph.holder_entry(&key, id, before),
                graph.holder_entry(&key, id, now),
            );
            if old != new {
                moved.push((old, new));
            }
        }
        if let Some(face) = graph.face_of(now) {
            moved.push((face_entry(face, id, before), face_entry(face, id, now)));
        }
        for (old, new) in moved {
            self.overlay.delete(old);
            self.overlay.put(new, Vec::new());
        }
    }

    /// Enters what an atom shows into its blocks, or takes it out with the last atom that shows it.
    fn write_face(&mut self, id: AtomId, atom: &AtomRecord, there: bool) -> Result<(), Error> {
        let Some(face) = self.graph().face_of(atom) else {
            return Ok(());
        };
        let own = face_entry(face, id, atom);
        match there {
            true => self.overlay.put(own, Vec::new()),
            false => self.overlay.delete(own),
        }
        let is_shown = !self.overlay.first_atoms(&keys::face(face), 1)?.is_empty();
        if !is_shown {
            self.memory.forget_person(face);
        }
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

/// The index entry by which an atom is found as one that shows a face.
fn face_entry(face: FaceHash, id: AtomId, atom: &AtomRecord) -> Vec<u8> {
    keys::of_face(face, in_time(0, &atom.first), id)
}

/// The one customer a claim names by its own word: then its events are marks on its devices.
pub(crate) fn marked_user<'a>(claim: &'a Claim, rules: &'a IdentifierRules) -> Option<&'a Key> {
    let mut users = claim.users(rules);
    users.next().filter(|_| users.next().is_none())
}

/// The two user ids that a claim declares the same, the former one first; one id declares nothing.
pub(crate) fn alias_of<'a>(claim: &'a Claim, rules: &'a IdentifierRules) -> Option<(&'a Key, &'a Key)> {
    match (&claim.alias_of, claim.anchor(rules)) {
        (Some(former), Anchor::One(user)) if former != user => Some((former, user)),
        (Some(_), _) | (None, _) => None,
    }
}
