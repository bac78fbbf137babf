//! What is due is carried out. A flow is judged then, by what happened meanwhile and by whoever the event that set it going
//! is of by then: so nothing has to be moved where persons merge or part, and what came late counts.

use std::sync::Arc;

use crate::{
    decide::{
        contact::{Awaited, Fate},
        rule::{
            Condition, Facts, Flow,
            course::{End, Ground, Next, Place},
        },
    },
    domain::{event::Event, profile::Profile, time::Timestamp},
    engine::{
        deciding::{
            act::{Doing, Done},
            arm::{run_of, was_done},
            health::RuleName,
            turn::Became,
        },
        state::{atoms::Atoms as _, batch::Batch},
    },
    store::{
        Error, EventHash, ProfileId, ProfileRecord, Read, Run, SeenRecord, Task, TimerHash, TimerRecord, keys,
    },
};

/// How often a message is held back before it is given up.
const HELD_MAX: u32 = 30;

/// How much of what is due one step takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Firing {
    /// Timers.
    pub(crate) timers: usize,
    /// Profiles whose segments time alone may change.
    pub(crate) profiles: usize,
}

/// A run whose time has come.
struct Due {
    id: TimerHash,
    timer: TimerRecord,
    run: Run,
    event: Event,
    profile: ProfileId,
    record: Arc<ProfileRecord>,
}

impl Batch<'_> {
    /// Carries out what is due, so much of it; where it is passed over it is only taken away.
    pub(crate) fn fire(&mut self, firing: Firing, passes_over: bool, now: Timestamp) -> Result<(), Error> {
        for (due, id) in self.due_timers(now, firing.timers)? {
            let stopped = self.stop_timer(id)?;
            // Whatever stands there stands there no longer: else the writer would come back to it for ever.
            self.overlay.delete(keys::due(due, id));
            let Some(timer) = stopped.filter(|_| !passes_over) else {
                continue;
            };
            let Some((event, profile)) = self.whose(timer.event)? else {
                continue;
            };
            match timer.task.clone() {
                Task::Run(run) => {
                    let Some(record) = self.overlay.profile(profile)? else {
                        continue;
                    };
                    self.go_on(
                        Due {
                            id,
                            timer,
                            run,
                            event,
                            profile,
                            record,
                        },
                        now,
                    )?;
                }
                Task::Answer { matter, way, since } => {
                    let awaited = Awaited {
                        matter: &matter,
                        way: &way,
                        since,
                        until: timer.due,
                    };
                    let contacts = self.profile_now(profile)?.whole.contacts;
                    if awaited.fate(&contacts, now) == Fate::Unanswered {
                        self.unanswered(&event, profile, now)?;
                    }
                }
            }
        }
        for (due, id) in self.due_profiles(now, firing.profiles)? {
            // Who is not there any more, or not under this time, is not asked again and again.
            self.overlay.delete(keys::aging(due, id));
            if !passes_over {
                self.touched.aged.insert(id);
            }
        }
        Ok(())
    }

    /// The event that a timer goes with, and who it is of now; `None` where it is gone.
    fn whose(&self, event: EventHash) -> Result<Option<(Event, ProfileId)>, Error> {
        let seen: Option<SeenRecord> = self.overlay.record(&keys::seen(event))?;
        let Some((atom, time)) = seen.and_then(|seen| seen.place) else {
            return Ok(None);
        };
        let recorded: Option<Event> = self.overlay.record(&keys::event(atom, time, event))?;
        let profile = self.overlay.atom(atom)?.and_then(|atom| atom.profile);
        Ok(recorded.zip(profile))
    }

    /// Goes on with a run as far as it goes now.
    fn go_on(&mut self, due: Due, now: Timestamp) -> Result<(), Error> {
        let book = Arc::clone(&self.book);
        let Some(flow) = book.flow(&due.run.flow) else {
            self.turned(&due.run.flow, Became::FlowGone);
            return Ok(());
        };
        let run = run_of(&due.event);
        let mut place = Place {
            step: usize::try_from(due.run.step).unwrap_or(usize::MAX),
            deadline: due.run.deadline,
            from: now,
        };
        let since = self.heard_since(&due.record, flow, &due.event)?;
        // Each act changes what is known of the customer, and is behind them then: it ends.
        let became = loop {
            let profile = self.profile_now(due.profile)?;
            if was_done(&profile, flow, &due.run.matter, Some(&run), now) {
                return Ok(());
            }
            let next = self.next((flow, place), &due, (&profile, &since), now)?;
            match next {
                None => break Became::GivenUp,
                Some(Next::End(end)) => break Became::Ended(end),
                Some(Next::Wait { until, place }) => return self.wait(due, until, place, 0),
                Some(Next::Act { act, step }) => {
                    let doing = Doing {
                        flow,
                        act,
                        step,
                        event: &due.event,
                        run: &run,
                        matter: &due.run.matter,
                        profile: due.profile,
                        held: due.run.held,
                        treated: self.is_treated(flow, due.profile, &profile),
                    };
                    place = Place {
                        step: step.saturating_add(1),
                        deadline: None,
                        from: now,
                    };
                    match self.act(&doing, &profile, now)? {
                        Done::Decided if place.step >= flow.steps.len() => break Became::Ended(End::Done),
                        Done::Decided => {}
                        Done::Held(until) if due.run.held < HELD_MAX => {
                            let held = due.run.held.saturating_add(1);
                            return self.wait(due, until, Place { step, ..place }, held);
                        }
                        Done::Held(_) | Done::Impossible => break Became::GivenUp,
                    }
                }
            }
        };
        self.turned(&flow.name, became);
        Ok(())
    }

    /// What is next in a run; `None` where the rule cannot say.
    fn next<'f>(
        &self,
        (flow, place): (&'f Flow, Place),
        due: &Due,
        (profile, since): (&Profile, &[Event]),
        now: Timestamp,
    ) -> Result<Option<Next<'f>>, Error> {
        let asks: Vec<&Condition> = flow.asks().collect();
        let known = self.known(due.profile, profile, &asks, now)?;
        let facts = Facts {
            event: Some(&due.event),
            matter: &due.run.matter,
            ..known.facts()
        };
        Ok(match flow.next(place, &Ground { facts, since }) {
            Ok(next) => Some(next),
            Err(failed) => {
                let rule = RuleName::Flow(flow.name.clone());
                self.health.failed(rule, &failed, now);
                None
            }
        })
    }

    fn wait(&mut self, due: Due, until: Timestamp, place: Place, held: u32) -> Result<(), Error> {
        let run = Run {
            step: u32::try_from(place.step).unwrap_or(u32::MAX),
            deadline: place.deadline,
            held,
            ..due.run
        };
        let timer = TimerRecord {
            due: until,
            task: Task::Run(run),
            ..due.timer
        };
        self.put_timer(due.id, &timer)
    }
}
