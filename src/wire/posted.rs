//! What was posted to be taken in, before it is decided where it goes: decoded here and now, or forwarded to the input
//! stream one item per message.
//!
//! Both ways come to the same: what a reader of the stream makes of a forwarded message is what decoding the posted
//! body makes of the item, but for the time of receipt and what follows from it.

use std::fmt::Write as _;

use crate::domain::event::{Event, token};
use crate::wire::{
    Decoded, Shape,
    cloudevents::HEADER_PREFIX,
    decode,
    decode::Opened,
    decode_binary_cloudevent,
    rejection::{BODY_BYTES_MAX, Reason, Rejection},
    rules::{DecodeRules, Origin},
    segment::Call,
    stream::{
        CALL_HEADER, CHANNEL_HEADER, CONTENT_TYPE_HEADER, REFUSED_HEADER, SOURCE_HEADER, TRACE_HEADER,
        call_of_shape,
    },
};

/// Bytes of a forwarded message, headers and body: under the megabyte that a server takes unless told otherwise, with
/// room for what the publisher adds.
pub const MESSAGE_BYTES_MAX: usize = 1_000_000;
/// The header by which a posted `CloudEvent` in binary mode is known.
const BINARY_MODE: &str = "ce-specversion";
/// Bytes between and around a header's name and value.
const HEADER_MARKS: usize = 4;

/// A posted body, and how it is to be read. `Debug` shows no content.
#[derive(Clone)]
pub enum Posted<'a> {
    /// Items of a shape.
    Body(Shape, &'a [u8]),
    /// A `CloudEvent` in binary mode: headers, of which those named `ce-` count, and its data.
    Binary(Vec<(&'a str, &'a str)>, &'a [u8]),
    /// Nothing that could be read: why, and what was expected.
    Unread(Reason, String),
}

/// What is published of a posted body.
#[derive(Clone, Debug)]
pub struct Forwarded {
    /// One per item, in their order; of a body that was refused whole, one that keeps it.
    pub messages: Vec<ForwardedItem>,
    /// Why the whole body was refused, if it was.
    pub whole: Option<Rejection>,
}

/// One message for the input stream. `Debug` shows no content.
#[derive(Clone)]
pub struct ForwardedItem {
    /// The subject's token for the channel.
    pub channel: String,
    /// The subject's token for the type.
    pub kind: String,
    /// Headers, none twice.
    pub headers: Vec<(&'static str, String)>,
    /// Headers of a `CloudEvent` in binary mode, as they came.
    pub attributes: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// What its reader will make of it; a refused item is forwarded too, so that it is kept once, where it is read.
    pub item: Result<Event, Rejection>,
}

impl<'a> Posted<'a> {
    /// What was posted as events: in binary mode where a header `ce-specversion` says so, else by the content type.
    pub fn events(headers: impl Iterator<Item = (&'a str, &'a str)>, body: &'a [u8]) -> Self {
        let headers: Vec<(&str, &str)> = headers.collect();
        let named = |wanted: &str| headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        let content_type = named(CONTENT_TYPE_HEADER).map(|(_, value)| *value);
        if named(BINARY_MODE).is_some() {
            return Self::Binary(headers, body);
        }
        Self::Body(Shape::of_content(content_type), body)
    }

    /// Reads it here and now.
    ///
    /// # Errors
    /// The [`Rejection`] of the whole body.
    pub fn decode(&self, origin: &Origin, rules: &DecodeRules) -> Result<Decoded, Rejection> {
        match self {
            Self::Body(shape, body) => decode(body, *shape, origin, rules),
            Self::Binary(headers, body) => {
                decode_binary_cloudevent(headers.iter().copied(), body, origin, rules)
            }
            Self::Unread(reason, message) => Err(Rejection {
                reason: *reason,
                message: message.clone(),
                id: None,
                source: origin.source.clone(),
                origin: origin.place.clone().map(Box::new),
                body: Vec::new(),
            }),
        }
    }

    /// Takes it apart into messages for the input stream. The verdicts are those that its reader will come to.
    ///
    /// Each message is a whole body of the same shape with one item in it, so that it is read by the same code: an item
    /// keeps its own text, by whose digest it is known where it has no id, and a message of a batch of Segment's goes in
    /// an envelope of its own that repeats the batch's time and context.
    pub fn forward(&self, origin: &Origin, rules: &DecodeRules) -> Forwarded {
        let whole = |rejection: Rejection, item: Option<(Shape, &[u8])>| Forwarded {
            messages: vec![match item {
                Some((shape, body)) => {
                    ForwardedItem::of(shape, body.to_vec(), Err(rejection.clone()), origin)
                }
                None => ForwardedItem::cut(rejection.clone(), origin),
            }],
            whole: Some(rejection),
        };
        match self {
            Self::Body(shape, body) => match Opened::open(body, *shape, origin, rules) {
                Ok(opened) => Forwarded {
                    messages: opened.forward(*shape, origin),
                    whole: None,
                },
                Err(fault) => whole(fault.reject(body, None, None, origin), Some((*shape, *body))),
            },
            Self::Binary(headers, body) => match self.decode(origin, rules) {
                Ok(decoded) => {
                    let items = decoded.items.into_iter();
                    Forwarded {
                        messages: items
                            .map(|item| ForwardedItem::binary(headers, body, item, origin))
                            .collect(),
                        whole: None,
                    }
                }
                Err(rejection) => whole(rejection, None),
            },
            Self::Unread(..) => match self.decode(origin, rules) {
                Ok(_) => Forwarded {
                    messages: Vec::new(),
                    whole: None,
                },
                Err(rejection) => whole(rejection, None),
            },
        }
    }
}

impl Opened<'_> {
    fn forward(&self, shape: Shape, origin: &Origin) -> Vec<ForwardedItem> {
        let forwarded = self.items.iter().map(|item| {
            let (text, item) = (item.get(), self.decoder.item(item.get()));
            let body = match shape {
                Shape::Segment(Call::Batch) => self.enveloped(text),
                Shape::Segment(_) => text.to_owned(),
                // What is no object by itself is one item of a list: a list would be read as its items.
                _ if !text.starts_with('{') => format!("[{text}]"),
                _ => text.to_owned(),
            };
            ForwardedItem::of(shape, body.into_bytes(), item, origin)
        });
        forwarded.collect()
    }

    /// A batch with `item` alone.
    fn enveloped(&self, item: &str) -> String {
        let mut text = String::with_capacity(item.len() + 64);
        text.push('{');
        for (name, value) in &self.shared {
            write!(text, "\"{name}\":{},", value.get()).ok();
        }
        write!(text, "\"batch\":[{item}]}}").ok();
        text
    }
}

impl ForwardedItem {
    fn of(shape: Shape, body: Vec<u8>, item: Result<Event, Rejection>, origin: &Origin) -> Self {
        let mut headers = stated(origin);
        match shape {
            Shape::CloudEvent => {
                headers.push((CONTENT_TYPE_HEADER, "application/cloudevents+json".to_owned()))
            }
            Shape::CloudEventBatch => {
                let one = body.starts_with(b"{");
                let mode = if one {
                    "application/cloudevents+json"
                } else {
                    "application/cloudevents-batch+json"
                };
                headers.push((CONTENT_TYPE_HEADER, mode.to_owned()));
            }
            shape => headers.extend(call_of_shape(shape).map(|call| (CALL_HEADER, call.to_owned()))),
        }
        Self::bounded(headers, Vec::new(), body, item, origin)
    }

    fn binary(
        headers: &[(&str, &str)],
        body: &[u8],
        item: Result<Event, Rejection>,
        origin: &Origin,
    ) -> Self {
        let mut attributes: Vec<(String, String)> = Vec::new();
        for (name, value) in headers {
            let name = name.to_ascii_lowercase();
            if !name.starts_with(HEADER_PREFIX) {
                continue;
            }
            // Of several of a name the last holds.
            attributes.retain(|(known, _)| *known != name);
            attributes.push((name, (*value).to_owned()));
        }
        Self::bounded(stated(origin), attributes, body.to_vec(), item, origin)
    }

    /// The message, unless it is larger than a message may be: then the beginning of what it is about, refused.
    fn bounded(
        headers: Vec<(&'static str, String)>,
        attributes: Vec<(String, String)>,
        body: Vec<u8>,
        item: Result<Event, Rejection>,
        origin: &Origin,
    ) -> Self {
        let plain: usize = headers
            .iter()
            .map(|(name, value)| name.len() + value.len() + HEADER_MARKS)
            .sum();
        let others: usize = attributes
            .iter()
            .map(|(name, value)| name.len() + value.len() + HEADER_MARKS)
            .sum();
        if plain.saturating_add(others).saturating_add(body.len()) > MESSAGE_BYTES_MAX {
            let rejection = item.err().unwrap_or_else(|| Rejection {
                reason: Reason::TooLarge,
                message: format!(
                    "forward an event: expected at most {MESSAGE_BYTES_MAX} bytes with its headers"
                ),
                id: None,
                source: origin.source.clone(),
                origin: None,
                body: body.get(..BODY_BYTES_MAX).unwrap_or(&body).to_vec(),
            });
            return Self::cut(rejection, origin);
        }
        let (channel, kind) = match &item {
            Ok(event) => (token(&event.channel), token(&event.name)),
            Err(_) => (token(origin.channel.as_deref().unwrap_or_default()), token("")),
        };
        Self {
            channel,
            kind,
            headers,
            attributes,
            body,
            item,
        }
    }

    /// What is kept of a refused item, with the reason beside it: the whole would not fit, or is not there.
    fn cut(rejection: Rejection, origin: &Origin) -> Self {
        let mut headers = stated(origin);
        // A source that fills a message by itself is none that could be taken.
        headers.retain(|(_, value)| value.len() < BODY_BYTES_MAX);
        headers.push((REFUSED_HEADER, rejection.reason.code().to_owned()));
        Self {
            channel: token(""),
            kind: token(""),
            headers,
            attributes: Vec::new(),
            body: rejection.body.clone(),
            item: Err(rejection),
        }
    }
}

/// What stands in for what the body does not say, as headers.
fn stated(origin: &Origin) -> Vec<(&'static str, String)> {
    let source = origin
        .source
        .as_deref()
        .map(|name| (SOURCE_HEADER, percent_encoded(name)));
    let channel = origin
        .channel
        .as_deref()
        .map(|name| (CHANNEL_HEADER, percent_encoded(name)));
    let trace = origin.trace.clone().map(|trace| (TRACE_HEADER, trace));
    [source, channel, trace].into_iter().flatten().collect()
}

/// `text` as the value of a header: all but visible ASCII is percent-encoded, and what encodes.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && byte != b'%' && byte != b'"' {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").ok();
        }
    }
    encoded
}

impl std::fmt::Debug for Posted<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Body(shape, body) => write!(out, "Body({shape:?}, {} bytes)", body.len()),
            Self::Binary(_, body) => write!(out, "Binary({} bytes)", body.len()),
            Self::Unread(reason, _) => write!(out, "Unread({reason:?})"),
        }
    }
}

impl std::fmt::Debug for ForwardedItem {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let refused = self.item.as_ref().err().map(|rejection| rejection.reason);
        write!(
            out,
            "ForwardedItem({}.{}, {} bytes, refused: {refused:?})",
            self.channel,
            self.kind,
            self.body.len()
        )
    }
}

#[cfg(test)]
mod tests;
