//! What is counted of a decision, and of what became of a message: the few names that a report is asked by.
//!
//! Nothing of it is about a person: whoever sends chooses names of channels, purposes, templates and teams, and no free text
//! is taken, as the reason that somebody gives for a failure. So a count stays where the person it was about is erased.

use crate::{
    decide::contact::{Outcome, Reason},
    domain::event::{Event, token},
};

/// Letters of a name that is counted by, at most.
const LETTERS_MAX: usize = 64;

/// Something that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// It was decided whether a message is sent, for this reason.
    Decided(Outcome, Reason),
    /// A message was sent.
    Sent,
    /// A message could not be sent.
    Failed,
    /// Nobody said what became of an action.
    Unanswered,
}

impl Happened {
    /// The name of what happened, in counts and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Decided(outcome, _) => outcome.as_str(),
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unanswered => "unanswered",
        }
    }

    /// The name of the reason; empty where there is none.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Decided(_, reason) => reason.as_str(),
            Self::Sent | Self::Failed | Self::Unanswered => "",
        }
    }

    /// What has these names.
    pub fn named(name: &str, reason: &str) -> Option<Self> {
        match name {
            "sent" => Some(Self::Sent),
            "failed" => Some(Self::Failed),
            "unanswered" => Some(Self::Unanswered),
            name => Some(Self::Decided(Outcome::named(name)?, Reason::named(reason)?)),
        }
    }
}

/// What one event counts for. Names that were not said are empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// What happened.
    pub happened: Happened,
    /// The way of contact.
    pub way: String,
    /// What for.
    pub purpose: String,
    /// Who sends it.
    pub team: String,
    /// Which message.
    pub template: String,
}

impl Tally {
    /// What `event` counts for; `None` of one that counts for nothing. What was decided, and that nobody answered, are our own
    /// words: nobody else's count.
    pub fn of(event: &Event) -> Option<Self> {
        let text = |name: &str| event.property_text(name).unwrap_or_default();
        let happened = match token(&event.name).as_str() {
            "contact_decided" if event.is_internal() => Happened::Decided(
                Outcome::named(&text("decision"))?,
                Reason::named(&text("reason"))?,
            ),
            "action_unanswered" if event.is_internal() => Happened::Unanswered,
            "message_sent" => Happened::Sent,
            "message_failed" => Happened::Failed,
            _ => return None,
        };
        let name = |name: &str| text(name).trim().chars().take(LETTERS_MAX).collect::<String>();
        let way = match name("channel") {
            way if way.is_empty() => event.channel.clone(),
            way => way,
        };
        Some(Self {
            happened,
            way,
            purpose: name("purpose"),
            team: name("team"),
            template: name("template"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::contact::samples::event;

    const TIME: &str = "2026-11-22T12:00:00Z";

    #[test]
    fn an_event_counts_for_what_it_says_became_of_a_message() {
        let about = [
            ("decision", "hold"),
            ("reason", "quiet"),
            ("channel", " sms "),
            ("purpose", "marketing"),
            ("team", "shop"),
        ];
        for (name, happened) in [
            (
                "Contact Decided",
                Some(Happened::Decided(Outcome::Hold, Reason::Quiet)),
            ),
            ("Message Sent", Some(Happened::Sent)),
            ("message_failed", Some(Happened::Failed)),
            ("Action Unanswered", Some(Happened::Unanswered)),
            ("Order Completed", None),
        ] {
            let tally = Tally::of(&event(name, TIME, &about));
            assert_eq!(tally.as_ref().map(|tally| tally.happened), happened, "{name}");
            if let Some(tally) = tally {
                let names = [&tally.way, &tally.purpose, &tally.team, &tally.template];
                assert_eq!(names, ["sms", "marketing", "shop", ""]);
                let read = Happened::named(tally.happened.as_str(), tally.happened.reason());
                assert_eq!(read, happened);
            }
        }
    }

    #[test]
    fn what_others_say_was_decided_counts_for_nothing() {
        for name in ["Contact Decided", "Action Unanswered"] {
            let mut said = event(name, TIME, &[("decision", "allow"), ("reason", "free")]);
            assert!(Tally::of(&said).is_some());
            said.id.source = "shop".to_owned();
            assert_eq!(Tally::of(&said), None);
        }
    }

    #[test]
    fn a_name_is_no_longer_than_a_name_and_a_message_without_a_channel_has_that_of_its_event() {
        let long = "t".repeat(500);
        let tally = Tally::of(&event("Message Sent", TIME, &[("template", &long)])).unwrap();
        assert_eq!((tally.template.len(), tally.way.as_str()), (LETTERS_MAX, "web"));
    }
}
