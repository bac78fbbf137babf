//! Events of every shape, posted and by the stream.
//!
//! Whatever is posted: each item is an event or a refusal with a code; putting it into the input stream and reading it
//! there comes to the same; an event can be kept as it is, folded, and told as JSON, and its identifiers stay what they
//! are when they are normalised once more.

use yekta::{
    domain::{
        event::Event,
        identifier::normalise::normalise,
        identifier::{Kind, Region},
        identity::{Claim, Edition, link::links_of},
        profile::Aggregate,
    },
    store::{AtomRecord, codec},
    wire::{
        Call, ForwardedItem, Origin, Posted, Reason, Rejection, Shape, StreamMessage, decode_message,
        out::event as told, posted::MESSAGE_BYTES_MAX, stream::REFUSED_HEADER,
    },
};

use super::{
    choice,
    world::{NOW, WORLD, origin, place},
};

/// Far above what a rejection says of what was expected.
const MESSAGE_LETTERS_MAX: usize = 400;
const KEPT_BYTES_MAX: usize = 4096;

pub fn native(bytes: &[u8]) {
    check(&Posted::Body(Shape::Native, bytes), &origin(Some("web")));
    check(&Posted::Body(Shape::Any, bytes), &origin(None));
}

pub fn cloud(bytes: &[u8]) {
    check(&Posted::Body(Shape::CloudEvent, bytes), &origin(Some("store")));
    check(&Posted::Body(Shape::CloudEventBatch, bytes), &origin(None));
}

/// The first byte chooses the call.
pub fn segment(bytes: &[u8]) {
    const CALLS: [Call; 8] = [
        Call::Batch,
        Call::Identify,
        Call::Track,
        Call::Page,
        Call::Screen,
        Call::Group,
        Call::Alias,
        Call::Merge,
    ];
    let Some((call, body)) = choice(bytes, CALLS.len()) else {
        return;
    };
    let source = Some("crm".to_owned());
    let origin = Origin {
        source,
        ..origin(Some("mobile"))
    };
    check(&Posted::Body(Shape::Segment(CALLS[call]), body), &origin);
}

/// Headers line by line, an empty line, the data.
pub fn binary(bytes: &[u8]) {
    if let Some((headers, body)) = headed(bytes) {
        let posted = Posted::events(headers.into_iter(), body);
        check(&posted, &origin(Some("web")));
        check(&posted, &origin(None));
    }
}

/// The subject's end, headers line by line, an empty line, the body.
pub fn message(bytes: &[u8]) {
    let Some((headers, body)) = headed(bytes) else {
        return;
    };
    let subject = headers.first().map_or("", |(name, _)| *name);
    let place = place(format!("yekta.v1.default.event.{subject}"));
    let message = StreamMessage {
        place: &place,
        headers: headers.get(1..).unwrap_or_default(),
        body,
        received: NOW,
    };
    for item in decode_message(&message, &WORLD.decode).items {
        if let Err(rejection) = &item {
            assert_eq!(rejection.origin.as_deref(), Some(&place), "says where it stands");
        }
        verdict(&item);
    }
}

/// Headers, and what follows them.
type Headed<'a> = (Vec<(&'a str, &'a str)>, &'a [u8]);

/// Lines up to an empty one as headers, as a server hands them over, and what follows.
fn headed(bytes: &[u8]) -> Option<Headed<'_>> {
    let end = bytes
        .windows(2)
        .position(|two| two == b"\n\n")
        .unwrap_or(bytes.len());
    let (head, rest) = bytes.split_at(end);
    let head = std::str::from_utf8(head).ok()?;
    // What no header can hold never comes.
    if !head
        .chars()
        .all(|letter| matches!(letter, ' '..='~' | '\n' | '\t'))
    {
        return None;
    }
    let headers = head.lines().map(|line| {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        (name, value.trim())
    });
    Some((headers.collect(), rest.get(2..).unwrap_or_default()))
}

fn check(posted: &Posted<'_>, origin: &Origin) {
    let rules = &WORLD.decode;
    let forwarded = posted.forward(origin, rules, MESSAGE_BYTES_MAX);
    let verdicts: Vec<_> = forwarded
        .messages
        .iter()
        .map(|message| message.item.clone())
        .collect();
    match posted.decode(origin, rules) {
        Ok(decoded) => {
            assert!(forwarded.whole.is_none(), "refused whole when forwarded");
            let cut =
                |one: &Result<Event, Rejection>| matches!(one, Err(it) if it.reason == Reason::TooLarge);
            assert_eq!(verdicts.len(), decoded.items.len());
            for (forwarded, item) in verdicts.iter().zip(&decoded.items) {
                assert!(
                    cut(forwarded) || forwarded == item,
                    "forwarding comes to another verdict"
                );
                verdict(item);
            }
        }
        Err(rejection) => {
            refusal(&rejection);
            assert_eq!(forwarded.whole.as_ref(), Some(&rejection));
        }
    }
    forwarded.messages.iter().for_each(read_again);
}

/// What a reader of the stream makes of `message` is what was told of it.
fn read_again(message: &ForwardedItem) {
    let place = place(format!(
        "yekta.v1.default.event.{}.{}",
        message.channel, message.kind
    ));
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
    let read = decode_message(
        &StreamMessage {
            place: &place,
            headers: &headers,
            body: &message.body,
            received: NOW,
        },
        &WORLD.decode,
    );
    let [item] = read.items.as_slice() else {
        panic!("a message of one item is read as {}", read.items.len());
    };
    let cut = message.headers.iter().any(|(name, _)| *name == REFUSED_HEADER);
    match (item, &message.item) {
        (Err(read), Err(told)) if cut => assert_eq!(read.reason, told.reason),
        (Err(read), Err(told)) => {
            let read = Rejection {
                origin: None,
                ..read.clone()
            };
            assert_eq!(&read, told, "the stream's reader refuses otherwise");
        }
        (read, told) => assert!(read == told, "the stream's reader comes to another verdict"),
    }
}

fn verdict(item: &Result<Event, Rejection>) {
    match item {
        Ok(event) => accepted(event),
        Err(rejection) => refusal(rejection),
    }
}

fn refusal(rejection: &Rejection) {
    assert_eq!(Reason::from_code(rejection.reason.code()), Some(rejection.reason));
    let letters = rejection.message.chars().count();
    assert!(
        (1..=MESSAGE_LETTERS_MAX).contains(&letters),
        "a message of {letters} letters"
    );
    assert!(rejection.body.len() <= KEPT_BYTES_MAX);
}

/// What is taken in can be kept, folded and told.
fn accepted(event: &Event) {
    let bytes = codec::encode(event).expect("an event that was taken in can be kept");
    let kept: Event = codec::decode(&bytes).expect("what was kept can be read");
    assert!(&kept == event, "what was kept is another event");
    let text = serde_json::to_string(&told::Event::from(event)).unwrap();
    // To skip it is not to build it: nested as deep as may be, it is still JSON.
    serde_json::from_str::<&serde_json::value::RawValue>(&text).expect("an event is told as JSON");
    identifiers(event);
    let engine = &WORLD.engine;
    let claim = Claim::of(event, &engine.identity, |_| Ok::<_, ()>(None)).unwrap();
    let aggregate = Aggregate::of(event, claim.verified(), &engine.fold);
    let mut twice = aggregate.clone();
    twice.merge(&aggregate, &engine.fold);
    assert_eq!(twice.events, 2);
    let atom = AtomRecord {
        links: links_of(event, &engine.identity.identifiers),
        first: event.stamp(),
        profile: None,
        named: [event.id.clone()].into(),
        edition: Edition::default(),
        claim,
        aggregate: twice,
    };
    let bytes = codec::encode(&atom).expect("an atom of what was taken in can be kept");
    assert!(
        codec::decode::<AtomRecord>(&bytes).as_ref() == Ok(&atom),
        "what was kept is another atom"
    );
}

fn identifiers(event: &Event) {
    let rules = &WORLD.decode.identifiers;
    let regions: [Option<Region>; 2] = [None, "IR".parse().ok()];
    let shown = format!("{:?}", event.identifiers);
    for one in event.identifiers.iter().chain(&event.alias_of) {
        assert!(one.value().chars().count() <= rules.length_max);
        assert!(
            one.value().len() < 16 || !shown.contains(one.value()),
            "shown by Debug"
        );
        if *one.kind() == Kind::QR_TOKEN {
            continue;
        }
        for region in &regions {
            let again = normalise(rules, one.kind(), one.value(), one.trust(), region.as_ref());
            assert_eq!(again.as_ref(), Ok(one), "{} is normalised to another", one.kind());
        }
    }
}
