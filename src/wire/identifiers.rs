//! The identifiers of an event: gathered from where they stand, normalised, and what was dropped with the reason.
//!
//! A value that names nobody is dropped and its event lives on; the drop is kept, the value is not.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    channel::Source,
    identifier::{
        Identifier, IdentifierRules, Kind, Region, Trust,
        normalise::{Refusal, normalise},
    },
    value::Value,
};
use crate::wire::{
    draft::{Draft, Stated, Vouched},
    qr,
};

/// The member of an event's context that lists the identifiers that were dropped.
const DROPPED: &str = "yekta_dropped";
const ORDER_ID: &str = "order_id";

/// What values are read by: the rules, who sent them, and where a national number is dialled.
pub(crate) struct Reading<'a> {
    pub(crate) rules: &'a IdentifierRules,
    pub(crate) source: &'a Source,
    pub(crate) region: Option<&'a Region>,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    trusts: BTreeMap<(Kind, String), Trust>,
    dropped: BTreeSet<(Kind, &'static str)>,
}

impl Found {
    /// Reads what `draft` states, and what stands in its properties. Tokens leave the draft, an order's id comes back
    /// to it as it was normalised, drops are listed in its context.
    pub(crate) fn gather(draft: &mut Draft, event_token: &str, reading: &Reading<'_>) -> Self {
        if event_token == "qr_scanned"
            && let Some(raw) = draft
                .properties
                .remove("token")
                .as_ref()
                .and_then(Value::text_or_number)
        {
            draft.state(Kind::QR_TOKEN, raw, Vouched::BySource);
        }
        let mut found = Self::default();
        for stated in std::mem::take(&mut draft.identifiers) {
            if stated.kind == Kind::QR_TOKEN
                && let Some(token) = qr::token(&stated.raw)
            {
                for members in [&mut draft.traits, &mut draft.properties, &mut draft.context] {
                    qr::scrub(members, &token);
                }
            }
            found.add(reading, stated);
        }
        found.add_order(&mut draft.properties, reading);
        found.list_dropped(&mut draft.context);
        found
    }

    /// Whether nothing was stated, not even a value that was dropped.
    pub(crate) fn is_empty(&self) -> bool {
        self.trusts.is_empty() && self.dropped.is_empty()
    }

    /// Sorted by kind and value, each once, with the highest trust.
    pub(crate) fn into_identifiers(self) -> Vec<Identifier> {
        let identifier = |((kind, value), trust)| Identifier::from_normalised(kind, value, trust);
        self.trusts.into_iter().map(identifier).collect()
    }

    fn add(&mut self, reading: &Reading<'_>, stated: Stated) -> Option<String> {
        match reading.identifier(&stated) {
            Ok(found) => {
                let value = found.value().to_owned();
                let trust = self
                    .trusts
                    .entry((stated.kind, value.clone()))
                    .or_insert(found.trust());
                *trust = found.trust().max(*trust);
                Some(value)
            }
            Err(refusal) => {
                self.dropped.insert((stated.kind, word(refusal)));
                None
            }
        }
    }

    /// The fold knows an order by its property: it gets the same id as the link.
    fn add_order(&mut self, properties: &mut BTreeMap<String, Value>, reading: &Reading<'_>) {
        let raw = properties.get(ORDER_ID).and_then(Value::text_or_number);
        let Some(raw) = raw.filter(|raw| !raw.trim().is_empty()) else {
            return;
        };
        let stated = Stated {
            kind: Kind::ORDER_ID,
            raw,
            vouched: Vouched::Says(Trust::Stated),
        };
        if let Some(value) = self.add(reading, stated) {
            properties.insert(ORDER_ID.to_owned(), Value::Text(value));
        }
    }

    fn list_dropped(&self, context: &mut BTreeMap<String, Value>) {
        context.remove(DROPPED);
        if self.dropped.is_empty() {
            return;
        }
        let text = |text: &str| Value::Text(text.to_owned());
        let entry = |(kind, reason): &(Kind, &str)| {
            let members = [("kind", text(kind.as_str())), ("reason", text(reason))];
            Value::Map(members.map(|(name, value)| (name.to_owned(), value)).into())
        };
        context.insert(
            DROPPED.to_owned(),
            Value::List(self.dropped.iter().map(entry).collect()),
        );
    }
}

impl Reading<'_> {
    /// The identifier that was stated; an order's id under its source's namespace, a token as its digest.
    ///
    /// # Errors
    /// Those of [`normalise`].
    pub(crate) fn identifier(&self, stated: &Stated) -> Result<Identifier, Refusal> {
        let trust = stated.vouched.trust(self.source);
        if stated.kind == Kind::QR_TOKEN {
            let digest = qr::digest(&stated.raw).ok_or(Refusal::Empty)?;
            return Ok(Identifier::from_normalised(Kind::QR_TOKEN, digest, trust));
        }
        let found = normalise(self.rules, &stated.kind, &stated.raw, trust, self.region)?;
        match &self.source.order_namespace {
            Some(namespace) if stated.kind == Kind::ORDER_ID => Ok(namespaced(&found, namespace)),
            _ => Ok(found),
        }
    }
}

fn namespaced(order: &Identifier, namespace: &str) -> Identifier {
    let prefix = format!("{namespace}/");
    let value = order.value();
    let value = if value.starts_with(&prefix) {
        value.to_owned()
    } else {
        format!("{prefix}{value}")
    };
    Identifier::from_normalised(Kind::ORDER_ID, value, order.trust())
}

const fn word(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Blocked => "blocked",
        Refusal::Malformed(_) => "malformed",
        Refusal::TooLong => "too_long",
        Refusal::Empty => "empty",
        Refusal::Withheld => "withheld",
    }
}

#[cfg(test)]
mod tests;
