//! What an event sets going, or wakes: a flow begins as a timer that is due when its first step is, at once where nothing is
//! to be waited for. So all that flows do is done in one place, where it is due.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    decide::rule::{
        Condition, Facts, Failed, Flow,
        course::{Ground, Next, Place},
    },
    domain::{
        event::{Event, token},
        identity::link::OWN_SOURCE,
        profile::{Profile, shortened},
        time::Timestamp,
    },
    engine::{
        combine::Combined,
        deciding::{facts::Known, health::RuleName, turn::Became},
        publish::Told,
        queries::query::Portrait,
        state::{atoms::Atoms as _, batch::Batch},
    },
    store::{
        AtomId, Error, ProfileId, Read as _, Run, SeenRecord, Task, TimerRecord, View as _, fingerprint, keys,
    },
};

impl Batch<'_> {
    /// What the events of the batch set going, and wake.
    pub(crate) fn arm(
        &mut self,
        told: &[Told<'_>],
        combined: &Combined,
        now: Timestamp,
    ) -> Result<(), Error> {
        let book = Arc::clone(&self.book);
        if book.flows().next().is_none() {
            return Ok(());
        }
        let oldest = now.saturating_sub(self.rules.decide.flow.event_age_max_us);
        let mut known = BTreeMap::new();
        for one in told {
            let Some(portrait) = combined.portraits.get(&one.profile) else {
                continue;
            };
            if book.is_awaited(&token(&one.event.name))
                && let Some(record) = self.overlay.profile(one.profile)?
            {
                let atoms: Vec<AtomId> = record.members.iter().chain(&record.attributed).copied().collect();
                self.wake(&atoms, now)?;
            }
            if !sets_going(one.event, oldest) {
                continue;
            }
            for flow in book.flows_on(one.event) {
                self.arm_one(flow, one.event, (portrait, &mut known), now)?;
            }
        }
        for (flow, event) in std::mem::take(&mut self.started) {
            let atom = self.graph().atom_of_event(&event.id)?;
            let profile = match atom {
                Some(atom) => self.overlay.atom(atom)?.and_then(|atom| atom.profile),
                None => None,
            };
            let portrait = profile.and_then(|profile| combined.portraits.get(&profile));
            if let (Some(flow), Some(portrait)) = (book.flow(&flow), portrait) {
                self.arm_one(flow, &event, (portrait, &mut known), now)?;
            }
        }
        Ok(())
    }

    /// Sets a flow going for an event, if it is for it and was not before. Where it cannot be said, the rule is skipped.
    fn arm_one<'p>(
        &mut self,
        flow: &Flow,
        event: &Event,
        (portrait, known): (&'p Portrait, &mut BTreeMap<ProfileId, Known<'p>>),
        now: Timestamp,
    ) -> Result<(), Error> {
        let asks: Vec<&Condition> = flow.asks_first().collect();
        // Nothing that is known of a customer changes while flows are set going.
        if !known.get(&portrait.id).is_some_and(|known| known.tells(&asks)) {
            known.insert(portrait.id, self.known_of(portrait, &asks, now)?);
        }
        let Some(known) = known.get(&portrait.id) else {
            return Ok(());
        };
        // What it waits for may have come before it, or with it.
        let since = match flow.begins_waiting() {
            true => self.heard(portrait.id, flow, event)?,
            false => Vec::new(),
        };
        match begun(flow, event, known, &since) {
            Ok(Some((matter, ..))) if was_done(&portrait.profile, flow, &matter, None, now) => Ok(()),
            Ok(Some(begun)) => self.put_up(flow, event, portrait, begun),
            Ok(None) => Ok(()),
            Err(failed) => {
                let rule = RuleName::Flow(flow.name.clone());
                self.health.failed(rule, &failed, now);
                Ok(())
            }
        }
    }

    fn put_up(
        &mut self,
        flow: &Flow,
        event: &Event,
        portrait: &Portrait,
        (matter, due, place): (String, Timestamp, Place),
    ) -> Result<(), Error> {
        let Some(atom) = self.graph().atom_of_event(&event.id)? else {
            return Ok(());
        };
        let id = self.keyring.timer(&flow.name, &matter, &atom.0);
        let is_under_way = match flow.restarts {
            true => {
                let Some(is_under_way) = self.begins_anew((flow, &matter), event, portrait.id)? else {
                    return Ok(());
                };
                is_under_way
            }
            false if self.overlay.get(&keys::timer(id))?.is_some() => return Ok(()),
            false => false,
        };
        if !is_under_way {
            self.turned(&flow.name, Became::Begun);
        }
        let run = Run {
            flow: flow.name.clone(),
            matter,
            step: u32::try_from(place.step).unwrap_or(u32::MAX),
            deadline: place.deadline,
            held: 0,
        };
        let timer = TimerRecord {
            due,
            event: self.keyring.event(&event.id),
            atom,
            task: Task::Run(run),
        };
        self.put_timer(id, &timer)
    }

    /// Stops what is under way of a flow and a matter, by whatever of the customer's it was set going; whether there was
    /// something. `None` where that was set going by something later: this begins nothing.
    fn begins_anew(
        &mut self,
        (flow, matter): (&Flow, &str),
        event: &Event,
        profile: ProfileId,
    ) -> Result<Option<bool>, Error> {
        let Some(record) = self.overlay.profile(profile)? else {
            return Ok(Some(false));
        };
        let mut under_way = Vec::new();
        for atom in record.members.iter().chain(&record.attributed) {
            let id = self.keyring.timer(&flow.name, matter, &atom.0);
            let Some(timer) = self.overlay.record::<TimerRecord>(&keys::timer(id))? else {
                continue;
            };
            let seen: Option<SeenRecord> = self.overlay.record(&keys::seen(timer.event))?;
            let since = seen.and_then(|seen| seen.place).map(|(_, time)| time);
            if since.is_some_and(|since| since > event.time) {
                return Ok(None);
            }
            under_way.push(id);
        }
        for id in &under_way {
            self.stop_timer(*id)?;
        }
        Ok(Some(!under_way.is_empty()))
    }
}

/// Whether an event may set anything going.
fn sets_going(event: &Event, oldest: Timestamp) -> bool {
    event.time >= oldest && !event.is_imported() && event.id.source != OWN_SOURCE
}

/// What a flow is about that an event sets going, when it goes on and where; `None` where it does not.
fn begun(
    flow: &Flow,
    event: &Event,
    known: &Known<'_>,
    since: &[Event],
) -> Result<Option<(String, Timestamp, Place)>, Failed> {
    let facts = Facts {
        event: Some(event),
        ..known.facts()
    };
    // Whoever starts it by hand has judged that.
    let is_by_hand = event.id.source == OWN_SOURCE;
    if let Some(when) = flow.when.as_ref().filter(|_| !is_by_hand)
        && !when.holds(&facts)?.holds
    {
        return Ok(None);
    }
    let matter = match &flow.matter {
        Some(matter) => matter.value(&facts)?.text_or_number().map(shortened),
        None => Some(String::new()),
    };
    let matter = matter.ok_or_else(|| Failed {
        problem: "the matter: expected a text or a number".to_owned(),
    })?;
    let place = Place {
        step: 0,
        deadline: None,
        from: event.time,
    };
    let facts = Facts {
        matter: &matter,
        ..facts
    };
    // What may end it is looked for when it is due.
    let ground = Ground { facts, since };
    let next = flow.next(place, &ground)?;
    let now = ground.facts.now;
    Ok(match next {
        Next::Act { step, .. } => Some((matter, now, Place { step, ..place })),
        Next::Wait { until, place } => Some((matter, until, place)),
        Next::End(_) => None,
    })
}

/// Whether a flow did something for a customer and a matter, in another run than this one.
pub(super) fn was_done(
    profile: &Profile,
    flow: &Flow,
    matter: &str,
    run: Option<&str>,
    now: Timestamp,
) -> bool {
    let last = profile.whole.runs.last(&flow.name, matter);
    let is_over = |at: Timestamp| flow.again_us.is_some_and(|again| at.saturating_add(again) <= now);
    last.is_some_and(|last| Some(last.value.as_str()) != run && !is_over(last.stamp.time))
}

/// What a run is known by: of the event that set it going, the same under any secret, and nothing that tells of it.
pub(super) fn run_of(event: &Event) -> String {
    data_encoding::HEXLOWER.encode(&fingerprint::tie(&event.stamp()))
}
