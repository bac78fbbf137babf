//! Reads commits back. Owns the way from a position to whole commits; must never hand out one that is not whole, nor
//! one that is not durable. Called from threads that may block.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::{
    journal::{Commit, Error, Position, ReadJournal},
    nats::journal::{
        assemble::{Assembly, Step},
        layout::Layout,
        shared::Shared,
        stream::{Ends, JournalStream, READ},
        unless_stopped,
    },
};

/// Bytes of one question to the broker.
const RANGE_BYTES: usize = 4 << 20;
const RANGE_BYTES_MIN: usize = 64 << 10;

/// A reader of a journal in a stream. Its calls block, and may not be made from a task of the runtime.
#[derive(Clone, Debug)]
pub(crate) struct JetStreamReader {
    pub(crate) runtime: Handle,
    pub(crate) stream: JournalStream,
    pub(crate) layout: Layout,
    pub(crate) shared: Arc<Shared>,
    /// Ends the waiting for the broker.
    pub(crate) stop: CancellationToken,
}

impl ReadJournal for JetStreamReader {
    fn read_after(&self, after: Position, bytes_max: usize) -> Result<Vec<(Position, Commit)>, Error> {
        if let Some(latest) = self.shared.latest(after, bytes_max) {
            let owned = latest
                .into_iter()
                .map(|(at, commit)| (at, commit.as_ref().clone()));
            return Ok(owned.collect());
        }
        let last = self.shared.last();
        if after >= last {
            return Ok(Vec::new());
        }
        let reading = unless_stopped(&self.stop, READ, self.read(after, last, bytes_max));
        self.runtime.block_on(reading)
    }

    fn first(&self) -> Position {
        self.shared.first()
    }
}

/// What one call has read so far.
struct Found {
    commits: Vec<(Position, Commit)>,
    bytes: usize,
    bytes_max: usize,
}

/// How a walk over messages ended.
enum Walked {
    /// At the end, or with as much as was asked for.
    Done,
    /// Before anything was found, within a commit that begins at this sequence.
    Within(u64),
}

impl JetStreamReader {
    async fn read(
        &self,
        after: Position,
        last: Position,
        bytes_max: usize,
    ) -> Result<Vec<(Position, Commit)>, Error> {
        let mut found = Found {
            commits: Vec::new(),
            bytes: 0,
            bytes_max,
        };
        match self.read_into(&mut found, after, last).await {
            // What is whole is handed out first: the call that begins at the damage reports it.
            Err(error) if found.commits.is_empty() => Err(self.gone_meanwhile(after).await.unwrap_or(error)),
            _ => Ok(found.commits),
        }
    }

    /// What cannot be read may have been let go of while it was read.
    async fn gone_meanwhile(&self, after: Position) -> Option<Error> {
        let ends = self.stream.ends().await.ok()?;
        let is_gone = after.0.saturating_add(1) < ends.first;
        is_gone.then(|| Error::Gone {
            first: Position(ends.first),
        })
    }

    async fn read_into(&self, found: &mut Found, after: Position, last: Position) -> Result<(), Error> {
        let ends = self.ends(last).await?;
        let gone = || Error::Gone {
            first: Position(ends.first),
        };
        let behind = after.0.saturating_add(1);
        if behind < ends.first {
            return Err(gone());
        }
        let Walked::Within(begin) = self.walk(found, behind, last).await? else {
            return Ok(());
        };
        // The position asked for lies within a commit, which is read from its beginning.
        if begin < ends.first {
            return Err(gone());
        }
        match self.walk(found, begin, last).await? {
            Walked::Done if found.commits.first().is_none_or(|(first, _)| *first > after) => Ok(()),
            _ => Err(self.stream.misfit(begin, "commit is not whole")),
        }
    }

    /// Reads commits from the sequence `at` on.
    async fn walk(&self, found: &mut Found, mut at: u64, last: Position) -> Result<Walked, Error> {
        let (mut assembly, mut bytes) = (Assembly::default(), 0_usize);
        while at <= last.0 {
            let wanted = found
                .bytes_max
                .saturating_sub(found.bytes)
                .clamp(RANGE_BYTES_MIN, RANGE_BYTES);
            for message in self.stream.range(at, last.0, wanted).await? {
                bytes = bytes.saturating_add(message.body.len());
                if self.stream.is_mirror && message.sequence > at {
                    // Its origin let go of what is missing before the mirror had it: the rest begins here.
                    let first = Position(message.sequence);
                    return Err(Error::Gone { first });
                }
                let step = assembly.take(&self.layout, message, at);
                match step.map_err(|(sequence, reason)| self.stream.misfit(sequence, reason))? {
                    Step::More => {}
                    Step::Commit(position, commit) => {
                        let total = found.bytes.saturating_add(std::mem::take(&mut bytes));
                        if total > found.bytes_max && !found.commits.is_empty() {
                            return Ok(Walked::Done);
                        }
                        found.bytes = total;
                        found.commits.push((position, *commit));
                    }
                    Step::Lacks(begin) if found.commits.is_empty() => return Ok(Walked::Within(begin)),
                    Step::Lacks(_) => return Err(self.stream.misfit(at, "commit is not whole")),
                }
                at = at.saturating_add(1);
            }
            if found.bytes >= found.bytes_max && !found.commits.is_empty() {
                break;
            }
        }
        Ok(Walked::Done)
    }

    /// Where the stream begins and ends; it has to hold what was acknowledged.
    async fn ends(&self, last: Position) -> Result<Ends, Error> {
        let ends = self.stream.ends_behind(last.0).await?;
        self.shared.set_first(Position(ends.first));
        Ok(ends)
    }
}
