//! Whose matter something is: what one of several engines is asked to find out who answers a request.

use crate::{
    domain::identity::Key,
    engine::{
        answer::{Query, QueryError},
        api::{Target, Undo},
        query::{Address, Found},
    },
};

impl Query {
    /// Whether there is anybody here of this id, live or absorbed, or what they became is.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn has(&self, address: &Address) -> Result<bool, QueryError> {
        Ok(self.find(address)? != Found::None)
    }

    /// Whether what is to be taken back is here.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn has_said(&self, undo: &Undo) -> Result<bool, QueryError> {
        Ok(match undo {
            Undo::Word(id) => self.graph().word(self.keyring().word(id))?.is_some(),
            Undo::Absorbed(id) => self.has(&Address::Id(*id))?,
            Undo::Event(id) => self.graph().atom_of_event(id)?.is_some(),
        })
    }

    /// The values by which somebody can be reached: the one that names them, else all that their profile holds.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn values_of(&self, target: &Target) -> Result<Vec<Key>, QueryError> {
        let id = match target {
            Target::Identifier(key) => return Ok(vec![key.clone()]),
            Target::Profile(id) => *id,
        };
        let portrait = self.portrait_or_survivor(id)?;
        let held = portrait.map(|portrait| portrait.profile.identifiers.into_keys().collect());
        Ok(held.unwrap_or_default())
    }
}
