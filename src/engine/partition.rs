//! The partition: which profile holds each event, read whole from committed state.

use std::ops::ControlFlow;

use crate::{
    domain::event::{Event, EventId},
    engine::answer::{Query, QueryError},
    store::{Order, ProfileId, ProfileRecord, View, codec, keys},
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
        let store = self.store();
        store.scan_prefix(keys::PROFILES, Order::Ascending, &mut |key, value| {
            let Some(id) = keys::profile_id(key) else {
                return Ok(ControlFlow::Continue(()));
            };
            let record: ProfileRecord = codec::decode(value)?;
            for atom in record.members.iter().chain(&record.attributed) {
                store.scan_prefix(&keys::events(*atom), Order::Ascending, &mut |_, value| {
                    let event: Event = codec::decode(value)?;
                    visit(id, event.id);
                    Ok(ControlFlow::Continue(()))
                })?;
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(())
    }
}
