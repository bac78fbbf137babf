//! What was erased and comes again: a stream that is replayed, a channel that sends once more what it kept.
//!
//! Refused is what happened until somebody was erased and names what was theirs alone, says what they were, or is one of
//! their events. What others share with them, and what happened later, is as good as any.

use crate::{
    domain::{
        event::{Event, EventId},
        identifier::{Identifier, Role},
        identity::Key,
    },
    engine::{
        api::{Answer, WAS_ERASED},
        identity::graph::Graph,
        state::{atoms::Atoms, batch::Batch},
    },
    store::{AtomId, ErasedRecord, Error, EventHash, KeyHash, View, keys, keys::Erased},
    wire::{Reason, Rejection},
};

use std::collections::BTreeSet;

impl<A: Atoms> Graph<'_, A> {
    /// Whether anybody was ever erased.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn has_erased(&self) -> Result<bool, Error> {
        Ok(!self.view.first_atoms(keys::ERASED, 1)?.is_empty())
    }

    /// Whether an event is of somebody who was erased since; `hash` is that of its id, `atom` that of what it says about
    /// identity.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn is_erased(&self, event: &Event, hash: EventHash, atom: AtomId) -> Result<bool, Error> {
        if self.view.get(&keys::erased(Erased::Event(hash)))?.is_some() {
            return Ok(true);
        }
        let named = event.identifiers.iter().chain(&event.alias_of).map(key_of);
        let named = named.map(|key| Erased::Key(self.keyring.key(&key)));
        for mark in named.chain([Erased::Atom(atom)]) {
            let erased: Option<ErasedRecord> = self.view.record(&keys::erased(mark))?;
            if erased.is_some_and(|erased| event.time <= erased.until) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether an identifier is of these atoms and of nobody else: then it says that an event is of this person.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn is_of_these_alone(
        &self,
        key: &Key,
        hash: KeyHash,
        atoms: &BTreeSet<AtomId>,
    ) -> Result<bool, Error> {
        // A code is whoever has it; a label says nothing about anybody.
        if let Role::Handoff | Role::Label = self.rules.identifiers.rule(&key.kind).role {
            return Ok(false);
        }
        let mut is_theirs = false;
        for index in self.indexes_of(key, hash) {
            let holding = self.view.atoms_up_to(&index, atoms.len())?;
            let Some(holding) = holding.filter(|holding| holding.iter().all(|id| atoms.contains(id))) else {
                return Ok(false);
            };
            is_theirs |= !holding.is_empty();
        }
        Ok(is_theirs)
    }
}

impl Batch<'_> {
    /// Whether an event is of somebody who was erased since.
    pub(crate) fn was_erased(&self, event: &Event, hash: EventHash, atom: AtomId) -> Result<bool, Error> {
        Ok(self.has_erased && self.graph().is_erased(event, hash, atom)?)
    }

    /// Notes that a refused item is to be deleted in the input stream, if it says something of who was erased. It may be
    /// kept among the refused for a moment only, where many others come behind it.
    pub(crate) fn note_undeleted(&mut self, refused: &Rejection) -> Result<(), Error> {
        let Some(place) = refused.origin.as_ref().map(|origin| origin.sequence) else {
            return Ok(());
        };
        let is_theirs = match (refused.reason, &refused.source, &refused.id) {
            (Reason::Erased, ..) => true,
            (Reason::TooLate, Some(source), Some(id)) if self.has_erased => {
                let (source, id) = (source.clone(), id.clone());
                let event = self.keyring.event(&EventId { source, id });
                self.overlay.get(&keys::erased(Erased::Event(event)))?.is_some()
            }
            _ => false,
        };
        if is_theirs {
            self.overlay.put(keys::undeleted(place), Vec::new());
        }
        Ok(())
    }

    /// Notes that these were deleted in the input stream.
    pub(crate) fn note_deleted(&mut self, places: &[u64]) -> Answer {
        for place in places {
            self.overlay.delete(keys::undeleted(*place));
        }
        Answer::Noted
    }
}

/// The refusal of such an event: what it says is not kept a second time.
pub(crate) fn refusal(event: &Event, origin: Option<&crate::domain::event::StreamPlace>) -> Rejection {
    Rejection {
        reason: Reason::Erased,
        message: WAS_ERASED.to_owned(),
        id: Some(event.id.id.clone()),
        source: Some(event.id.source.clone()),
        origin: origin.cloned().map(Box::new),
        body: Vec::new(),
    }
}

fn key_of(identifier: &Identifier) -> Key {
    Key {
        kind: identifier.kind().clone(),
        value: identifier.value().to_owned(),
    }
}
