//! CloudEvents 1.0: structured and batch mode (one object with `data`) and binary mode (headers and a body).
//!
//! The data is a native event, or any object: then it is the event's properties.

use std::collections::BTreeMap;

use crate::domain::value::Value;
use crate::wire::{
    draft::Draft,
    members::Members,
    native, percent,
    rejection::{Fault, Reason},
    trace::traceparent,
};

pub(crate) const HEADER_PREFIX: &str = "ce-";
/// Members that only a native event has; data with one of them is one.
const NATIVE_MEMBERS: [&str; 5] = ["identifiers", "traits", "properties", "context", "consent"];

/// The draft of an event in structured mode.
///
/// Its attributes win over its data, but for the type: `data.type` is the plainer name. The extension attribute
/// `channel` names the channel, `traceparent` the trace under which the event was made.
///
/// # Errors
/// [`Reason::UnknownVersion`], [`Reason::MissingMember`] or [`Reason::WrongType`], or what makes its data no event.
pub(crate) fn draft(mut attributes: Members) -> Result<Draft, Fault> {
    let version = attributes
        .take_text("specversion")?
        .ok_or_else(|| Fault::missing("specversion"))?;
    if version != "1" && !version.starts_with("1.") {
        return Err(Fault::new(
            Reason::UnknownVersion,
            "read specversion: expected 1.0",
        ));
    }
    let id = attributes.take_text("id")?.ok_or_else(|| Fault::missing("id"))?;
    let source = attributes
        .take_text("source")?
        .ok_or_else(|| Fault::missing("source"))?;
    let kind = attributes.take_text("type")?;
    let channel = attributes.take_text("channel")?;
    let time = attributes.take("time");
    let subject = attributes.take_text("subject")?;
    let trace = attributes.take("traceparent");
    if attributes.take("data_base64").is_some() {
        return Err(Fault::wrong_type(
            "data_base64",
            "the event as JSON in data instead",
        ));
    }
    let mut draft = data(Members(attributes.take_map("data")?))?;
    draft.id = Some(id);
    draft.source = Some(source);
    draft.channel = channel.or(draft.channel);
    draft.name = draft
        .name
        .or_else(|| kind.as_deref().and_then(plain_name).map(str::to_owned));
    draft.time = time.or(draft.time);
    draft.trace = trace.and_then(|trace| traceparent(trace.as_text()?));
    if let Some(subject) = subject {
        draft
            .context
            .entry("subject".to_owned())
            .or_insert(Value::Text(subject));
    }
    Ok(draft)
}

/// The attributes that the `ce-` headers among `headers` say, in any case.
///
/// # Errors
/// [`Reason::WrongType`] where a percent-encoded value is not UTF-8.
pub(crate) fn attributes<'a>(
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Members, Fault> {
    // Of several of a name the last holds: what the others say is not looked at.
    let mut last = BTreeMap::new();
    for (header, value) in headers {
        let header = header.to_ascii_lowercase();
        // The body is the data, whatever a header says.
        let name = header
            .strip_prefix(HEADER_PREFIX)
            .filter(|name| !matches!(*name, "data" | "data_base64"));
        if let Some(name) = name {
            last.insert(name.to_owned(), value);
        }
    }
    let decoded = last.into_iter().map(|(name, value)| {
        let value = percent::decoded(value)
            .ok_or_else(|| Fault::wrong_type("a ce- header", "percent-encoded UTF-8"))?;
        Ok((name, Value::Text(value)))
    });
    decoded.collect::<Result<_, _>>().map(Members)
}

fn data(data: Members) -> Result<Draft, Fault> {
    let is_part = |value: &Value| value.as_map().is_some() || value.as_list().is_some();
    if NATIVE_MEMBERS
        .iter()
        .any(|name| data.0.get(*name).is_some_and(is_part))
    {
        return native::draft(data);
    }
    let text = |name: &str| {
        let text = data.0.get(name).and_then(Value::as_text).map(str::trim);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let (channel, name) = (text("channel"), text("type"));
    Ok(Draft {
        channel,
        name,
        properties: data.0,
        ..Draft::default()
    })
}

/// The last word of a reverse-DNS type, before its version: `com.example.order_completed.v1` is `order_completed`.
fn plain_name(kind: &str) -> Option<&str> {
    let is_version = |word: &str| {
        let number = word.strip_prefix(['v', 'V']).unwrap_or(word);
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    kind.rsplit('.')
        .map(str::trim)
        .find(|word| !word.is_empty() && !is_version(word))
}

#[cfg(test)]
mod tests;
