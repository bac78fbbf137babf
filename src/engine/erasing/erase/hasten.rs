//! Clearing the files at once of somebody who is erased already: asked for by the id that the receipt names.

use std::ops::ControlFlow;

use crate::{
    engine::{api::Target, erasing::erase::Erasing, state::batch::Batch},
    store::{ErasureId, ErasureRecord, Error, Order, Read, View, keys},
};

impl Batch<'_> {
    /// The erasure of whoever had the id that is meant, now due at once; `None` where that is not what is asked, or no file
    /// holds a byte of them any more.
    pub(super) fn hastened(
        &mut self,
        erasing: Erasing,
        target: &Target,
    ) -> Result<Option<ErasureRecord>, Error> {
        let Target::Profile(id) = target else {
            return Ok(None);
        };
        if erasing.due > erasing.at {
            return Ok(None);
        }
        for pending in self.pending()? {
            let erasure: Option<ErasureRecord> = self.overlay.record(&keys::erasure(pending))?;
            if let Some(erasure) = erasure.filter(|one| one.profile == *id || one.absorbed.contains(id)) {
                let due = erasing.due.min(erasure.due);
                let erasure = ErasureRecord { due, ..erasure };
                self.overlay.put_record(keys::erasure(pending), &erasure)?;
                return Ok(Some(erasure));
            }
        }
        Ok(None)
    }

    /// The erasures of whom files may hold something.
    fn pending(&self) -> Result<Vec<ErasureId>, Error> {
        let mut pending = Vec::new();
        self.overlay
            .scan_prefix(keys::PENDING, Order::Ascending, &mut |key, _| {
                pending.extend(keys::pointee(key).map(ErasureId));
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(pending)
    }
}
