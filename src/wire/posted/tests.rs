//! Forwarding and decoding come to the same.

use proptest::{collection::vec, option, prelude::*, sample::select};

use super::*;
use crate::domain::event::StreamPlace;
use crate::wire::{
    DecodeRules, StreamMessage, decode_message,
    fixture::{self, noon, origin},
};

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

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
        .map(|(name, value)| name.len() + value.len() + HEADER_MARKS)
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
    let forwarded = posted.forward(origin, &rules());
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

fn origins() -> impl Strategy<Value = Origin> {
    let sources = select(vec![
        None,
        Some("pos"),
        Some("crm"),
        Some("shop/تهران 12%\"%41"),
        Some("yekta"),
    ]);
    let channels = select(vec![
        None,
        Some("web"),
        Some("store"),
        Some("mobile"),
        Some("call-center"),
        Some("Call Center"),
        Some("فروشگاه"),
        Some("moon"),
    ]);
    (sources, channels, any::<bool>()).prop_map(|(source, channel, traced)| Origin {
        source: source.map(str::to_owned),
        channel: channel.map(str::to_owned),
        trace: traced.then(|| TRACE.to_owned()),
        ..origin()
    })
}

/// Members, each of them there or not.
fn object(members: &'static [(&'static str, &'static [&'static str])]) -> impl Strategy<Value = String> {
    let chosen: Vec<_> = members
        .iter()
        .map(|(name, values)| option::weighted(0.75, select(*values)).prop_map(move |value| (*name, value)))
        .collect();
    chosen.prop_map(|members| {
        let members = members.iter();
        let texts: Vec<String> = members
            .filter_map(|(name, value)| Some(format!("\"{name}\": {}", (*value)?)))
            .collect();
        format!("{{{}}}", texts.join(" , "))
    })
}

const NAMES: &[&str] = &[
    "\"Order Completed\"",
    "\"track\"",
    "\"identify\"",
    "\"سلام\"",
    "\" \"",
    "null",
    "7",
];
const TIMES: &[&str] = &["\"2026-11-22T11:58:00Z\"", "1795348680000", "\"soon\""];
const MAPS: &[&str] = &[
    r#"{"total":1.50,"order_id":"o-1","n":123456789012345678901234567890}"#,
    r#"{"first_name":"Sara","a":1,"a":2}"#,
    r#"{"device":{"id":"d"},"library":{"name":"analytics-ios"}}"#,
    r#"{"email":"S@x.ir"}"#,
    "{}",
    "[]",
];
const CHANNELS: &[&str] = &[
    "\"web\"",
    "\"store\"",
    "\"CALL center\"",
    "\"server\"",
    "\"فروشگاه\"",
    "\"moon\"",
];
const IDS: &[&str] = &["\"e-1\"", "\"ید\"", "42", "1.0", "{}"];

fn native() -> impl Strategy<Value = String> {
    object(&[
        ("id", IDS),
        ("type", NAMES),
        ("channel", CHANNELS),
        ("source", &["\"pos\"", "\"shop\""]),
        ("time", TIMES),
        (
            "identifiers",
            &[
                r#"[{"kind":"user_id","value":"u"}]"#,
                r#"[{"kind":"phone","value":9123456789}]"#,
                "7",
            ],
        ),
        ("userId", &["\"u\""]),
        ("traits", MAPS),
        ("properties", MAPS),
        ("context", MAPS),
        ("batch", &["[]", "[{}]"]),
    ])
}

fn cloud() -> impl Strategy<Value = String> {
    object(&[
        ("specversion", &["\"1.0\"", "\"1.0\"", "\"2.0\""]),
        ("id", IDS),
        ("source", &["\"shop\""]),
        ("type", &["\"com.example.order_completed.v1\"", "\"A\""]),
        ("channel", CHANNELS),
        ("time", TIMES),
        (
            "traceparent",
            &[
                "\"00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\"",
                "\"x\"",
            ],
        ),
        (
            "data",
            &[r#"{"traits":{"city":"Qom"},"id":"x"}"#, r#"{"total":2.0}"#, "7"],
        ),
    ])
}

fn message() -> impl Strategy<Value = String> {
    object(&[
        (
            "type",
            &[
                "\"track\"",
                "\"identify\"",
                "\"screen\"",
                "\"Page\"",
                "\"alias\"",
                "\"x\"",
            ],
        ),
        ("messageId", IDS),
        ("event", NAMES),
        ("userId", &["\"u\"", "7", "{}"]),
        ("anonymousId", &["\"a\""]),
        ("previousId", &["\"p\""]),
        ("channel", CHANNELS),
        ("timestamp", TIMES),
        ("sentAt", TIMES),
        ("context", MAPS),
        ("traits", MAPS),
        ("properties", MAPS),
    ])
}

/// Mostly `good`, now and then something that is no item.
fn item(good: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    let other = select(vec!["3", "null", "[]", "[{}]", "\"batch\"", "{}", "[[1]]"]).prop_map(str::to_owned);
    prop_oneof![8 => good, 1 => other]
}

fn list(item: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    vec(item, 0..4).prop_map(|items| format!(" [ {} ]", items.join(" ,\n")))
}

fn bodies() -> impl Strategy<Value = (Shape, String)> {
    let natives = item(prop_oneof![native(), cloud(), message()].boxed()).boxed();
    let clouds = item(cloud().boxed()).boxed();
    let messages = item(message().boxed()).boxed();
    let calls = select(vec![
        Call::Identify,
        Call::Track,
        Call::Page,
        Call::Screen,
        Call::Group,
        Call::Alias,
    ]);
    let batch = (
        option::of(select(TIMES)),
        option::of(select(MAPS)),
        list(messages.clone()),
    )
        .prop_map(|(sent, context, items)| {
            let sent = sent.map_or(String::new(), |sent| format!("\"sentAt\":{sent},"));
            let context = context.map_or(String::new(), |context| format!("\"context\":{context},"));
            (
                Shape::Segment(Call::Batch),
                format!("{{{sent}{context}\"batch\":{items}}}"),
            )
        });
    prop_oneof![
        natives.clone().prop_map(|text| (Shape::Native, text)),
        list(natives).prop_map(|text| (Shape::Native, text)),
        clouds.clone().prop_map(|text| (Shape::CloudEvent, text)),
        list(clouds).prop_map(|text| (Shape::CloudEventBatch, text)),
        (calls, messages).prop_map(|(call, text)| (Shape::Segment(call), text)),
        batch,
    ]
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
        let forwarded = posted.forward(&origin, &rules());
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
        let forwarded = posted.forward(&origin(), &rules());
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
        let first = posted.forward(&origin(), &rules()).messages.remove(0);
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
    let cut = posted.forward(&origin(), &wide).messages.remove(0);
    assert_eq!(
        cut.item.map_err(|rejection| rejection.reason),
        Err(Reason::TooLarge)
    );
}

#[test]
fn each_message_is_under_the_subject_of_its_own_channel_and_type() {
    let body = r#"[{"type":"Order Completed","channel":"CALL center","traits":{"city":"Qom"}},
        {"type":"سلام","channel":"web","traits":{"city":"Qom"}},{"channel":"web"}]"#;
    let forwarded = Posted::Body(Shape::Native, body.as_bytes()).forward(&origin(), &rules());
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
    let forwarded = posted.forward(&origin(), &rules());
    assert!(!format!("{posted:?} {forwarded:?}").contains("secret"));
}
