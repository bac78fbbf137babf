//! Atomic batches against a real server.

use std::time::Duration;

use async_nats::{HeaderMap, jetstream::stream::Config};
use yekta::nats::{
    Connection,
    batch::{BatchAck, BatchError, Expected, MESSAGES_MAX, Outgoing, Publisher},
};

use crate::{connected, run, server::NatsServer};

const STREAM: &str = "BATCHES";

fn message(subject: &str, body: &[u8]) -> Outgoing {
    Outgoing {
        subject: subject.to_owned(),
        headers: HeaderMap::new(),
        body: body.to_vec().into(),
    }
}

fn messages(count: usize) -> Vec<Outgoing> {
    (0..count)
        .map(|at| message("b.m", at.to_string().as_bytes()))
        .collect()
}

/// Runs `test` with a stream that takes batches.
fn with_stream(test: impl AsyncFnOnce(&mut NatsServer, Connection, Publisher)) {
    let mut server = NatsServer::start();
    run(async {
        let connection = connected(&server).await;
        let config = Config {
            name: STREAM.into(),
            subjects: vec!["b.>".into()],
            allow_atomic_publish: true,
            ..Config::default()
        };
        connection.jetstream.create_stream(config).await.unwrap();
        let publisher = Publisher::new(&connection, STREAM, Duration::from_secs(5));
        test(&mut server, connection, publisher).await;
    });
}

async fn stored(connection: &Connection) -> u64 {
    let stream = connection.jetstream.get_stream(STREAM).await.unwrap();
    stream.cached_info().state.messages
}

fn at(sequence: u64) -> Expected {
    Expected {
        last_sequence: Some(sequence),
        ..Expected::default()
    }
}

#[test]
fn a_batch_is_stored_whole_and_in_order() {
    with_stream(async |_server, connection, publisher| {
        for (count, first, last) in [(1, 1, 1), (3, 2, 4), (MESSAGES_MAX, 5, 1_004)] {
            let ack = publisher.publish(&messages(count)).await.unwrap();
            assert_eq!(ack, BatchAck { first, last });
        }
        let stream = connection.jetstream.get_stream(STREAM).await.unwrap();
        for (sequence, body) in [(2, "0"), (4, "2"), (1_004, "999")] {
            assert_eq!(
                stream.get_raw_message(sequence).await.unwrap().payload,
                body.as_bytes()
            );
        }
    });
}

#[test]
fn nothing_is_sent_of_a_batch_that_cannot_be() {
    with_stream(async |_server, connection, publisher| {
        let refused = |messages: Vec<Outgoing>| publisher.check(&messages, &Expected::default()).unwrap_err();
        assert!(matches!(refused(Vec::new()), BatchError::Empty));
        assert!(matches!(
            refused(messages(1_001)),
            BatchError::TooMany { messages: 1_001 }
        ));
        let bytes_max = connection.client.max_payload();
        let large = vec![message("b.m", b""), message("b.m", &vec![0; bytes_max - 400])];
        assert!(matches!(refused(large), BatchError::TooLarge { .. }));
        let mut headed = message("b.m", b"");
        headed.headers.insert("Much", "m".repeat(70_000));
        assert!(matches!(refused(vec![headed]), BatchError::TooLarge { .. }));
        let almost = vec![message("b.m", &vec![0; bytes_max - 1_000])];
        publisher.publish(&almost).await.unwrap();
        assert_eq!(stored(&connection).await, 1);
    });
}

#[test]
fn a_staged_batch_is_stored_when_it_is_committed_and_only_where_it_was_expected() {
    with_stream(async |_server, connection, publisher| {
        let first = publisher.stage(&messages(3), &at(0)).await.unwrap();
        let second = publisher.stage(&messages(2), &at(3)).await.unwrap();
        let third = publisher.stage(&messages(2), &at(5)).await.unwrap();
        assert_eq!(stored(&connection).await, 0);
        assert_eq!(first.commit().await.unwrap(), BatchAck { first: 1, last: 3 });
        assert_eq!(second.commit().await.unwrap(), BatchAck { first: 4, last: 5 });
        connection
            .jetstream
            .publish("b.foreign", "".into())
            .await
            .unwrap()
            .await
            .unwrap();
        let refused = third.commit().await.unwrap_err();
        assert!(matches!(refused, BatchError::WrongLastSequence) && refused.is_open());
        assert_eq!(stored(&connection).await, 6);
    });
}

#[test]
fn the_last_message_of_another_subject_can_be_expected() {
    with_stream(async |_server, connection, publisher| {
        let fence = |sequence| Expected {
            last_sequence: None,
            last_of_subject: Some(("b.epoch".into(), sequence)),
        };
        connection
            .jetstream
            .publish("b.epoch", "".into())
            .await
            .unwrap()
            .await
            .unwrap();
        let staged = publisher.stage(&messages(2), &fence(1)).await.unwrap();
        staged.commit().await.unwrap();
        let staged = publisher.stage(&messages(2), &fence(1)).await.unwrap();
        connection
            .jetstream
            .publish("b.epoch", "".into())
            .await
            .unwrap()
            .await
            .unwrap();
        assert!(matches!(
            staged.commit().await,
            Err(BatchError::WrongLastSequence)
        ));
    });
}

#[test]
fn batches_of_many_bytes_are_taken() {
    with_stream(async |_server, connection, publisher| {
        let large = vec![message("b.m", &vec![7; 900_000]); 100];
        let ack = publisher.publish(&large).await.unwrap();
        assert_eq!(ack, BatchAck { first: 1, last: 100 });
        assert_eq!(stored(&connection).await, 100);
    });
}

#[test]
fn each_refusal_is_told_apart() {
    with_stream(async |_server, connection, publisher| {
        let nowhere = publisher.publish(&[message("elsewhere", b"")]).await.unwrap_err();
        assert!(matches!(nowhere, BatchError::NoResponders) && !nowhere.is_open());
        let plain = Config {
            name: "PLAIN".into(),
            subjects: vec!["p".into()],
            ..Config::default()
        };
        connection.jetstream.create_stream(plain).await.unwrap();
        let refused = publisher.publish(&[message("p", b"")]).await.unwrap_err();
        assert!(matches!(refused, BatchError::Refused { .. }), "{refused}");
        let into_plain = Publisher::new(&connection, "PLAIN", Duration::from_secs(5));
        let refused = into_plain.publish(&[message("p", b"")]).await.unwrap_err();
        assert!(matches!(refused, BatchError::Refused { .. }), "{refused}");
        assert!(refused.to_string().contains("10174"), "{refused}");
    });
}

#[test]
fn a_server_that_does_not_answer_leaves_it_open() {
    with_stream(async |server, connection, _| {
        let hasty = Publisher::new(&connection, STREAM, Duration::from_millis(200));
        let staged = hasty.stage(&messages(2), &Expected::default()).await.unwrap();
        server.pause();
        let refused = staged.commit().await.unwrap_err();
        server.resume();
        assert!(matches!(refused, BatchError::TimedOut) && refused.is_open());
    });
}

#[test]
fn a_batch_whose_server_was_killed_is_gone() {
    with_stream(async |server, connection, publisher| {
        let staged = publisher.stage(&messages(3), &at(0)).await.unwrap();
        connection.client.flush().await.unwrap();
        server.restart();
        crate::server::wait_for("the connection", || {
            (connection.link().reconnects > 0).then_some(())
        });
        let refused = staged.commit().await.unwrap_err();
        assert!(
            matches!(refused, BatchError::Abandoned) && refused.is_passing(),
            "{refused:?}"
        );
        assert_eq!(stored(&connection).await, 0);
    });
}
