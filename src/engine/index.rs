//! The index: which entries lead to an atom. Written when an atom is made or changes its keys, deleted when it goes.

use crate::{
    domain::{
        identifier::IdentifierRules,
        identity::{Anchor, Claim, Key},
    },
    engine::batch::Batch,
    store::{AtomId, AtomRecord, Error, keys, keys::DeviceRole},
};

impl Batch<'_> {
    /// Takes back that two user ids are the same, unless another atom declares it too. What they share then joins
    /// nobody, so all that was connected has to be looked at again.
    pub(crate) fn withdraw_alias(&mut self, id: AtomId, atom: &AtomRecord) -> Result<(), Error> {
        let rules = &self.rules.identifiers;
        let Some((former, user)) = alias_of(&atom.claim, rules) else {
            return Ok(());
        };
        let connected = self.graph().component(id)?.atoms;
        let declares = |claim: &Claim| {
            alias_of(claim, rules).is_some_and(|pair| pair == (former, user) || pair == (user, former))
        };
        if connected
            .iter()
            .any(|(other, atom, _)| *other != id && declares(&atom.claim))
        {
            return Ok(());
        }
        self.touched
            .lost
            .extend(connected.into_iter().flat_map(|(_, _, keys)| keys));
        let (former, user) = (self.keyring.key(former), self.keyring.key(user));
        self.overlay.delete(keys::alias(former, user));
        self.overlay.delete(keys::alias(user, former));
        Ok(())
    }

    /// Writes, or deletes, the index entries of an atom; a declared alias has more than one owner and is only written.
    pub(crate) fn write_index(&mut self, id: AtomId, atom: &AtomRecord, there: bool) {
        let mut entries = Vec::new();
        let rules = &self.rules.identifiers;
        let joining = self.graph().keys_of(atom);
        for key in &joining {
            entries.push(keys::holder(self.keyring.key(key), id));
        }
        for key in atom.claim.mentions(rules) {
            entries.push(keys::mention(self.keyring.key(key), id));
        }
        let role = match marked_user(self, &atom.claim) {
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
            let (former, user) = (self.keyring.key(former), self.keyring.key(user));
            entries.push(keys::alias(former, user));
            entries.push(keys::alias(user, former));
        }
        for entry in entries {
            match there {
                true => self.overlay.put(entry, Vec::new()),
                false => self.overlay.delete(entry),
            }
        }
    }
}

/// The one customer a claim names by its own word: then its events are marks on its devices.
pub(crate) fn marked_user<'a>(batch: &'a Batch<'_>, claim: &'a Claim) -> Option<&'a Key> {
    let mut users = claim.users(&batch.rules.identifiers);
    users.next().filter(|_| users.next().is_none())
}

/// The two user ids that a claim declares the same, the former one first.
fn alias_of<'a>(claim: &'a Claim, rules: &'a IdentifierRules) -> Option<(&'a Key, &'a Key)> {
    match (&claim.alias_of, claim.anchor(rules)) {
        (Some(former), Anchor::One(user)) => Some((former, user)),
        (Some(_), Anchor::None | Anchor::Conflict) | (None, _) => None,
    }
}
