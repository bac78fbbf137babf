//! From the bytes of a request or a message to its events.
//!
//! Owns the way through: items are taken apart without being read, then each is read alone, so that a bad one never
//! fails its batch. The edges call it; what an item says is its shape's matter.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::domain::event::{Event, Name};
use crate::wire::{
    cloudevents,
    draft::Draft,
    finish::finish,
    guard,
    members::{Members, not_json},
    native, recognise,
    rejection::{Fault, Reason, Rejection},
    rules::{DecodeRules, Origin},
    segment::{self, Call, Envelope},
};

/// A batch's context is copied into each of its messages: it may be this part of an event's bytes.
const ENVELOPE_SHARE: usize = 4;

/// How the items of a body are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Native events; an item with a `specversion` is taken as a `CloudEvent`.
    Native,
    /// `CloudEvents` in structured mode.
    CloudEvent,
    /// A list of `CloudEvents`.
    CloudEventBatch,
    /// A message of Segment's interface.
    Segment(Call),
    /// Told from the content: a batch or a message of Segment's, a `CloudEvent`, or a native event.
    Any,
}

impl Shape {
    /// The shape that a content type names: `application/cloudevents+json`, `application/cloudevents-batch+json`, or
    /// [`Shape::Native`] for any other.
    #[must_use]
    pub fn of_content(content_type: Option<&str>) -> Self {
        let essence = content_type
            .and_then(|text| text.split(';').next())
            .unwrap_or_default()
            .trim();
        match essence.to_ascii_lowercase().as_str() {
            "application/cloudevents+json" => Self::CloudEvent,
            "application/cloudevents-batch+json" => Self::CloudEventBatch,
            _ => Self::Native,
        }
    }
}

/// What a body held.
#[derive(Clone, Debug, Default)]
pub struct Decoded {
    /// One per item, in their order.
    pub items: Vec<Result<Event, Rejection>>,
}

/// Reads `body`: one item, or several in a list or in Segment's batch.
///
/// # Errors
/// A [`Rejection`] of the whole body: no JSON, no object or list, more items than allowed, a batch without `batch`.
pub fn decode(body: &[u8], shape: Shape, origin: &Origin, rules: &DecodeRules) -> Result<Decoded, Rejection> {
    decode_body(body, shape, origin, rules).map_err(|fault| fault.reject(body, None, None, origin))
}

/// As [`decode`], the shape told from the content type by [`Shape::of_content`].
///
/// # Errors
/// As [`decode`].
pub fn decode_events(
    content_type: Option<&str>,
    body: &[u8],
    origin: &Origin,
    rules: &DecodeRules,
) -> Result<Decoded, Rejection> {
    decode(body, Shape::of_content(content_type), origin, rules)
}

/// Reads a `CloudEvent` in binary mode: its attributes are the `ce-` headers (in any case; others are ignored), its data
/// is `body`, which may be empty.
///
/// # Errors
/// None but those of the one item, which are in the answer.
pub fn decode_binary_cloudevent<'a>(
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
    body: &[u8],
    origin: &Origin,
    rules: &DecodeRules,
) -> Result<Decoded, Rejection> {
    let decoder = Decoder::new(Shape::CloudEvent, origin, rules);
    let mut about = About::default();
    let event = cloudevents::attributes(headers).and_then(|mut attributes| {
        about = About::of(&attributes, rules);
        let text = utf8(body)?;
        if !text.trim().is_empty() {
            decoder.guard(text)?;
            attributes
                .0
                .insert("data".to_owned(), Members::parse(text)?.into_value());
        }
        finish(cloudevents::draft(attributes)?, text, origin, rules)
    });
    let item = event.map_err(|fault| about.reject(fault, body, origin));
    Ok(Decoded { items: vec![item] })
}

fn decode_body(body: &[u8], shape: Shape, origin: &Origin, rules: &DecodeRules) -> Result<Decoded, Fault> {
    let opened = Opened::open(body, shape, origin, rules)?;
    let items = opened.items.iter().map(|item| opened.decoder.item(item.get()));
    Ok(Decoded {
        items: items.collect(),
    })
}

/// A body taken apart, none of its items read yet.
pub(crate) struct Opened<'a> {
    pub(crate) decoder: Decoder<'a>,
    pub(crate) items: Vec<&'a RawValue>,
    /// What a batch of Segment's says for all of its messages, as it was written.
    pub(crate) shared: Vec<(&'static str, &'a RawValue)>,
}

impl<'a> Opened<'a> {
    /// Takes `body` apart.
    ///
    /// # Errors
    /// The [`Fault`] of the whole body.
    pub(crate) fn open(
        body: &'a [u8],
        shape: Shape,
        origin: &'a Origin,
        rules: &'a DecodeRules,
    ) -> Result<Self, Fault> {
        let text = utf8(body)?;
        let whole: &RawValue = serde_json::from_str(text).map_err(|error| not_json(&error))?;
        let shape = match shape {
            Shape::Any if recognise::is_segment_batch(whole) => Shape::Segment(Call::Batch),
            shape => shape,
        };
        let mut opened = Self {
            decoder: Decoder::new(shape, origin, rules),
            items: Vec::new(),
            shared: Vec::new(),
        };
        match shape {
            Shape::Segment(call) if call.is_of_several() => opened.open_batch(whole)?,
            Shape::Segment(_) => opened.items = vec![whole],
            Shape::Native | Shape::CloudEvent | Shape::CloudEventBatch | Shape::Any => {
                opened.items = items(whole)?;
            }
        }
        if opened.items.len() > rules.limits.items_max {
            let expected = format!("read the body: expected at most {} items", rules.limits.items_max);
            return Err(Fault::new(Reason::TooMany, expected));
        }
        Ok(opened)
    }

    /// Keeps what a batch of Segment's says for all of its messages, and takes these out.
    fn open_batch(&mut self, whole: &'a RawValue) -> Result<(), Fault> {
        if !whole.get().starts_with('{') {
            return Err(Fault::new(
                Reason::NotAnObject,
                "read the body: expected an object with batch",
            ));
        }
        let members: BTreeMap<String, &RawValue> =
            serde_json::from_str(whole.get()).map_err(|error| not_json(&error))?;
        let batch = members.get("batch").ok_or_else(|| Fault::missing("batch"))?;
        if !batch.get().starts_with('[') {
            return Err(Fault::wrong_type("batch", "a list"));
        }
        if let Some(sent_at) = members.get("sentAt") {
            self.shared.push(("sentAt", sent_at));
            self.decoder.envelope.sent_at = self.decoder.shared("sentAt", sent_at)?.take("sentAt");
        }
        if let Some(context) = members.get("context") {
            self.shared.push(("context", context));
            self.decoder.envelope.context = self.decoder.shared("context", context)?.take_map("context")?;
        }
        self.items = items(batch)?;
        Ok(())
    }
}

fn items(whole: &RawValue) -> Result<Vec<&RawValue>, Fault> {
    match whole.get().as_bytes().first() {
        Some(b'[') => serde_json::from_str(whole.get()).map_err(|error| not_json(&error)),
        Some(b'{') => Ok(vec![whole]),
        _ => Err(Fault::new(
            Reason::NotAnObject,
            "read the body: expected an object or a list of objects",
        )),
    }
}

fn utf8(body: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(body)
        .map_err(|_| Fault::new(Reason::NotJson, "read the body: expected JSON in UTF-8"))
}

/// Reads items, one by one.
pub(crate) struct Decoder<'a> {
    shape: Shape,
    envelope: Envelope,
    origin: &'a Origin,
    rules: &'a DecodeRules,
}

impl<'a> Decoder<'a> {
    fn new(shape: Shape, origin: &'a Origin, rules: &'a DecodeRules) -> Self {
        Self {
            shape,
            envelope: Envelope::default(),
            origin,
            rules,
        }
    }

    /// The member `name` of a batch, which each of its messages will get.
    fn shared(&self, name: &str, value: &RawValue) -> Result<Members, Fault> {
        let bytes_max = self.rules.limits.event_bytes_max / ENVELOPE_SHARE;
        if value.get().len() > bytes_max {
            let expected = format!("read {name}: expected at most {bytes_max} bytes in a batch");
            return Err(Fault::new(Reason::TooLarge, expected));
        }
        let text = format!("{{\"{name}\":{}}}", value.get());
        guard::check(&text, self.rules.limits.depth_max)?;
        Members::parse(&text)
    }

    /// The event that `text` states.
    pub(crate) fn item(&self, text: &str) -> Result<Event, Rejection> {
        let mut about = About::default();
        let event = self
            .guard(text)
            .and_then(|()| Members::parse(text))
            .and_then(|members| {
                about = About::of(&members, self.rules);
                finish(self.draft(members)?, text, self.origin, self.rules)
            });
        event.map_err(|fault| about.reject(fault, text.as_bytes(), self.origin))
    }

    fn guard(&self, text: &str) -> Result<(), Fault> {
        let limits = &self.rules.limits;
        if text.len() > limits.event_bytes_max {
            let expected = format!("read an event: expected at most {} bytes", limits.event_bytes_max);
            return Err(Fault::new(Reason::TooLarge, expected));
        }
        guard::check(text, limits.depth_max)
    }

    fn draft(&self, members: Members) -> Result<Draft, Fault> {
        let plain = !members.0.contains_key("specversion");
        let call = match self.shape {
            // Each message of a batch says of which call it is.
            Shape::Any if plain && recognise::is_segment_message(&members) => Call::Batch,
            Shape::Native | Shape::Any if plain => return native::draft(members),
            Shape::Native | Shape::CloudEvent | Shape::CloudEventBatch | Shape::Any => {
                return cloudevents::draft(members);
            }
            Shape::Segment(call) => call,
        };
        segment::draft(members, call, &self.envelope, self.origin, self.rules)
    }
}

/// What an item says of itself, kept for its rejection.
#[derive(Default)]
struct About {
    id: Option<String>,
    source: Option<Name>,
}

impl About {
    fn of(members: &Members, rules: &DecodeRules) -> Self {
        let text = |name: &str, letters_max: usize| {
            let text = members.0.get(name)?.text_or_number()?;
            Some(text.trim().chars().take(letters_max).collect())
        };
        let limits = &rules.limits;
        Self {
            id: text("id", limits.id_letters_max).or_else(|| text("messageId", limits.id_letters_max)),
            source: text("source", limits.name_letters_max),
        }
    }

    fn reject(self, fault: Fault, text: &[u8], origin: &Origin) -> Rejection {
        fault.reject(text, self.id, self.source, origin)
    }
}

#[cfg(test)]
mod tests;
