//! What every step keeps, whatever its engine is for: what was refused, by which rules, up to where the input is consumed; and
//! the commit that it comes to.

use std::ops::ControlFlow;

use crate::{
    domain::time::Timestamp,
    engine::{state::batch::Batch, step::Standing},
    journal::{Change, Commit, InputPosition, Marker, Message},
    store::{
        Error, InputRecord, Order, Read, RejectionRecord, RenewalRecord, View, fingerprint::Multiset, keys,
    },
    wire::Rejection,
};

impl Batch<'_> {
    /// Whether a refused item of the input stream is kept already: where a batch was committed in parts and the process
    /// ended between them, the first parts come again.
    pub(crate) fn is_kept(&self, standing: &Standing, rejection: &Rejection) -> Result<bool, Error> {
        let Some(origin) = rejection.origin.as_deref() else {
            return Ok(false);
        };
        let consumed = standing.input.as_ref().map_or(0, |input| input.sequence);
        let mut is_kept = false;
        let before = self.overlay.before();
        let mut look = |_: &[u8], value: &[u8]| {
            let kept: RejectionRecord = before.decoded(value)?;
            let Some(place) = kept.origin else {
                return Ok(ControlFlow::Continue(()));
            };
            is_kept = place == *origin && (&kept.id, &kept.body) == (&rejection.id, &rejection.body);
            // What is consumed does not come again, nor what was kept before it.
            Ok(if is_kept || place.sequence <= consumed {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        };
        before.scan_prefix(keys::REJECTIONS, Order::Descending, &mut look)?;
        Ok(is_kept)
    }

    /// Keeps a refused item; the oldest goes when there are too many.
    pub(crate) fn keep(
        &mut self,
        standing: &mut Standing,
        rejection: &Rejection,
        now: Timestamp,
    ) -> Result<(), Error> {
        standing.rejections = standing.rejections.saturating_add(1);
        let record = RejectionRecord {
            at: now,
            code: rejection.reason.code().to_owned(),
            message: rejection.message.clone(),
            id: rejection.id.clone(),
            source: rejection.source.clone(),
            origin: rejection.origin.as_deref().cloned(),
            body: rejection.body.clone(),
        };
        self.overlay
            .put_record(keys::rejection(standing.rejections), &record)?;
        self.note_undeleted(rejection)?;
        if let Some(oldest) = standing.rejections.checked_sub(self.rules.rejections_max) {
            self.overlay.delete(keys::rejection(oldest));
        }
        Ok(())
    }

    /// Notes up to where the input is consumed, so that the store knows it too.
    pub(crate) fn consume(
        &mut self,
        standing: &mut Standing,
        position: Option<&InputPosition>,
    ) -> Result<(), Error> {
        let Some(position) = position else { return Ok(()) };
        let record = InputRecord {
            stream: position.stream.clone(),
            created_ns: position.created_ns,
            sequence: position.sequence,
            digest: position.digest,
        };
        self.overlay.put_record(keys::INPUT.to_vec(), &record)?;
        standing.input = Some(position.clone());
        Ok(())
    }

    /// Notes by which rules the store is kept, where it does not know; with the first change that they make.
    pub(crate) fn note_rules(&mut self, standing: &mut Standing) -> Result<(), Error> {
        let renewing = &mut standing.renewing;
        if renewing.written != Some(self.rules.identity.edition) {
            let record = self.rules.record(renewing.after.is_none());
            self.overlay.put_record(keys::RULES.to_vec(), &record)?;
            // Whoever starts next goes on from here, also if no atom was made anew yet.
            if let Some(after) = renewing.after {
                let renewal = RenewalRecord { after };
                self.overlay.put_record(keys::RENEWAL.to_vec(), &renewal)?;
            }
            renewing.written = Some(self.rules.identity.edition);
        }
        Ok(())
    }
}

impl Standing {
    /// The commit of what a batch publishes and changes, and where the writer stands after it; no commit where that is nothing.
    pub(crate) fn then(
        self,
        (messages, changes): (Vec<Message>, Vec<Change>),
        fingerprint: Multiset,
        now: Timestamp,
    ) -> (Option<Commit>, Self) {
        if messages.is_empty() && changes.is_empty() {
            return (None, self);
        }
        let standing = Self {
            batch: self.batch.saturating_add(1),
            fingerprint,
            ..self
        };
        let marker = Marker {
            batch: standing.batch,
            fingerprint: fingerprint.to_bytes(),
            time_us: now.as_micros(),
            input: standing.input.clone(),
            epoch: standing.epoch,
        };
        let commit = Commit {
            messages,
            changes,
            marker,
        };
        (Some(commit), standing)
    }
}
