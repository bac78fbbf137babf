//! Making a snapshot of a store while its writer goes on.
//!
//! Owns how what is read of several commits becomes the state after one, and that nothing is kept which is not: each value
//! is looked at on the way, and what was written is read again and compared with what the journal states.

use std::{collections::BTreeMap, ops::ControlFlow, path::PathBuf, sync::Arc, time::Instant};

use crate::{
    cipher::AtRest,
    engine::{
        folder::{build::Log, open::Opened},
        standby::Held,
    },
    journal::{self, Position, ReadJournal},
    store::{
        self, Applied, Order, ProfileRecord, Store, View, codec,
        fingerprint::Multiset,
        keys,
        snapshot::{Closed, Draft},
    },
};

/// Keys that are read at a time, before the writer gets a rest from it.
const KEYS_AT_ONCE: usize = 512;
/// Bytes of commits that are read at a time, about.
const COMMITS_BYTES: usize = 4 << 20;
/// Why a snapshot was not made.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The store cannot be read, or the file not written.
    #[error("make a snapshot")]
    Store(#[from] store::Error),
    /// The commits that came meanwhile cannot be read.
    #[error("make a snapshot: read the commits that came meanwhile")]
    Journal(#[from] journal::Error),
    /// It would fill the disk.
    #[error("make a snapshot: the disk has no room for it")]
    DiskFull,
    /// The service stops.
    #[error("make a snapshot: the service stops")]
    Stopped,
}

/// Says now and then why one is not to be made any more.
pub(crate) type GoesOn<'a> = &'a mut dyn FnMut() -> Result<(), SnapshotError>;

/// What is needed to make one.
pub(crate) struct Source {
    pub(crate) store: Store,
    pub(crate) reader: Arc<dyn ReadJournal>,
    /// Which journal that is.
    pub(crate) journal: String,
    /// What tells other secrets from those of the store.
    pub(crate) secrets: [u8; 16],
    /// What they are encrypted by.
    pub(crate) cipher: AtRest,
    /// Where snapshots lie.
    pub(crate) folder: PathBuf,
}

impl Opened {
    /// Makes a snapshot of the folder as it is.
    ///
    /// # Errors
    /// [`SnapshotError`].
    pub fn snapshot(&self) -> Result<PathBuf, SnapshotError> {
        self.source().snapshot(&mut || Ok(()))
    }

    /// What snapshots of it are made of.
    pub(crate) fn source(&self) -> Source {
        self.held().source(Log::own(self.journal.as_ref()))
    }
}

impl Held {
    /// What snapshots of it are made of, with the commits of `log`.
    pub(crate) fn source(&self, log: Log) -> Source {
        Source {
            store: self.store.clone(),
            reader: Arc::from(log.reader),
            journal: log.identity,
            secrets: self.secrets.keyring().check(),
            cipher: self.secrets.cipher().clone(),
            folder: self.places.snapshots.clone(),
        }
    }
}

impl Source {
    /// Makes a snapshot while the writer may go on, unless `goes_on` says why not in between.
    ///
    /// A commit's changes are images of keys as they are after it. What is read of the store lacks none of the commits up
    /// to `from` and has nothing of those behind `to`; with the changes of those in between it is the state after `to`.
    pub(crate) fn snapshot(&self, goes_on: GoesOn<'_>) -> Result<PathBuf, SnapshotError> {
        let mut draft = Draft::begin(&self.folder, self.cipher.clone())?;
        let from = self.store.applied()?;
        let mut next = Some(Vec::new());
        while let Some(key) = next {
            let begun = Instant::now();
            next = self.part(&key, &mut draft)?;
            goes_on()?;
            std::thread::sleep(begun.elapsed());
        }
        let to = self.store.applied()?;
        let mut changed = Changed::default();
        let applied = self.meanwhile(from, Position(to.position), (&mut draft, &mut changed))?;
        goes_on()?;
        let closed = draft.close(applied, self.journal.clone(), self.secrets)?;
        if changed.sum(&closed)? != Multiset::from_bytes(applied.fingerprint) {
            let error = closed.refused("the profiles of the store are not those that the journal states");
            self.store.refused(&error);
            return Err(error.into());
        }
        Ok(closed.keep()?)
    }

    /// Adds the keys from `from` on, as far as one part goes; where the next begins.
    fn part(&self, from: &[u8], draft: &mut Draft) -> Result<Option<Vec<u8>>, store::Error> {
        let (mut read, mut next) = (0, None);
        self.store.scan(from, &[], Order::Ascending, &mut |key, value| {
            if read == KEYS_AT_ONCE {
                next = Some(key.to_vec());
                return Ok(ControlFlow::Break(()));
            }
            read += 1;
            self.sound(value)?;
            draft.add(key, Some(value))?;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(next)
    }

    /// Checks a value: what is damaged must not get into a snapshot, and the store that holds it is built again.
    fn sound(&self, value: &[u8]) -> Result<(), store::Error> {
        codec::check(value).map_err(|error| {
            let error = error.into();
            self.store.refused(&error);
            error
        })
    }

    /// Adds what the commits behind `from` changed up to `to`, and says where that leads.
    fn meanwhile(
        &self,
        from: Applied,
        to: Position,
        (draft, changed): (&mut Draft, &mut Changed),
    ) -> Result<Applied, SnapshotError> {
        let mut applied = from;
        while applied.position < to.0 {
            for (position, commit) in self
                .reader
                .read_after(Position(applied.position), COMMITS_BYTES)?
            {
                if position > to {
                    return Ok(applied);
                }
                for change in &commit.changes {
                    changed.note(&change.key, change.value.as_deref())?;
                    draft.add(&change.key, change.value.as_deref())?;
                }
                applied = Applied {
                    position: position.0,
                    batch: commit.marker.batch,
                    fingerprint: commit.marker.fingerprint,
                };
            }
        }
        Ok(applied)
    }
}

/// The profiles that changed while the store was read, and their fingerprints at the end.
#[derive(Default)]
struct Changed(BTreeMap<Vec<u8>, Option<[u8; 32]>>);

impl Changed {
    fn note(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<(), store::Error> {
        if key.starts_with(keys::PROFILES) {
            let fingerprint = value.map(fingerprint).transpose()?;
            self.0.insert(key.to_vec(), fingerprint);
        }
        Ok(())
    }

    /// The sum of the fingerprints of all profiles in a snapshot, which is read again for it.
    fn sum(&self, snapshot: &Closed) -> Result<Multiset, store::Error> {
        let mut sum = Multiset::default();
        snapshot.read(&mut |key, value| {
            if let Some(value) = value
                && key.starts_with(keys::PROFILES)
                && !self.0.contains_key(key)
            {
                sum = sum.with(fingerprint(value)?);
            }
            Ok(())
        })?;
        let changed = self.0.values().flatten();
        Ok(changed.fold(sum, |sum, fingerprint| sum.with(*fingerprint)))
    }
}

fn fingerprint(profile: &[u8]) -> Result<[u8; 32], store::Error> {
    let record: ProfileRecord = codec::decode(profile)?;
    Ok(record.fingerprint)
}
