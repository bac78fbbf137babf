//! What event types mean for what was said to the customer.

use crate::domain::profile::{
    aggregate::Aggregate,
    bounded::Latest,
    contacts::{Contact, Step},
    semantics::Reading,
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
