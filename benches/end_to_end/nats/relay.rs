//! The bare relay: the same events are read, and the same messages are written in the same atomic batches; nothing is
//! done about them.

use std::time::{Duration, Instant};

use async_nats::jetstream::consumer::{DeliverPolicy, pull::OrderedConfig};
use async_nats::jetstream::{Message, stream};
use futures_util::StreamExt;
use tokio::task::JoinHandle;
use yekta::nats::Connection;
use yekta::nats::batch::{BatchAck, BatchError, Expected, Outgoing, Publisher};

use super::follow::Followed;
use crate::figures::per_second;

const STREAM: &str = "RELAY";
const ACK_TIMEOUT: Duration = Duration::from_secs(10);
/// How a commit ends in the journal.
const MARKER: &str = ".j.commit";

/// Events per second of the relay.
pub async fn measure(connection: &Connection, followed: &Followed) -> f64 {
    let batches = batches(connection, followed).await;
    let created = connection.jetstream.create_stream(stream::Config {
        name: STREAM.to_owned(),
        subjects: vec!["relay.>".to_owned()],
        allow_atomic_publish: true,
        ..stream::Config::default()
    });
    created.await.unwrap();
    let publisher = Publisher::new(connection, STREAM, ACK_TIMEOUT);
    let (first, last) = followed.events;
    let count = usize::try_from(last - first + 1).unwrap();
    let mut events = messages(connection, &followed.assets.events.stream, first).await;
    let begun = Instant::now();
    let mut under_way: Option<JoinHandle<Result<BatchAck, BatchError>>> = None;
    let mut read = 0;
    for (number, batch) in batches.iter().enumerate() {
        // As many as the commit held, on average.
        while read * batches.len() < count * (number + 1) {
            events.next().await.unwrap().unwrap();
            read += 1;
        }
        let staged = publisher.stage(batch, &Expected::default()).await.unwrap();
        if let Some(under_way) = under_way.take() {
            under_way.await.unwrap().unwrap();
        }
        under_way = Some(tokio::spawn(staged.commit()));
    }
    if let Some(under_way) = under_way {
        under_way.await.unwrap().unwrap();
    }
    let took = begun.elapsed();
    connection.jetstream.delete_stream(STREAM).await.unwrap();
    per_second(count, took)
}

/// The messages of the measured commits, batch by batch.
async fn batches(connection: &Connection, followed: &Followed) -> Vec<Vec<Outgoing>> {
    let (first, last) = followed.journal;
    let mut journal = messages(connection, &followed.assets.journal.stream, first).await;
    let mut batches = vec![Vec::new()];
    for _ in first..=last {
        let message = journal.next().await.unwrap().unwrap();
        let is_marker = message.subject.ends_with(MARKER);
        batches.last_mut().unwrap().push(again(message));
        if is_marker {
            batches.push(Vec::new());
        }
    }
    batches.retain(|batch: &Vec<Outgoing>| !batch.is_empty());
    batches
}

/// The same bytes for another stream, without what the batch had added.
fn again(message: Message) -> Outgoing {
    let message = message.message;
    let mut headers = async_nats::HeaderMap::new();
    for (name, values) in message.headers.iter().flat_map(|headers| headers.iter()) {
        if !AsRef::<str>::as_ref(name).starts_with("Nats-") {
            values
                .iter()
                .for_each(|value| headers.append(name.clone(), value.clone()));
        }
    }
    Outgoing {
        subject: format!("relay.{}", message.subject.trim_start_matches("yekta.v1.")),
        headers,
        body: message.payload,
    }
}

async fn messages(
    connection: &Connection,
    stream: &str,
    first: u64,
) -> async_nats::jetstream::consumer::pull::Ordered {
    let stream = connection.jetstream.get_stream(stream).await.unwrap();
    let consumer = stream.create_consumer(OrderedConfig {
        deliver_policy: DeliverPolicy::ByStartSequence {
            start_sequence: first,
        },
        ..OrderedConfig::default()
    });
    consumer.await.unwrap().messages().await.unwrap()
}
