//! Retraction: the inverse of an event's arrival. What is left is what would be there had it never come.

use std::collections::BTreeSet;

use crate::{
    domain::{
        event::{Event, EventId},
        identity::{Key, link::OWN_SOURCE},
    },
    engine::{
        identity::index::marked_user,
        state::{atoms::Atoms, batch::Batch},
    },
    store::{Error, Read, SeenRecord, keys},
};

impl Batch<'_> {
    /// Takes an event out that a channel sent; whether it was there. Its id stays known, so that it does not come back
    /// when it is delivered again.
    ///
    /// What Yekta wrote itself is ended by the command that ends it (a code is revoked, a consent withdrawn).
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn retract(&mut self, id: &EventId) -> Result<bool, Error> {
        let hash = self.keyring.event(id);
        let seen: Option<SeenRecord> = self.overlay.record(&keys::seen(hash))?;
        let Some((checksum, (atom, time))) = seen.and_then(|seen| Some((seen.checksum, seen.place?))) else {
            return Ok(false);
        };
        let key = keys::event(atom, time, hash);
        let event: Option<Event> = self.overlay.record(&key)?;
        let record = self.overlay.atom(atom)?;
        let (Some(event), Some(record)) = (event.filter(|event| event.id.source != OWN_SOURCE), record)
        else {
            return Ok(false);
        };
        self.overlay.delete(key);
        self.stop_timers_of(hash)?;
        self.erase_mark(atom, &record.claim, (time, hash));
        let retracted = SeenRecord {
            checksum,
            place: None,
        };
        self.overlay.put_record(keys::seen(hash), &retracted)?;
        self.trace_event(&event, hash);
        let marked: Vec<Key> = match marked_user(&record.claim, self.rules.identity.of(record.edition)) {
            Some(_) => record.claim.devices().cloned().collect(),
            None => Vec::new(),
        };
        self.refold(atom, BTreeSet::new())?;
        // The interval that a log-in opened belongs to whom it would without it.
        for device in marked {
            self.reassign(&device, event.time)?;
        }
        self.touched.causes.insert(event.id);
        Ok(true)
    }
}
