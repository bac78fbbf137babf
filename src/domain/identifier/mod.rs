//! Identifiers: which kinds there are, how their values are normalised, what may never be one.
//!
//! Owns [`Kind`], [`Trust`], [`Identifier`] and the rules about them. Never shows a value in `Debug` or an error, and
//! never decides who is one person: that is `domain::identity`. `wire` calls [`normalise::normalise`] while it decodes.

pub mod blocked;
pub mod email;
pub mod id;
pub mod kind;
pub mod normalise;
pub mod phone;
pub mod region;
pub mod rules;
pub mod text;
pub mod trust;

use std::fmt;

pub use crate::domain::identifier::{
    kind::Kind,
    region::Region,
    rules::{Format, IdentifierRules, KindRule, Role},
    trust::Trust,
};

/// A normalised value of one kind, and how far its source vouches for it. Ordered by kind, value, trust.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier {
    kind: Kind,
    value: String,
    trust: Trust,
}

impl Identifier {
    /// An identifier whose value was normalised before, as a store kept it. Input goes through
    /// [`normalise::normalise`] instead.
    #[must_use]
    pub const fn from_normalised(kind: Kind, value: String, trust: Trust) -> Self {
        Self { kind, value, trust }
    }

    /// What sort of identifier it is.
    #[must_use]
    pub const fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The normalised value: personal data, never to be logged.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// How far its source vouches for it.
    #[must_use]
    pub const fn trust(&self) -> Trust {
        self.trust
    }

    /// The same identifier under another trust.
    #[must_use]
    pub fn with_trust(self, trust: Trust) -> Self {
        Self { trust, ..self }
    }
}

/// Kind and trust, never the value.
impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identifier({} {})", self.kind, self.trust.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{Identifier, Kind, Trust};

    #[test]
    fn debug_never_shows_the_value() {
        let phone = Identifier::from_normalised(Kind::PHONE, "+989123456789".to_owned(), Trust::Staff);
        assert_eq!(format!("{phone:?}"), "Identifier(phone staff)");
    }

    #[test]
    fn identifiers_order_by_kind_then_value_then_trust() {
        let make = |kind, value: &str, trust| Identifier::from_normalised(kind, value.to_owned(), trust);
        let ordered = [
            make(Kind::EMAIL, "z", Trust::Verified),
            make(Kind::PHONE, "a", Trust::Verified),
            make(Kind::PHONE, "b", Trust::Observed),
            make(Kind::PHONE, "b", Trust::Stated),
        ];
        assert!(ordered.is_sorted());
    }
}
