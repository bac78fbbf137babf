//! The commit record: what one micro-batch made durable. Plain data; must never know how or where it is kept.
//! Made by the engine, carried by every journal. `Debug` shows sizes only, for bodies and keys hold personal data.

use std::fmt;

/// A position in the journal: the sequence number of a message, from 1.
///
/// A commit with n messages occupies n + 1 positions, its messages and then its marker, and the commit's own
/// position is the marker's. A JetStream stream counts in the same way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub u64);

impl Position {
    /// Before the first message.
    pub const START: Position = Position(0);

    /// The position of a commit with `messages` messages that follows directly on the one at `self`.
    // Nobody uses up 64 bits of positions: saturating only keeps hostile bytes from a panic.
    pub(crate) fn of_next(self, messages: u32) -> Position {
        Position(self.0.saturating_add(u64::from(messages)).saturating_add(1))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One published message of a commit.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Where it is published.
    pub subject: String,
    /// The opaque id of what it is about, such as a profile id, for filters; empty when it is about nothing.
    pub key: String,
    /// What subscribers get, as it is.
    pub body: Vec<u8>,
    /// The W3C trace context of what caused it, where that came with one.
    pub trace: Option<String>,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Message({}+{}+{} bytes)",
            self.subject.len(),
            self.key.len(),
            self.body.len()
        )
    }
}

/// One change to the materialised view.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    /// The key in the view.
    pub key: Vec<u8>,
    /// The value to put, or `None` to delete the key.
    pub value: Option<Vec<u8>>,
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "Put({}+{} bytes)", self.key.len(), value.len()),
            None => write!(f, "Delete({} bytes)", self.key.len()),
        }
    }
}

/// Up to where the input was consumed when a commit was made, and how to know that message again: a stream that was
/// made anew, or lost its end and grew on, has another message under the same number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputPosition {
    /// The name of the input stream.
    pub stream: String,
    /// When that stream was made, in nanoseconds since the Unix epoch.
    pub created_ns: i64,
    /// The sequence of the last message of that stream that is part of this commit or an earlier one; 0 before any.
    pub sequence: u64,
    /// The first bytes of the SHA-256 of that message: subject, headers and body.
    pub digest: [u8; 16],
}

/// The last record of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// The number of the commit: from 1, without a gap.
    pub batch: u64,
    /// The fingerprint of the whole store after the commit.
    pub fingerprint: [u8; 32],
    /// When the commit was made, in microseconds since the Unix epoch.
    pub time_us: i64,
    /// The input position to go on from, if the input is a stream.
    pub input: Option<InputPosition>,
    /// The writer's term of ownership: a commit of an older epoch is never accepted behind one of a newer.
    pub epoch: u64,
}

/// All effects of one micro-batch, made durable together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// What is published, in order.
    pub messages: Vec<Message>,
    /// What changes in the view, in order.
    pub changes: Vec<Change>,
    /// What closes the commit.
    pub marker: Marker,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_holds_no_content() {
        let secret = "sara@example.org";
        let message = Message {
            subject: secret.into(),
            key: secret.into(),
            body: secret.into(),
            trace: Some(secret.into()),
        };
        let change = Change {
            key: secret.into(),
            value: Some(secret.into()),
        };
        assert_eq!(
            format!("{message:?} {change:?}"),
            "Message(16+16+16 bytes) Put(16+16 bytes)"
        );
    }

    #[test]
    fn a_commit_takes_one_position_more_than_it_has_messages() {
        assert_eq!(Position::START.of_next(0), Position(1));
        assert_eq!(Position(1).of_next(3), Position(5));
        assert_eq!(Position(u64::MAX).of_next(u32::MAX), Position(u64::MAX));
    }
}
