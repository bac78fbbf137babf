//! What event types mean for what was said to the customer.

use crate::domain::{
    amount::Amount,
    event::token,
    profile::{
        aggregate::Aggregate,
        bounded::Latest,
        contacts::{Contact, Step},
        semantics::Reading,
    },
    value::Value,
};

impl Reading<'_> {
    /// A decision about a message: one that may be sent counts as said until it is known whether it was.
    pub(super) fn decided(&self, aggregate: &mut Aggregate) -> Option<String> {
        let allowed = self
            .first_text(&["decision"])
            .is_some_and(|decision| decision == "allow");
        if self.event.is_internal() && allowed {
            self.message(aggregate, Step::Allowed);
        }
        self.run(aggregate);
        self.first_text(&["rule"])
    }

    /// Something that a flow had done which is no message.
    pub(super) fn acted(&self, aggregate: &mut Aggregate) -> Option<String> {
        self.run(aggregate);
        self.first_text(&["name"])
    }

    /// Which run of a flow decided it. What is only held back is not decided yet.
    fn run(&self, aggregate: &mut Aggregate) {
        let is_held = self
            .first_text(&["decision"])
            .is_some_and(|decision| decision == "hold");
        if !self.event.is_internal() || is_held {
            return;
        }
        if let (Some(flow), Some(run)) = (self.first_text(&["flow"]), self.first_text(&["run"])) {
            let matter = self.first_text(&["about"]).unwrap_or_default();
            let stamp = self.stamp.clone();
            aggregate.runs.add(flow, matter, Latest { stamp, value: run });
        }
    }

    /// Where a call was routed: a call-back that was offered with it is promised.
    pub(super) fn routed(&self, aggregate: &mut Aggregate) -> Option<String> {
        let is_deferred = self
            .first_text(&["route"])
            .is_some_and(|route| route == "deferred");
        let about = self.first_text(&["matter"]);
        if self.event.is_internal() && is_deferred {
            let channel = self.first_text(&["channel"]);
            self.promise_callback(aggregate, about.clone(), channel);
        }
        about
    }

    /// Whether the customer answered, where the event says so: by that it is learned when they do.
    pub(super) fn answering(&self, aggregate: &mut Aggregate, name: &str) {
        let is_answered = match name {
            "call_ended" => self.answered_call(),
            "callback_completed" | "message_opened" | "message_clicked" | "email_opened"
            | "email_link_clicked" => Some(true),
            "callback_failed" => Some(false),
            "call_missed" => (!self.is_from_customer()).then_some(false),
            _ => None,
        };
        if let Some(is_answered) = is_answered {
            aggregate.contacts.answering.add(self.event.time, is_answered);
        }
    }

    /// Whether a call to the customer was answered: as it says, else by whether it lasted.
    fn answered_call(&self) -> Option<bool> {
        if self.is_from_customer() {
            return None;
        }
        let said = match self.event.property("answered") {
            Some(Value::Bool(said)) => Some(*said),
            _ => None,
        };
        let lasted = self
            .first_text(&["duration", "duration_s", "duration_ms"])
            .and_then(|text| Amount::from_decimal(&text).ok())
            .map(|duration| duration.as_units() > 0);
        said.or(lasted)
    }

    /// Who calls the house answers nothing.
    fn is_from_customer(&self) -> bool {
        self.first_text(&["direction"])
            .is_some_and(|direction| matches!(token(&direction).as_str(), "inbound" | "incoming" | "in"))
    }

    /// What became of a message.
    pub(super) fn message(&self, aggregate: &mut Aggregate, step: Step) -> Option<String> {
        let contact = Contact {
            stamp: self.stamp.clone(),
            step,
            matter: self
                .first_text(&["matter"])
                .unwrap_or_else(|| self.stamp.id.clone()),
            way: self
                .first_text(&["channel"])
                .unwrap_or_else(|| self.event.channel.clone()),
            team: self.first_text(&["team"]),
        };
        let purpose = self.first_text(&["purpose"]).unwrap_or_default();
        if step != Step::Failed {
            self.messaged(aggregate, &contact.way, &contact.matter);
        }
        aggregate.contacts.add(purpose, contact);
        self.first_text(&["template", "subject", "name"])
    }
}
