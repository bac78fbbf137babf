//! Following the input stream: every message once, in order, whatever is restarted and whatever a message is.

use std::{io::Write, net::TcpStream, time::Duration};

use yekta::{
    domain::time::Timestamp,
    engine::writer::intake::{Intake, IntakeError, Until},
    nats::assets::Names,
    wire::{Call, Origin, Posted, Shape},
};

use crate::{
    house::{House, until},
    run,
    server::NatsServer,
};

pub(crate) fn native(id: usize) -> String {
    format!(
        r#"{{"id":"e-{id}","type":"Product Viewed","identifiers":[{{"kind":"user_id","value":"u-{}"}}]}}"#,
        id % 7
    )
}

#[test]
fn messages_of_every_shape_are_taken_once_and_refused_ones_say_where_they_stand() {
    let server = NatsServer::start();
    let house = House::new();
    run(async {
        let open = house.open(&server).await;
        open.publish("web.product_viewed", &[], native(1)).await;
        let track = r#"{"type":"track","messageId":"m","event":"Order Completed","userId":"u"}"#;
        open.publish("web.order_completed", &[], track).await;
        let batch = format!(r#"{{"batch":[{track},{}]}}"#, track.replace("\"m\"", "\"n\""));
        open.publish("web.batch", &[("Yekta-Source", "shop")], batch)
            .await;
        let cloud = r#"{"specversion":"1.0","id":"c","source":"s","type":"a.order_completed","data":{"traits":{"city":"Qom"}}}"#;
        open.publish(
            "store.a",
            &[("content-type", "application/cloudevents+json")],
            cloud,
        )
        .await;
        let binary = [
            ("ce-specversion", "1.0"),
            ("ce-id", "b"),
            ("ce-source", "s"),
            ("ce-type", "signed_in"),
        ];
        open.publish("mobile.a", &binary, r#"{"traits":{"city":"Qom"}}"#)
            .await;
        let bad = open.publish("web.bad", &[], "no json").await;
        let last = open.publish("web.nothing", &[], "[]").await;
        open.consumed(last).await;
        open.counts((6, 0, 1)).await;
        let refused = open.engine().handle.query().rejections(10).unwrap();
        let place = refused[0].origin.as_ref().unwrap();
        assert_eq!((place.stream.as_str(), place.sequence), (Names::EVENTS, bad));
        assert_eq!(place.subject, "yekta.v1.default.event.web.bad");
        open.close().await;

        let again = house.open(&server).await;
        assert_eq!(again.position(), last);
        let next = again.publish("web.product_viewed", &[], native(2)).await;
        again.consumed(next).await;
        again.counts((1, 0, 0)).await;
        assert_eq!(again.counted("yekta_nats_messages_read_total"), 1);
        again.close().await;
    });
}

#[test]
fn every_event_counts_once_while_the_server_and_the_service_are_restarted() {
    const EVENTS: usize = 6_000;
    let mut server = NatsServer::start();
    let house = House::new();
    run(async {
        let mut open = house.open(&server).await;
        for part in 0..6 {
            let ids = part * EVENTS / 6..(part + 1) * EVENTS / 6;
            let body = format!("[{}]", ids.map(native).collect::<Vec<_>>().join(","));
            let posted = Posted::Body(Shape::Native, body.as_bytes());
            let intake = open.intake();
            // As a sender does that sends again what was not answered.
            while intake
                .take(posted.clone(), origin(), Until::Durable)
                .await
                .is_err()
            {}
            match part % 3 {
                0 => server.restart(),
                1 => {
                    let before = open.position();
                    open.close().await;
                    open = house.open(&server).await;
                    assert!(open.position() >= before);
                }
                _ => {}
            }
        }
        let stream = open.connection.jetstream.get_stream(Names::EVENTS).await.unwrap();
        open.consumed(stream.cached_info().state.last_sequence).await;
        assert_eq!(
            (0..7).map(|user| open.events_of(user)).sum::<u64>(),
            EVENTS as u64
        );
        open.close().await;
    });
}

#[test]
fn much_that_waits_is_read_without_a_gap() {
    const EVENTS: usize = 30_000;
    let server = NatsServer::start();
    let house = House::new();
    run(async {
        let open = house.open(&server).await;
        open.close().await;
        let feeder = House::new().open(&server).await;
        let intake = feeder.intake();
        let wide = "x".repeat(1_000);
        for part in 0..EVENTS / 2_500 {
            let events = (0..2_500).map(|id| {
                native(part * 2_500 + id).replace(
                    "\"type\"",
                    &format!("\"context\":{{\"wide\":\"{wide}\"}},\"type\""),
                )
            });
            let body = format!("[{}]", events.collect::<Vec<_>>().join(","));
            let posted = Posted::Body(Shape::Native, body.as_bytes());
            intake.take(posted, origin(), Until::Durable).await.unwrap();
        }
        let open = house.open(&server).await;
        open.consumed(EVENTS as u64).await;
        open.counts((EVENTS as u64, 0, 0)).await;
        assert_eq!(open.counted("yekta_nats_input_reopened_total"), 0);
        until("no lag", || open.counted("yekta_nats_input_lag_messages") == 0).await;
        open.close().await;
        feeder.close().await;
    });
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

#[test]
fn a_sender_that_waits_is_told_of_the_commit() {
    let server = NatsServer::start();
    let house = House::new();
    run(async {
        let open = house.open(&server).await;
        let intake = open.intake();
        let track = r#"{"type":"track","event":"Order Completed","userId":"u"}"#;
        let body = format!(r#"{{"sentAt":"2026-11-22T10:00:00Z","batch":[{track},7,{track}]}}"#);
        let posted = Posted::Body(Shape::Segment(Call::Batch), body.as_bytes());
        let answer = intake.take(posted, origin(), Until::Committed).await.unwrap();
        let answer = serde_json::to_value(answer).unwrap();
        // Two of one text and without an id are one.
        assert_eq!(
            (&answer["accepted"], &answer["duplicates"]),
            (&1.into(), &1.into()),
            "{answer}"
        );
        assert_eq!(
            (&answer["status"], &answer["rejected"][0]["index"]),
            (&"committed".into(), &1.into())
        );
        assert_eq!(answer["position"], open.engine().handle.applied().0);
        open.counts((1, 1, 1)).await;
        let posted = Posted::Body(Shape::Native, b"no json");
        let error = intake.take(posted, origin(), Until::Committed).await.unwrap_err();
        assert!(matches!(error, IntakeError::Refused(_)));
        open.consumed(4).await;
        open.counts((1, 1, 2)).await;
        open.close().await;
    });
}

#[test]
fn a_sender_is_told_to_send_again_while_the_server_does_nothing() {
    let server = NatsServer::start();
    let house = House::new();
    run(async {
        let open = house.open(&server).await;
        let intake = open.intake_within(Duration::from_millis(300));
        let event = native(1);
        let posted = Posted::Body(Shape::Native, event.as_bytes());
        server.pause();
        let error = intake
            .take(posted.clone(), origin(), Until::Committed)
            .await
            .unwrap_err();
        assert!(matches!(error, IntakeError::Unreachable), "{error}");
        server.resume();
        // It may have come through all the same: then what is sent again is a duplicate.
        let answer = open
            .intake()
            .take(posted, origin(), Until::Committed)
            .await
            .unwrap();
        let answer = serde_json::to_value(answer).unwrap();
        assert_eq!(answer["status"], "committed", "{answer}");
        assert_eq!(open.events_of(1), 1);
        open.close().await;
    });
}

/// Publishes past the service.
pub(crate) async fn publish(server: &NatsServer, ids: std::ops::Range<usize>) {
    let connection = crate::connected(server).await;
    for id in ids {
        let sent = connection
            .jetstream
            .publish("yekta.v1.default.event.web.a", native(id).into())
            .await;
        sent.unwrap().await.unwrap();
    }
}

/// Whoever may publish can put a message into the stream that no client can read: it must not keep the others from being
/// read.
#[test]
fn a_message_that_breaks_the_client_is_got_past() {
    for headers in [
        &b"NATS/1.0\r\nx: \xff\xfe\r\n\r\n"[..],
        b"NATS/1.0 503\r\n\r\n",
        b"NATS/1.0 409 Consumer Deleted\r\n\r\n",
    ] {
        let server = NatsServer::start();
        let house = House::new();
        run(async {
            let open = house.open(&server).await;
            let first = open.publish("web.a", &[], native(1)).await;
            open.consumed(first).await;
            raw(&server, headers, native(2).as_bytes());
            open.consumed(first + 1).await;
            // The connection may be down for a moment, which is what the message does to it.
            publish(&server, 3..4).await;
            open.consumed(first + 2).await;
            open.counts((3, 0, 0)).await;
            open.close().await;
            let again = house.open(&server).await;
            publish(&server, 4..5).await;
            again.consumed(first + 3).await;
            again.counts((1, 0, 0)).await;
            again.close().await;
        });
    }
}

/// Publishes past any client.
fn raw(server: &NatsServer, headers: &[u8], body: &[u8]) {
    let address = server.url().replace("nats://", "");
    let mut socket = TcpStream::connect(address).unwrap();
    let (head, total) = (headers.len(), headers.len() + body.len());
    write!(socket, "CONNECT {{\"verbose\":false,\"headers\":true}}\r\n").unwrap();
    write!(socket, "HPUB yekta.v1.default.event.web.a {head} {total}\r\n").unwrap();
    socket
        .write_all(&[headers, body, b"\r\nPING\r\n"].concat())
        .unwrap();
    let mut said = Vec::new();
    let mut part = [0; 4096];
    while !String::from_utf8_lossy(&said).contains("PONG") {
        let count = std::io::Read::read(&mut socket, &mut part).unwrap();
        assert!(count > 0, "{}", String::from_utf8_lossy(&said));
        said.extend_from_slice(&part[..count]);
    }
}
