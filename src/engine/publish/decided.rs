//! What is published of decisions.

use crate::{
    decide::contact::Reason,
    engine::{
        combine::Combined,
        deciding::{Acted, Kind, Segmented},
        error::Error,
        publish::{Causes, Publication, trace},
        queries::query::Portrait,
    },
    store::ProfileId,
    wire::out::{
        action::{Action, Fact, Kind as Said},
        scalar::{Free, Time},
        update::{Membership, SegmentsChanged},
    },
};

impl Publication<'_> {
    /// Who came into segments and went out of them, and what is to be done.
    pub(super) fn decided(
        &mut self,
        combined: &Combined,
        acts: &[(Acted, ProfileId)],
        causes: &Causes<'_>,
    ) -> Result<(), Error> {
        for (id, segmented) in &combined.segmented {
            if let Some(portrait) = combined.portraits.get(id) {
                self.segmented(portrait, segmented, causes)?;
            }
        }
        for (act, id) in acts {
            if let Some(portrait) = combined.portraits.get(id) {
                self.acted(act, portrait)?;
            }
        }
        Ok(())
    }

    fn segmented(
        &mut self,
        portrait: &Portrait,
        segmented: &Segmented,
        causes: &Causes<'_>,
    ) -> Result<(), Error> {
        let id = portrait.id.to_string();
        let told = causes.of([portrait.id]);
        let entered = segmented.inside.iter();
        let entered = entered.filter(|(name, _)| segmented.entered.contains(name));
        let left = segmented.left.iter();
        let body = SegmentsChanged {
            profile: &id,
            version: portrait.version,
            cause: causes.cause(&told),
            from: [&id],
            into: [&id],
            entered: entered
                .map(|(name, since)| Membership::of(name, *since))
                .collect(),
            left: left.map(|(name, since)| Membership::of(name, *since)).collect(),
            segments: segmented.inside.keys().map(String::as_str).collect(),
        };
        let trace = trace(&told).cloned();
        self.push(self.subjects.segments(&id), id.clone(), trace.as_ref(), &body)
    }

    fn acted(&mut self, act: &Acted, portrait: &Portrait) -> Result<(), Error> {
        let id = portrait.id.to_string();
        let (kind, message) = match &act.kind {
            Kind::Send {
                purpose, priority, ..
            } => (Said::Send, Some((purpose, priority))),
            Kind::Ask => (Said::Ask, None),
            Kind::Assign { .. } => (Said::Assign, None),
        };
        let team = match &act.kind {
            Kind::Send { team, .. } => team.as_deref(),
            Kind::Assign { team } => Some(team.as_str()),
            Kind::Ask => None,
        };
        let evidence = act.evidence.iter().map(|fact| Fact {
            what: &fact.what,
            name: &fact.name,
            at: fact.at.map(Time),
        });
        let body = Action {
            action: &act.id.id,
            kind,
            channel: &act.channel,
            name: &act.name,
            purpose: message.map(|(purpose, _)| purpose.as_str()),
            template: message.map(|_| act.name.as_str()),
            team,
            priority: message.map(|(_, priority)| *priority),
            matter: &act.matter,
            flow: act.flow.as_deref(),
            profile: &id,
            version: portrait.version,
            decided_at: Time(act.decided_at),
            answer_by: act.answer_by.map(Time),
            with: Free::of(&act.with),
            rule: message.map(|_| Reason::Free.rule().as_str()),
            reason: message.map(|_| Reason::Free.as_str()),
            evidence: evidence.collect(),
        };
        let subject = self.subjects.action(&act.channel, &act.name, &id);
        self.push(subject, id.clone(), act.trace.as_ref(), &body)
    }
}
