//! One voice: whether a message is sent to a customer, whoever wants to send it.
//!
//! The rules are asked in one order, and the first that speaks decides ([`decide`]): what the customer agreed to
//! (`consent`), whether the matter was said already (`said`), whether there is something to make good first
//! (`recovery`), whether it is night or a day off where they are (`quiet`), and how much they heard lately (`caps`).
//!
//! Beside them, what is counted of all that for the report ([`Tally`]), and whether who was to deliver a message said what
//! became of it ([`Awaited`]).

mod awaited;
mod caps;
mod consent;
mod day_off;
mod policy;
mod quiet;
mod recovery;
mod report;
mod said;
mod tally;
mod verdict;
mod zone;

#[cfg(test)]
pub(in crate::decide) mod samples;
#[cfg(test)]
mod tests;

pub use crate::decide::contact::{
    awaited::{Awaited, Fate},
    day_off::DayOff,
    policy::{Cap, Need, Policy, Purpose, QuietHours, QuietTimes},
    report::{By, Figures, Report},
    tally::{Happened, Tally},
    verdict::{Evidence, Outcome, Reason, Rule, Verdict},
    zone::Zone,
};
pub(in crate::decide) use crate::decide::contact::{quiet::is_quiet, zone::of as zone_of};
use crate::{
    decide::recent,
    domain::{context::Saying, profile::Profile, time::Timestamp},
};

/// A message that somebody wants to send. `Debug` shows nothing of it: what it is about may name a customer.
#[derive(Clone, PartialEq, Eq)]
pub struct Ask {
    /// The way of contact, such as `sms`.
    pub way: String,
    /// What it is sent for, such as `marketing`.
    pub purpose: String,
    /// Which message it is, by the name of its text.
    pub template: Option<String>,
    /// Who wants to send it.
    pub team: Option<String>,
    /// How much it matters among others, 0 to 9.
    pub priority: u8,
    /// What it is about, where the same is to be said once.
    pub matter: Option<String>,
    /// What it says that others have to know.
    pub saying: Saying,
}

impl std::fmt::Debug for Ask {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Ask(…)")
    }
}

/// What the rules look at.
struct Case<'a> {
    policy: &'a Policy,
    profile: &'a Profile,
    ask: &'a Ask,
    purpose: &'a Purpose,
    /// The time zone of the customer.
    zone: &'a Zone,
    now: Timestamp,
}

/// Decides about `ask` of somebody who is not known, at `now`. Nothing is sold to them, whatever consent a purpose needs: what
/// they heard could not be counted.
pub fn decide_of_nobody(policy: &Policy, ask: &Ask, now: Timestamp) -> Verdict {
    match policy.purpose(&ask.purpose).sells {
        true => Verdict::suppress(Reason::NotAgreed, Vec::new()),
        false => decide(policy, &Profile::default(), ask, now),
    }
}

/// Decides about `ask` of the customer whom `profile` describes, at `now`.
pub fn decide(policy: &Policy, profile: &Profile, ask: &Ask, now: Timestamp) -> Verdict {
    let zone = zone::of(policy, profile);
    let case = Case {
        policy,
        profile,
        ask,
        purpose: policy.purpose(&ask.purpose),
        zone: &zone,
        now,
    };
    // Whoever may not be asked for anything is not looked at further.
    consent::consent(&case)
        .or_else(|| consent::suppression(&case))
        .or_else(|| said::already(&case))
        .or_else(|| recovery::service_recovery(&case))
        .or_else(|| recovery::recent_low(&case))
        .or_else(|| quiet::quiet_hours(&case))
        .or_else(|| {
            let messages = said::messages(profile);
            let counted = caps::Counted::of(&case, &messages);
            counted.frequency_cap().or_else(|| counted.priority())
        })
        .unwrap_or_else(Verdict::allow)
}

impl Case<'_> {
    /// The end of what began at `since` and lasts so long, where that is still to come.
    fn lasting(&self, since: Timestamp, micros: u64) -> Option<Timestamp> {
        recent::lasting(since, micros, self.now)
    }
}
