//! Appending in a thread of its own: while one commit is sealed, written and synced, its caller prepares the next.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread::JoinHandle,
};

use crate::journal::{Commit, Error, Position, file::disk, file::tail::Tail};

/// The thread that appends, and the commits on their way through it.
#[derive(Debug)]
pub(crate) struct Appender {
    /// Gone once it is to end.
    commits: Option<Sender<Arc<Commit>>>,
    appended: Receiver<Result<Position, Error>>,
    under_way: usize,
    thread: Option<JoinHandle<()>>,
}

impl Appender {
    /// Begins the thread.
    pub(crate) fn over(tail: Tail) -> Result<Self, Error> {
        let (commits, handed_over) = channel();
        let (tell, appended) = channel();
        let folder = tail.folder.clone();
        let thread = std::thread::Builder::new()
            .name("yekta-journal".to_owned())
            .spawn(move || work(tail, &handed_over, &tell))
            .map_err(disk::failed("start a thread for", &folder))?;
        Ok(Self {
            commits: Some(commits),
            appended,
            under_way: 0,
            thread: Some(thread),
        })
    }

    /// Hands a commit over, which follows on the one before. Where an earlier one failed the thread has ended: that is told
    /// when that one is waited for, so that its cause is told first.
    pub(crate) fn begin(&mut self, commit: Arc<Commit>) {
        self.commits
            .iter()
            .for_each(|commits| drop(commits.send(Arc::clone(&commit))));
        self.under_way = self.under_way.saturating_add(1);
    }

    /// Waits for the oldest commit that was handed over.
    pub(crate) fn finish(&mut self) -> Result<Position, Error> {
        self.under_way = self.under_way.checked_sub(1).ok_or(Error::Idle)?;
        self.appended.recv().unwrap_or(Err(Error::Poisoned))
    }
}

impl Drop for Appender {
    fn drop(&mut self) {
        self.commits = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that appends to the journal panicked");
        }
    }
}

/// Appends what is handed over until nobody hands over any more or one fails: nothing may follow on that.
fn work(mut tail: Tail, commits: &Receiver<Arc<Commit>>, tell: &Sender<Result<Position, Error>>) {
    for commit in commits {
        let appended = tail.append(&commit);
        let failed = appended.is_err();
        if tell.send(appended).is_err() || failed {
            break;
        }
    }
}
