//! What became of an action that somebody outside is to carry out: whether they said so in time.
//!
//! Whoever delivers answers with `Message Sent` or `Message Failed` about its matter, by its way of contact. Where neither
//! comes until it is due, that is written down as `Action Unanswered`. It frees the matter of nothing: the message may have
//! been sent all the same, and saying it twice is worse than not at all. A late answer still says what became of it.

use crate::{
    decide::contact::said::SKEW_US,
    domain::{
        profile::contacts::{Contacts, Step},
        time::Timestamp,
    },
};

/// An action whose answer is waited for. `Debug` shows nothing of it: what it is about may name a customer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Awaited<'a> {
    /// What it is about.
    pub matter: &'a str,
    /// The way of contact, such as `sms`.
    pub way: &'a str,
    /// When it was decided. The clock of who delivers may be a few minutes behind.
    pub since: Timestamp,
    /// Until when it is to be answered.
    pub until: Timestamp,
}

impl std::fmt::Debug for Awaited<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Awaited(…)")
    }
}

/// What became of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was sent, or could not be.
    Answered,
    /// It is not known yet, and need not be.
    Waiting,
    /// It is not known, and should be.
    Unanswered,
}

impl Awaited<'_> {
    /// What became of it at `now`, by what is known of its customer.
    pub fn fate(&self, contacts: &Contacts, now: Timestamp) -> Fate {
        let since = self.since.saturating_sub(SKEW_US);
        let is_answer = |step: Step| match step {
            Step::Sent | Step::Failed => true,
            Step::Allowed => false,
        };
        let is_answered = contacts.steps().any(|(_, contact)| {
            is_answer(contact.step)
                && contact.matter == self.matter
                && contact.way == self.way
                && contact.stamp.time >= since
        });
        match is_answered {
            true => Fate::Answered,
            false if now < self.until => Fate::Waiting,
            false => Fate::Unanswered,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::contact::samples::{at, event, profile};

    const DECIDED: &str = "2026-11-22T12:00:00Z";
    const DUE: &str = "2026-11-22T13:00:00Z";

    /// What became of an action about `m` by short message, by what was told of it: the event, its time, matter and channel.
    fn fate(told: &[[&str; 4]], now: &str) -> Fate {
        let events = told.iter().map(|[name, time, matter, channel]| {
            let about = [("matter", *matter), ("channel", *channel), ("decision", "allow")];
            event(name, time, &about)
        });
        let profile = profile(&events.collect::<Vec<_>>());
        let awaited = Awaited {
            matter: "m",
            way: "sms",
            since: at(DECIDED),
            until: at(DUE),
        };
        awaited.fate(&profile.whole.contacts, at(now))
    }

    #[test]
    fn an_action_is_answered_by_what_became_of_its_message() {
        let soon = "2026-11-22T12:10:00Z";
        for name in ["Message Sent", "Message Failed"] {
            for (time, matter, channel, expected) in [
                (soon, "m", "sms", Fate::Answered),
                // By a clock that is behind.
                ("2026-11-22T11:56:00Z", "m", "sms", Fate::Answered),
                // Of a message before it.
                ("2026-11-22T11:54:00Z", "m", "sms", Fate::Unanswered),
                (soon, "n", "sms", Fate::Unanswered),
                (soon, "m", "email", Fate::Unanswered),
                // Late, and known all the same.
                ("2026-11-22T13:30:00Z", "m", "sms", Fate::Answered),
            ] {
                let told = [[name, time, matter, channel]];
                assert_eq!(fate(&told, "2026-11-22T14:00:00Z"), expected, "{told:?}");
            }
        }
    }

    #[test]
    fn what_was_allowed_only_waits_until_it_is_due() {
        let allowed = [["Contact Decided", DECIDED, "m", "sms"]];
        assert_eq!(fate(&allowed, "2026-11-22T12:59:59Z"), Fate::Waiting);
        assert_eq!(fate(&allowed, DUE), Fate::Unanswered);
    }

    #[test]
    fn that_nobody_answered_is_no_answer_and_frees_no_matter() {
        let told = [
            ["Contact Decided", DECIDED, "m", "sms"],
            ["Action Unanswered", DUE, "m", "sms"],
        ];
        assert_eq!(fate(&told, DUE), Fate::Unanswered);
    }
}
