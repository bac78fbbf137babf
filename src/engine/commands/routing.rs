//! Who serves a customer: the decision is an event of our own about them, as one about a message is, and a call-back that is
//! offered with it is a promise which that event makes. So it is kept, told and erased with the person, and never made again.
//!
//! The rules are [`crate::decide::routing`]'s; here it is put together what they look at, and what they say is written down.
//! How many call-backs are promised for a time is counted beside, of nobody in particular.

use std::{collections::BTreeMap, ops::ControlFlow};

use crate::{
    decide::{
        routing::{Ask, Booked, CallBack, Ground, Reason, Route, Verdict, decide, decide_of_nobody},
        rule::facts::Standing,
    },
    domain::{
        event::Event,
        time::Timestamp,
        value::{Number, Value},
    },
    engine::{
        api::{Answer, CommandError, Routed, Target},
        commands::{Ordered, Outcome, evidence, own_event},
        deciding::{Acted, Kind},
        identity::place::Placed,
        state::batch::Batch,
    },
    store::{AnswerRecord, AtomId, BookedRecord, Error, Order, Read, View, keys},
    wire::time,
};

/// Counts of slots that are over which one booking deletes, at most: more than it makes, so that they come to an end.
const FORGOTTEN_MAX: usize = 64;

impl Batch<'_> {
    /// Decides who serves somebody, and writes it down with them. Of somebody who is not known there is nothing to write it
    /// down with.
    pub(crate) fn route(
        &mut self,
        ordered: &Ordered,
        target: &Target,
        ask: &Ask,
        now: Timestamp,
    ) -> Outcome<Answer> {
        let policy = &self.rules.decide.routing;
        let of_nobody = Routed {
            profile: None,
            call_back_id: None,
            verdict: decide_of_nobody(policy, ask),
        };
        let (id, identifiers) = match self.reach_as_asked(target, now)? {
            Ok(reached) => reached,
            Err(CommandError::NobodyThere) => return Ok(Ok(Answer::Routed(Box::new(of_nobody)))),
            Err(error) => return Ok(Err(error)),
        };
        let (desk, booked) = (self.desk()?, self.booked(now)?);
        let ground = Ground {
            policy,
            contact: &self.rules.decide.contact,
            desk: &desk,
            booked: &booked,
            now,
        };
        let standing = self.standing(id)?.map(Standing::from);
        let verdict = decide(ground, &self.profile_now(id)?, standing.as_ref(), ask);
        let mut event = own_event(&ordered.id, "Call Routed", now);
        event.identifiers = identifiers;
        event.properties = written(ask, &verdict, &ordered.id);
        event.expires = verdict.route.call_back().map(|call_back| call_back.until);
        let Placed::In(atom) = self.place(&event)? else {
            return Ok(Ok(Answer::Routed(Box::new(of_nobody))));
        };
        self.contacted.entry(id).or_default().insert(atom);
        if let Some(call_back) = verdict.route.call_back() {
            self.book_call_back(call_back, &verdict.skill, now)?;
            self.acts.push(calling_back(&event, atom, &verdict, call_back));
        }
        Ok(Ok(Answer::Routed(Box::new(Routed {
            profile: Some(id),
            call_back_id: call_back_id(&verdict, &ordered.id),
            verdict,
        }))))
    }

    /// The call-backs that are promised for times that are still to come.
    fn booked(&self, now: Timestamp) -> Result<Booked, Error> {
        let mut booked = Booked::default();
        let end = now.saturating_add(self.rules.decide.routing.defer.horizon_us);
        let (from, to) = (keys::booked_from(now), keys::booked_from(end));
        self.overlay
            .scan(&from, &to, Order::Ascending, &mut |key, value| {
                let record: BookedRecord = self.overlay.decoded(value)?;
                if let Some((slot, skill)) = keys::booked_in(key) {
                    booked.add(slot, skill, record.calls);
                }
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(booked)
    }

    /// Books a call-back in its slot, and forgets some of the slots that are over. Whoever makes the call hears of it from here.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn book_call_back(
        &mut self,
        call_back: CallBack,
        skill: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        let key = keys::booked(call_back.from, skill);
        let mut record: BookedRecord = self.overlay.record(&key)?.unwrap_or_default();
        record.calls = record.calls.saturating_add(1);
        self.overlay.put_record(key, &record)?;
        let mut over = Vec::new();
        let (from, to) = (keys::BOOKED, keys::booked_from(now));
        self.overlay.scan(from, &to, Order::Ascending, &mut |key, _| {
            over.push(key.to_vec());
            Ok(match over.len() < FORGOTTEN_MAX {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        })?;
        over.into_iter().for_each(|key| self.overlay.delete(key));
        Ok(())
    }

    /// What was decided when it was asked first, as the event says it. Of whoever is erased since nothing is known.
    pub(crate) fn routed_first(&self, first: AnswerRecord, ask: &Ask) -> Result<Option<Answer>, Error> {
        let of_nobody = || decide_of_nobody(&self.rules.decide.routing, ask);
        let (profile, event, verdict) = match first {
            AnswerRecord::Routed { profile, event } => {
                let recorded = self.own_event_of(&event)?;
                match recorded.as_ref().and_then(read) {
                    Some(verdict) => (Some(profile), event, Some(verdict)),
                    None => (None, event, Some(of_nobody())),
                }
            }
            AnswerRecord::RoutedOfNobody {
                route,
                skill,
                priority,
                reason,
            } => {
                let verdict = Route::named(&route, None).zip(Reason::named(&reason));
                let verdict = verdict.map(|(route, reason)| Verdict {
                    route,
                    skill,
                    priority,
                    reason,
                    evidence: Vec::new(),
                });
                (None, String::new(), verdict)
            }
            _ => return Ok(None),
        };
        Ok(verdict.map(|verdict| {
            Answer::Routed(Box::new(Routed {
                profile,
                call_back_id: call_back_id(&verdict, &event),
                verdict,
            }))
        }))
    }
}

/// What is kept of a decision for whoever repeats the question: nothing that tells of a person.
pub(crate) fn record(routed: &Routed, event: &str) -> AnswerRecord {
    let verdict = &routed.verdict;
    match routed.profile {
        Some(profile) => AnswerRecord::Routed {
            profile,
            event: event.to_owned(),
        },
        None => AnswerRecord::RoutedOfNobody {
            route: verdict.route.as_str().to_owned(),
            skill: verdict.skill.clone(),
            priority: verdict.priority,
            reason: verdict.reason.as_str().to_owned(),
        },
    }
}

/// What whoever makes the call is told: it is to be made between these times.
fn calling_back(event: &Event, atom: AtomId, verdict: &Verdict, call_back: CallBack) -> Acted {
    let text = |text: &str| Value::Text(text.to_owned());
    Acted {
        id: event.id.clone(),
        atom,
        kind: Kind::Ask,
        channel: "callcenter".to_owned(),
        name: "call_back".to_owned(),
        flow: None,
        matter: event.id.id.clone(),
        with: BTreeMap::from([
            ("callback_id".to_owned(), text(&event.id.id)),
            ("skill".to_owned(), text(&verdict.skill)),
            ("from".to_owned(), text(&time::format(call_back.from))),
            ("until".to_owned(), text(&time::format(call_back.until))),
        ]),
        evidence: verdict.evidence.clone(),
        decided_at: event.time,
        answer_by: None,
        trace: event.trace.clone(),
    }
}

/// By which whoever calls back says what became of it: the id of the event that promises it.
fn call_back_id(verdict: &Verdict, event: &str) -> Option<String> {
    verdict.route.call_back().map(|_| event.to_owned())
}

/// A decision as an event says it.
fn written(ask: &Ask, verdict: &Verdict, id: &str) -> BTreeMap<String, Value> {
    let text = |text: &str| Value::Text(text.to_owned());
    let mut properties = BTreeMap::from([
        ("route".to_owned(), text(verdict.route.as_str())),
        ("skill".to_owned(), text(&verdict.skill)),
        ("rule".to_owned(), text(verdict.reason.rule().as_str())),
        ("reason".to_owned(), text(verdict.reason.as_str())),
        ("channel".to_owned(), text(&ask.channel)),
        ("matter".to_owned(), text(&ask.matter)),
        (
            evidence::EVIDENCE.to_owned(),
            evidence::written(&verdict.evidence),
        ),
    ]);
    for (name, said) in [("language", &ask.language), ("call_id", &ask.call_id)] {
        properties.extend(said.as_deref().map(|said| (name.to_owned(), text(said))));
    }
    let priority = Number::from_text(&verdict.priority.to_string());
    properties.extend(priority.map(|priority| ("priority".to_owned(), Value::Number(priority))));
    if let Some(CallBack { from, until }) = verdict.route.call_back() {
        let times = [("from", from), ("until", until)];
        let times = times.map(|(name, at)| (name.to_owned(), Value::Text(time::format(at))));
        properties.insert("call_back".to_owned(), Value::Map(times.into()));
        properties.insert("callback_id".to_owned(), text(id));
    }
    properties
}

/// The verdict that an event holds.
fn read(event: &Event) -> Option<Verdict> {
    let text = |name: &str| event.property(name).and_then(Value::as_text);
    let priority = event.property("priority").and_then(Value::as_number);
    let call_back = event.property("call_back").and_then(|times| {
        let at = |name: &str| times.get(name).and_then(Value::as_text).and_then(time::parse);
        Some(CallBack {
            from: at("from")?,
            until: at("until")?,
        })
    });
    Some(Verdict {
        route: Route::named(text("route")?, call_back)?,
        skill: text("skill")?.to_owned(),
        priority: priority?.as_str().parse().ok()?,
        reason: Reason::named(text("reason")?)?,
        evidence: evidence::read(event),
    })
}
