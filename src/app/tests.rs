//! What `asyncapi.yaml` says against what the code publishes, serves and reads. Here, since the edge that serves the
//! file may not know NATS.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    journal::Message,
    nats::{
        Tenant,
        assets::Names,
        ingest::{INDEX_HEADER, REQUEST_HEADER, RETRY_HEADER},
        journal::cloud::{self, Envelope},
        service::calls::Call,
    },
    wire::{
        self, Shape,
        out::update::{NoticeKind, Subjects},
        stream,
    },
};

mod calls;
mod routes;

/// The description, and the one whose schemas it refers to.
struct Described {
    asyncapi: Value,
    openapi: Value,
}

impl Described {
    fn read() -> Self {
        // Read as YAML's own value: a key that stands twice is an error there.
        let asyncapi: yaml_serde::Value =
            yaml_serde::from_str(include_str!("../http/asyncapi.yaml")).unwrap();
        Self {
            asyncapi: serde_json::to_value(asyncapi).unwrap(),
            openapi: serde_json::from_str(include_str!("../http/openapi.json")).unwrap(),
        }
    }

    fn channels(&self) -> &serde_json::Map<String, Value> {
        self.asyncapi["channels"].as_object().unwrap()
    }

    /// The ids of the channels that `subject` flows on.
    fn channels_of(&self, subject: &str) -> Vec<&str> {
        let channels = self.channels().iter();
        let fits = |channel: &Value| {
            channel["address"]
                .as_str()
                .is_some_and(|one| matches(one, subject))
        };
        channels
            .filter(|(_, channel)| fits(channel))
            .map(|(id, _)| id.as_str())
            .collect()
    }

    /// What `value` is, or refers to.
    fn followed<'a>(&'a self, value: &'a Value) -> &'a Value {
        let Some(reference) = value["$ref"].as_str() else {
            return value;
        };
        let (file, pointer) = reference.split_once('#').unwrap();
        let document = if file.is_empty() {
            &self.asyncapi
        } else {
            &self.openapi
        };
        self.followed(document.pointer(pointer).unwrap())
    }

    /// The members of an object of this schema; of several parts that name one, the last says what it is.
    fn members<'a>(&'a self, schema: &'a Value) -> BTreeMap<&'a str, &'a Value> {
        let schema = self.followed(schema);
        let parts = schema["allOf"].as_array().into_iter().flatten();
        let mut members: BTreeMap<_, _> = parts.flat_map(|part| self.members(part)).collect();
        let own = schema["properties"].as_object().into_iter().flatten();
        members.extend(own.map(|(name, member)| (name.as_str(), member)));
        members
    }
}

/// Whether `subject` is one of those that `address` stands for.
fn matches(address: &str, subject: &str) -> bool {
    let (address, subject): (Vec<&str>, Vec<&str>) =
        (address.split('.').collect(), subject.split('.').collect());
    let is_one = |(pattern, token): (&&str, &&str)| match pattern.split_once('{') {
        Some((before, _)) => token.len() > before.len() && token.starts_with(before),
        None => pattern == token,
    };
    address.len() == subject.len() && address.iter().zip(&subject).all(is_one)
}

fn names() -> Names {
    Names::of(&Tenant::default())
}

/// A subject of each kind that is published, with the channel it flows on.
fn published() -> Vec<(String, &'static str)> {
    let (subjects, id) = (Subjects::of("default"), "0123456789abcdef0123456789abcdef");
    let notice = |kind| match kind {
        NoticeKind::Merged => (subjects.notice(kind, id), "merged"),
        NoticeKind::Split => (subjects.notice(kind, id), "split"),
        NoticeKind::Moved => (subjects.notice(kind, id), "moved"),
        NoticeKind::Erased => (subjects.notice(kind, id), "erased"),
    };
    vec![
        (subjects.updated(id), "updated"),
        notice(NoticeKind::Merged),
        notice(NoticeKind::Split),
        notice(NoticeKind::Moved),
        notice(NoticeKind::Erased),
        (subjects.departed(id), "departed"),
        (
            subjects.context(&"store".to_owned(), &"Order Completed".to_owned(), id),
            "context",
        ),
        (subjects.segments(id), "segments"),
        (subjects.action("sms", "order_ready", id), "action"),
        (subjects.insight("Price Changed"), "catalogue"),
        (subjects.dead_letter(wire::Reason::NotJson.code()), "deadLetters"),
    ]
}

#[test]
fn each_subject_has_its_channel_and_each_channel_its_subject() {
    let (described, names) = (Described::read(), names());
    let mut known: Vec<(String, String)> = published()
        .into_iter()
        .map(|(subject, channel)| (subject, channel.to_owned()))
        .collect();
    known.extend(Call::ALL.map(|call| (format!("{}.{}", names.prefix(), call.subject()), call.name())));
    known.push((names.event("store", "order_completed"), "events".to_owned()));
    known.push((
        format!("$KV.{}.p1", names.profiles_bucket()),
        "profiles".to_owned(),
    ));
    let mut reached = BTreeSet::new();
    for (subject, channel) in &known {
        assert_eq!(described.channels_of(subject), [channel], "{subject}");
        reached.insert(channel.as_str());
    }
    // What is on no subject: server-sent events, and the inbox of whoever asks.
    let other: Vec<&str> = described
        .channels()
        .keys()
        .map(String::as_str)
        .filter(|id| !reached.contains(id))
        .collect();
    assert_eq!(other, ["replies", "updates"]);
}

#[test]
fn what_is_described_as_input_is_what_is_read() {
    let described = Described::read();
    let address = described.asyncapi["channels"]["events"]["address"]
        .as_str()
        .unwrap();
    let filters = [names().events(), Names::EVENT_SUBJECTS.replace('*', "{tenant}")];
    for (filter, address) in filters
        .iter()
        .zip([address.replace("{tenant}", "default"), address.to_owned()])
    {
        let rest = address.strip_prefix(filter.strip_suffix('>').unwrap());
        assert_eq!(rest, Some("{channel}.{type}"), "{filter}");
    }
    let headers = &described.asyncapi["components"]["schemas"]["InputHeaders"];
    let headers = described.members(headers);
    let known = [
        stream::SOURCE_HEADER,
        stream::CHANNEL_HEADER,
        stream::CALL_HEADER,
        stream::CONTENT_TYPE_HEADER,
        stream::TRACE_HEADER,
        stream::REFUSED_HEADER,
        stream::RECEIVED_HEADER,
        REQUEST_HEADER,
        INDEX_HEADER,
        RETRY_HEADER,
        "Nats-Msg-Id",
    ];
    assert_eq!(headers.keys().copied().collect::<BTreeSet<_>>(), known.into());
    use wire::Call::{Alias, Batch, Group, Identify, Import, Page, Screen, Track};
    let segment = [Identify, Track, Page, Screen, Group, Alias, Batch, Import].map(Shape::Segment);
    let calls = [Shape::Native].into_iter().chain(segment);
    let calls: Vec<&str> = calls.filter_map(stream::call_of_shape).collect();
    assert_eq!(headers[stream::CALL_HEADER]["enum"], serde_json::json!(calls));
}

#[test]
fn channels_say_in_which_stream_they_lie() {
    let (described, names) = (Described::read(), names());
    let published: BTreeSet<&str> = published().into_iter().map(|(_, channel)| channel).collect();
    for (id, channel) in described.channels() {
        let said = |member: &str| {
            let name = channel[member].as_str();
            name.map(|name| name.replace("{tenant}", names.tenant()))
        };
        let stream = match id.as_str() {
            "events" => Some(Names::EVENTS.to_owned()),
            id if published.contains(id) => Some(names.out()),
            _ => None,
        };
        assert_eq!(said("x-nats-stream"), stream, "{id}");
        let bucket = (id == "profiles").then(|| names.profiles_bucket());
        assert_eq!(said("x-nats-bucket"), bucket, "{id}");
    }
}

#[test]
fn published_messages_have_the_headers_that_are_described() {
    let described = Described::read();
    let envelope = Envelope {
        tenant: "default",
        batch: 7,
        time: "2026-11-22T00:00:00Z",
    };
    let prefix = format!("{}.", names().prefix());
    let told = published()
        .into_iter()
        .map(|(subject, channel)| (subject.strip_prefix(&prefix).unwrap().to_owned(), channel));
    // The bucket holds the updates as they are.
    let kept = ("profile.updated.p1".to_owned(), "profiles");
    for (rest, channel) in told.chain([kept]) {
        let message = Message {
            subject: String::new(),
            key: "p1".to_owned(),
            body: Vec::new(),
            trace: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        };
        let headers = cloud::headers(&envelope, 0, &rest, &message);
        let messages = described.asyncapi["channels"][channel]["messages"].as_object();
        let messages = messages.unwrap().iter();
        let mut messages = messages.filter(|(name, _)| *name != "gone");
        let (_, message) = messages.next().unwrap();
        let members = described.members(&described.followed(message)["headers"]);
        let sent: BTreeMap<String, &str> = headers
            .iter()
            .map(|(name, values)| (name.to_string(), values[0].as_str()))
            .collect();
        let names: Vec<&str> = sent.keys().map(String::as_str).collect();
        assert_eq!(names, members.keys().copied().collect::<Vec<_>>(), "{channel}");
        for (name, member) in members {
            if let Some(fixed) = member["const"].as_str() {
                assert_eq!(sent[name], fixed, "{channel}: {name}");
            }
        }
        assert!(messages.next().is_none(), "{channel}");
    }
    let mut deletion = async_nats::HeaderMap::new();
    cloud::deletion(&mut deletion);
    let gone = &described.asyncapi["channels"]["profiles"]["messages"]["gone"]["headers"];
    for (name, member) in described.members(gone) {
        let sent = deletion.get(name).map(|value| value.as_str());
        assert_eq!(sent, member["const"].as_str(), "{name}");
    }
}
