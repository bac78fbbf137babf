//! Expunging: sees to it that no file holds a byte any more of who was erased.
//!
//! What was deleted is still in the bytes of the journal and of older snapshots, of sled, which appends and never
//! overwrites, and of what was set aside. So all of that is made anew of what is left, once for everybody who was erased
//! until then: two snapshots, a journal that begins behind the first of them, a store that is written again, and nothing of
//! what was before. What a broker holds is its streams' matter ([`Beyond`]).
//!
//! The same is done where what lies in the folder is to be encrypted under another key ([`crate::engine::folder::secrets`]).
//!
//! A key for each claim, destroyed with it, would do without, but for what is published as it is; it would cost every event
//! a cipher and every new claim a second sync, for the key must not lie where the data does.

use std::{
    collections::BTreeSet,
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::mpsc::{Sender, channel},
    time::Duration,
};

use crate::{
    domain::time::Timestamp,
    engine::{
        api::{Command, CommandError, Progress},
        erasing::{cleared, elsewhere::Elsewhere, forgetting::Readers},
        error::Error,
        folder::{
            secrets::SecretsError,
            snapshot::{GoesOn, SnapshotError},
            snapshots::Snapshots,
        },
        queries::answer::{Query, QueryError},
        writer::{chores::Chore, handle::Job},
    },
    journal::Position,
    store::{self, ErasureId, ErasureRecord, Former, snapshot},
};

/// Messages that the broker is asked to delete at once.
const PLACES: usize = 1_024;

/// What starts, and salvage and migration, set aside in a tenant's folder: it holds what was there before.
const ASIDE: [&str; 9] = [
    "store.behind",
    "store.damaged-",
    "store.draft",
    "store.migrated",
    "journal.damaged-",
    "journal.migrated",
    "journal.new",
    "snapshots.migrated",
    "snapshots.damaged-",
];

/// What holds data of the tenant beyond its folder: the streams of a broker. Its calls block; `goes_on` says now and then
/// whether to.
pub trait Beyond: Send + Sync + fmt::Debug {
    /// Deletes there, for good, what is of those who were erased and of whom that is not noted yet.
    ///
    /// # Errors
    /// When something could not be deleted, or has not come there yet.
    fn withdraw(&self, query: &Query, goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError>;

    /// Fails where there is no room for every document of the view of profiles once more.
    ///
    /// # Errors
    /// That there is none, or that it is not known.
    fn has_room(&self, goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError>;

    /// Has the view of profiles let go of what it held before all documents were written anew, once it has all of them.
    ///
    /// # Errors
    /// When it has not in time, or keeps what it held.
    fn let_go(&self, goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError>;

    /// Waits until all that is made of the journal there has been: then the journal may forget.
    ///
    /// # Errors
    /// When it is not in time.
    fn caught_up(&self, goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError>;

    /// Keeps the snapshot at `path` where others find it, in the place of the one before; with `anew` nothing is left of that.
    /// Where others need none nothing is kept.
    ///
    /// # Errors
    /// When it could not be kept.
    fn shelve(&self, path: &Path, anew: bool, goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError>;

    /// Deletes these messages of the input, which were refused as those of somebody who was erased.
    ///
    /// # Errors
    /// When something could not be deleted.
    fn refused(&self, places: &[u64], goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError>;

    /// Those whose input the journal is; `None` where it is nobody's.
    fn readers(&self) -> Option<&dyn Readers> {
        None
    }

    /// Those who have other customers of the tenant; `None` where all are here.
    fn elsewhere(&self) -> Option<&dyn Elsewhere> {
        None
    }
}

/// What failed beyond the folder.
pub type BeyondError = Box<dyn std::error::Error + Send + Sync>;

/// Why files still hold what was erased.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExpungeError {
    /// What is left could not be written down.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The store could not be read or written again.
    #[error("write the store again")]
    Store(#[from] store::Error),
    /// Who was erased could not be asked.
    #[error("find who was erased")]
    Query(#[from] QueryError),
    /// The store was written again, but what it was before is there still.
    #[error("remove the store's former files: somebody reads them still")]
    Former,
    /// The journal keeps what was before.
    #[error("begin the journal behind what was erased: it kept what it had")]
    Journal,
    /// Something that was set aside could not be removed.
    #[error("remove what was set aside")]
    Aside(#[source] io::Error),
    /// A document could not be written as JSON.
    #[error("write the documents of profiles anew")]
    Document(#[source] Box<Error>),
    /// The journal did not take what the view is to take once more.
    #[error("write the documents of profiles anew: the journal did not take them")]
    Anew,
    /// The broker keeps some of it.
    #[error("delete what the broker holds")]
    Beyond(#[source] BeyondError),
    /// The former data key stands in the file of secrets still.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// How far it is could not be noted.
    #[error("note how far an erasure is")]
    Note(#[source] CommandError),
    /// Who was erased elsewhere is here still.
    #[error("erase here who was erased elsewhere")]
    Again(#[source] CommandError),
    /// The service stops.
    #[error("clear the files: the service stops")]
    Stopped,
}

impl Snapshots {
    /// How long until files are to be cleared, if somebody was erased; `None` where all are gone. At once where something is
    /// to be encrypted under another key.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn until_expunging(&self) -> Result<Option<Duration>, QueryError> {
        if self.secrets.retiring().is_some() || cleared::is_marked(&self.dir) {
            return Ok(Some(Duration::ZERO));
        }
        let pending = self.query.withdrawn()?;
        let now = (self.clock)();
        let starts = pending
            .erasures()
            .map(|one| match is_told(one) && self.beyond.is_some() {
                true => Duration::ZERO,
                false => until_clearing(one, now),
            });
        Ok(starts.min())
    }

    /// Has nobody be told any more what was published of those who were erased until now, once for each, and clears all
    /// files of them where it is time for that.
    ///
    /// `apart` is of whom the view of profiles is known to hold nothing: what failed behind that does not have it written
    /// anew again.
    pub(crate) fn expunge(
        &self,
        apart: &mut BTreeSet<ErasureId>,
        goes_on: GoesOn<'_>,
    ) -> Result<(), ExpungeError> {
        goes_on()?;
        if cleared::is_marked(&self.dir) {
            cleared::clear(&self.dir, &self.source, goes_on)?;
        }
        let erased: Vec<ErasureRecord> = self.query.withdrawn()?.erasures().cloned().collect();
        if erased.is_empty() && self.secrets.retiring().is_none() {
            return Ok(());
        }
        let told: Vec<&ErasureRecord> = erased.iter().filter(|one| is_told(one)).collect();
        if let Some(beyond) = self.beyond.as_deref().filter(|_| !told.is_empty()) {
            match (beyond.readers(), beyond.elsewhere()) {
                // Whose input others read lets go of refused items alone, of somebody of whom those are told otherwise.
                (Some(_), _) => self.clear_refused(goes_on)?,
                (None, Some(elsewhere)) => {
                    let told = elsewhere.tell(&told, &mut || goes_on().is_ok());
                    told.map_err(ExpungeError::Beyond)?;
                }
                (None, None) => {}
            }
            let withdrawn = beyond.withdraw(&self.query, &mut || goes_on().is_ok());
            withdrawn.map_err(ExpungeError::Beyond)?;
            self.note(told, Progress::Withdrawn)?;
        }
        let now = (self.clock)();
        let is_due = erased.iter().any(|one| until_clearing(one, now).is_zero());
        match is_due || self.secrets.retiring().is_some() {
            true => self.clear(&erased, apart, goes_on),
            false => Ok(()),
        }
    }

    /// Clears all files. With them goes what was encrypted under a former data key, or not at all.
    ///
    /// ORDER: the view is written anew before the journal goes on in a file of its own, so that this forgets with the rest
    /// what was written. It goes on before there are snapshots, so that they hold all that the others have; these go once
    /// there are two, and the journal forgets once what is made of it has all of it. A key is given up once nothing is left
    /// that was there when another took its place. What fails is done again as a whole, but for the view.
    fn clear(
        &self,
        erased: &[ErasureRecord],
        apart: &mut BTreeSet<ErasureId>,
        goes_on: GoesOn<'_>,
    ) -> Result<(), ExpungeError> {
        let key = self.secrets.retiring();
        if let Some(beyond) = self.beyond.as_deref().filter(|beyond| beyond.readers().is_none())
            && !erased.iter().all(|one| apart.contains(&one.id))
        {
            self.write_anew(beyond, goes_on)?;
            apart.extend(erased.iter().map(|one| one.id));
        }
        // What a broker keeps is not encrypted by us: its journal has nothing to forget but who was erased.
        let has_journal = self.beyond.is_none() || !erased.is_empty();
        let roll = || self.told(Chore::Roll).ok_or(ExpungeError::Journal);
        let rolled = has_journal.then(roll).transpose()?;
        let (through, newest) = self.two_snapshots(erased, goes_on)?;
        if let Some(beyond) = &self.beyond {
            // ORDER: whoever is behind what the journal forgets finds it there.
            let shelved = beyond.shelve(&newest, true, &mut || goes_on().is_ok());
            shelved.map_err(ExpungeError::Beyond)?;
        }
        if let Some(rolled) = rolled {
            self.read_by_all(through, goes_on)?;
            self.forget((rolled, through), goes_on)?;
        }
        match self.source.store.rewrite(goes_on)? {
            Former::Removed => {}
            Former::Left => return Err(ExpungeError::Former),
        }
        remove_aside(&self.dir, &self.source.folder).map_err(ExpungeError::Aside)?;
        if let Some(key) = key {
            self.secrets.retire_before(key)?;
            tracing::info!(
                data_key = key.0,
                "all that lies in the folder is encrypted under the newest data key"
            );
        }
        if !erased.is_empty() {
            self.note(erased, Progress::Gone)?;
            tracing::info!(erasures = erased.len(), "no file holds what was erased");
        }
        apart.clear();
        Ok(())
    }

    /// Makes two snapshots and removes the others; up to where the first of them leads, and the second.
    fn two_snapshots(
        &self,
        erased: &[ErasureRecord],
        goes_on: GoesOn<'_>,
    ) -> Result<(Position, PathBuf), ExpungeError> {
        // Each is of a commit of its own, behind where the journal went on: so it is a file of its own too.
        self.note(erased, Progress::Clearing)?;
        let first = self.source.snapshot(goes_on)?;
        self.note(erased, Progress::Clearing)?;
        let second = self.source.snapshot(goes_on)?;
        let mut through = None;
        for (position, path) in snapshot::list(&self.source.folder)? {
            match path == first || path == second {
                true => through = Some(position),
                false => snapshot::remove(&path)?,
            }
        }
        let through = through.map(Position).ok_or(ExpungeError::Journal)?;
        Ok((through, second))
    }

    /// Has the journal forget what is in front of where it went on, up to what a snapshot holds.
    pub(crate) fn forget(
        &self,
        (rolled, through): (Position, Position),
        goes_on: GoesOn<'_>,
    ) -> Result<(), ExpungeError> {
        if let Some(beyond) = &self.beyond {
            let caught_up = beyond.caught_up(&mut || goes_on().is_ok());
            caught_up.map_err(ExpungeError::Beyond)?;
        }
        let begins = self.told(|told| Chore::ForgetFor(through, told));
        match begins {
            Some(begins) if begins > rolled => Ok(()),
            Some(_) | None => Err(ExpungeError::Journal),
        }
    }

    /// Has the broker delete what it was sent again of those who were erased.
    pub(crate) fn clear_refused(&self, goes_on: GoesOn<'_>) -> Result<(), ExpungeError> {
        let Some(beyond) = &self.beyond else {
            return Ok(());
        };
        loop {
            let places = self.query.undeleted(PLACES)?;
            if places.is_empty() {
                return Ok(());
            }
            let deleted = beyond.refused(&places, &mut || goes_on().is_ok());
            deleted.map_err(ExpungeError::Beyond)?;
            // ORDER: only then they are asked for no more.
            self.order(Command::Deleted { places })?;
        }
    }

    /// Has the writer do something with the journal, and waits for it; `None` where that was not done.
    pub(crate) fn told(&self, chore: impl FnOnce(Sender<Position>) -> Chore) -> Option<Position> {
        let (told, position) = channel();
        self.writer.tell(Job::Chore(chore(told)));
        position.recv().ok()
    }

    /// Has the writer note how far these are.
    fn note<'a>(
        &self,
        erased: impl IntoIterator<Item = &'a ErasureRecord>,
        progress: Progress,
    ) -> Result<(), ExpungeError> {
        let erasures = erased.into_iter().map(|one| one.id).collect();
        self.order(Command::Note { erasures, progress })
    }

    /// Has the writer carry out a command, and waits until that can be seen.
    fn order(&self, command: Command) -> Result<(), ExpungeError> {
        let answer = self.writer.order(command).ok_or(ExpungeError::Stopped)?;
        answer.map(drop).map_err(ExpungeError::Note)
    }
}

/// Whether what was published of them may be told by a broker still.
fn is_told(erasure: &ErasureRecord) -> bool {
    erasure.withdrawn.is_none()
}

/// How long files may wait. Half of the time: what is done by then is done in time, also where it takes a second attempt.
pub(crate) fn until_clearing(erasure: &ErasureRecord, now: Timestamp) -> Duration {
    let half = erasure.due.micros_since(erasure.at) / 2;
    let left = half.saturating_sub(now.micros_since(erasure.at));
    u64::try_from(left).map_or(Duration::ZERO, Duration::from_micros)
}

/// Removes what was set aside in a tenant's folder, and snapshots that do not serve.
pub(crate) fn remove_aside(dir: &Path, snapshots: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if ASIDE.iter().any(|start| name.starts_with(start)) {
            match path.is_dir() {
                true => fs::remove_dir_all(&path)?,
                false => fs::remove_file(&path)?,
            }
            tracing::warn!(path = %path.display(), "removed what was set aside: it held what is to be gone");
        }
    }
    for entry in fs::read_dir(snapshots)? {
        let path = entry?.path();
        let left = ["damaged", "fetched"];
        if path
            .extension()
            .is_some_and(|end| left.iter().any(|one| end == *one))
        {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
