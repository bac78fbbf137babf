//! Reading through a stream once, from its beginning up to a number. Owns the going on after an interruption; must never
//! pass over a message that is there.

use std::time::Duration;

use crate::nats::ingest::{
    error::Interruption,
    input::{Input, Reader},
    read::Read,
};

/// Messages that are given at once, and the bytes of their bodies after which no more are added.
const MESSAGES: usize = 256;
const BYTES: usize = 4 << 20;
/// How often reading is begun again without coming further. From the second time on messages are asked for one by one:
/// one whose headers no client can read breaks the consumer's connection over and over.
const TRIES: u32 = 5;
const TRIES_TOGETHER: u32 = 2;
const PAUSE: Duration = Duration::from_millis(200);

/// A way through the messages of a stream.
pub(crate) struct Pass {
    input: Input,
    /// The first number that was not read.
    next: u64,
    /// The last one that is wanted.
    through: u64,
    /// How long the server may let wait for a message that it has.
    patience: Duration,
    reader: Option<Reader>,
    is_done: bool,
}

impl Pass {
    pub(crate) fn new(input: Input, through: u64, patience: Duration) -> Self {
        Self {
            input,
            next: 1,
            through,
            patience,
            reader: None,
            is_done: through == 0,
        }
    }

    /// The next messages, in their order; none at the end. Those that were deleted leave no trace.
    ///
    /// # Errors
    /// [`Interruption`], where trying again did not help.
    pub(crate) async fn more(&mut self) -> Result<Vec<Read>, Interruption> {
        let mut tries = 0_u32;
        while !self.is_done {
            tries = tries.saturating_add(1);
            let attempt = if tries <= TRIES_TOGETHER {
                self.several().await
            } else {
                self.one_alone().await
            };
            match attempt {
                Ok(messages) if messages.is_empty() => {}
                Ok(messages) => return Ok(messages),
                Err(interruption @ Interruption::Fatal(_)) => return Err(interruption),
                Err(interruption) if tries >= TRIES => return Err(interruption),
                Err(interruption) => {
                    tracing::debug!(error = %interruption, nats.stream = self.input.stream, "reading again");
                    self.reader = None;
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        Ok(Vec::new())
    }

    async fn several(&mut self) -> Result<Vec<Read>, Interruption> {
        let mut reader = match self.reader.take() {
            Some(reader) => reader,
            None => self.input.open(self.next).await?,
        };
        let mut messages = Vec::new();
        if reader.pending > 0 {
            let first = tokio::time::timeout(self.patience, reader.next()).await;
            let first = first.unwrap_or(Err(Interruption::Ended))?;
            let mut bytes = first.body.len();
            messages.push(first);
            while messages.len() < MESSAGES && bytes < BYTES {
                let Some(message) = reader.next_here() else { break };
                let message = message?;
                bytes = bytes.saturating_add(message.body.len());
                messages.push(message);
            }
        }
        let Some(last) = messages.last() else {
            self.is_done = true;
            return Ok(messages);
        };
        self.is_done = last.sequence >= self.through || last.pending == Some(0);
        self.next = last.sequence.saturating_add(1);
        self.reader = Some(reader);
        messages.retain(|message| message.sequence <= self.through);
        Ok(messages)
    }

    async fn one_alone(&mut self) -> Result<Vec<Read>, Interruption> {
        let found = self.input.message_from(self.next).await?;
        let found = found.filter(|message| message.sequence <= self.through);
        match &found {
            Some(message) => self.next = message.sequence.saturating_add(1),
            None => self.is_done = true,
        }
        Ok(found.into_iter().collect())
    }
}
