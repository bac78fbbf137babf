//! What event types mean for what was said to the customer.

use crate::domain::profile::{
    aggregate::Aggregate,
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
        self.first_text(&["rule"])
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
