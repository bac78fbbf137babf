//! Whether a message is sent to somebody: the decision is an event of our own about them, as what they consent to is. So it
//! is kept, told and erased with the person, counts for whoever they turn out to be, and is never made again.
//!
//! The rules are [`crate::decide::contact`]'s; here it is put together what they look at, and what they say is written down.

mod said;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    decide::contact::{Ask, Evidence, Outcome as Decision, Reason, Verdict, decide, decide_of_nobody},
    domain::{
        event::{Event, EventId},
        identity::link::OWN_SOURCE,
        profile::Profile,
        time::Timestamp,
        value::{Number, Value},
    },
    engine::{
        api::{Answer, CommandError, Decided, Target},
        commands::{Ordered, Outcome, evidence, own_event},
        identity::place::Placed,
        state::{atoms::Atoms, batch::Batch},
    },
    store::{AnswerRecord, AtomId, Error, ProfileId, Read, SeenRecord, keys},
    wire::time,
};

impl Batch<'_> {
    /// Decides about a message, and writes down what was decided with whom it is about. Of somebody who is not known
    /// there is nothing to write it down with.
    pub(crate) fn contact(
        &mut self,
        ordered: &Ordered,
        target: &Target,
        ask: &Ask,
        now: Timestamp,
    ) -> Outcome<Answer> {
        let reached = match self.reach_as_asked(target, now)? {
            Ok(reached) => Some(reached),
            Err(CommandError::NobodyThere) => None,
            Err(error) => return Ok(Err(error)),
        };
        let policy = &self.rules.decide.contact;
        let (verdict, contradictions) = match &reached {
            Some((id, _)) => {
                let profile = self.profile_now(*id)?;
                let contradicted = self.contradicted(&profile, ask, now)?;
                (decide(policy, &profile, ask, now), contradicted)
            }
            None => {
                let contradicted = self.contradicted(&Profile::default(), ask, now)?;
                (decide_of_nobody(policy, ask, now), contradicted)
            }
        };
        let matter = ask.matter.clone().unwrap_or_else(|| ordered.id.clone());
        let mut decided = Decided {
            profile: None,
            matter,
            verdict,
            contradictions,
        };
        if let Some((id, identifiers)) = reached {
            let mut event = own_event(&ordered.id, "Contact Decided", now);
            event.identifiers = identifiers;
            event.properties = written(ask, &decided);
            event.expires = ask.saying.expires;
            if let Placed::In(atom) = self.place(&event)? {
                self.contacted.entry(id).or_default().insert(atom);
                decided.profile = Some(id);
            }
        }
        Ok(Ok(Answer::Decided(Box::new(decided))))
    }

    /// What a profile is within the batch: a decision that was just made counts for the next one, although it is not
    /// resolved yet whose its atom is.
    pub(crate) fn profile_now(&self, id: ProfileId) -> Result<Profile, Error> {
        let mut ids: BTreeSet<AtomId> = self.contacted.get(&id).cloned().unwrap_or_default();
        if let Some(record) = self.graph().profile(id)? {
            ids.extend(record.members.iter().chain(&record.attributed));
        }
        let mut atoms = Vec::with_capacity(ids.len());
        for id in ids {
            atoms.extend(self.overlay.atom(id)?);
        }
        let all = atoms.iter().map(|atom| (&atom.claim, &atom.aggregate));
        Ok(Profile::combine(all, &self.rules.fold))
    }

    /// What was decided when it was asked first, as the event says it. Of whoever is erased since nothing is known.
    ///
    /// What contradicts a message to somebody who is not known is kept nowhere, and found again.
    pub(crate) fn decided_first(
        &self,
        first: AnswerRecord,
        ask: &Ask,
        now: Timestamp,
    ) -> Result<Option<Answer>, Error> {
        let mut contradictions = Vec::new();
        let (profile, event, verdict) = match first {
            AnswerRecord::Decided { profile, event } => {
                let recorded = self.own_event_of(&event)?;
                contradictions.extend(recorded.iter().flat_map(said::read));
                match recorded.as_ref().and_then(read) {
                    Some(verdict) => (Some(profile), event, Some(verdict)),
                    None => (
                        None,
                        event,
                        Some(Verdict::suppress(Reason::NotAgreed, Vec::new())),
                    ),
                }
            }
            AnswerRecord::DecidedOfNobody {
                event,
                outcome,
                reason,
                until,
            } => {
                contradictions = self.contradicted(&Profile::default(), ask, now)?;
                (None, event, verdict(&outcome, &reason, until, Vec::new()))
            }
            _ => return Ok(None),
        };
        Ok(verdict.map(|verdict| {
            Answer::Decided(Box::new(Decided {
                profile,
                matter: ask.matter.clone().unwrap_or(event),
                verdict,
                contradictions,
            }))
        }))
    }

    /// An event of our own, by its id; `None` of one that is gone.
    pub(crate) fn own_event_of(&self, id: &str) -> Result<Option<Event>, Error> {
        let hash = self.keyring.event(&EventId {
            source: OWN_SOURCE.to_owned(),
            id: id.to_owned(),
        });
        let seen: Option<SeenRecord> = self.overlay.record(&keys::seen(hash))?;
        match seen.and_then(|seen| seen.place) {
            Some((atom, time)) => self.overlay.record(&keys::event(atom, time, hash)),
            None => Ok(None),
        }
    }
}

/// What is kept of a decision for whoever repeats the question: nothing that tells of a person.
pub(crate) fn record(decided: &Decided, event: &str) -> AnswerRecord {
    let event = event.to_owned();
    match decided.profile {
        Some(profile) => AnswerRecord::Decided { profile, event },
        None => AnswerRecord::DecidedOfNobody {
            event,
            outcome: decided.verdict.outcome.as_str().to_owned(),
            reason: decided.verdict.reason.as_str().to_owned(),
            until: decided.verdict.until,
        },
    }
}

/// A verdict by the names that answers and events have for it.
fn verdict(
    outcome: &str,
    reason: &str,
    until: Option<Timestamp>,
    evidence: Vec<Evidence>,
) -> Option<Verdict> {
    Some(Verdict {
        outcome: Decision::named(outcome)?,
        reason: Reason::named(reason)?,
        until,
        evidence,
    })
}

/// The verdict that an event holds.
fn read(event: &Event) -> Option<Verdict> {
    let text = |name: &str| event.property(name).and_then(Value::as_text);
    let until = text("until").and_then(time::parse);
    verdict(text("decision")?, text("reason")?, until, evidence::read(event))
}

/// A decision as an event says it.
pub(crate) fn written(ask: &Ask, decided: &Decided) -> BTreeMap<String, Value> {
    let text = |text: &str| Value::Text(text.to_owned());
    let verdict = &decided.verdict;
    let mut properties = BTreeMap::from([
        ("decision".to_owned(), text(verdict.outcome.as_str())),
        ("rule".to_owned(), text(verdict.reason.rule().as_str())),
        ("reason".to_owned(), text(verdict.reason.as_str())),
        ("channel".to_owned(), text(&ask.way)),
        ("purpose".to_owned(), text(&ask.purpose)),
        ("matter".to_owned(), text(&decided.matter)),
        (
            evidence::EVIDENCE.to_owned(),
            evidence::written(&verdict.evidence),
        ),
    ]);
    let until = verdict.until.map(time::format);
    for (name, said) in [
        ("until", &until),
        ("template", &ask.template),
        ("team", &ask.team),
    ] {
        properties.extend(said.as_deref().map(|said| (name.to_owned(), text(said))));
    }
    let priority = Number::from_text(&ask.priority.to_string());
    properties.extend(said::written(ask, &decided.contradictions));
    properties.extend(priority.map(|priority| ("priority".to_owned(), Value::Number(priority))));
    properties
}
