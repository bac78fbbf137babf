//! What a message of the stream is told by: headers, content, subject.

use super::*;
use crate::wire::fixture::{noon, reasons, rules};

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const TRACK: &str = r#"{"type":"track","messageId":"m","event":"Order Completed","userId":"u"}"#;
const NATIVE: &str = r#"{"id":"e","type":"Order Completed","channel":"web","traits":{"city":"Qom"}}"#;
const CLOUD: &str = r#"{"specversion":"1.0","id":"c","source":"s","type":"a.order_completed","channel":"web","data":{"traits":{"city":"Qom"}}}"#;

fn under(subject: &str, headers: &[(&str, &str)], body: &str) -> Decoded {
    let place = StreamPlace {
        stream: "YEKTA_EVENTS".into(),
        sequence: 9,
        subject: subject.into(),
    };
    let message = StreamMessage {
        place: &place,
        headers,
        body: body.as_bytes(),
        received: noon(),
    };
    decode_message(&message, &rules())
}

fn decoded(headers: &[(&str, &str)], body: &str) -> Decoded {
    under("yekta.v1.default.event.store.signed_in", headers, body)
}

/// `channel source id type` of the one event.
fn told(decoded: &Decoded) -> String {
    assert_eq!(decoded.items.len(), 1);
    let event = decoded.items[0].as_ref().unwrap();
    format!(
        "{} {} {} {}",
        event.channel, event.id.source, event.id.id, event.name
    )
}

#[test]
fn a_body_is_read_as_headers_or_else_its_content_say() {
    let ce = [
        ("Ce-SpecVersion", "1.0"),
        ("ce-id", "b%201"),
        ("ce-source", "s"),
        ("ce-type", "a.order_completed"),
    ];
    for (headers, body, expected) in [
        (&[][..], NATIVE, "web default e Order Completed"),
        (
            &[("Content-Type", "application/json")],
            NATIVE,
            "web default e Order Completed",
        ),
        (&[], TRACK, "store default m Order Completed"),
        (
            &[("yekta-CALL", "Track")],
            TRACK,
            "store default m Order Completed",
        ),
        // Only told by the header: as content it would be a track without a name.
        (&[("Yekta-Call", "page")], TRACK, "store default m Page Viewed"),
        (&[], CLOUD, "web s c order_completed"),
        (
            &[("content-type", "Application/CloudEvents+json; charset=utf-8")],
            CLOUD,
            "web s c order_completed",
        ),
        (&ce, r#"{"traits":{"city":"Qom"}}"#, "store s b 1 order_completed"),
    ] {
        assert_eq!(told(&decoded(headers, body)), expected, "{headers:?} {body}");
    }
    // A structured event says its attributes in the body, whatever headers came with it.
    let both = [ce[0], ce[1], ("Content-Type", "application/cloudevents+json")];
    assert_eq!(told(&decoded(&both, CLOUD)), "web s c order_completed");
    // As an event that is posted it is none of Segment's, whatever it looks like.
    assert_eq!(
        reasons(&decoded(&[("Yekta-Call", "events")], TRACK)),
        [Some(Reason::NoIdentity)]
    );
}

#[test]
fn a_message_may_hold_several_events() {
    let batch = format!(r#"{{"sentAt":"2026-11-22T12:00:00Z","batch":[{TRACK},3,{TRACK}]}}"#);
    assert_eq!(
        reasons(&decoded(&[], &batch)),
        [None, Some(Reason::NotAnObject), None]
    );
    assert_eq!(reasons(&decoded(&[("Yekta-Call", "batch")], &batch)).len(), 3);
    let mixed = format!("[{NATIVE},{TRACK},{CLOUD}]");
    assert_eq!(reasons(&decoded(&[], &mixed)), [None, None, None]);
    let clouds = [("Content-Type", "application/cloudevents-batch+json")];
    assert_eq!(
        reasons(&decoded(&clouds, &mixed)),
        [Some(Reason::MissingMember), Some(Reason::MissingMember), None]
    );
    assert!(decoded(&[], "[]").items.is_empty());
}

#[test]
fn the_subject_stands_in_where_the_body_is_silent() {
    let silent = r#"{"id":"e","traits":{"city":"Qom"}}"#;
    for (subject, expected) in [
        (
            "yekta.v1.default.event.store.order_completed",
            "store default e order_completed",
        ),
        (
            "yekta.v1.default.event.call_center.order.completed",
            "call-center default e order_completed",
        ),
    ] {
        assert_eq!(told(&under(subject, &[], silent)), expected);
        assert_eq!(
            told(&under(subject, &[], NATIVE)),
            "web default e Order Completed"
        );
    }
    for subject in [
        "yekta.v1.default.event.store",
        "yekta.v1.default.event.store.custom",
        "yekta.v1.default.event.custom.a",
        "yekta",
    ] {
        assert_eq!(
            reasons(&under(subject, &[], silent)),
            [Some(Reason::MissingMember)],
            "{subject}"
        );
    }
}

#[test]
fn a_message_may_have_been_received_before_the_stream_took_it_in_and_never_after() {
    for (told, expected) in [
        ("2020-01-02T03:04:05Z", "2020-01-02T03:04:05Z".to_owned()),
        ("2099-01-02T03:04:05Z", time::format(noon())),
        ("yesterday", time::format(noon())),
    ] {
        let read = decoded(&[("yekta-received", told)], NATIVE);
        let event = read.items[0].as_ref().unwrap();
        assert_eq!(Some(event.received), time::parse(&expected), "{told}");
        // Whoever states no time means that one.
        assert_eq!(Some(event.time), time::parse(&expected), "{told}");
    }
}

#[test]
fn headers_name_the_source_the_channel_and_the_trace() {
    let silent = r#"{"id":"e","traits":{"city":"Qom"}}"#;
    let headers = [
        ("Yekta-Source", "pos/%D8%AA%2012"),
        ("yekta-channel", "web"),
        ("Traceparent", TRACE),
    ];
    let read = decoded(&headers, silent);
    assert_eq!(told(&read), "web pos/ت 12 e signed_in");
    let event = read.items[0].as_ref().unwrap();
    assert_eq!(event.trace.as_deref(), Some(TRACE));
    assert_eq!(event.received, noon());
    let own = TRACE.replacen("00-0a", "00-1a", 1);
    let traced = CLOUD.replace("\"data\"", &format!("\"traceparent\":\"{own}\",\"data\""));
    for (header, body, expected) in [
        (TRACE, traced.as_str(), Some(own.as_str())),
        (TRACE, CLOUD, Some(TRACE)),
        ("sara@example.org", NATIVE, None),
    ] {
        let read = decoded(&[("traceparent", header)], body);
        assert_eq!(read.items[0].as_ref().unwrap().trace.as_deref(), expected);
    }
}

#[test]
fn what_is_refused_says_where_it_stands_and_what_marks_a_removal_is_nothing() {
    let read = decoded(&[("Yekta-Source", "pos")], "no json");
    let rejection = read.items[0].as_ref().unwrap_err();
    let place = rejection.origin.as_ref().unwrap();
    assert_eq!((rejection.reason, place.sequence), (Reason::NotJson, 9));
    assert_eq!(
        (rejection.source.as_deref(), &rejection.body[..]),
        (Some("pos"), &b"no json"[..])
    );
    for (code, reason) in [("too_large", Reason::TooLarge), ("secret", Reason::NotJson)] {
        let read = decoded(&[("Yekta-Refused", code)], NATIVE);
        let rejection = read.items[0].as_ref().unwrap_err();
        assert_eq!(rejection.reason, reason);
        assert!(!rejection.message.contains("secret"));
    }
    assert_eq!(reasons(&decoded(&[], "")), [Some(Reason::NotJson)]);
    assert!(decoded(&[("Nats-Marker-Reason", "MaxAge")], "").items.is_empty());
    assert!(decoded(&[("KV-Operation", "DEL")], "").items.is_empty());
    assert_eq!(decoded(&[("KV-Operation", "DEL")], NATIVE).items.len(), 1);
}
