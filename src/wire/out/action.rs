//! What was decided for somebody outside to carry out: a message to send, or something that a channel does.
//!
//! It names a profile by its id and holds nothing that the customer is known by: whoever delivers asks for the address. What
//! became of a message they say by an event `Message Sent` or `Message Failed` with its matter, channel and purpose.

use serde::Serialize;

use crate::wire::out::scalar::{Free, Time};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Send a message, which the contact policy lets through.
    Send,
    /// Do something that is no message: nobody answers it.
    Ask,
    /// See to a matter: it is open until its ticket is closed.
    Assign,
}

/// Something to be done. `Debug` shows only which: what it needs to know may be about the customer.
#[derive(Serialize)]
pub struct Action<'a> {
    /// Its id: the same when it is told again.
    pub action: &'a str,
    /// What kind of thing.
    pub kind: Kind,
    /// By which channel: the way of contact of a message.
    pub channel: &'a str,
    /// What: of a message, the name of its text.
    pub name: &'a str,
    /// What a message is sent for.
    pub purpose: Option<&'a str>,
    /// The name of a message's text.
    pub template: Option<&'a str>,
    /// Who sends it.
    pub team: Option<&'a str>,
    /// How much a message matters among others, 0 to 9.
    pub priority: Option<u8>,
    /// What it is about: whoever answers says it.
    pub matter: &'a str,
    /// Which flow decided it, if one did.
    pub flow: Option<&'a str>,
    /// Whom it is for.
    pub profile: &'a str,
    /// The profile's version.
    pub version: u64,
    /// When it was decided.
    pub decided_at: Time,
    /// Until when it is to be answered; `None` where nobody waits for that.
    pub answer_by: Option<Time>,
    /// What whoever carries it out needs to know.
    pub with: Free<'a>,
    /// Why the contact policy lets a message through.
    pub reason: Option<&'a str>,
    /// Which of its rules spoke; `none` where none had anything against it.
    pub rule: Option<&'a str>,
    /// By which facts.
    pub evidence: Vec<Fact<'a>>,
}

/// A fact that a decision rests on.
#[derive(Serialize)]
pub struct Fact<'a> {
    /// What kind of fact.
    pub what: &'a str,
    /// Its id or name.
    pub name: &'a str,
    /// Since when, or when.
    pub at: Option<Time>,
}

impl std::fmt::Debug for Action<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Action({})", self.action)
    }
}

/// What it is, never which: names are of tickets and orders.
impl std::fmt::Debug for Fact<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Fact({})", self.what)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        domain::value::{Number, Value},
        wire::time,
    };

    #[test]
    fn an_action_says_what_is_to_be_done_and_nothing_that_the_customer_is_known_by() {
        let at = |text: &str| Time(time::parse(text).unwrap());
        let with = BTreeMap::from([
            ("offer".to_owned(), Value::Text("autumn-10".to_owned())),
            (
                "price".to_owned(),
                Value::Number(Number::from_text("18500000.00").unwrap()),
            ),
        ]);
        let action = Action {
            action: "9f1c",
            kind: Kind::Send,
            channel: "email",
            name: "wishlist_offer",
            purpose: Some("marketing"),
            template: Some("wishlist_offer"),
            team: None,
            priority: Some(5),
            matter: "wishlist:p-7",
            flow: Some("wish_list"),
            profile: "0b54a3c1f2d84e6c9a7b1d2e3f405162",
            version: 12,
            decided_at: at("2026-11-22T12:00:00Z"),
            answer_by: Some(at("2026-11-22T13:00:00Z")),
            with: Free::of(&with),
            reason: Some("free"),
            rule: Some("none"),
            evidence: vec![Fact {
                what: "event",
                name: "e-1",
                at: Some(at("2026-11-21T12:00:00Z")),
            }],
        };
        insta::assert_snapshot!(serde_json::to_string_pretty(&action).unwrap(), @r#"
        {
          "action": "9f1c",
          "kind": "send",
          "channel": "email",
          "name": "wishlist_offer",
          "purpose": "marketing",
          "template": "wishlist_offer",
          "team": null,
          "priority": 5,
          "matter": "wishlist:p-7",
          "flow": "wish_list",
          "profile": "0b54a3c1f2d84e6c9a7b1d2e3f405162",
          "version": 12,
          "decided_at": "2026-11-22T12:00:00Z",
          "answer_by": "2026-11-22T13:00:00Z",
          "with": {
            "offer": "autumn-10",
            "price": 18500000.00
          },
          "reason": "free",
          "rule": "none",
          "evidence": [
            {
              "what": "event",
              "name": "e-1",
              "at": "2026-11-21T12:00:00Z"
            }
          ]
        }
        "#);
        assert_eq!(format!("{action:?}"), "Action(9f1c)");
    }
}
