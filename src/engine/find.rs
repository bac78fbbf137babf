//! Finding: from an id or an identifier to the live profile, over any view.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{identifier::Role, identity::Key},
    engine::{
        atoms::Atoms,
        graph::Graph,
        query::{Address, Found},
    },
    store::{AtomId, Error, FormerRecord, ForwardRecord, ProfileId, ProfileRecord, keys, keys::DeviceRole},
};

/// Dissolved atoms that are followed before giving up; each step is a re-attribution of the same events.
const FORWARDS_MAX: usize = 64;

impl<A: Atoms> Graph<'_, A> {
    /// Who is at `address`.
    ///
    /// # Errors
    /// When a record or the index cannot be read.
    pub fn find(&self, address: &Address) -> Result<Found, Error> {
        let mut found = BTreeSet::new();
        match address {
            Address::Id(id) => {
                if self.view.get(&keys::profile(*id))?.is_some() {
                    return Ok(Found::One(*id));
                }
                if let Some(former) = self.view.record::<FormerRecord>(&keys::former(*id))? {
                    let mut now = BTreeMap::new();
                    for atom in former.atoms {
                        follow(self.view, atom, &mut now)?;
                    }
                    found.extend(now.into_keys());
                }
            }
            Address::Identifier(key) => self.find_key(key, &mut found)?,
        }
        let found: Vec<ProfileId> = found.into_iter().collect();
        Ok(match found.as_slice() {
            [] => Found::None,
            [one] => Found::One(*one),
            _ => Found::Many(found),
        })
    }

    /// The profiles that hold a key with joining trust, of a device all who used it; else those that mention it.
    fn find_key(&self, key: &Key, found: &mut BTreeSet<ProfileId>) -> Result<(), Error> {
        let hash = self.keyring.key(key);
        let holding = match self.rules.rule(&key.kind).role {
            Role::Device => vec![
                keys::devices(hash, DeviceRole::Mark),
                keys::devices(hash, DeviceRole::Plain),
            ],
            Role::Anchor | Role::Contact | Role::PerEvent | Role::Handoff | Role::Label => {
                vec![keys::holders(hash)]
            }
        };
        for index in &holding {
            found.extend(self.profiles_at(index)?);
        }
        if found.is_empty() {
            found.extend(self.profiles_at(&keys::mentions(hash))?);
        }
        Ok(())
    }

    fn profiles_at(&self, index: &[u8]) -> Result<BTreeSet<ProfileId>, Error> {
        let mut profiles = BTreeSet::new();
        for atom in self.view.atoms(index)? {
            profiles.extend(self.view.atom(atom)?.and_then(|atom| atom.profile));
        }
        Ok(profiles)
    }

    /// The record of a live profile.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn profile(&self, id: ProfileId) -> Result<Option<ProfileRecord>, Error> {
        self.view.record(&keys::profile(id))
    }
}

/// Where the events of an atom are now: the profiles that show them, each with one of the atoms that took them.
pub(crate) fn follow<A: Atoms>(
    view: &A,
    atom: AtomId,
    found: &mut BTreeMap<ProfileId, AtomId>,
) -> Result<(), Error> {
    let mut queue = vec![atom];
    let mut reached = BTreeSet::new();
    while let Some(id) = queue.pop() {
        if !reached.insert(id) || reached.len() > FORWARDS_MAX {
            continue;
        }
        if let Some(atom) = view.atom(id)? {
            if let Some(profile) = atom.profile {
                found.entry(profile).or_insert(id);
            }
        } else if let Some(forward) = view.record::<ForwardRecord>(&keys::forward(id))? {
            queue.extend(forward.atoms);
        }
    }
    Ok(())
}
