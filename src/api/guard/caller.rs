//! Who asks, and what they see of the answer.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;

use crate::{
    api::{
        Class, Failure,
        guard::{
            allowance::Allowance,
            members::members,
            policy::{Action, Field, Grant, Scope},
            shown::shown,
            standing::Standing,
        },
    },
    audit::Telling,
    domain::{role::Role, time::Timestamp},
    engine::ProfileId,
    telemetry::GuardMetrics,
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
    allowance: Arc<Allowance>,
    metrics: Option<GuardMetrics>,
    purpose: Option<String>,
    /// By what they are who they are; `None` of who has a link.
    standing: Option<Standing>,
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
            metrics: None,
            purpose: None,
            standing: None,
            noted: Arc::default(),
        })
    }

    /// Their name as a log may tell it: nobody's own word for themselves.
    pub(crate) fn logged(&self) -> &str {
        self.allowance.who()
    }

    /// Whether they may name whom they mean by an identifier: who sees none learns of none by guessing.
    ///
    /// # Errors
    /// `forbidden`.
    pub(crate) fn may_name(&self) -> Result<(), Failure> {
        let may = self.scope.grant(Field::Identifier) != Grant::Deny;
        self.heeded(may.then_some(()).ok_or_else(Failure::nameless))
    }

    /// Counts a question.
    ///
    /// # Errors
    /// `too_many_questions`.
    pub(super) fn ask(&self) -> Result<(), Failure> {
        self.heeded(self.allowance.ask())
    }

    /// Counts those whom they are about to be told of.
    ///
    /// # Errors
    /// `too_many_people`, and then none of them is counted.
    pub(crate) fn meet(&self, people: &[ProfileId]) -> Result<(), Failure> {
        self.heeded(self.allowance.meet(people))
    }

    /// Whether they may still ask who somebody is.
    ///
    /// # Errors
    /// `too_many_people`.
    pub(crate) fn look_up(&self) -> Result<(), Failure> {
        self.heeded(self.allowance.look_up())
    }

    /// The same answer; a refusal is counted, and told where it is that they ask for more than they may.
    fn heeded(&self, answer: Result<(), Failure>) -> Result<(), Failure> {
        answer.inspect_err(|refused| {
            if let Some(metrics) = &self.metrics {
                metrics.refused(refused.code(), Some(self.role.as_str()));
            }
            if refused.class() == Class::Busy {
                self.allowance.alarm(refused.code());
            }
        })
    }

    /// The same, what is refused to whom is counted by `metrics`.
    pub(super) fn counted(self, metrics: Option<GuardMetrics>) -> Self {
        Self { metrics, ..self }
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

    /// The same, who is known by what `standing` says.
    pub(super) fn known_by(self, standing: Standing) -> Self {
        let standing = Some(standing);
        Self { standing, ..self }
    }

    /// Whether what they showed is good no longer.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        let standing = self.standing.as_ref();
        standing.is_some_and(|standing| standing.is_over(now))
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
