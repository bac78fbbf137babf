//! Forwarding and decoding come to the same.

mod bodies;

use proptest::{prelude::*, sample::select};

use bodies::{bodies, origins};

use super::*;
use crate::domain::event::Event;
use crate::domain::event::StreamPlace;
use crate::wire::rejection::BODY_BYTES_MAX;
use crate::wire::segment::Call;
use crate::wire::stream::REFUSED_HEADER;
use crate::wire::{
    DecodeRules, StreamMessage, decode_message,
    fixture::{self, noon, origin},
};

/// The fixture's, and a channel whose name no subject can hold.
fn rules() -> DecodeRules {
    let mut rules = fixture::rules();
    let shop = rules.channels.channels["store"].clone();
    rules.channels.channels.insert("فروشگاه".to_owned(), shop);
    rules
}

/// What a reader of the stream makes of `message`.
fn read(message: &ForwardedItem) -> Result<Event, Rejection> {
    let place = StreamPlace {
        stream: "YEKTA_EVENTS".into(),
        sequence: 7,
        subject: format!("yekta.v1.default.event.{}.{}", message.channel, message.kind),
    };
    let own = message
        .headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()));
    let attributes = message
        .attributes
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let headers: Vec<(&str, &str)> = own.chain(attributes).collect();
    let size: usize = headers
        .iter()
        .map(|(name, value)| name.len() + value.len() + 4)
        .sum();
    assert!(size + message.body.len() <= MESSAGE_BYTES_MAX);
    for (name, value) in &headers {
        assert!(value.is_ascii() && !value.contains(['\r', '\n']), "{name}");
    }
    let mut decoded = decode_message(
        &StreamMessage {
            place: &place,
            headers: &headers,
            body: &message.body,
            received: noon(),
        },
        &rules(),
    );
    assert_eq!(decoded.items.len(), 1, "one item per message");
    let mut item = decoded.items.remove(0);
    if let Err(rejection) = &mut item {
        assert_eq!(rejection.origin.take().as_deref(), Some(&place));
    }
    item
}

/// Forwarding `posted` and reading it again is decoding it.
fn check(posted: &Posted<'_>, origin: &Origin) -> Result<(), TestCaseError> {
    let forwarded = posted.forward(origin, &rules(), MESSAGE_BYTES_MAX);
    let verdicts: Vec<_> = forwarded
        .messages
        .iter()
        .map(|message| message.item.clone())
        .collect();
    match posted.decode(origin, &rules()) {
        Ok(decoded) => {
            prop_assert!(forwarded.whole.is_none());
            prop_assert_eq!(&verdicts, &decoded.items);
        }
        Err(rejection) => {
            prop_assert_eq!(forwarded.whole.as_ref(), Some(&rejection));
            prop_assert_eq!(&verdicts, &vec![Err(rejection)]);
        }
    }
    for message in &forwarded.messages {
        let (read, told) = (read(message), message.item.clone());
        if message.headers.iter().any(|(name, _)| *name == REFUSED_HEADER) {
            let reasons = (read.map_err(|it| it.reason), told.map_err(|it| it.reason));
            prop_assert_eq!(reasons.0, reasons.1);
        } else {
            prop_assert_eq!(read, told);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_forwarded_item_is_read_as_it_would_be_decoded((shape, body) in bodies(), origin in origins()) {
        check(&Posted::Body(shape, body.as_bytes()), &origin)?;
    }

    #[test]
    fn a_forwarded_binary_cloudevent_is_read_as_it_would_be_decoded(
        subject in "[ -~]{0,8}",
        channel in select(vec![None, Some("web"), Some("Call%20Center")]),
        body in select(vec!["", r#"{"traits":{"city":"Qom"}}"#, r#"{"total":1.50}"#, "[]", "{"]),
        origin in origins(),
    ) {
        let mut headers = vec![
            ("ce-specversion", "1.0"),
            ("ce-id", "other"),
            ("CE-ID", "e%2D1"),
            ("ce-source", "shop"),
            ("ce-type", "com.example.order_completed.v1"),
            ("content-type", "application/cloudevents+json"),
            ("authorization", "Bearer k"),
            ("ce-subject", subject.as_str()),
        ];
        headers.extend(channel.map(|channel| ("ce-channel", channel)));
        let posted = Posted::events(headers.iter().copied(), body.as_bytes());
        prop_assert!(matches!(&posted, Posted::Binary(..)));
        check(&posted, &origin)?;
        let forwarded = posted.forward(&origin, &rules(), MESSAGE_BYTES_MAX);
        let kept = forwarded.messages.iter().flat_map(|message| &message.attributes);
        prop_assert!(kept.into_iter().all(|(name, _)| name.starts_with("ce-")));
    }
}

#[test]
fn a_body_that_holds_no_items_is_one_message_that_its_reader_refuses_as_well() {
    let many = format!("[{}]", vec!["{}"; 2501].join(","));
    let large = format!("{{\"batch\":[],\"context\":{{\"a\":\"{}\"}}}}", "x".repeat(9000));
    for (shape, body, reason) in [
        (Shape::Native, &b"no json"[..], Reason::NotJson),
        (Shape::Native, b"\xff\xfe", Reason::NotJson),
        (Shape::Native, b"", Reason::NotJson),
        (Shape::CloudEvent, b"7", Reason::NotAnObject),
        (Shape::Native, many.as_bytes(), Reason::TooMany),
        (Shape::Segment(Call::Batch), b"{}", Reason::MissingMember),
        (Shape::Segment(Call::Batch), large.as_bytes(), Reason::TooLarge),
    ] {
        let posted = Posted::Body(shape, body);
        check(&posted, &origin()).unwrap();
        let forwarded = posted.forward(&origin(), &rules(), MESSAGE_BYTES_MAX);
        assert_eq!(forwarded.whole.map(|rejection| rejection.reason), Some(reason));
        assert_eq!(forwarded.messages[0].kind, "custom");
    }
    let unread = Posted::Unread(Reason::TooLarge, "read the body: expected less".to_owned());
    check(&unread, &origin()).unwrap();
}

#[test]
fn what_is_too_large_for_a_message_is_cut_and_says_why_it_was_refused() {
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(MESSAGE_BYTES_MAX));
    let bodies = [
        (Shape::Native, format!("[{large},{{}}]")),
        (Shape::Segment(Call::Batch), format!("{{\"batch\":[{large}]}}")),
        (Shape::Native, format!("no json {large}")),
    ];
    for (shape, body) in &bodies {
        let posted = Posted::Body(*shape, body.as_bytes());
        check(&posted, &origin()).unwrap();
        let first = posted
            .forward(&origin(), &rules(), MESSAGE_BYTES_MAX)
            .messages
            .remove(0);
        assert!(
            first.body.len() == BODY_BYTES_MAX
                && first.headers.iter().any(|(name, _)| *name == REFUSED_HEADER)
        );
    }
    let mut wide = rules();
    wide.limits.event_bytes_max = 4 * MESSAGE_BYTES_MAX;
    let event = format!(
        "{{\"type\":\"A\",\"channel\":\"web\",\"traits\":{{\"city\":\"Qom\"}},\"properties\":{large}}}"
    );
    let posted = Posted::Body(Shape::Native, event.as_bytes());
    assert!(posted.decode(&origin(), &wide).unwrap().items[0].is_ok());
    let cut = posted
        .forward(&origin(), &wide, MESSAGE_BYTES_MAX)
        .messages
        .remove(0);
    assert_eq!(
        cut.item.map_err(|rejection| rejection.reason),
        Err(Reason::TooLarge)
    );
}

#[test]
fn each_message_is_under_the_subject_of_its_own_channel_and_type() {
    let body = r#"[{"type":"Order Completed","channel":"CALL center","traits":{"city":"Qom"}},
        {"type":"سلام","channel":"web","traits":{"city":"Qom"}},{"channel":"web"}]"#;
    let forwarded =
        Posted::Body(Shape::Native, body.as_bytes()).forward(&origin(), &rules(), MESSAGE_BYTES_MAX);
    let subjects: Vec<String> = forwarded
        .messages
        .iter()
        .map(|message| format!("{}.{}", message.channel, message.kind))
        .collect();
    assert_eq!(
        subjects,
        ["call_center.order_completed", "web.custom", "custom.custom"]
    );
}

#[test]
fn debug_shows_no_content() {
    let body = r#"{"type":"A","channel":"web","traits":{"city":"secret"}}"#;
    let posted = Posted::Body(Shape::Native, body.as_bytes());
    let forwarded = posted.forward(&origin(), &rules(), MESSAGE_BYTES_MAX);
    assert!(!format!("{posted:?} {forwarded:?}").contains("secret"));
}
