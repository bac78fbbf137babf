//! Updates: the published messages of committed batches, read back from the journal from any position on.

use crate::{
    engine::answer::{Query, QueryError},
    journal::{self, Position},
};

/// Bytes of commits that one read takes from the journal, about.
const READ_BYTES: usize = 1 << 20;

/// One published message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Its position, by which a subscriber resumes.
    pub position: Position,
    /// Where it is published.
    pub subject: String,
    /// The ids of the profiles it concerns, separated by commas.
    pub key: String,
    /// What subscribers get.
    pub body: Vec<u8>,
}

impl Update {
    /// The profile of which this is a new version, if it is that.
    pub fn updated(&self) -> Option<&str> {
        let (_, rest) = self.subject.split_once(".profile.updated.")?;
        Some(rest)
    }
}

impl Query {
    /// The messages behind `cursor`, oldest first: at least `messages_max` of them, if there are so many, up to the end
    /// of a commit. Nothing that is not yet visible to queries.
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

    /// The same up to `last`, which the journal reaches.
    pub(crate) fn updates_between(
        &self,
        cursor: Position,
        last_wanted: Position,
        messages_max: usize,
    ) -> Result<Vec<Update>, QueryError> {
        let mut updates = Vec::new();
        let mut after = cursor;
        while updates.len() < messages_max && after < last_wanted {
            let commits = self
                .journal()
                .read_after(after, READ_BYTES)
                .map_err(|error| match error {
                    journal::Error::Gone { first } => QueryError::Gone { first },
                    other => QueryError::Journal(other),
                })?;
            let Some((last, _)) = commits.last() else { break };
            after = *last;
            for (position, commit) in commits {
                if position > last_wanted {
                    return Ok(updates);
                }
                let count = u64::try_from(commit.messages.len()).unwrap_or(u64::MAX);
                let mut at = Position(position.0.saturating_sub(count));
                for message in commit.messages {
                    if at > cursor {
                        let (subject, key, body) = (message.subject, message.key, message.body);
                        updates.push(Update {
                            position: at,
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
