//! Recovery: brings a store up to its journal, whichever that is. A store that cannot be brought there is set aside and
//! built again, from the newest snapshot that serves and the journal behind it; one that was written to when power went is
//! removed then.

use std::fs;

use crate::{
    engine::{
        error::chain,
        folder::{
            build::{Log, Origin, Replaced},
            open::StartError,
        },
        identity::{edition::Noted, repair::Repairs},
        step::{Renewing, Standing},
    },
    journal::{self, Commit, InputPosition, Position},
    store::{
        self, Applied, Damage, InputRecord, MetaName, OpenError, Order, Read, Store, View,
        fingerprint::Multiset, keys, snapshot,
    },
    telemetry::Pace,
};

/// Bytes of commits that recovery reads at a time, about.
const RECOVER_BYTES: usize = 8 << 20;

/// A store that is up to its journal, and what a writer goes on from. All that a start needs is read here, so that damage
/// that shows then is met where it can be healed.
#[derive(Debug)]
pub(crate) struct Recovered {
    pub(crate) store: Store,
    pub(crate) standing: Standing,
    pub(crate) noted: Noted,
}

impl Recovered {
    /// Reads it from a store that is up to the journal, for a writer's term.
    pub(crate) fn of(store: Store, epoch: u64) -> Result<Self, store::Error> {
        Ok(Self {
            standing: standing(&store, epoch)?,
            noted: Noted::of(&store)?,
            store,
        })
    }
}

/// The store, up to the journal. One that is damaged, or that lacks what the journal has let go of, is built again and
/// then set aside, also when the damage shows only while the journal is applied.
pub(crate) fn recovered(origin: Origin<'_>) -> Result<Recovered, StartError> {
    let place = &origin.places.store;
    snapshot::clear(&origin.places.snapshots)?;
    if !place.exists() {
        return Ok(origin.replaced(store::set_aside)?.view);
    }
    let mut is_evidence = true;
    let damage = match origin.opened(place) {
        Ok(store) => match caught_up(store, origin) {
            Ok(done) => return Ok(done),
            Err(StartError::Store(error)) if error.is_damage() => error.to_string(),
            Err(StartError::Journal(error @ journal::Error::Gone { .. })) => return outrun(origin, &error),
            Err(error) => return Err(error),
        },
        Err(error @ OpenError::Corrupt { .. }) => {
            is_evidence = !matches!(
                &error,
                OpenError::Corrupt {
                    damage: Damage::LostPower,
                    ..
                }
            );
            chain(&error)
        }
        Err(other) => return Err(other.into()),
    };
    tracing::warn!(error = damage, "the store does not serve, building it again");
    let Replaced { view, aside } = origin.replaced(store::set_aside)?;
    let aside = aside.unwrap_or_default();
    tracing::warn!(store.aside = %aside.display(), "set the store aside, another is built");
    // It happens with every loss of power, and there is nothing to learn from it.
    if !is_evidence && let Err(error) = fs::remove_dir_all(&aside) {
        tracing::warn!(%error, store.aside = %aside.display(), "could not remove the store that was set aside");
    }
    Ok(view)
}

/// The store that takes the place of one which lacks what the journal let go of. Nothing is wrong with that one: it is kept
/// until the next such.
fn outrun(origin: Origin<'_>, error: &journal::Error) -> Result<Recovered, StartError> {
    tracing::warn!(%error, "the journal let go of what the store lacks, building another");
    let Replaced { view, aside } = origin.replaced(store::set_behind)?;
    tracing::warn!(
        store.aside = %aside.unwrap_or_default().display(),
        "another store took the place of the one that was behind, which may be deleted"
    );
    Ok(view)
}

/// A store that was there, with what the journal holds behind it.
fn caught_up(store: Store, origin: Origin<'_>) -> Result<Recovered, StartError> {
    up_to_date(&store, origin, false)?;
    Ok(Recovered::of(store, origin.journal.epoch)?)
}

/// The store with what the journal holds behind it; one that `is_new` is compared with what the journal says of it.
pub(crate) fn up_to_date(store: &Store, origin: Origin<'_>, is_new: bool) -> Result<(), StartError> {
    belongs(store, origin)?;
    recover(store, origin.journal, is_new)
}

/// Checks that the store is a view of this very journal under these secrets; a new store becomes one.
fn belongs(store: &Store, origin: Origin<'_>) -> Result<(), StartError> {
    let secrets = origin.secrets.keyring().check();
    match store.meta_get(MetaName::Secrets)? {
        Some(found) if found != secrets => return Err(StartError::OtherSecrets),
        Some(_) => {}
        None => store.meta_put(MetaName::Secrets, &secrets)?,
    }
    let expected = origin.journal.identity.clone();
    let is_new = store.applied()?.position == 0;
    let found = store.meta_get(MetaName::Journal)?;
    match found.map(|found| String::from_utf8_lossy(&found).into_owned()) {
        Some(found) if found == expected => Ok(()),
        Some(found) if !is_new => Err(StartError::AnotherJournal { found, expected }),
        _ => Ok(store.meta_put(MetaName::Journal, expected.as_bytes())?),
    }
}

/// Applies what the journal holds behind the store's position.
fn recover(store: &Store, journal: &Log, is_new: bool) -> Result<(), StartError> {
    let from = Position(store.applied()?.position);
    if from > journal.last {
        return Err(StartError::JournalLost {
            journal: journal.last,
            store: from,
        });
    }
    let (mut at, mut commits, mut pace) = (from, 0_u64, Pace::begin());
    while at < journal.last {
        for (position, commit) in journal.reader.read_after(at, RECOVER_BYTES)? {
            apply(store, position, &commit)?;
            at = position;
            commits = commits.saturating_add(1);
            if pace.is_due() {
                on_the_way(at, journal.last);
            }
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

/// Tells how far a store is that has more of its journal to apply than takes a moment.
pub(crate) fn on_the_way(at: Position, last: Position) {
    tracing::info!(
        journal.position = at.0,
        journal.last = last.0,
        "applies what the journal holds"
    );
}

/// Applies a commit to the store that is its journal's view.
///
/// # Errors
/// When the store does not take it.
pub(crate) fn apply(store: &Store, position: Position, commit: &Commit) -> Result<(), store::Error> {
    let marker = &commit.marker;
    let applied = Applied {
        position: position.0,
        batch: marker.batch,
        fingerprint: marker.fingerprint,
    };
    let changes = commit.changes.iter();
    store.apply(
        applied,
        changes.map(|change| (change.key.as_slice(), change.value.as_deref())),
    )
}

/// The sum of the fingerprints that the profiles' records hold.
pub(crate) fn sum(store: &Store) -> Result<Multiset, store::Error> {
    let mut sum = Multiset::default();
    store.scan_prefix(keys::PROFILES, Order::Ascending, &mut |_, value| {
        let record: store::ProfileRecord = store.decoded(value)?;
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
    let mut has_untold = false;
    store.scan_prefix(keys::parting::UNTOLD, Order::Ascending, &mut |_, _| {
        has_untold = true;
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
        spread: store.record(keys::SPREAD)?,
        has_untold,
        staged: store.record(keys::parting::STAGED)?,
    })
}
