//! Appending in a thread of its own: while one commit is sealed, written and synced, its caller prepares the next.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread::JoinHandle,
};

use crate::journal::{Commit, Error, Position, file::disk, file::tail::Tail};

/// What the thread is handed.
#[derive(Debug)]
enum Task {
    Append(Arc<Commit>),
    /// To begin a new segment, and whom to tell.
    Roll(Sender<Result<(), Error>>),
}

/// The thread that appends, and the commits on their way through it.
#[derive(Debug)]
pub(crate) struct Appender {
    /// Gone once it is to end.
    tasks: Option<Sender<Task>>,
    appended: Receiver<Result<Position, Error>>,
    under_way: usize,
    thread: Option<JoinHandle<()>>,
}

impl Appender {
    /// Begins the thread.
    pub(crate) fn over(tail: Tail) -> Result<Self, Error> {
        let (tasks, handed_over) = channel();
        let (tell, appended) = channel();
        let folder = tail.folder.clone();
        let thread = std::thread::Builder::new()
            .name("yekta-journal".to_owned())
            .spawn(move || work(tail, &handed_over, &tell))
            .map_err(disk::failed("start a thread for", &folder))?;
        Ok(Self {
            tasks: Some(tasks),
            appended,
            under_way: 0,
            thread: Some(thread),
        })
    }

    /// Hands a commit over, which follows on the one before. Where an earlier one failed the thread has ended: that is told
    /// when that one is waited for, so that its cause is told first.
    pub(crate) fn begin(&mut self, commit: Arc<Commit>) {
        self.hand_over(Task::Append(commit));
        self.under_way = self.under_way.saturating_add(1);
    }

    /// Begins a new segment behind what was handed over, and waits until it is there.
    pub(crate) fn roll(&mut self) -> Result<(), Error> {
        let (tell, rolled) = channel();
        self.hand_over(Task::Roll(tell));
        rolled.recv().unwrap_or(Err(Error::Poisoned))
    }

    /// Waits for the oldest commit that was handed over.
    pub(crate) fn finish(&mut self) -> Result<Position, Error> {
        self.under_way = self.under_way.checked_sub(1).ok_or(Error::Idle)?;
        self.appended.recv().unwrap_or(Err(Error::Poisoned))
    }

    fn hand_over(&self, task: Task) {
        if let Some(tasks) = &self.tasks {
            drop(tasks.send(task));
        }
    }
}

impl Drop for Appender {
    fn drop(&mut self) {
        self.tasks = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that appends to the journal panicked");
        }
    }
}

/// Does what is handed over until nobody hands over any more or something fails: nothing may follow on that.
fn work(mut tail: Tail, tasks: &Receiver<Task>, tell: &Sender<Result<Position, Error>>) {
    for task in tasks {
        let (failed, told) = match task {
            Task::Append(commit) => {
                let appended = tail.append(&commit);
                (appended.is_err(), tell.send(appended).is_ok())
            }
            Task::Roll(tell) => {
                let rolled = tail.roll();
                (rolled.is_err(), tell.send(rolled).is_ok())
            }
        };
        if failed || !told {
            break;
        }
    }
}
