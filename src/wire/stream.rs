//! One message of the input stream: from its subject, headers and body to its events.
//!
//! Owns the names of the headers and what subjects say. What a body is, is told by its headers, or else by its content;
//! the body wins over headers, and headers over the subject. Called by the edge that follows the stream.

use crate::domain::{
    event::{Name, StreamPlace, token},
    time::Timestamp,
};
use crate::wire::{
    Decoded, Shape,
    cloudevents::HEADER_PREFIX,
    decode, decode_binary_cloudevent, percent,
    rejection::{BODY_BYTES_MAX, Reason, Rejection},
    rules::{DecodeRules, Origin},
    segment::Call,
    time,
    trace::traceparent,
};

/// Names the source of events that name none; percent-encoded.
pub const SOURCE_HEADER: &str = "Yekta-Source";
/// Names the channel of events that name none, before the subject does; percent-encoded.
pub const CHANNEL_HEADER: &str = "Yekta-Channel";
/// Says by which call the body would be posted: `events`, or one of Segment's such as `track` or `batch`.
pub const CALL_HEADER: &str = "Yekta-Call";
/// Says that the edge refused what the body is the beginning of, by the code of the reason.
pub const REFUSED_HEADER: &str = "Yekta-Refused";
/// Says when what is in the message was received, in RFC 3339, where it lay elsewhere before this stream took it in: in a shop
/// whose line was down.
pub const RECEIVED_HEADER: &str = "Yekta-Received";
/// The W3C trace context of the message.
pub const TRACE_HEADER: &str = "traceparent";
/// What a body is, as in HTTP.
pub const CONTENT_TYPE_HEADER: &str = "Content-Type";

/// The value of [`CALL_HEADER`] for what is posted as events: native or `CloudEvents`.
const EVENTS: &str = "events";
/// Headers by which a server or a client says that a message only marks what was removed.
const MARKER_HEADERS: [&str; 2] = ["nats-marker-reason", "kv-operation"];
const STRUCTURED: &str = "application/cloudevents";
const STRUCTURED_BATCH: &str = "application/cloudevents-batch";
/// The token of a name that has no letter for a subject: it names nothing.
const NOTHING: &str = "custom";

/// A message as it stands in the stream.
#[derive(Clone, Copy, Debug)]
pub struct StreamMessage<'a> {
    /// Where; its subject is `yekta.v1.<tenant>.event.<channel>.<type>`.
    pub place: &'a StreamPlace,
    /// Its headers, in any case.
    pub headers: &'a [(&'a str, &'a str)],
    /// Its body.
    pub body: &'a [u8],
    /// When the stream took it in, by the stream's own clock: whoever reads it again reads the same.
    pub received: Timestamp,
}

/// The events of one message, or why it holds none; empty where it only marks that something was removed.
///
/// | told by | the body is |
/// |---|---|
/// | header `Yekta-Call` | what is posted by that call |
/// | header `Content-Type: application/cloudevents...` | one `CloudEvent` in structured mode, or a list of them |
/// | headers `ce-...` | the data of a `CloudEvent` in binary mode |
/// | its content | a batch or a message of Segment's, a `CloudEvent`, a native event, or a list of them |
///
/// A body that is refused whole is one rejection.
#[must_use]
pub fn decode_message(message: &StreamMessage<'_>, rules: &DecodeRules) -> Decoded {
    if message.body.is_empty() && MARKER_HEADERS.iter().any(|name| message.header(name).is_some()) {
        return Decoded::default();
    }
    let origin = message.origin();
    let decoded = if let Some(code) = message.header(REFUSED_HEADER) {
        Err(message.refused(code, &origin))
    } else if let Some(shape) = message.shape() {
        decode(message.body, shape, &origin, rules)
    } else {
        decode_binary_cloudevent(message.headers.iter().copied(), message.body, &origin, rules)
    };
    decoded.unwrap_or_else(|rejection| Decoded {
        items: vec![Err(rejection)],
    })
}

impl<'a> StreamMessage<'a> {
    /// The value of the header called `name`, in any case; of several the last, as everywhere.
    fn header(&self, name: &str) -> Option<&'a str> {
        let mut named = self
            .headers
            .iter()
            .rev()
            .filter(|(header, _)| header.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.trim())
    }

    /// The name that a header says, decoded.
    fn named(&self, header: &str) -> Option<Name> {
        let name = percent::decoded(self.header(header)?)?;
        Some(name.trim().to_owned()).filter(|name| !name.is_empty())
    }

    /// When it was received: never after this stream took it in.
    fn received_first(&self) -> Timestamp {
        let told = self.header(RECEIVED_HEADER).and_then(time::parse);
        told.map_or(self.received, |told| told.min(self.received))
    }

    fn origin(&self) -> Origin {
        let (channel, name) = said_by(&self.place.subject);
        Origin {
            source: self.named(SOURCE_HEADER),
            channel: self.named(CHANNEL_HEADER).or(channel),
            name,
            received: self.received_first(),
            is_bound: false,
            trace: self.header(TRACE_HEADER).and_then(traceparent),
            place: Some(self.place.clone()),
        }
    }

    /// How the body is to be read; `None` for the data of a `CloudEvent` in binary mode.
    fn shape(&self) -> Option<Shape> {
        if let Some(shape) = self.header(CALL_HEADER).and_then(shape_of_call) {
            return Some(shape);
        }
        let content = self
            .header(CONTENT_TYPE_HEADER)
            .unwrap_or_default()
            .to_ascii_lowercase();
        if content.starts_with(STRUCTURED_BATCH) {
            return Some(Shape::CloudEventBatch);
        }
        if content.starts_with(STRUCTURED) {
            return Some(Shape::CloudEvent);
        }
        let is_attribute = |(name, _): &(&str, &str)| {
            let prefix = name.get(..HEADER_PREFIX.len());
            prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(HEADER_PREFIX))
        };
        (!self.headers.iter().any(is_attribute)).then_some(Shape::Any)
    }

    /// What another edge refused. Its own word is not repeated: whoever can publish could have written it.
    fn refused(&self, code: &str, origin: &Origin) -> Rejection {
        let body = self.body.get(..BODY_BYTES_MAX).unwrap_or(self.body);
        Rejection {
            reason: Reason::from_code(code).unwrap_or(Reason::NotJson),
            message: "read the body: it was refused where it was posted".to_owned(),
            id: None,
            source: origin.source.clone(),
            origin: origin.place.clone().map(Box::new),
            body: body.to_vec(),
        }
    }
}

/// The value of [`CALL_HEADER`] for bodies of `shape`; none for what is known by its content type.
pub(crate) const fn call_of_shape(shape: Shape) -> Option<&'static str> {
    Some(match shape {
        Shape::Native => EVENTS,
        Shape::Segment(Call::Identify) => "identify",
        Shape::Segment(Call::Track) => "track",
        Shape::Segment(Call::Page) => "page",
        Shape::Segment(Call::Screen) => "screen",
        Shape::Segment(Call::Group) => "group",
        Shape::Segment(Call::Alias) => "alias",
        Shape::Segment(Call::Merge) => "merge",
        Shape::Segment(Call::Batch) => "batch",
        Shape::Segment(Call::Import) => "import",
        Shape::CloudEvent | Shape::CloudEventBatch | Shape::Any => return None,
    })
}

fn shape_of_call(call: &str) -> Option<Shape> {
    const SHAPES: [Shape; 10] = [
        Shape::Native,
        Shape::Segment(Call::Identify),
        Shape::Segment(Call::Track),
        Shape::Segment(Call::Page),
        Shape::Segment(Call::Screen),
        Shape::Segment(Call::Group),
        Shape::Segment(Call::Alias),
        Shape::Segment(Call::Merge),
        Shape::Segment(Call::Batch),
        Shape::Segment(Call::Import),
    ];
    SHAPES
        .into_iter()
        .find(|shape| call_of_shape(*shape).is_some_and(|known| known.eq_ignore_ascii_case(call)))
}

/// The channel and the type that the tokens of `subject` say. The type may be several tokens.
fn said_by(subject: &str) -> (Option<Name>, Option<Name>) {
    let mut tokens = subject.splitn(6, '.').skip(4);
    let mut next = || tokens.next().map(token).filter(|token| token != NOTHING);
    (next(), next())
}

#[cfg(test)]
mod tests;
