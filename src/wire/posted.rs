//! What was posted to be taken in, before it is decided where it goes: decoded here and now, or forwarded to the input
//! stream one item per message.
//!
//! Both ways come to the same: what a reader of the stream makes of a forwarded message is what decoding the posted
//! body makes of the item, but for the time of receipt and what follows from it.

mod forward;

use crate::wire::{
    Decoded, Shape, decode,
    decode::Opened,
    decode_binary_cloudevent,
    rejection::{Reason, Rejection},
    rules::{DecodeRules, Origin},
    stream::CONTENT_TYPE_HEADER,
};

use crate::wire::posted::forward::Maker;
pub use crate::wire::posted::forward::{Forwarded, ForwardedItem};

/// Bytes of a forwarded message, headers and body, unless the server takes less: under the megabyte that it takes unless
/// told otherwise, with room for what the publisher adds.
pub const MESSAGE_BYTES_MAX: usize = 1_000_000;
/// The header by which a posted `CloudEvent` in binary mode is known.
const BINARY_MODE: &str = "ce-specversion";

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
    /// an envelope of its own that repeats the batch's time and context. None has more than `bytes_max` bytes with its
    /// headers: what would is cut, and refused.
    pub fn forward(&self, origin: &Origin, rules: &DecodeRules, bytes_max: usize) -> Forwarded {
        let maker = Maker { origin, bytes_max };
        match self {
            Self::Body(shape, body) => match Opened::open(body, *shape, origin, rules) {
                Ok(opened) => Forwarded::of(maker.items(&opened, *shape)),
                Err(fault) => {
                    let rejection = fault.reject(body, None, None, origin);
                    let kept = maker.item(*shape, body.to_vec(), Err(rejection.clone()));
                    Forwarded::refused(kept, rejection)
                }
            },
            Self::Binary(headers, body) => match self.decode(origin, rules) {
                Ok(decoded) => {
                    let items = decoded.items.into_iter();
                    Forwarded::of(items.map(|item| maker.binary(headers, body, item)).collect())
                }
                Err(rejection) => Forwarded::refused(maker.cut(rejection.clone()), rejection),
            },
            Self::Unread(..) => match self.decode(origin, rules) {
                Ok(_) => Forwarded::of(Vec::new()),
                Err(rejection) => Forwarded::refused(maker.cut(rejection.clone()), rejection),
            },
        }
    }
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

#[cfg(test)]
mod tests;
