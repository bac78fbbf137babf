//! The outgoing stream: what was published, about profiles or as a dead letter.
//!
//! The last message stays whatever it is: from it the server knows where in the journal to go on, and would otherwise take
//! from there once more what was erased. The notice that a profile is erased stays too, and is behind all of that profile.

use std::fmt;

use crate::nats::expunge::{Expunge, error::ExpungeError, pass::Pass};

/// A message as it was published. `Debug` shows its place and length alone.
#[derive(Clone, Copy)]
pub struct Published<'a> {
    /// Its number in the stream.
    pub sequence: u64,
    /// Where it was published.
    pub subject: &'a str,
    /// What subscribers got.
    pub body: &'a [u8],
}

impl fmt::Debug for Published<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Published({}, {} bytes)", self.sequence, self.body.len())
    }
}

/// Where the notice of an erasure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// There.
    At(u64),
    /// The stream dropped it since, and all before it.
    Dropped,
}

/// Says whether a published message goes.
pub type Goes<'a> = &'a (dyn Fn(Published<'_>) -> bool + Send + Sync);

impl Expunge {
    /// The notice of an erasure, the last one of its profile.
    ///
    /// # Errors
    /// [`ExpungeError::Behind`] where the stream has not taken it from the journal yet.
    pub async fn notice(&self, profile: &str, erasure: &str, at_us: i64) -> Result<Notice, ExpungeError> {
        let stream = self.names.out();
        let subject = format!("{}.profile.erased.{profile}", self.names.prefix());
        let found = self.eraser(stream.clone()).last_message(&subject).await?;
        if let Some(message) = found {
            let body = &message.payload;
            if body.windows(erasure.len()).any(|part| part == erasure.as_bytes()) {
                return Ok(Notice::At(message.sequence));
            }
        }
        let info = self.info(&stream).await?;
        let state = &info.state;
        let first_us = state.first_timestamp.unix_timestamp_nanos() / 1_000;
        let lags = info.sources.iter().any(|source| source.lag > 0);
        let is_behind = match state.messages {
            0 => lags,
            _ => first_us <= i128::from(at_us),
        };
        match !is_behind {
            true => Ok(Notice::Dropped),
            false => Err(ExpungeError::Behind { stream }),
        }
    }

    /// Erases the messages up to `through` that `goes` names; how many there were. Whoever no longer waits for it has erased
    /// some of them.
    ///
    /// # Errors
    /// [`ExpungeError`].
    pub async fn out(&self, through: u64, goes: Goes<'_>) -> Result<u64, ExpungeError> {
        Box::pin(self.erase_out(through, goes)).await
    }

    async fn erase_out(&self, through: u64, goes: Goes<'_>) -> Result<u64, ExpungeError> {
        let (stream, all) = (self.names.out(), format!("{}.>", self.names.prefix()));
        let eraser = self.eraser(stream.clone());
        let Some(last) = eraser.last(&all).await? else {
            return Ok(0);
        };
        let through = through.min(last.saturating_sub(1));
        let mut pass = Pass::new(self.read(&stream, all), through, self.ack_timeout);
        let mut erased = 0_u64;
        loop {
            let messages = pass.more().await;
            let messages =
                messages.map_err(|interruption| ExpungeError::broker("read", &stream, interruption))?;
            if messages.is_empty() {
                return Ok(erased);
            }
            let going = messages.iter().filter(|message| {
                goes(Published {
                    sequence: message.sequence,
                    subject: &message.subject,
                    body: &message.body,
                })
            });
            let going: Vec<u64> = going.map(|message| message.sequence).collect();
            erased = erased.saturating_add(eraser.erase(&going).await?);
        }
    }
}
