//! What is told of those who go to another partition of the tenant, or come from one: where they are now, and nothing else.

use crate::{
    engine::{
        error::Error,
        parting::Gone,
        publish::{Publication, updated},
        queries::query::Portrait,
    },
    journal::Message,
    wire::out::update::{ARRIVED, Cause, Departed},
};

impl Publication<'_> {
    /// A profile that came as it was: whoever follows this partition alone does not know it.
    pub(super) fn arrived(&mut self, portrait: &Portrait) -> Result<(), Error> {
        let id = portrait.id.to_string();
        let body = updated(portrait, Cause::of([], ARRIVED))?;
        self.messages.push(Message {
            subject: self.subjects.updated(&id),
            key: id,
            body,
            trace: None,
        });
        Ok(())
    }

    /// A profile that is no longer in this partition.
    pub(super) fn departed(&mut self, gone: &Gone) -> Result<(), Error> {
        let id = gone.profile.to_string();
        let body = Departed {
            profile: &id,
            version: gone.version,
            from: [&id],
            into: [],
            to: gone.to,
        };
        self.push(self.subjects.departed(&id), id.clone(), None, &body)
    }
}
