//! Whose matter something is: what one of several engines is asked to find out who answers a request.

use crate::{
    domain::identity::Key,
    engine::{
        api::{Target, Undo},
        queries::{
            answer::{Query, QueryError},
            query::{Address, Found},
            updates::Update,
        },
    },
    journal::Position,
    store::{ProfileId, Read as _, keys::parting},
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

    /// Whether it was answered here that this is taken back: it is nowhere any more, and a repeat is answered the same.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn has_undone(&self, undo: &Undo) -> Result<bool, QueryError> {
        self.has_answers(match undo {
            Undo::Word(id) => self.keyring().word(id).0,
            Undo::Absorbed(id) => id.0,
            Undo::Event(id) => self.keyring().event(id).0,
        })
    }

    /// Whether a command that named this id was answered here, which may be nobody's any more.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn has_answered(&self, id: ProfileId) -> Result<bool, QueryError> {
        self.has_answers(id.0)
    }

    fn has_answers(&self, about: [u8; 16]) -> Result<bool, QueryError> {
        let noted = self.store().first_atoms(&parting::answers_about(about), 1)?;
        Ok(!noted.is_empty())
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
        let mut last = None;
        self.routed((partition, after, through), |position| {
            last = Some(position);
            true
        })?;
        Ok(last)
    }

    /// The first position behind `after` and up to `through` at which this resolver wrote something for a partition; `None` where it
    /// wrote nothing there. What its journal has forgotten all of them have read.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn first_routed(
        &self,
        partition: u32,
        after: Position,
        through: Position,
    ) -> Result<Option<Position>, QueryError> {
        let mut first = None;
        self.routed((partition, after, through), |position| {
            first = Some(position);
            false
        })?;
        Ok(first)
    }

    /// Calls `goes_on` with each position at which something is written for a partition, until that says no.
    fn routed(
        &self,
        (partition, mut after, through): (u32, Position, Position),
        mut goes_on: impl FnMut(Position) -> bool,
    ) -> Result<(), QueryError> {
        let partition = partition.to_string();
        let is_for_it = |update: &&Update| {
            let mut words = update.words();
            words.next() == Some("routed") && words.next() == Some(partition.as_str())
        };
        loop {
            let read = match self.updates_between(after, through, LOOK) {
                Ok(read) => read,
                Err(QueryError::Gone { first }) if first.0.saturating_sub(1) > after.0 => {
                    after = Position(first.0.saturating_sub(1));
                    continue;
                }
                Err(error) => return Err(error),
            };
            let Some(end) = read.last() else { return Ok(()) };
            after = end.position;
            let mut found = read.iter().filter(is_for_it);
            if !found.all(|update| goes_on(update.position)) {
                return Ok(());
            }
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
