//! A journal that fails as it likes: before it wrote a commit, in the middle of it, or when it had written it and nobody was
//! told.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use yekta::journal::{Begun, Commit, Error, Journal, Position, file::FileJournal};

use crate::arrival::Dice;

/// How a simulation may cheat: each has to be noticed, or it would prove nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cheat {
    /// Who sent something is answered before it is in the journal, which loses it.
    AnswersTooEarly,
    /// A commit is not written, and the next ones are as if it were.
    DropsACommit,
    /// A commit is written twice, under the next number the second time.
    WritesTwice,
}

/// What a journal that fails leaves of the commit that it fails at.
#[derive(Clone, Copy, Debug)]
enum Remains {
    Nothing,
    /// The beginning, as a disk that is full does.
    Torn,
    All,
}

/// A file journal that fails once, when so many commits more were handed over.
#[derive(Debug)]
pub(crate) struct Faulty {
    journal: FileJournal,
    /// Commits until it fails.
    left: usize,
    remains: Remains,
    /// How much is missing where it is torn, in the unit that the dice have.
    torn: usize,
    folder: PathBuf,
    cheat: Option<Cheat>,
    /// Commits that are not in it and should be; less than nothing where there are too many.
    dropped: i64,
    /// How many failures there were of all such journals.
    failures: Arc<AtomicUsize>,
}

impl Faulty {
    pub(crate) fn new(
        journal: FileJournal,
        folder: &Path,
        dice: &mut Dice,
        cheat: Option<Cheat>,
        failures: &Arc<AtomicUsize>,
    ) -> Self {
        Self {
            journal,
            left: 1 + dice.below(if cheat.is_some() { 4 } else { 12 }),
            remains: [Remains::Nothing, Remains::Torn, Remains::All, Remains::All][dice.below(4)],
            torn: dice.below(1 << 20),
            folder: folder.to_owned(),
            cheat,
            dropped: 0,
            failures: Arc::clone(failures),
        }
    }

    /// The same that fails so many commits later.
    pub(crate) fn later(mut self, commits: usize) -> Self {
        self.left += commits;
        self
    }

    /// The same that leaves all of a commit or nothing, as a stream does whose batches are taken whole: who follows it while
    /// it is written reads nothing that is torn off again.
    pub(crate) fn whole(mut self) -> Self {
        if matches!(self.remains, Remains::Torn) {
            self.remains = Remains::Nothing;
        }
        self
    }

    /// Appends a commit, or fails.
    fn write(&mut self, commit: &Commit) -> Result<Position, Error> {
        self.left = self.left.saturating_sub(1);
        if self.left > 0 {
            return self.append(commit);
        }
        self.failures.fetch_add(1, Ordering::Relaxed);
        match self.cheat {
            Some(Cheat::WritesTwice) => {
                self.append(commit)?;
                self.dropped -= 1;
                self.left = usize::MAX;
                self.append(commit)
            }
            Some(Cheat::AnswersTooEarly | Cheat::DropsACommit) => {
                self.dropped += 1;
                // Behind an answer that came too early everything else is as it was: power goes.
                self.left = if self.cheat == Some(Cheat::DropsACommit) {
                    usize::MAX
                } else {
                    1
                };
                Ok(Position(self.journal.last().0 + commit.messages.len() as u64 + 1))
            }
            None => {
                match self.remains {
                    Remains::Nothing => {}
                    Remains::Torn => self.tear(commit)?,
                    Remains::All => drop(self.append(commit)?),
                }
                Err(Error::Poisoned)
            }
        }
    }

    /// Appends a commit under the number that is next here.
    fn append(&mut self, commit: &Commit) -> Result<Position, Error> {
        let mut commit = commit.clone();
        commit.marker.batch = commit.marker.batch.saturating_add_signed(-self.dropped);
        self.journal.append(&commit)
    }

    /// Appends a commit, and takes some of its end away again.
    fn tear(&mut self, commit: &Commit) -> Result<(), Error> {
        let (path, before) = last_segment(&self.folder);
        self.append(commit)?;
        let (now, length) = last_segment(&self.folder);
        assert_eq!(now, path, "the world is small enough for one segment");
        let missing = 1 + u64::try_from(self.torn).unwrap() % (length - before);
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_len(length - missing).unwrap();
        Ok(())
    }
}

/// The last segment of a journal, and how long it is.
fn last_segment(folder: &Path) -> (PathBuf, u64) {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let segments = entries.filter(|entry| entry.path().extension().is_some_and(|end| end == "journal"));
    let last = segments.max_by_key(fs::DirEntry::file_name).unwrap();
    (last.path(), last.metadata().unwrap().len())
}

impl Journal for Faulty {
    fn begin(&mut self, commit: Arc<Commit>) -> Result<Begun, Error> {
        self.write(&commit).map(Begun::Durable)
    }

    fn finish(&mut self) -> Result<Position, Error> {
        Err(Error::Idle)
    }

    passes_on!(journal);
}
