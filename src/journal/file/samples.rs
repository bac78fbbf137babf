//! Commits for the tests of the file journal.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::journal::{Change, Commit, InputPosition, Marker, Message};

/// A commit with a message for each of `bodies`.
pub(crate) fn commit(batch: u64, bodies: &[&[u8]]) -> Commit {
    let message = |body: &&[u8]| Message {
        subject: "s".into(),
        key: "k".into(),
        body: body.to_vec(),
    };
    let marker = Marker {
        batch,
        fingerprint: [7; 32],
        time_us: -1,
        input: None,
        epoch: 1,
    };
    let changes = vec![Change {
        key: batch.to_le_bytes().to_vec(),
        value: None,
    }];
    Commit {
        messages: bodies.iter().map(message).collect(),
        changes,
        marker,
    }
}

/// Any commit, the empty one included.
pub(crate) fn commits() -> impl Strategy<Value = Commit> {
    let bytes = || vec(any::<u8>(), 0..300);
    let message =
        (".{0,20}", ".{0,20}", bytes()).prop_map(|(subject, key, body)| Message { subject, key, body });
    let change = (bytes(), proptest::option::of(bytes())).prop_map(|(key, value)| Change { key, value });
    let input = (".{0,20}", any::<u64>()).prop_map(|(stream, sequence)| InputPosition { stream, sequence });
    let marker = (
        any::<u64>(),
        any::<[u8; 32]>(),
        any::<i64>(),
        proptest::option::of(input),
        any::<u64>(),
    )
        .prop_map(|(batch, fingerprint, time_us, input, epoch)| Marker {
            batch,
            fingerprint,
            time_us,
            input,
            epoch,
        });
    (vec(message, 0..4), vec(change, 0..4), marker).prop_map(|(messages, changes, marker)| Commit {
        messages,
        changes,
        marker,
    })
}
