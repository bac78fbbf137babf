//! Messages for the input stream, made of posted items. Owns their headers and what becomes of one that is too large.

use std::fmt::Write as _;

use crate::{
    domain::event::{Event, token},
    wire::{
        Shape,
        cloudevents::HEADER_PREFIX,
        decode::Opened,
        percent,
        rejection::{BODY_BYTES_MAX, Reason, Rejection},
        rules::Origin,
        stream::{
            CALL_HEADER, CHANNEL_HEADER, CONTENT_TYPE_HEADER, REFUSED_HEADER, SOURCE_HEADER, TRACE_HEADER,
            call_of_shape,
        },
    },
};

/// Bytes of a message's headers: a stream stores 64 KiB, some of them the publisher's own.
const HEADER_BYTES_MAX: usize = 48 * 1024;
/// Bytes between and around a header's name and value.
const HEADER_MARKS: usize = 4;

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

/// Makes messages.
#[derive(Clone, Copy)]
pub(crate) struct Maker<'a> {
    /// Where the body came from.
    pub(crate) origin: &'a Origin,
    /// Bytes of a message, headers and body.
    pub(crate) bytes_max: usize,
}

impl Forwarded {
    pub(crate) fn of(messages: Vec<ForwardedItem>) -> Self {
        Self {
            messages,
            whole: None,
        }
    }

    pub(crate) fn refused(kept: ForwardedItem, rejection: Rejection) -> Self {
        Self {
            messages: vec![kept],
            whole: Some(rejection),
        }
    }
}

impl Maker<'_> {
    /// One message per item of a body of `shape`.
    pub(crate) fn items(self, opened: &Opened<'_>, shape: Shape) -> Vec<ForwardedItem> {
        let forwarded = opened.items.iter().map(|item| {
            let (text, item) = (item.get(), opened.decoder.item(item.get()));
            let body = match shape {
                Shape::Segment(call) if call.is_of_several() => enveloped(opened, text),
                Shape::Segment(_) => text.to_owned(),
                // What is no object by itself is one item of a list: a list would be read as its items.
                _ if !text.starts_with('{') => format!("[{text}]"),
                _ => text.to_owned(),
            };
            self.item(shape, body.into_bytes(), item)
        });
        forwarded.collect()
    }

    /// The message with a body of `shape` that holds `item`.
    pub(crate) fn item(self, shape: Shape, body: Vec<u8>, item: Result<Event, Rejection>) -> ForwardedItem {
        let mut headers = self.stated();
        let one = body.starts_with(b"{");
        match shape {
            Shape::CloudEventBatch if !one => headers.push((
                CONTENT_TYPE_HEADER,
                "application/cloudevents-batch+json".to_owned(),
            )),
            Shape::CloudEvent | Shape::CloudEventBatch => {
                headers.push((CONTENT_TYPE_HEADER, "application/cloudevents+json".to_owned()));
            }
            shape => headers.extend(call_of_shape(shape).map(|call| (CALL_HEADER, call.to_owned()))),
        }
        self.bounded(headers, Vec::new(), body, item)
    }

    /// The message with a `CloudEvent` in binary mode.
    pub(crate) fn binary(
        self,
        headers: &[(&str, &str)],
        body: &[u8],
        item: Result<Event, Rejection>,
    ) -> ForwardedItem {
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
        self.bounded(self.stated(), attributes, body.to_vec(), item)
    }

    /// The message, unless it is larger than a message may be: then the beginning of what it is about, refused.
    fn bounded(
        self,
        headers: Vec<(&'static str, String)>,
        attributes: Vec<(String, String)>,
        body: Vec<u8>,
        item: Result<Event, Rejection>,
    ) -> ForwardedItem {
        let own = headers
            .iter()
            .map(|(name, value)| name.len() + value.len() + HEADER_MARKS);
        let others = attributes
            .iter()
            .map(|(name, value)| name.len() + value.len() + HEADER_MARKS);
        let bytes = own.chain(others).sum::<usize>();
        if bytes > HEADER_BYTES_MAX || bytes.saturating_add(body.len()) > self.bytes_max {
            let rejection = item.err().unwrap_or_else(|| self.too_large(&body));
            return self.cut(rejection);
        }
        let (channel, kind) = match &item {
            Ok(event) => (token(&event.channel), token(&event.name)),
            Err(_) => (
                token(self.origin.channel.as_deref().unwrap_or_default()),
                token(""),
            ),
        };
        ForwardedItem {
            channel,
            kind,
            headers,
            attributes,
            body,
            item,
        }
    }

    fn too_large(self, body: &[u8]) -> Rejection {
        let bytes_max = self.bytes_max;
        Rejection {
            reason: Reason::TooLarge,
            message: format!("forward an event: expected at most {bytes_max} bytes with its headers"),
            id: None,
            source: self.origin.source.clone(),
            origin: None,
            body: body.get(..BODY_BYTES_MAX).unwrap_or(body).to_vec(),
        }
    }

    /// What is kept of a refused item, with the reason beside it: the whole would not fit, or is not there.
    pub(crate) fn cut(self, rejection: Rejection) -> ForwardedItem {
        let mut headers = self.stated();
        // A source that fills a message by itself is none that could be taken.
        headers.retain(|(_, value)| value.len() < BODY_BYTES_MAX);
        headers.push((REFUSED_HEADER, rejection.reason.code().to_owned()));
        ForwardedItem {
            channel: token(""),
            kind: token(""),
            headers,
            attributes: Vec::new(),
            body: rejection.body.clone(),
            item: Err(rejection),
        }
    }

    /// What stands in for what the body does not say, as headers.
    fn stated(self) -> Vec<(&'static str, String)> {
        let encoded = |name: &Option<String>| name.as_deref().map(percent::for_header);
        let source = encoded(&self.origin.source).map(|name| (SOURCE_HEADER, name));
        let channel = encoded(&self.origin.channel).map(|name| (CHANNEL_HEADER, name));
        let trace = self.origin.trace.clone().map(|trace| (TRACE_HEADER, trace));
        [source, channel, trace].into_iter().flatten().collect()
    }
}

/// A batch of Segment's with `item` alone.
fn enveloped(opened: &Opened<'_>, item: &str) -> String {
    let mut text = String::with_capacity(item.len().saturating_add(64));
    text.push('{');
    for (name, value) in &opened.shared {
        write!(text, "\"{name}\":{},", value.get()).ok();
    }
    write!(text, "\"batch\":[{item}]}}").ok();
    text
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
