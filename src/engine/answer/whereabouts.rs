//! Whose matter something is: what one of several engines is asked to find out who answers a request.

use crate::{
    domain::identity::Key,
    engine::{
        answer::{Query, QueryError},
        api::{Target, Undo},
        query::{Address, Found},
        updates::Update,
    },
    journal::Position,
};

/// Messages that one look at a resolver's journal reads.
const LOOK: usize = 1_024;

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

    /// The last position up to `through` at which this resolver wrote something for a partition; `None` where that wrote nothing
    /// behind `after`. What its journal has forgotten all of them have read.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn last_routed(
        &self,
        partition: u32,
        after: Position,
        through: Position,
    ) -> Result<Option<Position>, QueryError> {
        let partition = partition.to_string();
        let is_for_it = |update: &Update| {
            let mut words = update.words();
            words.next() == Some("routed") && words.next() == Some(partition.as_str())
        };
        let (mut last, mut after) = (None, after);
        loop {
            let read = match self.updates_between(after, through, LOOK) {
                Ok(read) => read,
                Err(QueryError::Gone { first }) if first.0.saturating_sub(1) > after.0 => {
                    after = Position(first.0.saturating_sub(1));
                    continue;
                }
                Err(error) => return Err(error),
            };
            let Some(end) = read.last() else {
                return Ok(last);
            };
            after = end.position;
            let found = read.iter().rev().find(|update| is_for_it(update));
            last = found.map(|update| update.position).or(last);
        }
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
