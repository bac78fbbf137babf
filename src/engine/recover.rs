//! Recovery: brings a store up to its journal, whichever that is. A store that cannot be brought there is set aside and
//! built again, from the newest snapshot that serves and the journal behind it.

use std::path::{Path, PathBuf};

use crate::{
    engine::{
        error::chain,
        open::StartError,
        repair::Repairs,
        step::{Renewing, Standing},
    },
    journal::{self, InputPosition, Journal, Position},
    store::{
        self, Applied, InputRecord, MetaName, OpenError, Order, Read, Store, StoreConfig, View,
        fingerprint::Multiset, keys, set_aside, snapshot,
    },
};

/// Bytes of commits that recovery reads at a time, about.
const RECOVER_BYTES: usize = 8 << 20;
/// Bytes of a snapshot that are applied together, about, and entries: more make sled slower.
const PART_BYTES: usize = 1 << 20;
const PART_ENTRIES: usize = 256;

/// Where a tenant's store and its snapshots lie.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// The store.
    pub(crate) store: PathBuf,
    /// Where it is built from a snapshot before it gets its name.
    draft: PathBuf,
    /// The snapshots.
    pub(crate) snapshots: PathBuf,
}

impl Places {
    pub(crate) fn in_folder(dir: &Path) -> Self {
        Self {
            store: dir.join("store"),
            draft: dir.join("store.draft"),
            snapshots: dir.join("snapshots"),
        }
    }

    /// The same, as if no snapshot had ever been made.
    pub(crate) fn without_snapshots(self) -> Self {
        let snapshots = self.draft.join("none");
        Self { snapshots, ..self }
    }
}

/// The store, up to the journal, and where the writer goes on. One that is damaged, or that lacks what the journal has let
/// go of, is set aside and built again, also when the damage shows only while the journal is applied.
pub(crate) fn recovered(
    places: &Places,
    config: StoreConfig,
    journal: &dyn Journal,
) -> Result<(Store, Standing), StartError> {
    if !places.store.exists() {
        return rebuilt(places, config, journal);
    }
    let damage = match Store::open(&places.store, config) {
        Ok(store) => match up_to_date(store, journal, false) {
            Err(StartError::Store(error)) if error.is_damage() => error.to_string(),
            Err(StartError::Journal(error @ journal::Error::Gone { .. })) => error.to_string(),
            done => return done,
        },
        Err(error @ OpenError::Corrupt { .. }) => error.to_string(),
        Err(other) => return Err(other.into()),
    };
    let aside = set_aside(&places.store)?;
    tracing::warn!(error = damage, store.aside = %aside.display(), "set the store aside, building it again");
    rebuilt(places, config, journal)
}

/// A store built of the newest snapshot that serves, or of the journal alone.
fn rebuilt(
    places: &Places,
    config: StoreConfig,
    journal: &dyn Journal,
) -> Result<(Store, Standing), StartError> {
    for (_, path) in snapshot::list(&places.snapshots)? {
        let built = load(&path, places, config, journal).and_then(|store| up_to_date(store, journal, true));
        match built {
            Ok(done) => {
                tracing::info!(snapshot.path = %path.display(), "built the store from a snapshot");
                return Ok(done);
            }
            Err(error) if is_of_the_snapshot(&error) => {
                tracing::error!(error = %chain(&error), snapshot.path = %path.display(), "a snapshot does not serve");
                remove(&places.store)?;
            }
            Err(error) => return Err(error),
        }
    }
    up_to_date(Store::open(&places.store, config)?, journal, true)
}

/// Whether an older snapshot may serve where this one did not.
fn is_of_the_snapshot(error: &StartError) -> bool {
    match error {
        StartError::Store(error) => error.is_damage(),
        StartError::Diverged { .. } | StartError::AnotherJournal { .. } => true,
        StartError::Journal(error) => matches!(error, journal::Error::Gone { .. }),
        _ => false,
    }
}

/// Builds a store from the snapshot at `path`. It gets its name only when it is whole.
fn load(
    path: &Path,
    places: &Places,
    config: StoreConfig,
    journal: &dyn Journal,
) -> Result<Store, StartError> {
    remove(&places.draft)?;
    let store = Store::open(&places.draft, config)?;
    let mut part = Part::default();
    let contents = snapshot::read(path, &mut |key, value| {
        part.add(key, value);
        if part.is_full() {
            part.apply(&store, Applied::default())
        } else {
            Ok(())
        }
    })?;
    let expected = journal.identity();
    if contents.journal != expected {
        let found = contents.journal;
        return Err(StartError::AnotherJournal { found, expected });
    }
    part.apply(&store, contents.applied)?;
    store.meta_put(MetaName::Journal, expected.as_bytes())?;
    drop(store);
    std::fs::rename(&places.draft, &places.store).map_err(failed("name the store", &places.store))?;
    Ok(Store::open(&places.store, config)?)
}

/// Entries that are applied together.
#[derive(Default)]
struct Part {
    entries: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    bytes: usize,
}

impl Part {
    fn add(&mut self, key: &[u8], value: Option<&[u8]>) {
        self.bytes = self
            .bytes
            .saturating_add(key.len())
            .saturating_add(value.map_or(0, <[u8]>::len));
        self.entries.push((key.to_vec(), value.map(<[u8]>::to_vec)));
    }

    fn is_full(&self) -> bool {
        self.bytes >= PART_BYTES || self.entries.len() >= PART_ENTRIES
    }

    fn apply(&mut self, store: &Store, applied: Applied) -> Result<(), store::Error> {
        let Self { entries, .. } = std::mem::take(self);
        let changes = entries
            .iter()
            .map(|(key, value)| (key.as_slice(), value.as_deref()));
        store.apply(applied, changes)
    }
}

pub(crate) fn remove(folder: &Path) -> Result<(), StartError> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed("remove", folder)(error)),
        _ => Ok(()),
    }
}

pub(crate) fn failed(attempt: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> StartError {
    let path = path.to_owned();
    move |source| StartError::Io {
        attempt,
        path,
        source,
    }
}

/// The store with what the journal holds behind it; one that `is_new` is compared with what the journal says of it.
fn up_to_date(store: Store, journal: &dyn Journal, is_new: bool) -> Result<(Store, Standing), StartError> {
    belongs(&store, journal)?;
    recover(&store, journal, is_new)?;
    let standing = standing(&store, journal.epoch())?;
    Ok((store, standing))
}

/// Checks that the store is a view of this very journal; a new store becomes one.
fn belongs(store: &Store, journal: &dyn Journal) -> Result<(), StartError> {
    let expected = journal.identity();
    let is_new = store.applied()?.position == 0;
    let found = store.meta_get(MetaName::Journal)?;
    match found.map(|found| String::from_utf8_lossy(&found).into_owned()) {
        Some(found) if found == expected => Ok(()),
        Some(found) if !is_new => Err(StartError::AnotherJournal { found, expected }),
        _ => Ok(store.meta_put(MetaName::Journal, expected.as_bytes())?),
    }
}

/// Applies what the journal holds behind the store's position.
fn recover(store: &Store, journal: &dyn Journal, is_new: bool) -> Result<(), StartError> {
    let from = Position(store.applied()?.position);
    if from > journal.last() {
        return Err(StartError::JournalLost {
            journal: journal.last(),
            store: from,
        });
    }
    let reader = journal.reader();
    let (mut at, mut commits) = (from, 0_u64);
    while at < journal.last() {
        for (position, commit) in reader.read_after(at, RECOVER_BYTES)? {
            let marker = &commit.marker;
            let applied = Applied {
                position: position.0,
                batch: marker.batch,
                fingerprint: marker.fingerprint,
            };
            store.apply(
                applied,
                commit
                    .changes
                    .iter()
                    .map(|one| (one.key.as_slice(), one.value.as_deref())),
            )?;
            at = position;
            commits = commits.saturating_add(1);
        }
    }
    if commits > 0 {
        store.flush()?;
        tracing::info!(
            recovered.commits = commits,
            journal.position = at.0,
            "applied what the journal held"
        );
    }
    if is_new && sum(store)? != Multiset::from_bytes(store.applied()?.fingerprint) {
        return Err(StartError::Diverged { at });
    }
    Ok(())
}

/// The sum of the fingerprints that the profiles' records hold.
pub(crate) fn sum(store: &Store) -> Result<Multiset, store::Error> {
    let mut sum = Multiset::default();
    store.scan_prefix(keys::PROFILES, Order::Ascending, &mut |_, value| {
        let record: store::ProfileRecord = store::codec::decode(value)?;
        sum = sum.with(record.fingerprint);
        Ok(std::ops::ControlFlow::Continue(()))
    })?;
    Ok(sum)
}

fn standing(store: &Store, epoch: u64) -> Result<Standing, store::Error> {
    let applied = store.applied()?;
    let mut rejections = 0;
    store.scan_prefix(keys::REJECTIONS, Order::Descending, &mut |key, _| {
        rejections = keys::rejection_sequence(key).unwrap_or_default();
        Ok(std::ops::ControlFlow::Break(()))
    })?;
    let input: Option<InputRecord> = store.record(keys::INPUT)?;
    Ok(Standing {
        batch: applied.batch,
        fingerprint: Multiset::from_bytes(applied.fingerprint),
        rejections,
        input: input.map(|input| InputPosition {
            stream: input.stream,
            created_ns: input.created_ns,
            sequence: input.sequence,
            digest: input.digest,
        }),
        epoch,
        renewing: Renewing::default(),
        repairs: Repairs::noted(store)?,
    })
}
