//! Bodies of every shape, good ones and bad ones, and where they come from.

use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::wire::{Call, Origin, Shape, fixture::origin};

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

pub(super) fn origins() -> impl Strategy<Value = Origin> {
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

pub(super) fn bodies() -> impl Strategy<Value = (Shape, String)> {
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
        Call::Merge,
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
