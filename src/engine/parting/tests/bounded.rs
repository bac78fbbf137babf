//! A folder whose journal takes no more messages at once than one on a server does, or much less of a move.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::{
    engine::{
        EngineConfig, HandleLimits, Opened, RoomConfig, SnapshotConfig, WorkerConfig, folder::open::Folder,
    },
    journal::{
        Begun, Commit, Error, Journal, Position, ReadJournal,
        file::{FileJournal, FileJournalConfig},
    },
    store::{StoreConfig, keys::parting},
};

/// Messages that a commit takes at most.
const MESSAGES_MAX: usize = 1_000;
/// Bytes of what it changes in one of them.
const PIECE_BYTES: usize = 256 << 10;

/// Bytes of notes of what leaves that a narrow journal takes at once.
const NOTES_BYTES: usize = 1_000;

/// How much less of a move a journal takes, and when it fails.
#[derive(Clone, Debug, Default)]
pub(super) struct Narrow {
    /// Rows that one commit changes; `None`: as many as of any other.
    pub(super) changes_max: Option<usize>,
    /// Commits of moves in several until it fails, of which the last is written and nobody is told; 0: it does not.
    pub(super) left: Arc<AtomicUsize>,
}

impl Narrow {
    /// Whether a commit that tells of nobody, as one of a move, is more than that.
    fn refuses(&self, commit: &Commit) -> bool {
        let is_of_a_move = commit
            .messages
            .iter()
            .all(|message| message.subject.contains(".parcel."));
        let notes = commit
            .changes
            .iter()
            .filter(|change| change.key.starts_with(parting::PLANNED));
        let notes: usize = notes
            .map(|change| change.value.as_ref().map_or(0, Vec::len))
            .sum();
        // What is counted of a profile goes and comes with it, however much that is.
        let rows = commit
            .changes
            .iter()
            .filter(|change| !matches!(change.key.first(), Some(b'x' | b'y')));
        let rows = rows.count();
        let is_more = |most| rows > most || notes > NOTES_BYTES;
        is_of_a_move && self.changes_max.is_some_and(is_more)
    }

    /// Whether it fails with a commit.
    fn fails(&self, commit: &Commit) -> bool {
        let is_stage = [parting::STAGED, parting::PLANNED]
            .iter()
            .any(|of| commit.changes.iter().any(|change| change.key.starts_with(of)));
        let counted = |left: usize| left.checked_sub(1);
        is_stage
            && self
                .left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, counted)
                == Ok(1)
    }
}

/// A journal in files that is as narrow as one on a server.
#[derive(Debug)]
struct Bounded(FileJournal, Narrow);

/// What is in a folder, with such a journal.
pub(super) fn opened(config: &EngineConfig, narrow: Narrow) -> Opened {
    let folder = Folder::of(config).unwrap();
    let journal = Bounded(folder.journal(config.journal.clone()).unwrap(), narrow);
    Opened::over(folder, config, Box::new(journal)).unwrap()
}

/// How many messages a commit is there: what it changes, what it publishes and its end, and one more for each profile that the
/// view of profiles lets go of.
fn messages(commit: &Commit) -> usize {
    let values = commit.changes.iter().map(|change| {
        let value = change.value.as_ref().map_or(0, Vec::len);
        change.key.len() + value
    });
    let ends = |subject: &str| {
        [".profile.departed.", ".profile.erased."]
            .iter()
            .any(|end| subject.contains(end))
    };
    let ended = commit.messages.iter().filter(|message| ends(&message.subject));
    values.sum::<usize>().div_ceil(PIECE_BYTES) + commit.messages.len() + ended.count() + 1
}

impl Journal for Bounded {
    fn begin(&mut self, commit: Arc<Commit>) -> Result<Begun, Error> {
        let messages = messages(&commit);
        if messages > MESSAGES_MAX || self.1.refuses(&commit) {
            return Err(Error::TooMany {
                messages,
                messages_max: MESSAGES_MAX,
            });
        }
        if self.1.fails(&commit) {
            self.0.append(&commit)?;
            return Err(Error::Poisoned);
        }
        self.0.begin(commit)
    }

    fn finish(&mut self) -> Result<Position, Error> {
        self.0.finish()
    }

    fn identity(&self) -> String {
        self.0.identity()
    }

    fn epoch(&self) -> u64 {
        self.0.epoch()
    }

    fn last(&self) -> Position {
        self.0.last()
    }

    fn last_batch(&self) -> u64 {
        self.0.last_batch()
    }

    fn reader(&self) -> Box<dyn ReadJournal> {
        self.0.reader()
    }

    fn forget(&mut self, through: Position) -> Result<Position, Error> {
        self.0.forget(through)
    }

    fn roll(&mut self) -> Result<(), Error> {
        self.0.roll()
    }
}

/// How a partition is opened in a folder, on a disk that is full or not.
pub(super) fn config(dir: &Path, is_full: bool) -> EngineConfig {
    EngineConfig {
        dir: dir.to_owned(),
        master: None,
        queue_jobs_max: 4,
        handle: HandleLimits {
            batch_events_max: 256,
            submit_wait: Duration::from_secs(60),
        },
        worker: WorkerConfig {
            batch_events_max: 256,
            known_bytes_max: 1 << 20,
            absent_bytes: 1 << 20,
            flush_interval: Duration::from_secs(60),
        },
        journal: FileJournalConfig::default(),
        store: StoreConfig::caching(8 << 20),
        snapshots: SnapshotConfig {
            interval: None,
            keep: 2,
            forget: false,
        },
        room: RoomConfig {
            free_min: if is_full { u64::MAX } else { 0 },
            ballast: 0,
        },
    }
}
