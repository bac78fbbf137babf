//! Updates: the published messages of committed batches, read back from the journal from any position on.

use crate::{
    engine::queries::answer::{Query, QueryError},
    journal::{self, Position},
    store::ErasureRecord,
};

/// Bytes of commits that one read takes from the journal, about.
const READ_BYTES: usize = 1 << 20;

/// One published message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Its position, by which a subscriber resumes.
    pub position: Position,
    /// The number of the input that its commit goes on behind, if the input is a stream.
    pub consumed: Option<u64>,
    /// Where it is published.
    pub subject: String,
    /// The ids of the profiles it concerns, separated by commas.
    pub key: String,
    /// What subscribers get.
    pub body: Vec<u8>,
}

/// Where `yekta.v1.<tenant>.` ends.
const PREFIX_WORDS: usize = 3;

impl Update {
    /// The words of its subject behind the tenant: what kind of message it is, and of what.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.subject.split('.').skip(PREFIX_WORDS)
    }

    /// Whether it is about profiles: a new version of one, or what became of their ids.
    pub fn is_of_profiles(&self) -> bool {
        self.words().next() == Some("profile")
    }

    /// The profile of which this is a new version, if it is that.
    pub fn updated(&self) -> Option<&str> {
        self.profile_that("updated")
    }

    /// The profile that left a partition, if that is what it says.
    pub fn departed(&self) -> Option<&str> {
        self.profile_that("departed")
    }

    fn profile_that(&self, did: &str) -> Option<&str> {
        let mut words = self.words();
        let is_it = words.next() == Some("profile") && words.next() == Some(did);
        words.next().filter(|_| is_it)
    }
}

impl Query {
    /// The first position that is kept.
    pub fn first(&self) -> Position {
        self.journal().first()
    }

    /// The messages behind `cursor`, oldest first: at least `messages_max` of them, if there are so many, up to the end
    /// of a commit. Nothing that is not yet visible to queries, nor what was published of who was erased since.
    ///
    /// # Errors
    /// [`QueryError::Gone`] where the journal no longer reaches back so far, or not yet there: it was restored since, and
    /// what the cursor was told of is not in it.
    pub fn updates_after(&self, cursor: Position, messages_max: usize) -> Result<Vec<Update>, QueryError> {
        let visible = self.applied();
        if cursor > visible {
            let first = self.journal().first();
            return Err(QueryError::Gone { first });
        }
        self.updates_between(cursor, visible, messages_max)
    }

    /// The same up to `last`, which the journal reaches and readers may not see yet.
    pub(crate) fn updates_between(
        &self,
        cursor: Position,
        last: Position,
        messages_max: usize,
    ) -> Result<Vec<Update>, QueryError> {
        if cursor >= last {
            return Ok(Vec::new());
        }
        let withdrawn = self.withdrawn()?;
        let mut updates = Vec::new();
        let mut after = cursor;
        while updates.len() < messages_max && after < last {
            let commits = self
                .journal()
                .read_after(after, READ_BYTES)
                .map_err(|error| match error {
                    journal::Error::Gone { first } => QueryError::Gone { first },
                    other => QueryError::Journal(other),
                })?;
            let Some((read, _)) = commits.last() else { break };
            after = *read;
            for (position, commit) in commits {
                if position > last {
                    return Ok(updates);
                }
                let count = u64::try_from(commit.messages.len()).unwrap_or(u64::MAX);
                let mut at = Position(position.0.saturating_sub(count));
                let consumed = commit.marker.input.as_ref().map(|input| input.sequence);
                for message in commit.messages {
                    let is_before = |erasure: &ErasureRecord| commit.marker.batch < erasure.batch;
                    if at > cursor && !withdrawn.has(&message.subject, &message.body, is_before)? {
                        let (subject, key, body) = (message.subject, message.key, message.body);
                        updates.push(Update {
                            position: at,
                            consumed,
                            subject,
                            key,
                            body,
                        });
                    }
                    at = Position(at.0.saturating_add(1));
                }
            }
        }
        Ok(updates)
    }
}
