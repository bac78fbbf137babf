//! Who asks, and what they see of the answer.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;

use crate::{
    api::{
        Failure,
        guard::{
            Allowance,
            members::members,
            policy::{Action, Field, Grant, Scope},
            shown::shown,
        },
    },
    audit::Telling,
    domain::{role::Role, time::Timestamp},
    engine::ProfileId,
};

const PURPOSE_LETTERS_MAX: usize = 64;

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
        Ok(shown(self.scope, members(self.action), whole))
    }
}
