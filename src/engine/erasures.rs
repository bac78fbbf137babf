//! The erasures that there were, and what is still to be done of them.

use std::ops::ControlFlow;

use crate::{
    domain::{
        event::{Event, EventId},
        identity::Claim,
    },
    engine::{
        answer::{Query, QueryError},
        api::Submission,
    },
    store::{
        ErasureId, ErasureRecord, Error, InputRecord, Order, Read, RejectionRecord, Store, View, keys,
        keys::Erased,
    },
    wire::Reason,
};

impl Query {
    /// An erasure by its id.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn erasure(&self, id: ErasureId) -> Result<Option<ErasureRecord>, QueryError> {
        Ok(self.store().record(&keys::erasure(id))?)
    }

    /// Whether an event is of somebody who was erased since it happened.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn is_erased(&self, event: &Event) -> Result<bool, QueryError> {
        let graph = self.graph();
        let claim = Claim::of(event, graph.rules, |device| graph.owner(device, event.time))?;
        let (hash, atom) = (graph.keyring.event(&event.id), graph.keyring.atom(&claim));
        Ok(graph.is_erased(event, hash, atom)?)
    }
}

impl Query {
    /// Whether an item is of somebody who was erased since: an event, or what can no longer be read as the event that it
    /// was.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn is_erased_item(&self, item: &Submission) -> Result<bool, QueryError> {
        match item {
            Submission::Event(event) | Submission::Read(event, _) => self.is_erased(event),
            Submission::Refused(refused) => match (&refused.source, &refused.id) {
                (Some(source), Some(id)) => self.is_erased_event(&EventId {
                    source: source.clone(),
                    id: id.clone(),
                }),
                _ => Ok(false),
            },
        }
    }

    /// Whether an event was erased by its id.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn is_erased_event(&self, id: &EventId) -> Result<bool, QueryError> {
        let mark = keys::erased(Erased::Event(self.keyring().event(id)));
        Ok(self.store().get(&mark)?.is_some())
    }

    /// Where in the input stream those items stand behind the refusal with this number that were refused as those of
    /// somebody who was erased, and the number of the last refusal.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn refused_as_erased(&self, after: u64) -> Result<(Vec<u64>, u64), QueryError> {
        let (mut places, mut last, consumed) = (Vec::new(), after, self.consumed()?);
        let from = keys::rejection(after.saturating_add(1));
        let to = keys::rejection(u64::MAX);
        self.store()
            .scan(&from, &to, Order::Ascending, &mut |key, value| {
                let kept: RejectionRecord = self.store().decoded(value)?;
                last = keys::rejection_sequence(key).unwrap_or(last);
                let id = kept.source.clone().zip(kept.id.clone());
                let is_theirs = match id {
                    _ if kept.code == Reason::Erased.code() => true,
                    Some((source, id)) if kept.code == Reason::TooLate.code() => {
                        let mark = Erased::Event(self.keyring().event(&EventId { source, id }));
                        self.store().get(&keys::erased(mark))?.is_some()
                    }
                    _ => false,
                };
                let place = kept.origin.map(|place| place.sequence).filter(|_| is_theirs);
                places.extend(place.filter(|place| *place <= consumed));
                Ok(ControlFlow::Continue(()))
            })?;
        Ok((places, last))
    }

    /// Up to where the input stream is consumed; 0 where there is none.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn consumed(&self) -> Result<u64, QueryError> {
        let input: Option<InputRecord> = self.store().record(keys::INPUT)?;
        Ok(input.map_or(0, |input| input.sequence))
    }
}

/// The erasures of a store that take several commits and are not done.
pub(crate) fn unfinished(store: &Store) -> Result<Vec<ErasureId>, Error> {
    Ok(store
        .pointees(keys::ERASING)?
        .into_iter()
        .map(ErasureId)
        .collect())
}

/// All erasures of a store.
pub(crate) fn all(store: &Store) -> Result<Vec<ErasureRecord>, Error> {
    let mut found = Vec::new();
    store.scan_prefix(keys::ERASURES, Order::Ascending, &mut |_, value| {
        found.push(store.decoded(value)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}
