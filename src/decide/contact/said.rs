//! What was said to the customer, put together from its steps: what may be sent counts as said until it is known whether it
//! was, and what could not be sent does not.

use std::collections::BTreeMap;

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
pub(super) const SKEW_US: u64 = 5 * 60 * 1_000_000;

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
    let mut of_matters: BTreeMap<&str, Vec<(&str, &Contact)>> = BTreeMap::new();
    for (purpose, step) in profile.whole.contacts.steps() {
        of_matters.entry(&step.matter).or_default().push((purpose, step));
    }
    let mut messages: Vec<Message<'_>> = of_matters.into_values().flat_map(of_matter).collect();
    messages.sort_by_key(|message| message.contact);
    messages
}

/// The messages of one matter.
fn of_matter<'a>(mut steps: Vec<(&'a str, &'a Contact)>) -> Vec<Message<'a>> {
    steps.sort_by_key(|(_, step)| *step);
    // Who sends need not say again what it is for.
    let decided = steps.iter().rfind(|(_, step)| step.step == Step::Allowed);
    let decided = decided.map(|(purpose, _)| *purpose);
    let is_open = |contact: &Contact| !steps.iter().any(|(_, other)| ends(contact, other));
    let messages = steps.iter().filter_map(|&(purpose, contact)| match contact.step {
        Step::Allowed | Step::Sent if !is_open(contact) => None,
        Step::Failed => None,
        Step::Allowed => Some(Message { purpose, contact }),
        Step::Sent => {
            let purpose = decided.filter(|_| purpose.is_empty()).unwrap_or(purpose);
            Some(Message { purpose, contact })
        }
    });
    messages.collect()
}

/// Whether `other` is what became of a message that was allowed or sent.
fn ends(message: &Contact, other: &Contact) -> bool {
    let earliest = message.stamp.time.saturating_sub(SKEW_US);
    match (message.step, other.step) {
        (Step::Allowed, Step::Sent) => other.stamp.time >= earliest,
        (Step::Allowed | Step::Sent, Step::Failed) => other.stamp > message.stamp,
        (_, Step::Allowed | Step::Sent) | (Step::Failed, _) => false,
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
