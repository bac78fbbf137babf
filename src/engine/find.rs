//! Finding: from an id or an identifier to the live profile, over any view.

use std::collections::BTreeSet;

use crate::{
    domain::{identifier::Role, identity::Key},
    engine::{
        atoms::Atoms,
        graph::{Bound, Graph},
        membership::follow,
        query::{Address, Found},
    },
    store::{Error, FormerRecord, ProfileId, ProfileRecord, keys, keys::DeviceRole},
};

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
                    let survivors = follow(self.view, former.atoms)?;
                    found.extend(survivors.into_iter().map(|(_, profile)| profile));
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
        let holding = match self.rules.identifiers.rule(&key.kind).role {
            Role::Device => vec![
                keys::devices(hash, DeviceRole::Mark),
                keys::devices(hash, DeviceRole::Plain),
            ],
            Role::Anchor | Role::Contact | Role::PerEvent | Role::Handoff | Role::Label => {
                vec![keys::holders(hash)]
            }
        };
        // Of a customer's claims only those that count are theirs.
        let rules = &self.rules.identifiers;
        let most = match self.bound(key) {
            Bound::First(most) => most.min(rules.atoms_max),
            Bound::Generic(most) => most,
        };
        for index in &holding {
            found.extend(self.profiles_at(index, most)?);
        }
        if found.is_empty() {
            found.extend(self.profiles_at(&keys::mentions(hash), most)?);
        }
        Ok(())
    }

    fn profiles_at(&self, index: &[u8], most: usize) -> Result<BTreeSet<ProfileId>, Error> {
        let mut profiles = BTreeSet::new();
        for atom in self.view.first_atoms(index, most)? {
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
