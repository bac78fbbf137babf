//! Recovery: brings a store up to its journal, whichever that is. A store that cannot be brought there is set aside and
//! built again.

use std::path::Path;

use crate::{
    engine::{
        open::StartError,
        repair::Repairs,
        step::{Renewing, Standing},
    },
    journal::{InputPosition, Journal, Position},
    store::{
        self, Applied, InputRecord, MetaName, OpenError, Order, Read, Store, StoreConfig, View,
        fingerprint::Multiset, keys, set_aside,
    },
};

/// Bytes of commits that recovery reads at a time, about.
const RECOVER_BYTES: usize = 8 << 20;

/// The store at `dir`, up to the journal, and where the writer goes on. A damaged one is set aside and built again, also
/// when the damage shows only while the journal is applied.
pub(crate) fn recovered(
    dir: &Path,
    config: StoreConfig,
    journal: &dyn Journal,
) -> Result<(Store, Standing), StartError> {
    let up_to_date = |store: Store| {
        belongs(&store, journal)?;
        recover(&store, journal)?;
        let standing = standing(&store, journal.epoch())?;
        Ok((store, standing))
    };
    let damage = match Store::open(dir, config) {
        Ok(store) => match up_to_date(store) {
            Err(StartError::Store(error)) if error.is_damage() => error.to_string(),
            done => return done,
        },
        Err(error @ OpenError::Corrupt { .. }) => error.to_string(),
        Err(other) => return Err(other.into()),
    };
    let aside = set_aside(dir)?;
    tracing::warn!(error = damage, store.aside = %aside.display(), "set the store aside, building it again from the journal");
    up_to_date(Store::open(dir, config)?)
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
fn recover(store: &Store, journal: &dyn Journal) -> Result<(), StartError> {
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
    if from == Position::START
        && commits > 0
        && sum(store)? != Multiset::from_bytes(store.applied()?.fingerprint)
    {
        return Err(StartError::Diverged { at });
    }
    Ok(())
}

/// The sum of the fingerprints that the profiles' records hold.
fn sum(store: &Store) -> Result<Multiset, store::Error> {
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
