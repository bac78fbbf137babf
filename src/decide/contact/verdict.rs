//! What is decided: the outcome, the rule that spoke, why, until when, and by which facts.

pub use crate::decide::evidence::Evidence;
use crate::domain::time::Timestamp;

/// What is to be done with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Send it.
    Allow,
    /// Ask again later.
    Hold,
    /// Do not send it.
    Suppress,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Allow, Self::Hold, Self::Suppress];

    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Hold => "hold",
            Self::Suppress => "suppress",
        }
    }

    /// The outcome of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// A rule, in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// What the customer agreed to, for this way of contact and purpose.
    Consent,
    /// Who wants to hear nothing at all by a way of contact, for a purpose, or ever.
    Suppression,
    /// The same is said once.
    AlreadySaid,
    /// First something is made good.
    ServiceRecovery,
    /// The customer was discontent a short while ago.
    RecentLow,
    /// It is night, or a day off, where the customer is.
    QuietHours,
    /// The customer heard enough.
    FrequencyCap,
    /// What is left is for what matters more.
    Priority,
    /// None spoke.
    None,
}

impl Rule {
    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Suppression => "suppression_list",
            Self::AlreadySaid => "already_said",
            Self::ServiceRecovery => "service_recovery_hold",
            Self::RecentLow => "recent_low",
            Self::QuietHours => "quiet_hours",
            Self::FrequencyCap => "frequency_cap",
            Self::Priority => "priority",
            Self::None => "none",
        }
    }
}

/// Why a rule spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The customer refused it.
    Denied,
    /// The customer never agreed to it.
    NotAgreed,
    /// The customer refused all of it.
    AllDenied,
    /// It was said, or somebody is about to say it.
    Said,
    /// A ticket is open.
    OpenTicket,
    /// A ticket was closed a short while ago.
    TicketClosed,
    /// An order was called off a short while ago, or the customer wants to leave.
    Leaving,
    /// The customer said that they are discontent.
    Discontent,
    /// A delivery failed.
    FailedDelivery,
    /// It is within the quiet hours.
    Quiet,
    /// It is a day off where the customer is.
    DayOff,
    /// So many messages were sent as the cap lets through.
    CapReached,
    /// The rest of the cap is kept free.
    Reserved,
    /// No rule spoke.
    Free,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 14] = [
        Self::Denied,
        Self::NotAgreed,
        Self::AllDenied,
        Self::Said,
        Self::OpenTicket,
        Self::TicketClosed,
        Self::Leaving,
        Self::Discontent,
        Self::FailedDelivery,
        Self::Quiet,
        Self::DayOff,
        Self::CapReached,
        Self::Reserved,
        Self::Free,
    ];

    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::NotAgreed => "not_agreed",
            Self::AllDenied => "all_denied",
            Self::Said => "said",
            Self::OpenTicket => "open_ticket",
            Self::TicketClosed => "ticket_closed",
            Self::Leaving => "leaving",
            Self::Discontent => "discontent",
            Self::FailedDelivery => "failed_delivery",
            Self::Quiet => "quiet",
            Self::DayOff => "day_off",
            Self::CapReached => "cap_reached",
            Self::Reserved => "reserved",
            Self::Free => "free",
        }
    }

    /// The reason of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// The rule that gives it.
    pub const fn rule(self) -> Rule {
        match self {
            Self::Denied | Self::NotAgreed => Rule::Consent,
            Self::AllDenied => Rule::Suppression,
            Self::Said => Rule::AlreadySaid,
            Self::OpenTicket | Self::TicketClosed | Self::Leaving => Rule::ServiceRecovery,
            Self::Discontent | Self::FailedDelivery => Rule::RecentLow,
            Self::Quiet | Self::DayOff => Rule::QuietHours,
            Self::CapReached => Rule::FrequencyCap,
            Self::Reserved => Rule::Priority,
            Self::Free => Rule::None,
        }
    }
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What is to be done.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// When to ask again, of what is held.
    pub until: Option<Timestamp>,
    /// By which facts.
    pub evidence: Vec<Evidence>,
}

impl Verdict {
    pub(super) fn allow() -> Self {
        Self {
            outcome: Outcome::Allow,
            reason: Reason::Free,
            until: None,
            evidence: Vec::new(),
        }
    }

    pub(super) fn hold(reason: Reason, until: Timestamp, evidence: Vec<Evidence>) -> Self {
        Self {
            outcome: Outcome::Hold,
            reason,
            until: Some(until),
            evidence,
        }
    }

    pub(crate) fn suppress(reason: Reason, evidence: Vec<Evidence>) -> Self {
        Self {
            outcome: Outcome::Suppress,
            reason,
            until: None,
            evidence,
        }
    }
}
