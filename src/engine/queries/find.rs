//! Finding: from an id or an identifier to the live profile, over any view.

use std::collections::BTreeSet;

use crate::{
    domain::{identifier::Role, identity::Key},
    engine::{
        identity::{
            graph::{Bound, Graph},
            membership::follow,
        },
        queries::query::{Address, Found},
        state::atoms::Atoms,
    },
    store::{Error, FormerRecord, KeyHash, ProfileId, ProfileRecord, keys, keys::DeviceRole},
};

impl<A: Atoms> Graph<'_, A> {
    /// Who is at `address`.
    ///
    /// # Errors
    /// When a record or the index cannot be read.
    pub fn find(&self, address: &Address) -> Result<Found, Error> {
        match self.find_holding(address)? {
            Found::None => self.find_mentioning(address),
            found => Ok(found),
        }
    }

    /// Who is at `address`, and not only mentions what stands there: whoever types somebody else's e-mail is not them.
    ///
    /// # Errors
    /// When a record or the index cannot be read.
    pub fn find_holding(&self, address: &Address) -> Result<Found, Error> {
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
        Ok(found_of(found))
    }

    /// Who mentions what stands at `address`.
    fn find_mentioning(&self, address: &Address) -> Result<Found, Error> {
        let Address::Identifier(key) = address else {
            return Ok(Found::None);
        };
        let mentions = keys::mentions(self.keyring.key(key));
        Ok(found_of(self.profiles_at(&mentions, self.most(key))?))
    }

    /// Of a customer's claims only those that count are theirs.
    fn most(&self, key: &Key) -> usize {
        match self.bound(key) {
            Bound::First(most) => most.min(self.rules.identifiers.atoms_max),
            Bound::Generic(most) => most,
        }
    }

    /// The profiles that hold a key with joining trust, of a device all who used it.
    fn find_key(&self, key: &Key, found: &mut BTreeSet<ProfileId>) -> Result<(), Error> {
        for index in self.indexes_of(key, self.keyring.key(key)) {
            found.extend(self.profiles_at(&index, self.most(key))?);
        }
        Ok(())
    }

    /// Where those stand who hold a key, of a device all who used it.
    pub(crate) fn indexes_of(&self, key: &Key, hash: KeyHash) -> Vec<Vec<u8>> {
        match self.rules.identifiers.rule(&key.kind).role {
            Role::Device => vec![
                keys::devices(hash, DeviceRole::Mark),
                keys::devices(hash, DeviceRole::Plain),
            ],
            Role::Anchor | Role::Contact | Role::PerEvent | Role::Handoff | Role::Label => {
                vec![keys::holders(hash)]
            }
        }
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

fn found_of(found: BTreeSet<ProfileId>) -> Found {
    let found: Vec<ProfileId> = found.into_iter().collect();
    match found.as_slice() {
        [] => Found::None,
        [one] => Found::One(*one),
        _ => Found::Many(found),
    }
}
