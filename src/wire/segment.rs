//! Segment's messages, as its own and RudderStack's SDKs send them.
//!
//! Their calls become events of the same vocabulary: a `track` has its own name, the others get one.

mod channel;
mod identity;

use std::collections::BTreeMap;

use crate::domain::{event::IMPORTED, value::Value};
use crate::wire::{
    draft::Draft,
    members::Members,
    rejection::{Fault, Reason},
    rules::{DecodeRules, Origin},
};

/// The calls of Segment's interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Who somebody is.
    Identify,
    /// What they did.
    Track,
    /// Which page they saw.
    Page,
    /// Which screen of an app they saw.
    Screen,
    /// Which group they belong to.
    Group,
    /// Which id they had before.
    Alias,
    /// Which ids are one person's: RudderStack's.
    Merge,
    /// Several messages, each of a type of its own.
    Batch,
    /// The same of what happened before: it is kept, and sets nothing going.
    Import,
}

impl Call {
    /// Whether it is of several messages.
    pub(crate) const fn is_of_several(self) -> bool {
        matches!(self, Self::Batch | Self::Import)
    }
}

/// Segment's reserved traits that are facts, and what these are called here.
const FACTS: [(&str, &str); 3] = [
    ("firstName", "first_name"),
    ("lastName", "last_name"),
    ("birthday", "birth_date"),
];

/// What a batch says for all of its messages.
#[derive(Clone, Debug, Default)]
pub(crate) struct Envelope {
    pub(crate) sent_at: Option<Value>,
    pub(crate) context: BTreeMap<String, Value>,
}

/// The draft of one message of `call`.
///
/// # Errors
/// [`Reason::UnknownType`] or [`Reason::WrongType`].
pub(crate) fn draft(
    mut message: Members,
    call: Call,
    envelope: &Envelope,
    origin: &Origin,
    rules: &DecodeRules,
) -> Result<Draft, Fault> {
    let kind = message.take_text("type")?;
    let is_import = call == Call::Import;
    let call = if call.is_of_several() {
        call_of(kind.as_deref())?
    } else {
        call
    };
    let mut context = envelope.context.clone();
    context.extend(message.take_map("context")?);
    if is_import {
        context.insert(IMPORTED.to_owned(), Value::Bool(true));
    }
    let stated_channel = message.take_text("channel")?;
    let original_time = message.take("originalTimestamp");
    let mut draft = Draft {
        id: message.take_text("messageId")?,
        channel: channel::guess(stated_channel, call, &context, origin, rules),
        name: name(call, &mut message)?,
        time: original_time.or_else(|| message.take("timestamp")),
        sent_at: message.take("sentAt").or_else(|| envelope.sent_at.clone()),
        traits: message.take_map("traits")?,
        properties: message.take_map("properties")?,
        context,
        ..Draft::default()
    };
    identity::state(&mut draft, &mut message, call)?;
    describe(&mut draft, &mut message, call)?;
    Ok(draft)
}

/// The call that a message's `type` names, in any case.
///
/// # Errors
/// [`Reason::MissingMember`] or [`Reason::UnknownType`].
pub(crate) fn call_of(kind: Option<&str>) -> Result<Call, Fault> {
    let kind = kind.ok_or_else(|| Fault::missing("type"))?;
    match kind.to_ascii_lowercase().as_str() {
        "identify" => Ok(Call::Identify),
        "track" => Ok(Call::Track),
        "page" => Ok(Call::Page),
        "screen" => Ok(Call::Screen),
        "group" => Ok(Call::Group),
        "alias" => Ok(Call::Alias),
        "merge" => Ok(Call::Merge),
        _ => {
            let expected = "read type: expected identify, track, page, screen, group, alias or merge";
            Err(Fault::new(Reason::UnknownType, expected))
        }
    }
}

fn name(call: Call, message: &mut Members) -> Result<Option<String>, Fault> {
    let name = match call {
        Call::Track => {
            let event = message.take_text("event")?;
            return event.map(Some).ok_or_else(|| Fault::missing("event"));
        }
        Call::Identify => "Identify",
        Call::Page => "Page Viewed",
        Call::Screen => "Screen Viewed",
        Call::Group => "Group Joined",
        Call::Alias => "Alias",
        Call::Merge => "Merge",
        Call::Batch | Call::Import => return Ok(None),
    };
    Ok(Some(name.to_owned()))
}

/// Puts what the call says of the person into the traits, and what it says of anything else into the properties.
fn describe(draft: &mut Draft, message: &mut Members, call: Call) -> Result<(), Fault> {
    if call == Call::Group {
        // These traits are the group's: its name is nobody's, its e-mail address reaches no customer.
        draft.properties.append(&mut draft.traits);
        put(&mut draft.properties, "group_id", message.take_text("groupId")?);
        return Ok(());
    }
    if matches!(call, Call::Page | Call::Screen) {
        for member in ["name", "category"] {
            let value = message.take_text(member)?;
            if !draft.properties.contains_key(member) {
                put(&mut draft.properties, member, value);
            }
        }
    }
    if draft.traits.is_empty() {
        let mut context = Members(std::mem::take(&mut draft.context));
        draft.traits = context.take_map("traits")?;
        draft.context = context.0;
    }
    for (named, fact) in FACTS {
        if !draft.traits.contains_key(fact) {
            let stated = draft.traits.remove(named);
            draft.traits.extend(stated.map(|value| (fact.to_owned(), value)));
        }
    }
    draft.state_traits();
    Ok(())
}

fn put(members: &mut BTreeMap<String, Value>, name: &str, text: Option<String>) {
    if let Some(text) = text {
        members.insert(name.to_owned(), Value::Text(text));
    }
}

#[cfg(test)]
mod tests;
