//! The bucket `YEKTA_CLUSTER`, which processes that share tenants meet in: who owns which, what a new one needs to begin, and who
//! was erased in another partition.
//!
//! Owns how an entry is read and written; must never know what it says. Entries are read as the stream's leader has them.

use std::time::Duration;

use async_nats::{
    HeaderMap, header,
    jetstream::{
        context::{GetStreamError, PublishError, PublishErrorKind},
        stream::{LastRawMessageErrorKind, RawMessageError, Stream},
    },
};
use futures_util::TryStreamExt;
use tokio_util::bytes::Bytes;

use crate::nats::{
    assets::{self, AssetError, Names},
    connect::Connection,
    question::answered,
    settings::Settings,
};

/// Attempts to write an entry that others write too.
const ATTEMPTS: usize = 8;

/// Why nothing is known of an entry.
#[derive(Debug, thiserror::Error)]
pub enum BucketError {
    /// The bucket cannot be used.
    #[error(transparent)]
    Asset(#[from] AssetError),
    /// The stream behind it is not there.
    #[error("look at the bucket {}", Names::CLUSTER_BUCKET)]
    Stream(#[source] GetStreamError),
    /// The broker does not tell.
    #[error("read the bucket {}", Names::CLUSTER_BUCKET)]
    Read(#[source] RawMessageError),
    /// The broker does not say what is there, or keeps it.
    #[error("look through the bucket {}", Names::CLUSTER_BUCKET)]
    List(#[source] async_nats::Error),
    /// The broker did not take it, or did not say whether it did.
    #[error("write the bucket {}", Names::CLUSTER_BUCKET)]
    Write(#[source] PublishError),
    /// Others write the same entry all the time.
    #[error(
        "write the bucket {}: others wrote the entry meanwhile",
        Names::CLUSTER_BUCKET
    )]
    Contended,
}

impl BucketError {
    /// Whether the same may succeed another time: the broker did not answer, or others were faster.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Stream(_) | Self::Read(_) | Self::List(_) | Self::Write(_) | Self::Contended => true,
            Self::Asset(_) => false,
        }
    }
}

/// What is written under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its number, which no other has.
    pub(crate) revision: u64,
    pub(crate) body: Bytes,
}

/// The bucket of a connection.
#[derive(Clone, Debug)]
pub struct Bucket {
    connection: Connection,
}

impl Bucket {
    /// Makes it where it is missing, and checks it where it is there.
    ///
    /// # Errors
    /// [`BucketError::Asset`].
    pub async fn ensure(connection: &Connection, settings: &Settings) -> Result<Self, BucketError> {
        assets::ensure_cluster(connection, settings).await?;
        Ok(Self::of(connection))
    }

    /// One that is there.
    pub(crate) fn of(connection: &Connection) -> Self {
        Self {
            connection: connection.clone(),
        }
    }

    /// What is under `key`, if anything is.
    ///
    /// # Errors
    /// When the broker does not tell.
    pub async fn get(&self, key: &str) -> Result<Option<Bytes>, BucketError> {
        Ok(self.entry(key).await?.map(|entry| entry.body))
    }

    /// Has `body` under `key` where nothing is there; gives what is there then.
    ///
    /// # Errors
    /// When the broker did not take it, or did not say.
    pub async fn put_first(&self, key: &str, body: Vec<u8>) -> Result<Bytes, BucketError> {
        for _ in 0..ATTEMPTS {
            if let Some(found) = self.entry(key).await? {
                return Ok(found.body);
            }
            if self.write(key, body.clone(), (0, None)).await?.is_some() {
                return Ok(body.into());
            }
        }
        Err(BucketError::Contended)
    }

    /// Has `body` under `key`, whatever is there, unless that is the same.
    ///
    /// # Errors
    /// When the broker did not take it, or another wrote it meanwhile over and over.
    pub async fn put(&self, key: &str, body: Vec<u8>) -> Result<(), BucketError> {
        let found = self.entry(key).await?;
        match found.is_some_and(|found| *found.body == *body) {
            true => Ok(()),
            false => self.put_for(key, body, None).await,
        }
    }

    /// Has `body` under `key` for `time`, or for good, whatever is there.
    ///
    /// # Errors
    /// As [`Bucket::put`].
    pub(crate) async fn put_for(
        &self,
        key: &str,
        body: Vec<u8>,
        time: Option<Duration>,
    ) -> Result<(), BucketError> {
        for _ in 0..ATTEMPTS {
            let found = self.entry(key).await?;
            let expected = found.map_or(0, |found| found.revision);
            if self.write(key, body.clone(), (expected, time)).await?.is_some() {
                return Ok(());
            }
        }
        Err(BucketError::Contended)
    }

    /// What is under `key`.
    pub(crate) async fn entry(&self, key: &str) -> Result<Option<Entry>, BucketError> {
        let (stream, subject) = (self.stream().await?, subject(key));
        match answered(|| stream.get_last_raw_message_by_subject(&subject)).await {
            Ok(message) => Ok(Some(Entry {
                revision: message.sequence,
                body: message.payload,
            })),
            Err(error) if matches!(error.kind(), LastRawMessageErrorKind::NoMessageFound) => Ok(None),
            Err(error) => Err(BucketError::Read(error)),
        }
    }

    /// Writes `body` under `key` for `time`, or for good, where the entry there is the one of the revision `expected`, 0 where
    /// there is to be none; `None` where it is not.
    pub(crate) async fn write(
        &self,
        key: &str,
        body: Vec<u8>,
        (expected, time): (u64, Option<Duration>),
    ) -> Result<Option<u64>, BucketError> {
        let mut headers = HeaderMap::new();
        headers.insert(header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, expected.to_string());
        if let Some(time) = time {
            headers.insert(header::NATS_MESSAGE_TTL, format!("{}ms", time.as_millis()));
        }
        let sent = self
            .connection
            .jetstream
            .publish_with_headers(subject(key), headers, body.into());
        let written = async { sent.await?.await };
        match written.await {
            Ok(ack) => Ok(Some(ack.sequence)),
            Err(error) if matches!(error.kind(), PublishErrorKind::WrongLastSequence) => Ok(None),
            Err(error) => Err(BucketError::Write(error)),
        }
    }

    /// Removes the entry of `revision` from under `key`, and none that is written since.
    pub(crate) async fn remove(&self, key: &str, revision: u64) -> Result<(), BucketError> {
        let stream = self.stream().await?;
        let purge = stream
            .purge()
            .filter(subject(key))
            .sequence(revision.saturating_add(1));
        if let Err(error) = purge.await {
            tracing::debug!(%error, "remove an entry");
        }
        Ok(())
    }

    /// The keys whose first tokens are `first`.
    ///
    /// # Errors
    /// When the broker does not tell.
    pub(crate) async fn keys(&self, first: &str) -> Result<Vec<String>, BucketError> {
        let stream = self.stream().await?;
        let found = stream.info_with_subjects(subject(&format!("{first}.>"))).await;
        let found = found.map_err(|error| BucketError::List(error.into()))?;
        let start = subject("");
        let keys = found.map_ok(|(subject, _)| subject.strip_prefix(&start).map(str::to_owned));
        let keys: Vec<Option<String>> = keys
            .try_collect()
            .await
            .map_err(|error| BucketError::List(error.into()))?;
        Ok(keys.into_iter().flatten().collect())
    }

    /// Removes all entries whose first tokens are `first`.
    ///
    /// # Errors
    /// When the broker keeps them, or does not say.
    pub(crate) async fn clear(&self, first: &str) -> Result<(), BucketError> {
        let stream = self.stream().await?;
        let cleared = stream.purge().filter(subject(&format!("{first}.>"))).await;
        cleared.map(drop).map_err(|error| BucketError::List(error.into()))
    }

    async fn stream(&self) -> Result<Stream<()>, BucketError> {
        let name = format!("KV_{}", Names::CLUSTER_BUCKET);
        let stream = self.connection.jetstream.get_stream_no_info(name).await;
        stream.map_err(BucketError::Stream)
    }
}

fn subject(key: &str) -> String {
    format!("$KV.{}.{key}", Names::CLUSTER_BUCKET)
}
