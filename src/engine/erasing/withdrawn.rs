//! What was published of who was erased since: it is told to nobody any more, as long as it lies in a log.
//!
//! Owns by what such a message is known: the profile in its subject, an identifier that was theirs alone, an event of
//! theirs. That it is of before the erasure says whoever reads the log.

use std::{
    ops::ControlFlow,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{
    domain::{identifier::Kind, identity::Key},
    engine::queries::answer::{Query, QueryError},
    store::{ErasureId, ErasureRecord, Order, View, keys},
    wire::out::named::Named,
};

/// An erasure, and the ids under which something was published of who was erased.
type Pending = (ErasureRecord, Vec<String>);

/// Those who were erased and of whom logs may hold something.
#[derive(Debug)]
pub struct Withdrawn {
    query: Query,
    erasures: Arc<[Pending]>,
}

/// The same as it was read last: whoever reads a log asks for it each time, and it seldom changes.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    /// How often it changed.
    changes: AtomicU64,
    /// What it was after so many changes.
    read: Mutex<Option<(u64, Arc<[Pending]>)>>,
}

impl Remembered {
    /// Has it read again by whoever asks next.
    ///
    /// ORDER: the store shows the change before this is called, and nobody is answered before it was.
    pub(crate) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// As it is remembered, or as `read` finds it. What changes while it is read is read once more by the next.
    fn or_read(
        &self,
        read: impl FnOnce() -> Result<Vec<Pending>, QueryError>,
    ) -> Result<Arc<[Pending]>, QueryError> {
        let mut remembered = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = self.changes.load(Ordering::SeqCst);
        if let Some((at, pending)) = &*remembered
            && *at == changes
        {
            return Ok(Arc::clone(pending));
        }
        let pending: Arc<[Pending]> = read()?.into();
        *remembered = Some((changes, Arc::clone(&pending)));
        Ok(pending)
    }
}

impl Query {
    /// Those who were erased and of whom logs and files may hold something.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn withdrawn(&self) -> Result<Withdrawn, QueryError> {
        let erasures = self.remembered().or_read(|| self.pending())?;
        let query = self.clone();
        Ok(Withdrawn { query, erasures })
    }

    fn pending(&self) -> Result<Vec<Pending>, QueryError> {
        let mut pending = Vec::new();
        self.store()
            .scan_prefix(keys::PENDING, Order::Ascending, &mut |key, _| {
                pending.extend(keys::pointee(key).map(ErasureId));
                Ok(ControlFlow::Continue(()))
            })?;
        let mut erasures = Vec::with_capacity(pending.len());
        for id in pending {
            if let Some(erasure) = self.erasure(id)? {
                let ids = erasure.absorbed.iter().chain([&erasure.profile]);
                let ids = ids.map(ToString::to_string).collect();
                erasures.push((erasure, ids));
            }
        }
        Ok(erasures)
    }
}

impl Withdrawn {
    /// Those of whom a broker may still tell what was published of them.
    pub fn told(self) -> Self {
        let told = self
            .erasures
            .iter()
            .filter(|(erasure, _)| erasure.withdrawn.is_none());
        let erasures = told.cloned().collect();
        Self { erasures, ..self }
    }

    /// The erasures.
    pub fn erasures(&self) -> impl Iterator<Item = &ErasureRecord> {
        self.erasures.iter().map(|(erasure, _)| erasure)
    }

    /// Whether a message tells of one of them; `is_before` says whether it is of before an erasure.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn has(
        &self,
        subject: &str,
        body: &[u8],
        is_before: impl Fn(&ErasureRecord) -> bool,
    ) -> Result<bool, QueryError> {
        let before = || self.erasures.iter().filter(|(erasure, _)| is_before(erasure));
        // That somebody is no more is to be told to everybody. Nearly all is of after every erasure, and is not read then.
        if before().next().is_none() || subject.contains(".profile.erased.") {
            return Ok(false);
        }
        let about = subject.rsplit('.').next().unwrap_or_default();
        if before().any(|(_, ids)| ids.iter().any(|id| id == about)) {
            return Ok(true);
        }
        let Named {
            event,
            identifiers,
            refused,
        } = Named::in_body(body);
        if before().any(|(erasure, _)| refused.is_some_and(|place| erasure.refused.contains(&place))) {
            return Ok(true);
        }
        for (kind, value) in identifiers {
            let Ok(kind) = Kind::new(&kind) else { continue };
            let hash = self.query.keyring().key(&Key { kind, value });
            if before().any(|(erasure, _)| erasure.keys.binary_search(&hash).is_ok()) {
                return Ok(true);
            }
        }
        match event {
            Some(id) => self.query.is_erased_event(&id),
            None => Ok(false),
        }
    }
}
