//! What a flow does: it is decided about, written down as an event of our own about the customer, and published for whoever
//! carries it out.

mod assign;
mod with;

use std::collections::BTreeMap;

use crate::{
    decide::{
        contact::{Ask, Evidence, Outcome as Decision, Verdict, decide},
        rule::{Act, Flow},
    },
    domain::{
        event::{Event, EventId},
        profile::Profile,
        time::Timestamp,
        value::Value,
    },
    engine::{
        api::Decided,
        commands::{contact::written, own_event},
        deciding::{act::with::saying, health::RuleName},
        identity::place::Placed,
        state::batch::Batch,
    },
    store::{AtomId, Error, ProfileId, Task, TimerHash, TimerRecord},
};

/// What is about to be done.
pub(super) struct Doing<'a> {
    pub(super) flow: &'a Flow,
    pub(super) act: &'a Act,
    /// Which step of the flow it is.
    pub(super) step: usize,
    /// What set the flow going.
    pub(super) event: &'a Event,
    /// What the run is known by.
    pub(super) run: &'a str,
    pub(super) matter: &'a str,
    pub(super) profile: ProfileId,
    /// How often it was held back.
    pub(super) held: u32,
    /// Whether it is carried out, of a flow of which the effect is told.
    pub(super) treated: Option<bool>,
}

/// An event of our own that is to be written.
pub(super) struct Written {
    name: &'static str,
    /// Which of several of one step.
    part: &'static str,
    expires: Option<Timestamp>,
    properties: BTreeMap<String, Value>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// It was decided: the flow goes on.
    Decided,
    /// It is held back until then.
    Held(Timestamp),
    /// Nothing reaches the customer, or the rule cannot be evaluated.
    Impossible,
}

/// An action that is to be published.
#[derive(Clone)]
pub(crate) struct Acted {
    /// The event that says it.
    pub(crate) id: EventId,
    /// The atom that this is in.
    pub(crate) atom: AtomId,
    pub(crate) kind: Kind,
    pub(crate) channel: String,
    /// The message, or what the channel is to do.
    pub(crate) name: String,
    pub(crate) flow: Option<String>,
    /// By this whoever carries it out says what became of it.
    pub(crate) matter: String,
    pub(crate) with: BTreeMap<String, Value>,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) decided_at: Timestamp,
    pub(crate) answer_by: Option<Timestamp>,
    pub(crate) trace: Option<String>,
}

/// What kind of action it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// To send a message.
    Send {
        purpose: String,
        team: Option<String>,
        priority: u8,
    },
    /// To do something else.
    Ask,
    /// To see to a matter.
    Assign { team: String },
}

/// What it is about may name a customer.
impl std::fmt::Debug for Acted {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Acted({} {})", self.channel, self.name)
    }
}

impl Batch<'_> {
    /// Does it for the customer whom `profile` describes.
    pub(super) fn act(
        &mut self,
        doing: &Doing<'_>,
        profile: &Profile,
        now: Timestamp,
    ) -> Result<Done, Error> {
        if doing.treated == Some(false) {
            return self.hold_out(doing, now);
        }
        let with = match self.with(doing, profile, now)? {
            Ok(with) => with,
            Err(failed) => {
                let rule = RuleName::Flow(doing.flow.name.clone());
                self.health.failed(rule, &failed, now);
                return Ok(Done::Impossible);
            }
        };
        match doing.act {
            Act::Send {
                channel,
                purpose,
                template,
                team,
                priority,
                ..
            } => {
                let ask = Ask {
                    way: channel.clone(),
                    purpose: purpose.clone(),
                    template: Some(template.clone()),
                    team: team.clone(),
                    priority: *priority,
                    matter: Some(doing.message()),
                    saying: saying(&with.values, with.expires),
                };
                self.send(doing, (profile, &ask), with.values, now)
            }
            Act::Ask { .. } => self.have_done(doing, Kind::Ask, with, now),
            Act::Assign { team, within_us, .. } => self.assign(doing, (team, *within_us), with, now),
        }
    }

    /// Asks the contact policy, writes down what it says, and has the message sent where it lets it through.
    fn send(
        &mut self,
        doing: &Doing<'_>,
        (profile, ask): (&Profile, &Ask),
        with: BTreeMap<String, Value>,
        now: Timestamp,
    ) -> Result<Done, Error> {
        let verdict = decide(&self.rules.decide.contact, profile, ask, now);
        let contradictions = self.contradicted(profile, ask, now)?;
        let decided = Decided {
            profile: Some(doing.profile),
            matter: doing.message(),
            verdict,
            contradictions,
        };
        let mut properties = written(ask, &decided);
        properties.extend(doing.named());
        properties.extend((!with.is_empty()).then(|| ("with".to_owned(), Value::Map(with.clone()))));
        let said = Written {
            name: "Contact Decided",
            part: "",
            expires: ask.saying.expires,
            properties,
        };
        let Some((event, atom)) = self.write(doing, said, now)? else {
            return Ok(Done::Impossible);
        };
        let Verdict { outcome, until, .. } = decided.verdict;
        if outcome == Decision::Hold {
            // One that is held says until when.
            return Ok(until.map_or(Done::Impossible, Done::Held));
        }
        if outcome == Decision::Allow {
            let kind = Kind::Send {
                purpose: ask.purpose.clone(),
                team: ask.team.clone(),
                priority: ask.priority,
            };
            let answer_by = self.await_answer(&event, atom, ask, now)?;
            self.acts.push(Acted {
                answer_by,
                ..doing.acted((event.id, atom), kind, with, now)
            });
        }
        Ok(Done::Decided)
    }

    /// Has it looked, in time, whether somebody said what became of a message.
    fn await_answer(
        &mut self,
        event: &Event,
        atom: AtomId,
        ask: &Ask,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        let within = self.rules.decide.flow.answer_within_us;
        if within == 0 {
            return Ok(None);
        }
        let due = now.saturating_add(within);
        let hash = self.keyring.event(&event.id);
        let task = Task::Answer {
            matter: ask.matter.clone().unwrap_or_default(),
            way: ask.way.clone(),
            since: now,
        };
        let id = self.keyring.timer("answer", "", &hash.0);
        let event = hash;
        self.put_timer(
            id,
            &TimerRecord {
                due,
                event,
                atom,
                task,
            },
        )?;
        Ok(Some(due))
    }

    /// Writes down that nobody said what became of a message that was to be sent.
    pub(super) fn unanswered(
        &mut self,
        decided: &Event,
        profile: ProfileId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Ok((_, identifiers)) = self.reach_with(profile, &decided.id, now)? else {
            return Ok(());
        };
        let mut event = own_event(&format!("{}-unanswered", decided.id.id), "Action Unanswered", now);
        event.identifiers = identifiers;
        let told = ["channel", "purpose", "template", "team", "matter", "flow"];
        event.properties = decided
            .properties
            .iter()
            .filter(|(name, _)| told.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        self.place(&event)?;
        self.touched.causes.insert(event.id);
        self.touched.decides = true;
        Ok(())
    }

    /// Writes an event of our own about the customer: the event, and the atom that it is in. `None` where nothing reaches
    /// them.
    fn write(
        &mut self,
        doing: &Doing<'_>,
        written: Written,
        now: Timestamp,
    ) -> Result<Option<(Event, AtomId)>, Error> {
        let Ok((_, identifiers)) = self.reach_with(doing.profile, &doing.event.id, now)? else {
            return Ok(None);
        };
        let id = self.id_of(doing, written.part);
        let mut event = own_event(&id.to_string(), written.name, now);
        event.identifiers = identifiers;
        event.properties = written.properties;
        event.expires = written.expires;
        event.trace.clone_from(&doing.event.trace);
        let Placed::In(atom) = self.place(&event)? else {
            return Ok(None);
        };
        self.contacted.entry(doing.profile).or_default().insert(atom);
        self.touched.causes.insert(event.id.clone());
        self.touched.decides = true;
        Ok(Some((event, atom)))
    }

    /// What an event of our own is known by that says what was done.
    fn id_of(&self, doing: &Doing<'_>, part: &str) -> TimerHash {
        let about = format!("{} {} {}{part}", doing.step, doing.held, doing.matter);
        let hash = self.keyring.event(&doing.event.id);
        self.keyring.timer(&doing.flow.name, &about, &hash.0)
    }
}

impl Doing<'_> {
    /// What a message of the flow is about: the same is said once.
    fn message(&self) -> String {
        format!("{}/{}/{}", self.flow.name, self.act.name(), self.matter)
    }

    /// Which run of which flow an event of our own is of.
    fn named(&self) -> BTreeMap<String, Value> {
        let trial = self.treated.map(|treated| match treated {
            true => "treated",
            false => "held_out",
        });
        texts([
            ("trial", trial),
            ("flow", Some(self.flow.name.as_str())),
            ("run", Some(self.run)),
            ("about", Some(self.matter)),
        ])
    }

    fn acted(
        &self,
        (id, atom): (EventId, AtomId),
        kind: Kind,
        with: BTreeMap<String, Value>,
        now: Timestamp,
    ) -> Acted {
        Acted {
            id,
            atom,
            kind,
            channel: self.act.channel().to_owned(),
            name: self.act.name().to_owned(),
            flow: Some(self.flow.name.clone()),
            matter: self.message(),
            with,
            evidence: vec![Evidence::event(&self.event.stamp())],
            decided_at: now,
            answer_by: None,
            trace: self.event.trace.clone(),
        }
    }
}

fn texts<const N: usize>(members: [(&str, Option<&str>); N]) -> BTreeMap<String, Value> {
    let said = members
        .into_iter()
        .filter_map(|(name, text)| Some((name.to_owned(), Value::Text(text?.to_owned()))));
    said.collect()
}
