//! The body of a frame: a marker without its batch number, each message, the changes. The batch number and the number
//! of messages are in the head of the frame, and only there. Called by `frame`, and by the tests that hand it what was
//! never encoded.

use crate::journal::codec::{Decoder, Encoder, Reason, length};
use crate::journal::{Commit, Error};

/// Whether `commit` has a body of no more than `bytes_max`.
///
/// # Errors
/// [`Error::TooLarge`] where it has not.
pub(crate) fn check(commit: &Commit, bytes_max: usize) -> Result<(), Error> {
    match length(commit) <= bytes_max {
        true => Ok(()),
        false => Err(Error::TooLarge { bytes_max }),
    }
}

/// The body of `commit`'s frame.
///
/// # Errors
/// [`Error::TooLarge`] over `bytes_max`.
pub fn encode(commit: &Commit, bytes_max: usize) -> Result<Vec<u8>, Error> {
    encode_into(Vec::with_capacity(length(commit)), commit, bytes_max)
}

/// The same in a vector that was used before, for the room that it has.
///
/// # Errors
/// [`Error::TooLarge`] over `bytes_max`.
pub(crate) fn encode_into(used: Vec<u8>, commit: &Commit, bytes_max: usize) -> Result<Vec<u8>, Error> {
    let mut encoder = Encoder::reusing(used, bytes_max);
    encoder.marker(&commit.marker)?;
    for message in &commit.messages {
        encoder.message(message)?;
    }
    encoder.changes(&commit.changes)?;
    Ok(encoder.into_bytes())
}

/// The commit with number `batch` and `messages` messages whose body is `body`, to the last byte.
///
/// # Errors
/// What is wrong with it.
pub fn decode(body: &[u8], batch: u64, messages: u32) -> Result<Commit, Reason> {
    let mut decoder = Decoder::new(body);
    let marker = decoder.marker(batch)?;
    let messages = decoder.messages(messages)?;
    let changes = decoder.changes()?;
    decoder.end()?;
    Ok(Commit {
        messages,
        changes,
        marker,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::samples::commits;
    use proptest::prelude::*;

    /// The smallest body: no input, no message, no change.
    fn smallest() -> Vec<u8> {
        vec![0; 32 + 8 + 8 + 1 + 4]
    }

    #[test]
    fn the_smallest_body_is_an_empty_commit() {
        let commit = decode(&smallest(), 7, 0).unwrap();
        assert_eq!(
            (commit.marker.batch, commit.messages.len(), commit.changes.len()),
            (7, 0, 0)
        );
    }

    #[test]
    fn counts_beyond_the_bytes_are_refused_before_room_is_made() {
        let larger = Err("count is larger than the bytes behind it");
        assert_eq!(decode(&smallest(), 1, u32::MAX), larger);
        let mut changes = smallest();
        changes[49..].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(decode(&changes, 1, 0), larger);
        assert_eq!(decode(&[0xff; 25], 1, u32::MAX), Err("commit ends too early"));
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(commit in commits()) {
            let body = encode(&commit, usize::MAX).unwrap();
            let messages = u32::try_from(commit.messages.len()).unwrap();
            prop_assert_eq!(decode(&body, commit.marker.batch, messages), Ok(commit));
        }

        #[test]
        fn a_body_cut_short_is_refused(commit in commits(), cut in any::<prop::sample::Index>()) {
            let body = encode(&commit, usize::MAX).unwrap();
            let messages = u32::try_from(commit.messages.len()).unwrap();
            prop_assert!(decode(&body[..cut.index(body.len())], 1, messages).is_err());
        }

        #[test]
        fn hostile_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), messages: u32) {
            if let Ok(commit) = decode(&bytes, 1, messages % 4) {
                prop_assert_eq!(encode(&commit, usize::MAX).unwrap(), bytes);
            }
        }
    }
}
