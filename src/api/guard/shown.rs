//! What is shown of an answer: each member as its kind is granted.

use serde_json::{Map, Value};

use crate::{
    api::guard::{
        members::{Member, Members},
        policy::{Field, Grant, Scope},
    },
    domain::{context::Mask, event::token, identifier::Kind},
};

/// Stands for a text that is hidden.
const HIDDEN: &str = "***";

/// What `scope` shows of an answer with these members.
pub(super) fn shown(scope: Scope, members: Members, answer: Value) -> Value {
    let part = part(scope, members, answer);
    match scope.grant(Field::Identifier) {
        Grant::Mask => contacts_masked(part),
        Grant::Full | Grant::Deny => part,
    }
}

/// A list is what is in it; what stands where members should is not known, and not shown.
fn part(scope: Scope, members: Members, value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(|item| part(scope, members, item)).collect(),
        Value::Object(object) => {
            let shown = object.into_iter().filter_map(|(name, value)| {
                let (_, member) = members.iter().find(|(listed, _)| *listed == name)?;
                let value = match member {
                    Member::Is(field) => limited(scope.grant(*field), *field, value)?,
                    Member::Holds(members) => part(scope, members, value),
                };
                Some((name, value))
            });
            shown.collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Value::Null,
    }
}

/// So much of a value of one kind as is granted.
fn limited(grant: Grant, field: Field, value: Value) -> Option<Value> {
    match grant {
        Grant::Full => Some(value),
        Grant::Deny => None,
        Grant::Mask if field == Field::Identifier => Some(identifiers_masked(value)),
        Grant::Mask => Some(hidden(value)),
    }
}

/// Identifiers are objects of kind and value wherever they stand.
fn identifiers_masked(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(identifiers_masked).collect(),
        Value::Object(mut object) => {
            if let Some(masked) = masked(&object) {
                object.insert("value".to_owned(), Value::String(masked));
            }
            Value::Object(object)
        }
        other => other,
    }
}

fn masked(object: &Map<String, Value>) -> Option<String> {
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
    let value = object.get("value")?.as_str()?;
    let masked = Kind::new(kind).map(|kind| Mask::Contacts.identifier(&kind, value));
    Some(masked.unwrap_or_else(|_| HIDDEN.to_owned()))
}

/// The kind of contact that senders write down under `name` beside the identifiers.
fn contact(name: &str) -> Option<Kind> {
    match token(name).as_str() {
        "email" | "e_mail" | "mail" => Some(Kind::EMAIL),
        "phone" | "phone_number" | "mobile" | "telephone" => Some(Kind::PHONE),
        _ => None,
    }
}

/// What is masked as an identifier is masked as a trait or a property, too.
fn contacts_masked(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(contacts_masked).collect(),
        Value::Object(object) => object
            .into_iter()
            .map(|(name, value)| {
                let value = match (contact(&name), value) {
                    (Some(kind), Value::String(text)) => {
                        Value::String(Mask::Contacts.identifier(&kind, &text))
                    }
                    (Some(_), Value::Number(_)) => Value::String(HIDDEN.to_owned()),
                    (_, value) => contacts_masked(value),
                };
                (name, value)
            })
            .collect(),
        other => other,
    }
}

/// The shape of a value without its texts and numbers.
fn hidden(value: Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => Value::Null,
        Value::Number(_) | Value::String(_) => Value::String(HIDDEN.to_owned()),
        Value::Array(items) => items.into_iter().map(hidden).collect(),
        Value::Object(object) => object
            .into_iter()
            .map(|(name, value)| (name, hidden(value)))
            .collect(),
    }
}
