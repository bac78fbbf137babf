//! The table: which role may do what, and how much of each kind of data it is shown by that.
//!
//! Views have masks of their own, and each role its views: an answer that is made of a view is shown whole.

use crate::domain::role::Role;

/// What can be done, whatever edge it comes by. A route or subject has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Reading a profile.
    Profile,
    /// Reading the events of a profile.
    Timeline,
    /// Reading why a profile is one person.
    Identity,
    /// Reading all that is kept about a person.
    Export,
    /// Reading who was told of a customer.
    Readers,
    /// Reading whom a profile absorbed.
    Merges,
    /// Reading who may be one person.
    Matches,
    /// Reading why two are one person, or not.
    Explain,
    /// Reading by which rules people are told apart.
    Rules,
    /// Asking who holds an identifier, as a view tells it.
    Lookup,
    /// Asking what a view tells of somebody.
    Context,
    /// Asking what a scanned text names.
    Scan,
    /// Making links to an agent's card, and seeing one.
    Card,
    /// Saying what a customer decided.
    Consent,
    /// Asking whether a message is sent to somebody.
    Contact,
    /// Having customers ranked.
    Rank,
    /// Asking who serves somebody who calls.
    Route,
    /// Erasing somebody, and asking what became of it.
    Erase,
    /// Saying who is who.
    Steward,
    /// Minting a code.
    MintQr,
    /// Reading a code.
    ReadQr,
    /// Redeeming a code, or settling what was redeemed.
    RedeemQr,
    /// Taking a code back.
    RevokeQr,
    /// Reading what was refused, as it was sent.
    Rejections,
    /// Taking in again what was refused.
    Retry,
    /// Reading counts, which tell of nobody.
    Report,
    /// Starting a flow for customers.
    StartFlow,
    /// Reading who is in a segment.
    Members,
    /// Following what is published.
    Updates,
    /// Saying which tenants a process has, and what their files say. By a key of the process alone, which no tenant has.
    Tenants,
}

/// How much is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grant {
    /// Nothing.
    Deny,
    /// Enough to recognise it by.
    Mask,
    /// All of it.
    Full,
}

/// A kind of data about people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Values that a person is known by.
    Identifier,
    /// What is known of the person: name, birthday, tier.
    Trait,
    /// What was written freely, and may hold anything.
    Content,
    /// What was done, when, where and how often.
    Behaviour,
}

/// How much of an answer is shown, by kind of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    identifier: Grant,
    traits: Grant,
    content: Grant,
    behaviour: Grant,
}

impl Field {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Identifier, Self::Trait, Self::Content, Self::Behaviour];
}

impl Scope {
    /// All of it.
    pub(super) const FULL: Self = Self {
        identifier: Grant::Full,
        traits: Grant::Full,
        content: Grant::Full,
        behaviour: Grant::Full,
    };
    /// Who it is, but not by what they can be reached: that is asked of them.
    const MASKED: Self = Self {
        identifier: Grant::Mask,
        ..Self::FULL
    };
    /// What somebody did, and not who.
    const NAMELESS: Self = Self {
        identifier: Grant::Deny,
        traits: Grant::Deny,
        content: Grant::Deny,
        behaviour: Grant::Full,
    };

    /// The name in the audit log.
    pub const fn as_str(self) -> &'static str {
        match (self.identifier, self.traits) {
            (Grant::Full, _) => "all",
            (_, Grant::Full) => "masked",
            _ => "nameless",
        }
    }

    /// How much is shown of one kind of data.
    pub const fn grant(self, field: Field) -> Grant {
        match field {
            Field::Identifier => self.identifier,
            Field::Trait => self.traits,
            Field::Content => self.content,
            Field::Behaviour => self.behaviour,
        }
    }
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 30] = [
        Self::Profile,
        Self::Timeline,
        Self::Identity,
        Self::Export,
        Self::Readers,
        Self::Merges,
        Self::Matches,
        Self::Explain,
        Self::Rules,
        Self::Lookup,
        Self::Context,
        Self::Scan,
        Self::Card,
        Self::Consent,
        Self::Contact,
        Self::Rank,
        Self::Route,
        Self::Erase,
        Self::Steward,
        Self::MintQr,
        Self::ReadQr,
        Self::RedeemQr,
        Self::RevokeQr,
        Self::Rejections,
        Self::Retry,
        Self::Report,
        Self::StartFlow,
        Self::Members,
        Self::Updates,
        Self::Tenants,
    ];

    /// Whether the writer has to carry it out, so that only the process that owns the tenant can.
    pub const fn is_command(self) -> bool {
        match self {
            Self::Consent
            | Self::Contact
            | Self::Rank
            | Self::Route
            | Self::Erase
            | Self::Steward
            | Self::MintQr
            | Self::RedeemQr
            | Self::RevokeQr
            | Self::Retry
            | Self::StartFlow => true,
            Self::Profile
            | Self::Timeline
            | Self::Identity
            | Self::Export
            | Self::Merges
            | Self::Matches
            | Self::Explain
            | Self::Rules
            | Self::Lookup
            | Self::Context
            | Self::Scan
            | Self::Card
            | Self::ReadQr
            | Self::Rejections
            | Self::Report
            | Self::Members
            | Self::Readers
            | Self::Updates
            | Self::Tenants => false,
        }
    }

    /// What it is called in refusals.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Profile => "read profiles",
            Self::Timeline => "read timelines",
            Self::Identity => "read why a profile is one person",
            Self::Export => "export profiles",
            Self::Readers => "read who was told of customers",
            Self::Merges => "read merges",
            Self::Matches => "read possible matches",
            Self::Explain => "have identities explained",
            Self::Rules => "read the rules of identity",
            Self::Lookup => "look up customers",
            Self::Context => "read contexts",
            Self::Scan => "scan",
            Self::Card => "open agents' cards",
            Self::Consent => "record consent",
            Self::Contact => "ask whether customers are contacted",
            Self::Rank => "have customers ranked",
            Self::Route => "ask who serves customers",
            Self::Erase => "erase people",
            Self::Steward => "say who is who",
            Self::MintQr => "mint codes",
            Self::ReadQr => "read codes",
            Self::RedeemQr => "redeem codes",
            Self::RevokeQr => "take codes back",
            Self::Rejections => "read what was refused",
            Self::Retry => "take in again what was refused",
            Self::Report => "read reports",
            Self::StartFlow => "start flows",
            Self::Members => "read who is in segments",
            Self::Updates => "follow updates",
            Self::Tenants => "administer tenants",
        }
    }

    /// How much of its answer a role is shown; `None` where the role may not do it.
    #[rustfmt::skip]
    pub fn scope(self, role: Role) -> Option<Scope> {
        const FULL: Option<Scope> = Some(Scope::FULL);
        const MASK: Option<Scope> = Some(Scope::MASKED);
        const ANON: Option<Scope> = Some(Scope::NAMELESS);
        const DENY: Option<Scope> = None;
        let [agent, pos, service, analyst, admin] = match self {
            //                    agent pos   service analyst admin
            Self::Profile    => [MASK, DENY, FULL, ANON, FULL],
            Self::Timeline   => [MASK, DENY, FULL, ANON, FULL],
            Self::Identity   => [MASK, DENY, FULL, ANON, FULL],
            Self::Export     => [DENY, DENY, FULL, DENY, FULL],
            Self::Readers    => [DENY, DENY, DENY, DENY, FULL],
            Self::Merges     => [MASK, DENY, FULL, ANON, FULL],
            Self::Matches    => [MASK, DENY, FULL, ANON, FULL],
            Self::Explain    => [MASK, DENY, FULL, DENY, FULL],
            Self::Rules      => [FULL, DENY, FULL, FULL, FULL],
            Self::Lookup     => [FULL, FULL, FULL, DENY, FULL],
            Self::Context    => [FULL, FULL, FULL, DENY, FULL],
            Self::Scan       => [FULL, FULL, FULL, DENY, FULL],
            Self::Card       => [FULL, DENY, FULL, DENY, FULL],
            Self::Consent    => [FULL, DENY, FULL, DENY, FULL],
            Self::Contact    => [FULL, DENY, FULL, DENY, FULL],
            Self::Rank       => [DENY, DENY, DENY, DENY, FULL],
            Self::Route      => [FULL, DENY, FULL, DENY, FULL],
            Self::Erase      => [DENY, DENY, DENY, DENY, FULL],
            Self::Steward    => [DENY, DENY, DENY, DENY, FULL],
            Self::MintQr     => [FULL, DENY, FULL, DENY, FULL],
            Self::ReadQr     => [FULL, FULL, FULL, DENY, FULL],
            Self::RedeemQr   => [DENY, FULL, FULL, DENY, FULL],
            Self::RevokeQr   => [FULL, DENY, FULL, DENY, FULL],
            Self::Rejections => [DENY, DENY, FULL, DENY, FULL],
            Self::Retry      => [DENY, DENY, DENY, DENY, FULL],
            Self::Report     => [DENY, DENY, FULL, FULL, FULL],
            Self::StartFlow  => [DENY, DENY, FULL, DENY, FULL],
            Self::Members    => [DENY, DENY, DENY, DENY, FULL],
            Self::Updates    => [DENY, DENY, FULL, DENY, FULL],
            Self::Tenants    => [DENY, DENY, DENY, DENY, FULL],
        };
        match role {
            Role::Agent => agent,
            Role::Pos => pos,
            Role::Service => service,
            Role::Analyst => analyst,
            Role::Admin => admin,
        }
    }
}
