//! What is posted goes into the stream whole, or its sender is told to send it again.

use std::sync::Mutex;

use super::*;
use crate::{
    domain::time::Timestamp,
    engine::{
        Position,
        api::{Outcome, Resolution},
    },
    telemetry::Registry,
    wire::{Call, Reason, Shape, fixture::rules},
};

/// Keeps what is published, fails from the batch on that it is told to, and may tell who waits at once.
#[derive(Debug)]
struct Stream {
    batches: Mutex<Vec<Vec<Outgoing>>>,
    fails_at: usize,
    silent: bool,
    waiters: Option<Waiters>,
}

impl PublishBatch for Arc<Stream> {
    fn publish(&self, messages: Vec<Outgoing>) -> Publishing<'_> {
        Box::pin(async move {
            if self.silent {
                std::future::pending::<()>().await;
            }
            let mut batches = self.batches.lock().unwrap();
            if batches.len() >= self.fails_at {
                return Err(BatchError::NoResponders);
            }
            for message in &messages {
                self.commit(message);
            }
            let last = messages.len() as u64;
            batches.push(messages);
            Ok(BatchAck { first: 1, last })
        })
    }
}

impl Stream {
    /// Tells who waits for a message that it is committed.
    fn commit(&self, message: &Outgoing) {
        let header = |name: &str| message.headers.get(name).map(ToString::to_string);
        let (Some(waiters), Some(request)) = (&self.waiters, header(REQUEST_HEADER)) else {
            return;
        };
        let index: usize = header(INDEX_HEADER).unwrap().parse().unwrap();
        let outcomes = [Outcome::Accepted(Resolution::Created), Outcome::Duplicate];
        let outcome = if message.subject.ends_with(".custom") {
            Outcome::Refused
        } else {
            outcomes[index % 2]
        };
        waiters.committed(request.parse().unwrap(), index, outcome, Position(40));
    }
}

fn stream(fails_at: usize) -> Stream {
    Stream {
        batches: Mutex::default(),
        fails_at,
        silent: false,
        waiters: None,
    }
}

fn intake(stream: &Arc<Stream>, waiters: Waiters) -> StreamIntake {
    StreamIntake::new(IntakeParts {
        publisher: Arc::new(Arc::clone(stream)),
        names: Names::of(&"Brand-1".parse().unwrap()),
        rules: Arc::new(rules()),
        waiters,
        metrics: NatsMetrics::register(&Registry::new("1").unwrap()).unwrap(),
        settings: IntakeSettings {
            publish_timeout: Duration::from_millis(200),
            commit_wait: Duration::from_millis(50),
            ..IntakeSettings::default()
        },
    })
}

fn origin() -> Origin {
    Origin {
        source: Some("shop".into()),
        channel: Some("web".into()),
        name: None,
        received: Timestamp::from_micros(0),
        is_bound: false,
        trace: None,
        place: None,
    }
}

const EVENT: &str = r#"{"id":"e","type":"Order Completed","traits":{"city":"Qom"}}"#;

async fn post(
    stream: &Arc<Stream>,
    waiters: Waiters,
    body: &str,
    until: Until,
) -> Result<String, IntakeError> {
    let posted = Posted::Body(Shape::Native, body.as_bytes());
    let taken = intake(stream, waiters).take(posted, origin(), until).await?;
    Ok(serde_json::to_string(&taken).unwrap())
}

#[tokio::test]
async fn a_request_is_one_batch_and_is_queued_once_that_is_acknowledged() {
    let stream = Arc::new(stream(usize::MAX));
    let body = format!("[{EVENT},{{}}]");
    let answer = post(&stream, Waiters::new(1), &body, Until::Durable)
        .await
        .unwrap();
    assert!(
        answer.contains(r#""status":"queued","accepted":1,"duplicates":null,"rejected":[{"index":1"#),
        "{answer}"
    );
    assert!(answer.ends_with(r#""position":null}"#), "{answer}");
    let batches = stream.batches.lock().unwrap();
    assert_eq!((batches.len(), batches[0].len()), (1, 2));
    let subjects: Vec<&str> = batches[0]
        .iter()
        .map(|message| message.subject.as_str())
        .collect();
    assert_eq!(
        subjects,
        [
            "yekta.v1.brand_1.event.web.order_completed",
            "yekta.v1.brand_1.event.web.custom"
        ]
    );
    assert_eq!(
        batches[0][0].headers.get("Yekta-Source").unwrap().as_str(),
        "shop"
    );
    assert!(batches[0][0].headers.get(REQUEST_HEADER).is_none());
    assert_eq!(&batches[0][0].body[..], EVENT.as_bytes());
}

#[tokio::test]
async fn a_large_request_is_several_batches_and_a_failing_one_is_to_be_sent_again() {
    let body = format!("[{}]", vec![EVENT; 2_500].join(","));
    let stream_of = Arc::new(stream(usize::MAX));
    post(&stream_of, Waiters::new(1), &body, Until::Durable)
        .await
        .unwrap();
    let sizes: Vec<usize> = stream_of.batches.lock().unwrap().iter().map(Vec::len).collect();
    assert_eq!(sizes, [1_000, 1_000, 500]);
    let failing = Arc::new(stream(2));
    let error = post(&failing, Waiters::new(1), &body, Until::Durable)
        .await
        .unwrap_err();
    assert!(matches!(error, IntakeError::Unreachable));
    let silent = Arc::new(Stream {
        silent: true,
        ..stream(0)
    });
    let waiters = Waiters::new(1);
    let error = post(&silent, waiters.clone(), EVENT, Until::Committed)
        .await
        .unwrap_err();
    assert!(matches!(error, IntakeError::Unreachable) && waiters.is_empty());
}

#[tokio::test]
async fn a_sender_that_waits_is_told_what_became_of_each_item() {
    let waiters = Waiters::new(1);
    let stream_of = Arc::new(Stream {
        waiters: Some(waiters.clone()),
        ..stream(usize::MAX)
    });
    let body = format!("[{EVENT},{EVENT},{{}}]");
    let answer = post(&stream_of, waiters.clone(), &body, Until::Committed)
        .await
        .unwrap();
    assert!(
        answer.contains(r#""status":"committed","accepted":1,"duplicates":1,"rejected":[{"index":2"#),
        "{answer}"
    );
    assert!(
        answer.ends_with(r#""position":40}"#) && waiters.is_empty(),
        "{answer}"
    );
    // Nobody tells: what is in the stream is queued, and that is what is said.
    let mute = Arc::new(stream(usize::MAX));
    let answer = post(&mute, waiters.clone(), EVENT, Until::Committed)
        .await
        .unwrap();
    assert!(
        answer.contains(r#""status":"queued""#) && waiters.is_empty(),
        "{answer}"
    );
}

#[tokio::test]
async fn a_body_that_is_refused_whole_is_kept_in_the_stream_and_refused() {
    let stream_of = Arc::new(stream(usize::MAX));
    let error = post(&stream_of, Waiters::new(1), "no json", Until::Committed)
        .await
        .unwrap_err();
    assert!(matches!(error, IntakeError::Refused(rejection) if rejection.reason == Reason::NotJson));
    assert_eq!(&stream_of.batches.lock().unwrap()[0][0].body[..], b"no json");
    let answer = post(&stream_of, Waiters::new(1), "[]", Until::Durable)
        .await
        .unwrap();
    assert!(
        answer.contains(r#""status":"committed","accepted":0"#),
        "{answer}"
    );
    let posted = Posted::Body(Shape::Segment(Call::Track), b"{}");
    let taken = intake(&stream_of, Waiters::new(1))
        .take(posted, origin(), Until::Durable)
        .await;
    assert!(taken.is_ok());
    assert_eq!(stream_of.batches.lock().unwrap().len(), 2);
}
