//! Who asks, and what they see of the answer.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::{Map, Value};

use crate::{
    api::{
        Failure,
        guard::{
            Allowance,
            members::{Members, members},
            policy::{Action, Field, Grant, Scope},
        },
    },
    audit::Telling,
    domain::{context::Mask, event::token, identifier::Kind, role::Role, time::Timestamp},
    engine::ProfileId,
};

const PURPOSE_LETTERS_MAX: usize = 64;
/// Stands for a text that is hidden.
const HIDDEN: &str = "***";

/// Somebody who may do what they ask for.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Their name, as the configuration or their token has it.
    pub name: String,
    /// What they are there for.
    pub role: Role,
    action: Action,
    scope: Scope,
    pub(crate) allowance: Arc<Allowance>,
    purpose: Option<String>,
    /// Until when they are who they are; `None` is without end.
    until: Option<Timestamp>,
    /// Whom it is noted of that this question, or stream, tells of.
    noted: Arc<Mutex<BTreeSet<ProfileId>>>,
}

impl Caller {
    /// Somebody called `name` who asks to do `action`; `None` where `role` may not.
    pub(super) fn new(name: &str, role: Role, action: Action, allowance: Arc<Allowance>) -> Option<Self> {
        let scope = action.scope(role)?;
        Some(Self {
            name: name.to_owned(),
            role,
            action,
            scope,
            allowance,
            purpose: None,
            until: None,
            noted: Arc::default(),
        })
    }

    /// Whether they may name whom they mean by an identifier: who sees none learns of none by guessing.
    pub fn may_name(&self) -> bool {
        self.scope.grant(Field::Identifier) != Grant::Deny
    }

    /// The same, who said what they ask for: up to 64 visible characters, spaces between them; else they said nothing.
    #[must_use]
    pub fn for_purpose(self, purpose: Option<&str>) -> Self {
        let is_purpose = |text: &&str| {
            let is_shown = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
            (1..=PURPOSE_LETTERS_MAX).contains(&text.len()) && is_shown
        };
        let purpose = purpose.map(str::trim).filter(is_purpose);
        Self {
            purpose: purpose.map(str::to_owned),
            ..self
        }
    }

    /// The same, whose token is good until then.
    pub(super) fn until(self, until: Option<Timestamp>) -> Self {
        Self { until, ..self }
    }

    /// Whether what they showed is good no longer.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    /// Those of `people` of whom it is not noted yet that they are told of.
    pub(crate) fn unnoted(&self, people: &[ProfileId]) -> Vec<ProfileId> {
        let noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        people.iter().filter(|id| !noted.contains(id)).copied().collect()
    }

    /// It is noted that they are told of `people`.
    pub(crate) fn note(&self, people: &[ProfileId]) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.extend(people);
    }

    /// What is noted when they are told of `people` by a view.
    pub(crate) fn telling(&self, at: String, view: Option<&str>, people: &[ProfileId]) -> Telling {
        Telling {
            at,
            who: self.name.clone(),
            role: self.role.as_str(),
            action: self.action.as_str(),
            purpose: self.purpose.clone(),
            view: view.map(str::to_owned),
            shown: self.scope.as_str(),
            people: people.iter().map(ToString::to_string).collect(),
        }
    }

    /// Whether they see all of an answer.
    pub fn sees_all(&self) -> bool {
        self.scope == Scope::FULL
    }

    /// What they see of an answer, which is JSON.
    ///
    /// # Errors
    /// Where it is none.
    pub fn shown(&self, answer: &[u8]) -> Result<Value, Failure> {
        let whole = serde_json::from_slice(answer).map_err(|error| Failure::internal(&error))?;
        let shown = Shown {
            scope: self.scope,
            members: members(self.action),
        };
        let part = shown.part("", whole).unwrap_or_default();
        Ok(match self.scope.grant(Field::Identifier) {
            Grant::Mask => contacts_masked(part),
            Grant::Full | Grant::Deny => part,
        })
    }
}

/// What is shown of an answer.
struct Shown {
    scope: Scope,
    members: Members,
}

impl Shown {
    /// What is shown of `value`, which stands at `path`.
    fn part(&self, path: &str, value: Value) -> Option<Value> {
        let listed = self.members.iter().find(|(listed, _)| *listed == path);
        if let Some((_, field)) = listed {
            return limited(self.scope.grant(*field), *field, value);
        }
        if !path.is_empty() && !self.is_around(path) {
            return None;
        }
        match value {
            Value::Array(items) => {
                let items = items.into_iter().filter_map(|item| self.part(path, item));
                Some(Value::Array(items.collect()))
            }
            Value::Object(object) => {
                let members = object.into_iter().filter_map(|(name, value)| {
                    let path = match path {
                        "" => name.clone(),
                        path => format!("{path}.{name}"),
                    };
                    Some((name, self.part(&path, value)?))
                });
                Some(Value::Object(members.collect()))
            }
            Value::Null => Some(Value::Null),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        }
    }

    /// Whether members are listed below `path`.
    fn is_around(&self, path: &str) -> bool {
        self.members.iter().any(|(listed, _)| {
            let rest = listed.strip_prefix(path);
            rest.is_some_and(|rest| rest.starts_with('.'))
        })
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
