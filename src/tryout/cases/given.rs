//! What is given in a case, as it comes to a service: an event in the native shape, or a flow that is started by hand.
//!
//! Beside the native shape's members an event has `at`: when it comes, from the beginning of the case on. It happens then,
//! unless `time` says something else. Identifiers may be written as `{user_id: u1}`. What an event has to have and does not
//! is put in: an id, a channel.

use serde_json::{Map, Value as Json, json};

use crate::{
    domain::{event::Event, identifier::IdentifierRules, time::Timestamp},
    engine::api::{Command, Target},
    tryout::{cases::people::key, span::Span},
    wire::{DecodeRules, Origin, Shape, decode, time},
};

/// What the source of the events is called.
const SOURCE: &str = "test";

/// Something that is given.
#[derive(Debug)]
pub(super) enum Given {
    /// An event.
    Event(Box<Event>),
    /// A flow is started by hand.
    Command(Box<Command>),
}

/// What an item of the list says, and when that comes.
///
/// # Errors
/// What was expected.
pub(super) fn given(
    item: &Map<String, Json>,
    number: usize,
    start: Timestamp,
    rules: &DecodeRules,
) -> Result<(Timestamp, Given), String> {
    let mut item = item.clone();
    let mut span = |name: &str| match item.remove(name) {
        None => Ok(None),
        Some(said) => {
            let span = said.as_str().and_then(Span::parse);
            let span = span.ok_or_else(|| format!("{name}: expected a time such as +1d12h, or a point"));
            span.map(|span| Some(span.from(start)))
        }
    };
    let (at, happened) = (span("at")?, span("time")?);
    let at = at.or(happened).unwrap_or(start);
    if let Some(flow) = item.remove("start") {
        let command = by_hand(&flow, &mut item, &rules.identifiers)?;
        return Ok((at, Given::Command(Box::new(command))));
    }
    let mut put = |name: &str, value: Json| {
        item.entry(name).or_insert(value);
    };
    put("id", format!("given-{number}").into());
    put("channel", "web".into());
    put("time", time::format(happened.unwrap_or(at)).into());
    if let Some(Json::Object(named)) = item.get("identifiers") {
        let all = named
            .iter()
            .map(|(kind, value)| json!({"kind": kind, "value": value}));
        let all = Json::Array(all.collect());
        item.insert("identifiers".to_owned(), all);
    }
    let origin = Origin {
        source: Some(SOURCE.to_owned()),
        channel: None,
        name: None,
        received: at,
        is_bound: false,
        trace: None,
        place: None,
    };
    let body = Json::Object(item).to_string();
    let decoded = decode(body.as_bytes(), Shape::Native, &origin, rules);
    let mut items = decoded.map_err(|rejection| rejection.message)?.items;
    match items.pop() {
        Some(Ok(event)) => Ok((at, Given::Event(Box::new(event)))),
        Some(Err(rejection)) => Err(rejection.message),
        None => Err("expected an event".to_owned()),
    }
}

fn by_hand(flow: &Json, item: &mut Map<String, Json>, rules: &IdentifierRules) -> Result<Command, String> {
    let text = |value: Option<Json>| value.as_ref().and_then(Json::as_str).map(str::to_owned);
    let flow = flow
        .as_str()
        .ok_or("start: expected the name of a flow")?
        .to_owned();
    let (of, segment) = (text(item.remove("of")), text(item.remove("segment")));
    match (of, segment, item.is_empty()) {
        (Some(of), None, true) => {
            let key = key(&of, rules).ok_or("of: expected an identifier such as user_id:u1")?;
            let target = Target::Identifier(key);
            Ok(Command::Start { flow, target })
        }
        (None, Some(segment), true) => Ok(Command::StartAll { flow, segment }),
        _ => Err("start: expected of (such as user_id:u1) or segment beside it".to_owned()),
    }
}
