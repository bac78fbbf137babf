//! Streams and buckets, as clients of NATS read them and as operators change them.

use std::{
    fmt::Debug,
    time::{Duration, Instant},
};

use async_nats::{
    HeaderMap,
    jetstream::{
        self, ErrorCode,
        consumer::{Consumer, DeliverPolicy, pull::OrderedConfig},
        context::GetStreamErrorKind,
        kv::Store,
        stream::{Config, ConsumerErrorKind, Info, LastRawMessageErrorKind, Stream},
    },
};
use futures_util::{StreamExt, TryStreamExt};
use serde_json::Value;

use crate::{
    broker::{Broker, PROFILES},
    process::PATIENCE,
};

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(20);
/// Before a look at all keys of the bucket: each takes a consumer, and a server may keep a thousand.
const BEFORE_KEYS: Duration = Duration::from_millis(250);

/// A message of a stream.
pub struct Stored {
    pub sequence: u64,
    pub subject: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Stored {
    /// What it says.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.as_str())
    }
}

/// What is read of a stream.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    pub stream: &'a str,
    /// The subjects.
    pub filter: &'a str,
    /// Whether bodies stay where they are.
    pub headers_only: bool,
}

/// All messages of a stream on the subjects of `filter`.
pub const fn of<'a>(stream: &'a str, filter: &'a str) -> Wanted<'a> {
    Wanted {
        stream,
        filter,
        headers_only: false,
    }
}

/// Whether a server refuses since there is no leader at the moment.
fn is_unavailable(refusal: &jetstream::Error) -> bool {
    refusal.code() == 503
}

/// What comes of an attempt that is made again while its failure `may_pass`: servers that were just started choose who leads
/// a stream, and whoever removed one is not done with it at once.
async fn persist<T, E: Debug>(
    what: &str,
    attempt: impl AsyncFn() -> Result<T, E>,
    may_pass: impl Fn(&E) -> bool,
) -> Result<T, E> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match attempt().await {
            Err(error) if may_pass(&error) => {
                assert!(Instant::now() < deadline, "{what}: {error:?}");
                tokio::time::sleep(PAUSE).await;
            }
            done => return done,
        }
    }
}

impl Broker {
    /// The stream of a name, if there is one.
    async fn found(&self, name: &str) -> Option<Stream> {
        let asking = async || self.jetstream.get_stream(name).await;
        let found = persist(name, asking, |error| match error.kind() {
            GetStreamErrorKind::Request => true,
            GetStreamErrorKind::JetStream(refusal) => is_unavailable(&refusal),
            _ => false,
        });
        match found.await {
            Ok(stream) => Some(stream),
            Err(error) => {
                let is_missing = matches!(error.kind(), GetStreamErrorKind::JetStream(refusal)
                    if refusal.error_code() == ErrorCode::STREAM_NOT_FOUND);
                assert!(is_missing, "{name}: {error:?}");
                None
            }
        }
    }

    async fn stream_of(&self, name: &str) -> Stream {
        let found = self.found(name).await;
        found.unwrap_or_else(|| panic!("{name} is not there"))
    }

    /// Whether there is a stream of a name.
    pub fn has(&self, name: &str) -> bool {
        self.runtime.block_on(self.found(name)).is_some()
    }

    /// Who reads from the beginning; made again where no answer came, for the same reason.
    async fn reader(&self, wanted: Wanted<'_>) -> Consumer<OrderedConfig> {
        let stream = self.stream_of(wanted.stream).await;
        let making = async || {
            let config = OrderedConfig {
                deliver_policy: DeliverPolicy::All,
                filter_subject: wanted.filter.to_owned(),
                headers_only: wanted.headers_only,
                ..OrderedConfig::default()
            };
            stream.create_consumer(config).await
        };
        let made = persist(wanted.stream, making, |error| match error.kind() {
            ConsumerErrorKind::TimedOut | ConsumerErrorKind::Request | ConsumerErrorKind::Other => true,
            ConsumerErrorKind::JetStream(refusal) => is_unavailable(&refusal),
            _ => false,
        });
        made.await.unwrap()
    }

    /// Reads from the beginning up to the first message that `is_last` is true of, that one included. Waits for what is
    /// not there yet.
    pub fn read_until(&self, wanted: Wanted<'_>, mut is_last: impl FnMut(&Stored) -> bool) -> Vec<Stored> {
        self.runtime.block_on(async {
            let mut messages = self.reader(wanted).await.messages().await.unwrap();
            let mut read = Vec::new();
            loop {
                let next = tokio::time::timeout(PATIENCE, messages.next()).await;
                let next = next.unwrap_or_else(|_| {
                    panic!(
                        "waited in vain for the end of {} behind {}",
                        wanted.stream,
                        read.len()
                    )
                });
                let message = next.unwrap().unwrap();
                let stored = Stored {
                    sequence: message.info().unwrap().stream_sequence,
                    subject: message.subject.to_string(),
                    headers: message.headers.clone().unwrap_or_default(),
                    body: message.payload.to_vec(),
                };
                let last = is_last(&stored);
                read.push(stored);
                if last {
                    return read;
                }
            }
        })
    }

    /// Reads so many messages.
    pub fn read(&self, wanted: Wanted<'_>, count: usize) -> Vec<Stored> {
        let mut seen = 0;
        self.read_until(wanted, |_| {
            seen += 1;
            seen == count
        })
    }

    /// Reads all that is there now, which is something.
    pub fn read_all(&self, wanted: Wanted<'_>) -> Vec<Stored> {
        let last = self.last_of(wanted.stream, wanted.filter);
        let last = last.unwrap_or_else(|| panic!("{} holds no {}", wanted.stream, wanted.filter));
        self.read_until(wanted, |message| message.sequence >= last)
    }

    /// How many messages there are now.
    pub fn count(&self, wanted: Wanted<'_>) -> usize {
        self.runtime.block_on(async {
            let name = wanted.stream;
            let consumer = self.reader(wanted).await;
            let info = consumer.cached_info();
            // Whoever waits for a count asks often, and a server keeps a thousand consumers of a stream.
            let stream = self.stream_of(name).await;
            stream.delete_consumer(&info.name).await.ok();
            usize::try_from(info.num_pending).unwrap()
        })
    }

    /// The sequence of the last message on the subjects of `filter`.
    pub fn last_of(&self, stream: &str, filter: &str) -> Option<u64> {
        self.runtime.block_on(async {
            let found = self.stream_of(stream).await;
            let looking = async || found.get_last_raw_message_by_subject(filter).await;
            let last = persist(stream, looking, |error| match error.kind() {
                LastRawMessageErrorKind::Other => true,
                LastRawMessageErrorKind::JetStream(refusal) => is_unavailable(&refusal),
                _ => false,
            });
            last.await.ok().map(|message| message.sequence)
        })
    }

    /// What the server tells about a stream.
    pub fn stream(&self, name: &str) -> Info {
        self.runtime.block_on(self.stream_of(name)).cached_info().clone()
    }

    /// The last sequence that a stream gave.
    pub fn last_sequence(&self, stream: &str) -> u64 {
        self.stream(stream).state.last_sequence
    }

    /// Makes a stream. The server removes the files of one of that name behind its answer, and refuses another meanwhile.
    pub fn make(&self, config: Config) {
        let making = async || self.patient.create_stream(config.clone()).await;
        let made = persist(&config.name, making, |_| true);
        self.runtime.block_on(made).unwrap();
    }

    /// Sets a stream up anew.
    pub fn change(&self, config: &Config) {
        self.runtime.block_on(self.patient.update_stream(config)).unwrap();
    }

    /// Removes a stream; gives how it was set up.
    pub fn remove(&self, name: &str) -> Config {
        let config = self.stream(name).config;
        self.runtime.block_on(self.patient.delete_stream(name)).unwrap();
        config
    }

    /// Removes what stands before a sequence, as the end of a retention does.
    pub fn purge_before(&self, stream: &str, sequence: u64) {
        self.runtime.block_on(async {
            let stream = self.patient.get_stream(stream).await.unwrap();
            stream.purge().sequence(sequence).await.unwrap();
        });
    }

    /// A bucket as any client reads it.
    async fn bucket(&self, name: &str) -> Store {
        let looking = async || self.jetstream.get_key_value(name).await;
        persist(name, looking, |_| true).await.unwrap()
    }

    /// What is in a bucket under a key.
    pub fn value(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        self.runtime.block_on(async {
            let found = self.bucket(bucket).await;
            let reading = async || found.get(key).await;
            let value = persist(bucket, reading, |_| true).await.unwrap();
            value.map(|value| value.to_vec())
        })
    }

    /// The entry of a profile in the bucket.
    pub fn entry(&self, profile: &str) -> Option<Value> {
        let entry = self.value(PROFILES, profile)?;
        Some(serde_json::from_slice(&entry).unwrap())
    }

    /// The keys of the bucket.
    pub fn keys(&self) -> Vec<String> {
        self.runtime.block_on(async {
            let found = self.bucket(PROFILES).await;
            let reading = async || {
                tokio::time::sleep(BEFORE_KEYS).await;
                let keys = async {
                    found
                        .keys()
                        .await?
                        .try_collect()
                        .await
                        .map_err(async_nats::Error::from)
                };
                tokio::time::timeout(Duration::from_secs(60), keys).await?
            };
            persist(PROFILES, reading, |_: &async_nats::Error| true)
                .await
                .unwrap()
        })
    }
}
