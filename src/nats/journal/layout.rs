//! A commit as the messages of one atomic batch. Owns their order; must never send anything. Called by `writer`.
//!
//! First the changes, packed and cut into pieces (`j.change`); then one message per retired id (`j.retired.<id>`), which
//! deletes its key in the view of profiles, and what that view takes once more, under the same subjects; then what is
//! published, each under its own subject with `j.` behind the tenant; then the marker (`j.commit`). So the position of a
//! published message is the marker's less how many follow.

use async_nats::HeaderMap;
use jiff::Timestamp;

use crate::{
    journal::{
        Anew, Commit, Error, Message,
        codec::{Encoder, length, pack},
    },
    nats::{
        assets::Names,
        batch::{MESSAGES_MAX, Outgoing},
        journal::{
            cloud::{self, Envelope},
            record::{Counts, Record, add_to},
            retired::retired,
        },
    },
};

/// Bytes of a piece of the changes: far below what servers take as one message.
const PIECE_BYTES: usize = 256 << 10;
/// Bytes of a header that fills a block: about half of what servers take as the headers of one message.
const BLANK_BYTES: usize = 32 << 10;
/// Bytes of a block of the server's, at most.
pub(crate) const BLOCK_BYTES: usize = 8 << 20;

/// Subjects of the journal, behind its `j.`.
pub(crate) const CHANGE: &str = "change";
pub(crate) const COMMIT: &str = "commit";
pub(crate) const EPOCH: &str = "epoch";
pub(crate) const RETIRED: &str = "retired";

/// A commit that can be sent.
#[derive(Debug)]
pub(crate) struct Laid {
    /// The messages of the batch, the marker last.
    pub(crate) messages: Vec<Outgoing>,
    /// About how large it is, in bytes.
    pub(crate) bytes: usize,
}

/// How commits become messages.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) names: Names,
    /// The largest commit that is taken, in bytes before compression.
    pub(crate) bytes_max: usize,
    /// Bytes of one piece at most.
    pub(crate) piece_bytes: usize,
}

impl Layout {
    pub(crate) fn new(names: Names, bytes_max: usize, max_payload: usize) -> Self {
        Self {
            names,
            bytes_max,
            piece_bytes: PIECE_BYTES.min(max_payload / 2).max(1),
        }
    }

    /// The messages of `commit`, with what the view of profiles takes once more.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::TooMany`]; [`Error::Broker`] where a message has a subject that no stream takes.
    pub(crate) fn lay(&self, commit: &Commit, anew: Option<&Anew>) -> Result<Laid, Error> {
        let bytes = length(commit);
        let too_large = || Error::TooLarge {
            bytes_max: self.bytes_max,
        };
        if bytes > self.bytes_max {
            return Err(too_large());
        }
        let mut encoder = Encoder::new(bytes, self.bytes_max);
        encoder.changes(&commit.changes)?;
        let plain = encoder.into_bytes();
        let length = u32::try_from(plain.len()).map_err(|_| too_large())?;
        let packed = pack(&plain);
        let changes = packed.as_ref().unwrap_or(&plain);

        let mut sum = crc32fast::Hasher::new();
        let mut messages: Vec<Outgoing> = Vec::new();
        for piece in changes.chunks(self.piece_bytes) {
            messages.push(self.own(CHANGE, piece, &mut sum));
        }
        let pieces = messages.len();
        for id in retired(&commit.messages, self.names.prefix()) {
            let mut message = self.own(&format!("{RETIRED}.{id}"), &[], &mut sum);
            cloud::deletion(&mut message.headers);
            messages.push(message);
        }
        if let Some(anew) = anew {
            self.anew(anew, &mut sum, &mut messages);
        }
        let retired = messages.len().saturating_sub(pieces);
        self.published(commit, &mut sum, &mut messages)?;
        let total = messages.len().saturating_add(1);
        if total > MESSAGES_MAX {
            return Err(Error::TooMany {
                messages: total,
                messages_max: MESSAGES_MAX,
            });
        }
        let count = |count| u32::try_from(count).map_err(|_| too_large());
        let record = Record {
            marker: commit.marker.clone(),
            counts: Counts {
                pieces: count(pieces)?,
                retired: count(retired)?,
                messages: count(commit.messages.len())?,
            },
            is_packed: packed.is_some(),
            length,
        };
        messages.push(Outgoing {
            subject: self.names.in_journal(COMMIT),
            headers: HeaderMap::new(),
            body: record.seal(sum)?.into(),
        });
        Ok(Laid { messages, bytes })
    }

    /// What the view takes once more. Readers of the journal count it among the retired ids and pass over it.
    fn anew(&self, anew: &Anew, sum: &mut crc32fast::Hasher, messages: &mut Vec<Outgoing>) {
        match anew {
            Anew::Blanks => {
                let bytes = BLANK_BYTES.min(self.piece_bytes);
                let (blank, count) = (".".repeat(bytes), BLOCK_BYTES.div_ceil(bytes).saturating_add(1));
                // Each takes the place of the one before; the last one stays, and is small. All are empty, as readers of the
                // view are used to of whatever is deleted.
                for blank in std::iter::repeat_n(Some(blank.as_str()), count).chain([None]) {
                    let mut message = self.own(&format!("{RETIRED}.{}", Names::BLANK), &[], sum);
                    cloud::deletion(&mut message.headers);
                    if let Some(blank) = blank {
                        message.headers.insert("Yekta-Blank", blank);
                    }
                    messages.push(message);
                }
            }
            Anew::Documents(documents) => {
                for document in documents {
                    let rest = format!("{RETIRED}.{}", document.key);
                    let mut message = self.own(&rest, &document.body, sum);
                    message.headers.insert("Content-Type", "application/json");
                    messages.push(message);
                }
            }
        }
    }

    /// A message of the journal's own.
    fn own(&self, rest: &str, body: &[u8], sum: &mut crc32fast::Hasher) -> Outgoing {
        let subject = self.names.in_journal(rest);
        add_to(sum, &subject, "", None, body);
        Outgoing {
            subject,
            headers: HeaderMap::new(),
            body: body.to_vec().into(),
        }
    }

    fn published(
        &self,
        commit: &Commit,
        sum: &mut crc32fast::Hasher,
        messages: &mut Vec<Outgoing>,
    ) -> Result<(), Error> {
        let time = Timestamp::from_microsecond(commit.marker.time_us)
            .unwrap_or(Timestamp::UNIX_EPOCH)
            .to_string();
        let envelope = Envelope {
            tenant: self.names.tenant(),
            batch: commit.marker.batch,
            time: &time,
        };
        for (index, message) in commit.messages.iter().enumerate() {
            let rest = self.rest(message).ok_or_else(|| Error::Broker {
                attempt: "append to",
                source: "a message has a subject that is none of the tenant's published ones".into(),
            })?;
            let subject = self.names.in_journal(rest);
            add_to(
                sum,
                &subject,
                &message.key,
                message.trace.as_deref(),
                &message.body,
            );
            messages.push(Outgoing {
                headers: cloud::headers(&envelope, index, rest, message),
                subject,
                body: message.body.clone().into(),
            });
        }
        Ok(())
    }

    /// A message's subject behind the tenant's prefix, if it can be in the journal beside the journal's own.
    fn rest<'a>(&self, message: &'a Message) -> Option<&'a str> {
        let rest = message
            .subject
            .strip_prefix(self.names.prefix())?
            .strip_prefix('.')?;
        let first = rest.split('.').next()?;
        let is_token = |token: &str| {
            !token.is_empty()
                && token
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'*' | b'>'))
        };
        (![CHANGE, COMMIT, EPOCH, RETIRED].contains(&first) && rest.split('.').all(is_token)).then_some(rest)
    }

    /// The subject that a message of the journal was published under; `None` for the journal's own.
    pub(crate) fn outside(&self, subject: &str) -> Option<String> {
        let rest = self.inside(subject)?;
        Some(format!("{}.{rest}", self.names.prefix()))
    }

    /// A subject behind the journal's `j.`.
    pub(crate) fn inside<'a>(&self, subject: &'a str) -> Option<&'a str> {
        subject.strip_prefix(self.names.prefix())?.strip_prefix(".j.")
    }
}
