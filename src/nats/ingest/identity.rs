//! Whether the input stream is still the one that was read: pure, decided from what the stream says of itself.
//!
//! Positions are numbers that a server hands out. A stream that was made anew, or lost its end and grew on, hands the
//! same numbers out again, and messages that are gone leave no trace behind: reading on would skip them in silence.

use crate::journal::InputPosition;

/// The stream as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamState {
    /// Its name.
    pub stream: String,
    /// When it was made, in nanoseconds since the Unix epoch.
    pub created_ns: i64,
    /// The number of the oldest message it keeps; one more than the last where it keeps none.
    pub first: u64,
    /// The number of the newest message it ever took.
    pub last: u64,
}

/// Why the stream is not the one that was read. Nothing is skipped: what to do about it is its operator's decision.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The stream is not there any more.
    #[error(
        "follow the stream {stream}: it does not exist any more; restore it, or start on a new data folder or journal"
    )]
    Missing {
        /// The stream.
        stream: String,
    },
    /// Another stream was read so far.
    #[error(
        "follow the stream {stream}: {read} was read so far; set the name back, or start on a new journal"
    )]
    OtherStream {
        /// The stream.
        stream: String,
        /// The one that was read.
        read: String,
    },
    /// It was made anew.
    #[error(
        "follow the stream {stream}: it was deleted and made anew since message {sequence} of it was read; restore it, or start on a new journal"
    )]
    Recreated {
        /// The stream.
        stream: String,
        /// The last message that was read.
        sequence: u64,
    },
    /// It lost messages that were read.
    #[error(
        "follow the stream {stream}: it ends at message {last}, but message {sequence} was read from it; it lost its end, restore it, or start on a new journal"
    )]
    LostTail {
        /// The stream.
        stream: String,
        /// The last message that was read.
        sequence: u64,
        /// The last message it has.
        last: u64,
    },
    /// It dropped messages that were not read.
    #[error(
        "follow the stream {stream}: it keeps messages from {first} on, but only those up to {sequence} were read; the ones between are lost, keep them longer (max_age, max_bytes)"
    )]
    RetentionPassed {
        /// The stream.
        stream: String,
        /// The last message that was read.
        sequence: u64,
        /// The oldest message it keeps.
        first: u64,
    },
    /// It has another message under a number that was read.
    #[error(
        "follow the stream {stream}: message {sequence} is another one than the one that was read; it lost its end and grew on, restore it, or start on a new journal"
    )]
    Reused {
        /// The stream.
        stream: String,
        /// The number.
        sequence: u64,
    },
}

/// What the first message behind a position says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum First {
    /// It is the very message that was read last.
    Read,
    /// It comes later: the one that was read has to be gone.
    Later,
}

/// Whether a stream in `state` goes on from `read`.
///
/// # Errors
/// [`IdentityError`], but for [`IdentityError::Reused`], which only the messages can tell.
pub fn check_state(read: &InputPosition, state: &StreamState) -> Result<(), IdentityError> {
    let (stream, sequence) = (state.stream.clone(), read.sequence);
    if read.stream != stream {
        let read = read.stream.clone();
        return Err(IdentityError::OtherStream { stream, read });
    }
    if read.created_ns != state.created_ns {
        return Err(IdentityError::Recreated { stream, sequence });
    }
    if state.last < sequence {
        let last = state.last;
        return Err(IdentityError::LostTail {
            stream,
            sequence,
            last,
        });
    }
    if state.first > sequence.saturating_add(1) {
        let first = state.first;
        return Err(IdentityError::RetentionPassed {
            stream,
            sequence,
            first,
        });
    }
    Ok(())
}

/// Whether the first message that the stream gives from `read` on is the one that was read, by its digest.
///
/// # Errors
/// [`IdentityError::Reused`].
pub(crate) fn check_first(
    read: &InputPosition,
    sequence: u64,
    digest: [u8; 16],
) -> Result<First, IdentityError> {
    if sequence > read.sequence {
        return Ok(First::Later);
    }
    if sequence == read.sequence && digest == read.digest {
        return Ok(First::Read);
    }
    Err(reused(read))
}

/// The refusal of a stream that has something else where `read` was.
pub(crate) fn reused(read: &InputPosition) -> IdentityError {
    IdentityError::Reused {
        stream: read.stream.clone(),
        sequence: read.sequence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sequence: u64) -> InputPosition {
        InputPosition {
            stream: "YEKTA_EVENTS".into(),
            created_ns: 7,
            sequence,
            digest: [1; 16],
        }
    }

    fn check(sequence: u64, created_ns: i64, first: u64, last: u64) -> Option<String> {
        let state = StreamState {
            stream: "YEKTA_EVENTS".into(),
            created_ns,
            first,
            last,
        };
        check_state(&read(sequence), &state).err().map(|error| {
            let shown = format!("{error:?}");
            shown.split([' ', '{']).next().unwrap_or_default().to_owned()
        })
    }

    #[test]
    fn a_stream_goes_on_from_where_it_was_read_or_says_why_not() {
        for ((sequence, created_ns, first, last), expected) in [
            ((10, 7, 1, 10), None),
            ((10, 7, 1, 900), None),
            ((10, 7, 10, 10), None),
            // All that was read is gone, nothing that was not.
            ((10, 7, 11, 10), None),
            ((10, 7, 11, 12), None),
            ((10, 7, 12, 12), Some("RetentionPassed")),
            ((10, 7, 1, 9), Some("LostTail")),
            ((10, 8, 1, 10), Some("Recreated")),
            // Also where the new one has grown beyond it, or is still shorter.
            ((10, 6, 1, 900), Some("Recreated")),
            ((10, 6, 1, 2), Some("Recreated")),
        ] {
            let found = check(sequence, created_ns, first, last);
            assert_eq!(
                found.as_deref(),
                expected,
                "{sequence} {created_ns} {first} {last}"
            );
        }
    }

    #[test]
    fn another_streams_position_says_nothing_of_this_one() {
        let state = StreamState {
            stream: "OTHER".into(),
            created_ns: 7,
            first: 1,
            last: 10,
        };
        let error = check_state(&read(10), &state).unwrap_err();
        assert!(matches!(error, IdentityError::OtherStream { .. }));
    }

    #[test]
    fn the_message_that_was_read_is_known_again() {
        assert_eq!(check_first(&read(10), 10, [1; 16]), Ok(First::Read));
        assert_eq!(check_first(&read(10), 12, [2; 16]), Ok(First::Later));
        assert_eq!(check_first(&read(10), 10, [2; 16]), Err(reused(&read(10))));
        assert_eq!(check_first(&read(10), 9, [1; 16]), Err(reused(&read(10))));
    }

    #[test]
    fn each_refusal_is_one_sentence() {
        let (stream, sequence) = ("S".to_owned(), 3);
        for error in [
            IdentityError::Missing {
                stream: stream.clone(),
            },
            IdentityError::OtherStream {
                stream: stream.clone(),
                read: "T".into(),
            },
            IdentityError::Recreated {
                stream: stream.clone(),
                sequence,
            },
            IdentityError::LostTail {
                stream: stream.clone(),
                sequence,
                last: 2,
            },
            IdentityError::RetentionPassed {
                stream: stream.clone(),
                sequence,
                first: 9,
            },
            IdentityError::Reused { stream, sequence },
        ] {
            let text = error.to_string();
            assert!(
                text.starts_with("follow the stream S: ") && !text.contains(". "),
                "{text}"
            );
        }
    }
}
