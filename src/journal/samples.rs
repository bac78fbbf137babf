//! Commits for the tests of the journals.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::journal::{Change, Commit, InputPosition, Marker, Message};

/// A commit with a message for each of `bodies`.
pub(crate) fn commit(batch: u64, bodies: &[&[u8]]) -> Commit {
    let message = |body: &&[u8]| Message {
        subject: "s".into(),
        key: "k".into(),
        body: body.to_vec(),
        trace: None,
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
    let trace = proptest::option::of(".{0,20}");
    let message = (".{0,20}", ".{0,20}", bytes(), trace).prop_map(|(subject, key, body, trace)| Message {
        subject,
        key,
        body,
        trace,
    });
    let change = (bytes(), proptest::option::of(bytes())).prop_map(|(key, value)| Change { key, value });
    let input = (".{0,20}", any::<i64>(), any::<u64>(), any::<[u8; 16]>()).prop_map(
        |(stream, created_ns, sequence, digest)| InputPosition {
            stream,
            created_ns,
            sequence,
            digest,
        },
    );
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
