//! What each kind of identifier may do: owns [`IdentifierRules`] and their standard table.
//!
//! Never decides on a single value; `domain::identity` asks for the role, `normalise` for the format.

use crate::domain::identifier::blocked::BlockedValues;
use crate::domain::identifier::kind::Kind;
use crate::domain::identifier::trust::Trust;
use std::collections::BTreeMap;

/// How values of a kind are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// An opaque id.
    Id,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
}

/// What values of a kind stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A customer's account: two different ones are never one person.
    Anchor,
    /// A way to reach a customer, or a card they carry.
    Contact,
    /// A device, owned in intervals between log-ins.
    Device,
    /// One happening, such as an order: links by its namespace, lists nowhere.
    PerEvent,
    /// A single-use token that hands a session over.
    Handoff,
    /// Kept and shown, joins nobody.
    Label,
}

/// What one kind may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindRule {
    /// How its values are written.
    pub format: Format,
    /// What they stand for.
    pub role: Role,
    /// The weakest trust that joins; `None` joins nobody.
    pub joins_at: Option<Trust>,
    /// How many values one profile may hold; `None` is not limited.
    pub per_profile: Option<u32>,
    /// How many distinct subjects may hold one value before it joins nobody; `None` is not limited.
    pub subjects_max: Option<u32>,
    /// The order in which links are considered, 0 first.
    pub rank: u8,
}

/// The rule of every kind nobody configured.
const UNKNOWN: KindRule = KindRule {
    format: Format::Id,
    role: Role::Label,
    joins_at: None,
    per_profile: None,
    subjects_max: None,
    rank: u8::MAX,
};

/// The rules of all kinds, and the bounds that hold for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentifierRules {
    /// The configured kinds.
    pub kinds: BTreeMap<Kind, KindRule>,
    /// Values that name nobody.
    pub blocked: BlockedValues,
    /// Characters of a normalised value, at most.
    pub length_max: usize,
    /// Atoms that may hold one value before it joins nobody; a customer id joins as many as `claims_max`.
    pub atoms_max: usize,
    /// Claims that one customer id joins, the earliest; each later one stands by itself.
    pub claims_max: usize,
}

impl IdentifierRules {
    /// The standard bound on the atoms that hold one value.
    pub const ATOMS_MAX: usize = 500;
    /// The standard bound on the claims of one customer.
    pub const CLAIMS_MAX: usize = 1_000;
    /// The standard length bound, in characters.
    pub const LENGTH_MAX: usize = 255;

    /// The table that holds where nothing is configured.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            kinds: standard_kinds().into_iter().collect(),
            blocked: BlockedValues::standard(),
            length_max: Self::LENGTH_MAX,
            atoms_max: Self::ATOMS_MAX,
            claims_max: Self::CLAIMS_MAX,
        }
    }

    /// The rule of `kind`; one that nobody configured is an id that joins nobody.
    #[must_use]
    pub fn rule(&self, kind: &Kind) -> &KindRule {
        self.kinds.get(kind).unwrap_or(&UNKNOWN)
    }
}

fn standard_kinds() -> [(Kind, KindRule); 9] {
    let rule = |format, role, joins_at, per_profile, subjects_max, rank| KindRule {
        format,
        role,
        joins_at,
        per_profile,
        subjects_max,
        rank,
    };
    let (observed, stated, staff) = (Some(Trust::Observed), Some(Trust::Stated), Some(Trust::Staff));
    [
        (
            Kind::USER_ID,
            rule(Format::Id, Role::Anchor, stated, Some(1), None, 0),
        ),
        // One scan: what it joins is decided by the token, which only the service itself mints.
        (
            Kind::QR_TOKEN,
            rule(Format::Id, Role::Handoff, observed, Some(1), None, 1),
        ),
        (
            Kind::LOYALTY_ID,
            rule(Format::Id, Role::Contact, stated, Some(5), Some(2), 2),
        ),
        (
            Kind::ORDER_ID,
            rule(Format::Id, Role::PerEvent, stated, None, None, 3),
        ),
        (
            Kind::ANONYMOUS_ID,
            rule(Format::Id, Role::Device, observed, Some(50), None, 4),
        ),
        (
            Kind::DEVICE_ID,
            rule(Format::Id, Role::Device, observed, Some(50), None, 5),
        ),
        (
            Kind::EMAIL,
            rule(Format::Email, Role::Contact, staff, Some(10), Some(4), 6),
        ),
        (
            Kind::PHONE,
            rule(Format::Phone, Role::Contact, staff, Some(10), Some(5), 7),
        ),
        // Per event, so that a caller is one atom however often they call; it joins nobody.
        (
            Kind::CALL_ID,
            rule(Format::Id, Role::PerEvent, None, None, None, 8),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::{IdentifierRules, Kind, Role, Trust};

    #[test]
    fn nobody_claims_a_profile_by_typing_its_email() {
        let rules = IdentifierRules::standard();
        for kind in [Kind::EMAIL, Kind::PHONE] {
            assert!(rules.rule(&kind).joins_at > Some(Trust::Stated), "{kind}");
        }
        assert_eq!(rules.rule(&Kind::USER_ID).per_profile, Some(1));
    }

    #[test]
    fn a_kind_nobody_configured_joins_nobody() {
        let rules = IdentifierRules::standard();
        let rule = rules.rule(&Kind::new("telegram").unwrap());
        assert_eq!((rule.role, rule.joins_at), (Role::Label, None));
    }
}
