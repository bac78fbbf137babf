//! The partition: which profile holds each event, read whole from committed state; and what stewards said about it.

use std::ops::ControlFlow;

use crate::{
    domain::{
        event::{Event, EventId},
        identity::Word,
    },
    engine::{
        Offline,
        queries::answer::{Query, QueryError},
    },
    store::{Error, Order, ProfileId, ProfileRecord, Store, View, codec, keys},
};

impl Query {
    /// Visits every event with the profile in whose timeline it stands, profile after profile; an event that is only
    /// attributed stands in one too.
    ///
    /// It reads every event that is kept, and what a commit moves meanwhile may be seen in both places or in none: for
    /// whoever measures a writer that has nothing to do.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn partition(&self, mut visit: impl FnMut(ProfileId, EventId)) -> Result<(), QueryError> {
        Ok(events(self.store(), |profile, event| visit(profile, event.id))?)
    }
}

impl Offline {
    /// Visits every event with the profile in whose timeline it stands.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn events(&self, visit: impl FnMut(ProfileId, Event)) -> Result<(), QueryError> {
        Ok(events(self.store(), visit)?)
    }

    /// What stewards said and nobody took back.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn words(&self) -> Result<Vec<Word>, QueryError> {
        let mut words = Vec::new();
        self.store()
            .scan_prefix(keys::WORDS, Order::Ascending, &mut |_, value| {
                words.push(codec::decode(value)?);
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(words)
    }
}

fn events(store: &Store, mut visit: impl FnMut(ProfileId, Event)) -> Result<(), Error> {
    store.scan_prefix(keys::PROFILES, Order::Ascending, &mut |key, value| {
        let Some(id) = keys::profile_id(key) else {
            return Ok(ControlFlow::Continue(()));
        };
        let record: ProfileRecord = codec::decode(value)?;
        for atom in record.members.iter().chain(&record.attributed) {
            store.scan_prefix(&keys::events(*atom), Order::Ascending, &mut |_, value| {
                visit(id, codec::decode(value)?);
                Ok(ControlFlow::Continue(()))
            })?;
        }
        Ok(ControlFlow::Continue(()))
    })
}
