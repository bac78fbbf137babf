//! Moving: a standalone folder's commits are brought into another journal, whose view the folder becomes.
//!
//! The store is not moved: the next start builds it again from the new journal and compares the fingerprints. So there is
//! no moment at which a half-moved folder could be taken for a whole one.

use std::path::Path;

use crate::{
    engine::folder::open::{Folder, StartError},
    journal::{self, Commit, Journal, Marker, Position, file::FileJournalConfig},
};

/// Bytes of commits that are read at a time, about.
const READ_BYTES: usize = 8 << 20;

/// What was moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// Commits of the folder's journal.
    pub commits: u64,
    /// Where the new journal ends.
    pub position: Position,
    /// The fingerprint of the whole store.
    pub fingerprint: [u8; 32],
}

impl Folder {
    /// Brings every commit of the folder's journal into `to`, in order, and sets the folder's own journal and store aside
    /// under the names `journal.migrated` and `store.migrated`.
    ///
    /// A migration that was interrupted after the last commit goes on where it was. A commit that is larger than `to`
    /// takes becomes several, which tell the same.
    ///
    /// # Errors
    /// [`StartError::NothingToMigrate`] where the folder has no journal, [`StartError::JournalTaken`] where `to` holds
    /// commits of something else or the beginning of an interrupted migration, [`StartError::Journal`].
    pub fn migrate(&self, config: FileJournalConfig, to: &mut dyn Journal) -> Result<Migrated, StartError> {
        if !self.has_journal() {
            let path = self.dir().to_owned();
            return Err(StartError::NothingToMigrate { path });
        }
        let from = self.journal(config)?;
        let last = last_marker(&from)?;
        match last_marker(to)? {
            None => copy(&from, to)?,
            Some(there) if last.as_ref().is_some_and(|last| tells_the_same(&there, last)) => {}
            Some(_) => {
                let identity = to.identity();
                return Err(StartError::JournalTaken { identity });
            }
        }
        let commits = from.last_batch();
        drop(from);
        // ORDER: without its store the folder is as good as before, without its journal it is moved.
        self.set_migrated("store")?;
        self.set_migrated("snapshots")?;
        self.set_migrated("journal")?;
        Ok(Migrated {
            commits,
            position: to.last(),
            fingerprint: last.map_or_else(Default::default, |last| last.fingerprint),
        })
    }

    fn set_migrated(&self, name: &str) -> Result<(), StartError> {
        let path = self.dir().join(name);
        if !path.exists() {
            return Ok(());
        }
        std::fs::rename(&path, path.with_extension("migrated")).map_err(|source| StartError::Io {
            attempt: "set aside",
            path: Path::new(&path).to_owned(),
            source,
        })
    }
}

fn copy(from: &dyn Journal, to: &mut dyn Journal) -> Result<(), journal::Error> {
    let reader = from.reader();
    let mut at = Position::START;
    while at < from.last() {
        for (position, commit) in reader.read_after(at, READ_BYTES)? {
            append(to, commit)?;
            at = position;
        }
    }
    Ok(())
}

/// Appends a commit, in parts where it is too large: the first has the changes, the others go on with the messages.
fn append(to: &mut dyn Journal, mut commit: Commit) -> Result<(), journal::Error> {
    commit.marker.batch = to.last_batch().saturating_add(1);
    commit.marker.epoch = to.epoch();
    match to.append(&commit) {
        Err(error) if error.is_too_large() && commit.messages.len() > 1 => {
            let rest = Commit {
                messages: commit.messages.split_off(commit.messages.len() / 2),
                changes: Vec::new(),
                marker: commit.marker.clone(),
            };
            // Only the last part closes the commit as the folder's journal does.
            commit.marker.time_us = commit.marker.time_us.saturating_sub(1);
            append(to, commit)?;
            append(to, rest)
        }
        done => done.map(|_| ()),
    }
}

/// The marker of the last commit, if there is one.
fn last_marker(journal: &dyn Journal) -> Result<Option<Marker>, journal::Error> {
    let before = Position(journal.last().0.saturating_sub(1));
    let commits = journal.reader().read_after(before, 1)?;
    Ok(commits.into_iter().next().map(|(_, commit)| commit.marker))
}

/// Whether two markers close the same commit in different journals.
fn tells_the_same(one: &Marker, other: &Marker) -> bool {
    (one.fingerprint, one.time_us) == (other.fingerprint, other.time_us)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        journal::{Change, Message, file::FileJournal},
        store::FolderLock,
    };

    fn commit(batch: u64, messages: usize) -> Commit {
        Commit {
            messages: (0..messages)
                .map(|number| Message {
                    subject: format!("{batch}.{number}"),
                    key: String::new(),
                    body: vec![7; 2_000],
                    trace: None,
                })
                .collect(),
            changes: vec![Change {
                key: batch.to_be_bytes().to_vec(),
                value: Some(vec![1]),
            }],
            marker: Marker {
                batch,
                fingerprint: [u8::try_from(batch).unwrap(); 32],
                time_us: i64::try_from(batch).unwrap(),
                input: None,
                epoch: 0,
            },
        }
    }

    fn standalone(dir: &Path, commits: u64) -> Folder {
        let folder = Folder::hold(dir, None).unwrap();
        let mut journal = folder.journal(FileJournalConfig::default()).unwrap();
        for batch in 1..=commits {
            journal.append(&commit(batch, 5)).unwrap();
        }
        folder
    }

    /// A journal that takes a few messages in a commit.
    fn small(dir: &Path) -> FileJournal {
        let config = FileJournalConfig {
            commit_bytes_max: 5_000,
            ..FileJournalConfig::default()
        };
        FileJournal::open(dir, config).unwrap().journal
    }

    fn all(journal: &dyn Journal) -> (Vec<String>, Vec<Vec<u8>>) {
        let read = journal.reader().read_after(Position::START, usize::MAX).unwrap();
        let messages = read.iter().flat_map(|(_, commit)| &commit.messages);
        let changes = read.iter().flat_map(|(_, commit)| &commit.changes);
        (
            messages.map(|message| message.subject.clone()).collect(),
            changes.map(|change| change.key.clone()).collect(),
        )
    }

    #[test]
    fn every_message_and_change_is_moved_once_and_in_order() {
        let [dir, target] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let folder = standalone(dir.path(), 3);
        let config = FileJournalConfig::default();
        let before = all(&folder.journal(config.clone()).unwrap());
        let mut to = small(target.path());
        let moved = folder.migrate(config.clone(), &mut to).unwrap();
        assert_eq!(all(&to), before);
        assert_eq!(
            (moved.commits, moved.position, moved.fingerprint),
            (3, to.last(), [3; 32])
        );
        assert!(!folder.has_journal() && dir.path().join("journal.migrated").exists());
        let again = folder.migrate(config, &mut to).unwrap_err();
        assert!(matches!(again, StartError::NothingToMigrate { .. }), "{again}");
    }

    #[test]
    fn an_interrupted_migration_ends_and_no_other_journal_is_written_to() {
        let [dir, other, target] = [(); 3].map(|()| tempfile::tempdir().unwrap());
        let config = FileJournalConfig::default();
        let mut to = small(target.path());
        let folder = standalone(dir.path(), 3);
        copy(&folder.journal(config.clone()).unwrap(), &mut to).unwrap();
        let end = to.last();
        let refused = standalone(other.path(), 2)
            .migrate(config.clone(), &mut to)
            .unwrap_err();
        assert!(matches!(refused, StartError::JournalTaken { .. }), "{refused}");
        folder.migrate(config, &mut to).unwrap();
        assert_eq!(to.last(), end);
        drop(folder);
        FolderLock::acquire(dir.path()).unwrap();
    }
}
