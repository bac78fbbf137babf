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
        parting::Part,
    },
    store::{ErasureId, ErasureRecord, Error, InputRecord, Order, Read, Store, View, keys, keys::Erased},
};

impl Query {
    /// An erasure by its id.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn erasure(&self, id: ErasureId) -> Result<Option<ErasureRecord>, QueryError> {
        for (_, query) in self.all() {
            if let Some(erasure) = query.store().record(&keys::erasure(id))? {
                return Ok(Some(erasure));
            }
        }
        Ok(None)
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

    /// Where in the input stream messages stand that say something of who was erased and are to be deleted there, `most` of
    /// them at most. What is not consumed yet may not go, and is told once it is; whatever a partition has its resolver has
    /// consumed.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn undeleted(&self, most: usize) -> Result<Vec<u64>, QueryError> {
        let behind = match self.rules().part {
            Part::Partition { .. } => u64::MAX,
            Part::Whole | Part::Resolver { .. } => self.consumed()?.saturating_add(1),
        };
        let mut places = Vec::new();
        self.store().scan(
            keys::UNDELETED,
            &keys::undeleted(behind),
            Order::Ascending,
            &mut |key, _| {
                if places.len() >= most {
                    return Ok(ControlFlow::Break(()));
                }
                places.extend(keys::undeleted_place(key));
                Ok(ControlFlow::Continue(()))
            },
        )?;
        Ok(places)
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
