//! What was said to the customer, put together from its steps: what may be sent counts as said until it is known whether it
//! was, and what could not be sent does not.

use crate::{
    decide::contact::{
        Case,
        verdict::{Evidence, Reason, Verdict},
    },
    domain::{
        profile::{
            Profile,
            contacts::{Contact, Step},
        },
        time::Timestamp,
    },
};

/// How far the clock of who sends may be behind ours: what they sent so shortly before it was decided is what was decided.
const SKEW_US: u64 = 5 * 60 * 1_000_000;

/// A message that was sent, or is on its way.
#[derive(Clone, Copy)]
pub(super) struct Message<'a> {
    pub(super) purpose: &'a str,
    pub(super) contact: &'a Contact,
}

impl Message<'_> {
    pub(super) fn at(&self) -> Timestamp {
        self.contact.stamp.time
    }

    pub(super) fn evidence(&self) -> Evidence {
        Evidence::of("message", self.contact.stamp.id.clone(), Some(self.at()))
    }
}

/// Every message that is known, the earliest first.
pub(super) fn messages(profile: &Profile) -> Vec<Message<'_>> {
    let mut steps: Vec<(&str, &Contact)> = profile.whole.contacts.steps().collect();
    steps.sort_by_key(|(_, step)| *step);
    let mut messages = Vec::with_capacity(steps.len());
    for &(purpose, contact) in &steps {
        let same = steps.iter().filter(|(_, other)| other.matter == contact.matter);
        match contact.step {
            Step::Failed => {}
            Step::Allowed => {
                let mut known = same.filter(|(_, other)| ends(contact, other));
                if known.next().is_none() {
                    messages.push(Message { purpose, contact });
                }
            }
            Step::Sent => {
                // Who sends need not say again what it is for.
                let mut decided = same.filter(|(_, other)| other.step == Step::Allowed);
                let purpose = match (purpose.is_empty(), decided.next_back()) {
                    (true, Some((decided, _))) => decided,
                    _ => purpose,
                };
                messages.push(Message { purpose, contact });
            }
        }
    }
    messages
}

/// Whether `other` is what became of what was allowed.
fn ends(allowed: &Contact, other: &Contact) -> bool {
    let earliest = allowed.stamp.time.saturating_sub(SKEW_US);
    match other.step {
        Step::Allowed => false,
        Step::Sent => other.stamp.time >= earliest,
        Step::Failed => other.stamp > allowed.stamp,
    }
}

/// What was said already, or is about to be said by somebody else, is not said again.
pub(super) fn already(case: &Case<'_>) -> Option<Verdict> {
    let matter = case.ask.matter.as_ref()?;
    let same = |message: &&Message<'_>| message.contact.matter == *matter;
    let messages = messages(case.profile);
    let last = messages.iter().rev().find(same)?;
    case.lasting(last.at(), case.policy.again_us)?;
    Some(Verdict::suppress(Reason::Said, vec![last.evidence()]))
}
