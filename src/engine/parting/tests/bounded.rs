//! A folder whose journal takes no more messages at once than one on a server does.

use std::{path::Path, sync::Arc, time::Duration};

use crate::{
    engine::{EngineConfig, HandleLimits, Opened, RoomConfig, SnapshotConfig, WorkerConfig, open::Folder},
    journal::{
        Begun, Commit, Error, Journal, Position, ReadJournal,
        file::{FileJournal, FileJournalConfig},
    },
    store::StoreConfig,
};

/// Messages that a commit takes at most.
const MESSAGES_MAX: usize = 1_000;
/// Bytes of what it changes in one of them.
const PIECE_BYTES: usize = 256 << 10;

/// A journal in files that is as narrow as one on a server.
#[derive(Debug)]
struct Bounded(FileJournal);

/// What is in a folder, with such a journal.
pub(super) fn opened(config: &EngineConfig) -> Opened {
    let folder = Folder::of(config).unwrap();
    let journal = Bounded(folder.journal(config.journal.clone()).unwrap());
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
        match messages > MESSAGES_MAX {
            true => Err(Error::TooMany {
                messages,
                messages_max: MESSAGES_MAX,
            }),
            false => self.0.begin(commit),
        }
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
