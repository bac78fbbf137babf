//! The journal in a stream, against a real server.

mod crash;
mod erased;
mod followed;
mod owners;
mod reading;
mod refusals;
mod views;

use std::{sync::Arc, time::Duration};

use proptest::{collection::vec, prelude::*};
use tokio::runtime::Runtime;
use yekta::{
    journal::{Change, Commit, Error, InputPosition, Journal, Marker, Message, Position},
    nats::{
        Connection, Settings,
        assets::{self, Assets},
        journal::{JetStreamJournal, JetStreamJournalConfig},
    },
};

use crate::{connected, server::NatsServer, settings};

/// A server with the streams of a tenant.
struct Ground {
    server: NatsServer,
    runtime: Runtime,
    connection: Connection,
    assets: Assets,
}

impl Ground {
    fn new() -> Self {
        let server = NatsServer::start();
        let runtime = Runtime::new().unwrap();
        let connection = runtime.block_on(connected(&server));
        let assets = runtime
            .block_on(assets::ensure(&connection, &settings(&server)))
            .unwrap();
        Self {
            server,
            runtime,
            connection,
            assets,
        }
    }

    /// The streams of another tenant on the same server.
    fn tenant(&mut self, tenant: &str) {
        let settings = Settings {
            tenant: tenant.parse().unwrap(),
            ..settings(&self.server)
        };
        let ensured = self.runtime.block_on(assets::ensure(&self.connection, &settings));
        self.assets = ensured.unwrap();
    }

    fn open(&self) -> JetStreamJournal {
        self.open_with(config()).unwrap()
    }

    fn open_with(&self, config: JetStreamJournalConfig) -> Result<JetStreamJournal, Error> {
        let runtime = self.runtime.handle().clone();
        JetStreamJournal::open(runtime, &self.connection, &self.assets, config)
    }

    /// Publishes something that is no commit.
    fn publish(&self, subject: &str) {
        self.runtime.block_on(async {
            let sent = self
                .connection
                .jetstream
                .publish(subject.to_owned(), "foreign".into());
            sent.await.unwrap().await.unwrap();
        });
    }

    /// The last sequence of the journal stream.
    fn end(&self) -> u64 {
        self.runtime.block_on(async {
            let stream = self.connection.jetstream.get_stream(&self.assets.journal.stream);
            stream.await.unwrap().cached_info().state.last_sequence
        })
    }
}

/// Readers that ask the broker for everything, and a writer that soon takes an answer for lost.
fn config() -> JetStreamJournalConfig {
    JetStreamJournalConfig {
        owner: "test".into(),
        latest_bytes_max: 0,
        ack_timeout: Duration::from_secs(2),
        ..JetStreamJournalConfig::default()
    }
}

fn all(journal: &dyn Journal, bytes_max: usize) -> Result<Vec<(Position, Commit)>, Error> {
    let (reader, mut found, mut after) = (journal.reader(), Vec::new(), Position::START);
    loop {
        let read = reader.read_after(after, bytes_max)?;
        let Some((last, _)) = read.last() else {
            return Ok(found);
        };
        after = *last;
        found.extend(read);
    }
}

/// A commit that updates `profiles` of the tenant `default`.
fn commit(batch: u64, profiles: &[&str]) -> Commit {
    let message = |profile: &&str| Message {
        subject: format!("yekta.v1.default.profile.updated.{profile}"),
        key: profile.to_string(),
        body: format!("{{\"version\":{batch}}}").into(),
        trace: None,
    };
    Commit {
        messages: profiles.iter().map(message).collect(),
        changes: vec![Change {
            key: batch.to_be_bytes().to_vec(),
            value: Some(b"value".to_vec()),
        }],
        marker: Marker {
            batch,
            fingerprint: [7; 32],
            time_us: 1_780_000_000_000_000,
            input: None,
            epoch: 1,
        },
    }
}

fn begin(journal: &mut JetStreamJournal, commit: Commit) {
    journal.begin(Arc::new(commit)).unwrap();
}

/// Any commit of `tenant`; now and then one whose changes take several pieces.
fn commits(tenant: &'static str) -> impl Strategy<Value = Commit> {
    let bytes = || vec(any::<u8>(), 0..300);
    let subject = prop_oneof![
        Just("profile.updated.p1"),
        Just("context.store.order_completed.p2"),
        Just("dlq.too_late"),
    ]
    .prop_map(move |rest| format!("yekta.v1.{tenant}.{rest}"));
    let message = (subject, ".{0,20}", bytes(), proptest::option::of(".{0,20}"));
    let message = message.prop_map(|(subject, key, body, trace)| Message {
        subject,
        key,
        body,
        trace,
    });
    let value = prop_oneof![
        20 => proptest::option::of(bytes()),
        1 => vec(any::<u8>(), 600_000..600_001).prop_map(Some),
    ];
    let change = (bytes(), value).prop_map(|(key, value)| Change { key, value });
    let input = (any::<i64>(), any::<u64>(), any::<[u8; 16]>()).prop_map(|(created_ns, sequence, digest)| {
        InputPosition {
            stream: "YEKTA_EVENTS".into(),
            created_ns,
            sequence,
            digest,
        }
    });
    let marker = (any::<[u8; 32]>(), any::<i64>(), proptest::option::of(input));
    let marker = marker.prop_map(|(fingerprint, time_us, input)| Marker {
        batch: 0,
        fingerprint,
        time_us,
        input,
        epoch: 1,
    });
    (vec(message, 0..4), vec(change, 0..4), marker).prop_map(|(messages, changes, marker)| Commit {
        messages,
        changes,
        marker,
    })
}
