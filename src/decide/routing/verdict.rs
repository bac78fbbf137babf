//! What is decided: where a call goes, what it takes to serve it, how much it matters, and by which facts.

use crate::{decide::evidence::Evidence, domain::time::Timestamp};

/// When a customer is called back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallBack {
    /// From then on.
    pub from: Timestamp,
    /// Until then.
    pub until: Timestamp,
}

/// Where a call goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The phone menu, or the robot of a chat, answers.
    Menu,
    /// Somebody answers.
    Agent,
    /// Somebody calls back then.
    Deferred(CallBack),
}

impl Route {
    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Menu => "menu",
            Self::Agent => "agent",
            Self::Deferred(_) => "deferred",
        }
    }

    /// The route of this name; `call_back` says when, of what is deferred.
    pub fn named(name: &str, call_back: Option<CallBack>) -> Option<Self> {
        match name {
            "menu" => Some(Self::Menu),
            "agent" => Some(Self::Agent),
            "deferred" => call_back.map(Self::Deferred),
            _ => None,
        }
    }

    /// When the customer is called back, where they are.
    pub const fn call_back(self) -> Option<CallBack> {
        match self {
            Self::Deferred(call_back) => Some(call_back),
            Self::Menu | Self::Agent => None,
        }
    }
}

/// A rule, in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// First something is made good.
    ServiceRecovery,
    /// The customer is leaving.
    Retention,
    /// The customer was promised to be called back by now.
    PromisedCallBack,
    /// The customer is worth much.
    HighValue,
    /// The menu knows the answer.
    SelfService,
    /// Nobody is free, and it can wait.
    Deferral,
    /// Whoever has the skill.
    Skill,
    /// Nobody knows who calls.
    UnknownCaller,
}

impl Rule {
    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ServiceRecovery => "service_recovery",
            Self::Retention => "retention",
            Self::PromisedCallBack => "promised_call_back",
            Self::HighValue => "high_value",
            Self::SelfService => "self_service",
            Self::Deferral => "deferral",
            Self::Skill => "skill",
            Self::UnknownCaller => "unknown_caller",
        }
    }
}

/// Why a rule spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A complaint is open.
    OpenComplaint,
    /// They call to complain.
    Complains,
    /// They were discontent a short while ago.
    Discontent,
    /// A delivery failed a short while ago.
    FailedDelivery,
    /// An order was called off a short while ago, or they said that they are leaving.
    Leaving,
    /// They call to leave, or to call something off.
    Cancels,
    /// A call-back is due.
    CallBackDue,
    /// They are of a high tier.
    Worth,
    /// What they ask is known.
    Answered,
    /// Nobody with the skill is free.
    NobodyFree,
    /// Somebody with the skill is free.
    AgentFree,
    /// Nobody with the skill is free, and it does not wait for another day.
    AgentBusy,
    /// Nobody knows who calls, and the menu serves such a matter.
    UnknownServed,
    /// Nobody knows who calls, and somebody has to ask.
    Unknown,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 14] = [
        Self::OpenComplaint,
        Self::Complains,
        Self::Discontent,
        Self::FailedDelivery,
        Self::Leaving,
        Self::Cancels,
        Self::CallBackDue,
        Self::Worth,
        Self::Answered,
        Self::NobodyFree,
        Self::AgentFree,
        Self::AgentBusy,
        Self::UnknownServed,
        Self::Unknown,
    ];

    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenComplaint => "open_complaint",
            Self::Complains => "complains",
            Self::Discontent => "discontent",
            Self::FailedDelivery => "failed_delivery",
            Self::Leaving => "leaving",
            Self::Cancels => "cancels",
            Self::CallBackDue => "call_back_due",
            Self::Worth => "worth",
            Self::Answered => "answered",
            Self::NobodyFree => "nobody_free",
            Self::AgentFree => "agent_free",
            Self::AgentBusy => "agent_busy",
            Self::UnknownServed => "unknown_served",
            Self::Unknown => "unknown",
        }
    }

    /// The reason of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// The rule that gives it.
    pub const fn rule(self) -> Rule {
        match self {
            Self::OpenComplaint | Self::Complains | Self::Discontent | Self::FailedDelivery => {
                Rule::ServiceRecovery
            }
            Self::Leaving | Self::Cancels => Rule::Retention,
            Self::CallBackDue => Rule::PromisedCallBack,
            Self::Worth => Rule::HighValue,
            Self::Answered => Rule::SelfService,
            Self::NobodyFree => Rule::Deferral,
            Self::AgentFree | Self::AgentBusy => Rule::Skill,
            Self::UnknownServed | Self::Unknown => Rule::UnknownCaller,
        }
    }
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Where to.
    pub route: Route,
    /// What who serves it has to be able to: of the menu, where it does not help.
    pub skill: String,
    /// How much it matters among others, 0 to 9.
    pub priority: u8,
    /// Why.
    pub reason: Reason,
    /// By which facts.
    pub evidence: Vec<Evidence>,
}
