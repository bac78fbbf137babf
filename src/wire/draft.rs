//! The draft: what every shape fills and `finish` turns into an event. Nothing in it is checked beyond its type.

use std::collections::BTreeMap;

use crate::domain::{
    channel::Source,
    event::Name,
    identifier::{Kind, Trust},
    value::Value,
};

/// An event as its shape stated it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    pub(crate) id: Option<String>,
    pub(crate) source: Option<Name>,
    pub(crate) channel: Option<Name>,
    pub(crate) name: Option<Name>,
    pub(crate) time: Option<Value>,
    pub(crate) sent_at: Option<Value>,
    pub(crate) identifiers: Vec<Stated>,
    /// The former user id that it declares the same person; heard where the source may say so.
    pub(crate) former_user: Option<String>,
    pub(crate) traits: BTreeMap<String, Value>,
    pub(crate) properties: BTreeMap<String, Value>,
    pub(crate) context: BTreeMap<String, Value>,
    pub(crate) consent: Option<Value>,
    /// The W3C trace context that the event itself carries.
    pub(crate) trace: Option<String>,
}

/// An identifier as it was stated.
#[derive(Clone)]
pub(crate) struct Stated {
    pub(crate) kind: Kind,
    pub(crate) raw: String,
    pub(crate) vouched: Vouched,
}

/// Kind alone, never the value.
impl std::fmt::Debug for Stated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Stated({})", self.kind)
    }
}

/// How far a value is vouched for, before its source's cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vouched {
    /// So far.
    Says(Trust),
    /// As far as its source says of those that state no trust.
    BySource,
    /// As its source says, but at least so far.
    BySourceAtLeast(Trust),
}

impl Vouched {
    /// The trust that an identifier of `source` gets.
    pub(crate) fn trust(self, source: &Source) -> Trust {
        let trust = match self {
            Self::Says(trust) => trust,
            Self::BySource => source.trust_default,
            Self::BySourceAtLeast(least) => source.trust_default.max(least),
        };
        trust.min(source.trust_max)
    }
}

impl Draft {
    /// States an identifier.
    pub(crate) fn state(&mut self, kind: Kind, raw: String, vouched: Vouched) {
        self.identifiers.push(Stated { kind, raw, vouched });
    }

    /// Forgets all that is about a person.
    pub(crate) fn name_nobody(&mut self) {
        self.identifiers.clear();
        self.former_user = None;
        self.traits.clear();
        self.consent = None;
    }

    /// States the e-mail address and the telephone number among the traits.
    pub(crate) fn state_traits(&mut self) {
        for (name, kind) in [("email", Kind::EMAIL), ("phone", Kind::PHONE)] {
            let raw = self.traits.get(name).and_then(Value::text_or_number);
            if let Some(raw) = raw.filter(|raw| !raw.trim().is_empty()) {
                self.state(kind, raw, Vouched::BySource);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trust_is_what_was_said_within_what_the_source_may_say() {
        let source = |default, max| Source {
            trust_default: default,
            trust_max: max,
            ..Source::default()
        };
        for (vouched, default, max, trust) in [
            (
                Vouched::Says(Trust::Verified),
                Trust::Stated,
                Trust::Verified,
                Trust::Verified,
            ),
            (
                Vouched::Says(Trust::Verified),
                Trust::Stated,
                Trust::Stated,
                Trust::Stated,
            ),
            (
                Vouched::Says(Trust::Observed),
                Trust::Verified,
                Trust::Verified,
                Trust::Observed,
            ),
            (Vouched::BySource, Trust::Staff, Trust::Verified, Trust::Staff),
            (Vouched::BySource, Trust::Verified, Trust::Staff, Trust::Staff),
            (
                Vouched::BySourceAtLeast(Trust::Stated),
                Trust::Observed,
                Trust::Verified,
                Trust::Stated,
            ),
            (
                Vouched::BySourceAtLeast(Trust::Stated),
                Trust::Verified,
                Trust::Verified,
                Trust::Verified,
            ),
            (
                Vouched::BySourceAtLeast(Trust::Stated),
                Trust::Observed,
                Trust::Observed,
                Trust::Observed,
            ),
        ] {
            assert_eq!(
                vouched.trust(&source(default, max)),
                trust,
                "{vouched:?} {default:?} {max:?}"
            );
        }
    }
}
