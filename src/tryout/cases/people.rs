//! Who is who at the end of a case: by the identifiers that it gives.

use std::collections::BTreeMap;

use crate::{
    domain::{
        event::{Event, EventId},
        identifier::{IdentifierRules, Kind, Trust, normalise::normalise},
        identity::Key,
    },
    engine::{
        ProfileId,
        queries::query::{Address, Found},
        trial::Trial,
    },
    tryout::error::TryError,
};

/// Who is who.
#[derive(Debug)]
pub(super) struct People<'a> {
    trial: &'a Trial,
    /// The first identifier that leads to somebody.
    names: BTreeMap<ProfileId, String>,
}

impl<'a> People<'a> {
    /// By the identifiers of these events.
    pub(super) fn of(trial: &'a Trial, keys: Vec<Key>) -> Result<Self, TryError> {
        let mut names = BTreeMap::new();
        for key in keys {
            let name = format!("{}:{}", key.kind.as_str(), key.value);
            if let Found::One(profile) = trial.find(&Address::Identifier(key))? {
                names.entry(profile).or_insert(name);
            }
        }
        Ok(Self { trial, names })
    }

    /// Who an event is of.
    pub(super) fn of_event(&self, event: &EventId) -> Result<Option<ProfileId>, TryError> {
        Ok(self.trial.whose(event)?)
    }

    /// Who had an id.
    pub(super) fn of_id(&self, id: &str) -> Result<Option<ProfileId>, TryError> {
        let found = match ProfileId::parse(id) {
            Some(id) => self.trial.find(&Address::Id(id))?,
            None => Found::None,
        };
        Ok(only(found))
    }

    /// Who has an identifier.
    pub(super) fn of_key(&self, key: Key) -> Result<Option<ProfileId>, TryError> {
        Ok(only(self.trial.find(&Address::Identifier(key))?))
    }

    /// What somebody is called.
    pub(super) fn name(&self, profile: Option<ProfileId>) -> String {
        let Some(profile) = profile else {
            return "nobody".to_owned();
        };
        let name = self.names.get(&profile).cloned();
        name.unwrap_or_else(|| format!("profile {profile}"))
    }
}

fn only(found: Found) -> Option<ProfileId> {
    match found {
        Found::One(profile) => Some(profile),
        Found::None | Found::Many(_) => None,
    }
}

/// The identifier that a text names, such as `user_id:u1`.
pub(super) fn key(text: &str, rules: &IdentifierRules) -> Option<Key> {
    let (kind, raw) = text.split_once(':')?;
    let kind = Kind::new(kind.trim()).ok()?;
    let identifier = normalise(rules, &kind, raw.trim(), Trust::Stated, None).ok()?;
    Some(Key {
        kind: identifier.kind().clone(),
        value: identifier.value().to_owned(),
    })
}

/// The identifiers of an event.
pub(super) fn keys(event: &Event) -> impl Iterator<Item = Key> {
    event.identifiers.iter().map(|identifier| Key {
        kind: identifier.kind().clone(),
        value: identifier.value().to_owned(),
    })
}
