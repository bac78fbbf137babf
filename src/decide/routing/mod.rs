//! Routing: who serves a customer who calls or writes, and when.
//!
//! The rules are asked in one order, and the first that speaks decides ([`decide`]):
//!
//! 1. Somebody with an open complaint, or whom something went wrong for a short while ago, is served by who makes it good,
//!    before everybody else: never by a menu, and at once.
//! 2. Somebody who is just leaving is served by who keeps customers.
//! 3. Somebody who was promised to be called back by now is served by somebody.
//! 4. So is who is worth much.
//! 5. The menu serves a matter whose answer is known.
//! 6. Where nobody with the skill is free, a customer who is worth little and asks about something that can wait is offered
//!    to be called back at the time that is best for them and has room.
//! 7. Everybody else is served by who has the skill, as soon as somebody is free.
//! 8. Of whom nothing is known, the matter decides.
//!
//! Never reads who serves customers, what is promised or the time: the engine gives them.

mod best_time;
mod desk;
mod policy;
mod rules;
mod verdict;
mod worth;

#[cfg(test)]
mod tests;

pub use crate::decide::routing::{
    desk::{Agent, Booked, Desk},
    policy::{Boosts, Deferral, Hours, Policy, Roster, Staff, Thresholds, Tier},
    verdict::{CallBack, Reason, Route, Rule, Verdict},
};
use crate::{
    decide::{contact, rule::facts::Standing},
    domain::{event::token, profile::Profile, time::Timestamp},
};

/// The channel on which somebody can be called back.
const CALL: &str = "call";

/// Somebody who wants to be served. `Debug` shows nothing of it: what they want may name them.
#[derive(Clone, PartialEq, Eq)]
pub struct Ask {
    /// How they come, such as `call` or `chat`.
    pub channel: String,
    /// What they want, as `order_status`.
    pub matter: String,
    /// The language that they speak, as agents' skills name it.
    pub language: Option<String>,
    /// Which call it is.
    pub call_id: Option<String>,
}

impl std::fmt::Debug for Ask {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Ask(…)")
    }
}

impl Ask {
    /// What they want, by the name that the configuration has for it.
    fn about(&self) -> String {
        token(&self.matter)
    }
}

/// What a decision goes by, beside the customer.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The numbers and names of the rules.
    pub policy: &'a Policy,
    /// When customers are left alone.
    pub contact: &'a contact::Policy,
    /// Who serves customers.
    pub desk: &'a Desk,
    /// The call-backs that are promised.
    pub booked: &'a Booked,
    /// The time it is.
    pub now: Timestamp,
}

/// What the rules look at.
struct Case<'a> {
    policy: &'a Policy,
    contact: &'a contact::Policy,
    desk: &'a Desk,
    booked: &'a Booked,
    now: Timestamp,
    profile: &'a Profile,
    /// How much the customer is worth.
    tier: Tier,
    /// How they come.
    channel: &'a str,
    /// What they want.
    matter: &'a str,
    /// The skill that it needs.
    skill: &'a str,
    language: Option<&'a str>,
}

/// Decides who serves the customer whom `profile` describes; `standing` is how much they are worth, where that was found
/// out among all.
pub fn decide(ground: Ground<'_>, profile: &Profile, standing: Option<&Standing>, ask: &Ask) -> Verdict {
    let (about, language) = (ask.about(), ask.language.as_deref().map(token));
    let case = Case {
        policy: ground.policy,
        contact: ground.contact,
        desk: ground.desk,
        booked: ground.booked,
        now: ground.now,
        profile,
        tier: worth::tier(ground.policy, profile, standing),
        channel: &ask.channel,
        matter: &about,
        skill: ground.policy.skill_of(&about),
        language: language.as_deref(),
    };
    rules::ORDER
        .iter()
        .find_map(|rule| rule(&case))
        .unwrap_or_else(|| rules::by_skill(&case))
}

/// Decides who serves somebody who is not known: what they want is all there is to go by.
pub fn decide_of_nobody(policy: &Policy, ask: &Ask) -> Verdict {
    let about = ask.about();
    let (route, reason) = match policy.menu.contains(&about) {
        true => (Route::Menu, Reason::UnknownServed),
        false => (Route::Agent, Reason::Unknown),
    };
    Verdict {
        route,
        skill: policy.skill_of(&about).to_owned(),
        priority: policy.priority_of(Tier::Low),
        reason,
        evidence: Vec::new(),
    }
}
