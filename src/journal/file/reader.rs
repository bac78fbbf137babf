//! Reads commits while the writer appends. Owns what writer and readers share: the list of segments and the last
//! durable position, behind which no reader ever looks. Must never see a commit that is not synced yet, and never hold
//! up the writer for longer than it takes to look at the list.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::cipher::AtRest;
use crate::journal::file::scan::{Scan, Step};
use crate::journal::file::segment::Segment;
use crate::journal::{Commit, Error, Position, ReadJournal};

/// What the writer tells its readers.
#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Oldest first.
    segments: VecDeque<Arc<Segment>>,
    /// The position of the last durable commit.
    last: Position,
}

/// The segment that holds the next commit behind a position.
struct Stretch {
    segment: Arc<Segment>,
    /// The last commit in it that may be read.
    end: Position,
    /// The segment that follows on it.
    next: Option<Arc<Segment>>,
}

impl Shared {
    /// Begins with `segments`, oldest first, in which everything up to `last` is durable.
    pub(crate) fn new(segments: Vec<Arc<Segment>>, last: Position) -> Shared {
        Shared {
            state: Mutex::new(State {
                segments: segments.into(),
                last,
            }),
        }
    }

    /// Lets readers go up to `last`, which is durable now.
    pub(crate) fn publish(&self, last: Position) {
        self.state().last = last;
    }

    /// Adds the segment that the next commit will be in.
    pub(crate) fn add(&self, segment: Arc<Segment>) {
        self.state().segments.push_back(segment);
    }

    /// Takes the oldest segment out of the list if all of it lies at or before `through` and it is not the last one.
    pub(crate) fn take_oldest(&self, through: Position) -> Option<Arc<Segment>> {
        let mut state = self.state();
        let next = state.segments.get(1)?.header.first;
        if next.0 > through.0.saturating_add(1) {
            return None;
        }
        state.segments.pop_front()
    }

    /// Puts the oldest segment back that could not be removed.
    pub(crate) fn put_back(&self, segment: Arc<Segment>) {
        self.state().segments.push_front(segment);
    }

    /// The first position that is still kept.
    pub(crate) fn first(&self) -> Position {
        self.state().first()
    }

    fn stretch_behind(&self, after: Position) -> Result<Option<Stretch>, Error> {
        let state = self.state();
        let first = state.first();
        if after.0.saturating_add(1) < first.0 {
            return Err(Error::Gone { first });
        }
        if after >= state.last {
            return Ok(None);
        }
        let behind = state
            .segments
            .partition_point(|segment| segment.header.first.0 <= after.0.saturating_add(1));
        let Some(segment) = state.segments.get(behind.saturating_sub(1)).map(Arc::clone) else {
            return Ok(None);
        };
        let next = state.segments.get(behind).map(Arc::clone);
        let end = next
            .as_ref()
            .map_or(state.last, |next| Position(next.header.first.0.saturating_sub(1)));
        Ok(Some(Stretch { segment, end, next }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn first(&self) -> Position {
        self.segments
            .front()
            .map_or(Position(1), |segment| segment.header.first)
    }
}

/// A reader of a file journal.
#[derive(Debug)]
pub(crate) struct FileReader {
    pub(crate) shared: Arc<Shared>,
    /// What commits are decrypted by.
    pub(crate) cipher: AtRest,
}

/// What one call has read so far.
struct Found {
    commits: Vec<(Position, Commit)>,
    bytes: usize,
    bytes_max: usize,
}

impl ReadJournal for FileReader {
    fn read_after(&self, after: Position, bytes_max: usize) -> Result<Vec<(Position, Commit)>, Error> {
        let mut found = Found {
            commits: Vec::new(),
            bytes: 0,
            bytes_max,
        };
        match self.read_into(&mut found, after) {
            // What is whole is handed out first: the call that begins at the damage reports it.
            Err(error) if found.commits.is_empty() => Err(error),
            _ => Ok(found.commits),
        }
    }

    fn first(&self) -> Position {
        self.shared.first()
    }
}

impl FileReader {
    fn read_into(&self, found: &mut Found, mut after: Position) -> Result<(), Error> {
        while let Some(stretch) = self.shared.stretch_behind(after)? {
            let full = stretch
                .read_into((found, &self.cipher), after)
                .map_err(|error| self.gone_meanwhile(error))?;
            if full {
                break;
            }
            after = stretch.end;
        }
        Ok(())
    }

    /// A segment that was let go between looking at the list and opening the file is gone, not broken.
    fn gone_meanwhile(&self, error: Error) -> Error {
        match error {
            Error::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => Error::Gone {
                first: self.shared.first(),
            },
            other => other,
        }
    }
}

impl Stretch {
    /// Reads the commits behind `after`, and says whether `found` is full.
    fn read_into(&self, (found, cipher): (&mut Found, &AtRest), after: Position) -> Result<bool, Error> {
        let segment = &self.segment;
        let mut scan = Scan::new(Arc::clone(segment), segment.place_before(after))?;
        while scan.at().position < self.end {
            let offset = scan.at().offset;
            let frame = match scan.step()? {
                Step::Frame(frame) => frame,
                Step::End => return Err(segment.corrupt(offset, "segment ends before its last commit")),
                Step::Unreadable(reason) => return Err(segment.corrupt(offset, reason)),
            };
            if frame.head.position <= after {
                continue;
            }
            let bytes = usize::try_from(frame.head.body_bytes).unwrap_or(usize::MAX);
            if !found.commits.is_empty() && bytes > found.bytes_max.saturating_sub(found.bytes) {
                return Ok(true);
            }
            let commit = frame
                .commit(cipher)
                .map_err(|reason| segment.corrupt(offset, reason))?;
            found.commits.push((frame.head.position, commit));
            found.bytes = found.bytes.saturating_add(bytes);
        }
        match &self.next {
            Some(next) if next.header.first_batch != scan.at().batch.saturating_add(1) => {
                Err(next.corrupt(0, "segment does not follow on the batch number before it"))
            }
            _ => Ok(false),
        }
    }
}
