//! The course of a flow: from a step and the facts to what is next.

use crate::{
    decide::rule::{
        condition::{Condition, Failed},
        facts::Facts,
        flow::{Act, Flow, Signal, Step},
    },
    domain::{
        event::{Event, token},
        time::Timestamp,
    },
};

/// Where a flow stands for a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The step that is next.
    pub step: usize,
    /// Until when that waits for something to happen, where it does already.
    pub deadline: Option<Timestamp>,
    /// When what was before it was over: waiting is counted from here.
    pub from: Timestamp,
}

/// What a flow looks at.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The customer, the event that set the flow going, and the time.
    pub facts: Facts<'a>,
    /// What happened since that event, the earliest first: all that a signal of the flow may mean.
    pub since: &'a [Event],
}

/// What is next.
#[derive(Clone, Copy, Debug)]
pub enum Next<'f> {
    /// To do this, which is the step `step`; then to go on behind it.
    Act {
        /// What.
        act: &'f Act,
        /// Which step it is.
        step: usize,
    },
    /// To wait until then, or until something happens where the place has a deadline.
    Wait {
        /// Until when.
        until: Timestamp,
        /// Where the flow goes on.
        place: Place,
    },
    /// Nothing: why.
    End(End),
}

/// Why a flow ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// All of it was done.
    Done,
    /// Something happened that ends it.
    Happened,
    /// Something did not happen in time.
    NotInTime,
    /// A condition did not hold.
    Unmet,
    /// The time before which something was to be done had passed, or was never said.
    Passed,
}

impl End {
    /// The name in answers and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Happened => "happened",
            Self::NotInTime => "not_in_time",
            Self::Unmet => "unmet",
            Self::Passed => "passed",
        }
    }
}

impl Step {
    /// What it asks of the customer by itself.
    const fn asks(&self) -> Option<&Condition> {
        match self {
            Self::Check(condition) | Self::Until { at: condition, .. } => Some(condition),
            Self::Wait(_) | Self::For { .. } | Self::Act(_) => None,
        }
    }
}

impl Flow {
    /// Whether anything that happens may mean something to it after it was set going.
    pub fn listens(&self) -> bool {
        let waits = |step: &Step| matches!(step, Step::For { .. });
        !self.unless.is_empty() || self.steps.iter().any(waits)
    }

    /// All that it asks to find what is next, wherever it stands. What is done asks for itself.
    pub fn asks(&self) -> impl Iterator<Item = &Condition> {
        let waits = self.steps.iter().flat_map(|step| match step {
            Step::For { signals, .. } => signals.as_slice(),
            _ => &[],
        });
        let signals = self.unless.iter().chain(waits);
        let signals = signals.filter_map(|signal| signal.when.as_ref());
        self.steps.iter().filter_map(Step::asks).chain(signals)
    }

    /// All that it asks when an event may set it going, before which nothing that happens is listened to.
    pub fn asks_first(&self) -> impl Iterator<Item = &Condition> {
        let begins = self.steps.iter().take_while(|step| !matches!(step, Step::Act(_)));
        let begins = begins.filter_map(Step::asks);
        self.when.iter().chain(&self.matter).chain(begins)
    }

    /// Whether it begins by waiting for something to happen.
    pub fn begins_waiting(&self) -> bool {
        let mut begins = self.steps.iter().take_while(|step| !matches!(step, Step::Act(_)));
        begins.any(|step| matches!(step, Step::For { .. }))
    }

    /// Whether an event of this type, as a token, may mean something to it after it was set going.
    pub fn listens_to(&self, token: &str) -> bool {
        let waits = self.steps.iter().flat_map(|step| match step {
            Step::For { signals, .. } => signals.as_slice(),
            _ => &[],
        });
        self.unless.iter().chain(waits).any(|signal| signal.on == token)
    }

    /// What is next at a place.
    ///
    /// # Errors
    /// [`Failed`] where a condition cannot be evaluated.
    pub fn next(&self, mut place: Place, ground: &Ground<'_>) -> Result<Next<'_>, Failed> {
        if happened(&self.unless, ground, (Timestamp::MIN, Timestamp::MAX))?.is_some() {
            return Ok(Next::End(End::Happened));
        }
        let now = ground.facts.now;
        while let Some(step) = self.steps.get(place.step) {
            let behind = place.step.saturating_add(1);
            let until = match step {
                Step::Act(act) => {
                    let step = place.step;
                    return Ok(Next::Act { act, step });
                }
                Step::Check(condition) => match condition.holds(&ground.facts)?.holds {
                    true => place.from,
                    false => return Ok(Next::End(End::Unmet)),
                },
                Step::Wait(micros) => place.from.saturating_add(*micros),
                Step::Until { at, before_us } => match at.time(&ground.facts)? {
                    Some(at) if at > now => at.saturating_sub(*before_us),
                    _ => return Ok(Next::End(End::Passed)),
                },
                Step::For {
                    signals,
                    within_us,
                    unless,
                } => {
                    let deadline = place
                        .deadline
                        .unwrap_or_else(|| place.from.saturating_add(*within_us));
                    // What happened before it waited, or after it was to, is not what it waits for.
                    let waiting = (deadline.saturating_sub(*within_us), deadline);
                    match (happened(signals, ground, waiting)?, *unless) {
                        (Some(_), true) => return Ok(Next::End(End::Happened)),
                        (Some(at), false) => at,
                        (None, _) if now < deadline => {
                            let place = Place {
                                deadline: Some(deadline),
                                ..place
                            };
                            let until = deadline;
                            return Ok(Next::Wait { until, place });
                        }
                        (None, true) => deadline,
                        (None, false) => return Ok(Next::End(End::NotInTime)),
                    }
                }
            };
            place = Place {
                step: behind,
                deadline: None,
                from: until.max(place.from),
            };
            if until > now {
                return Ok(Next::Wait { until, place });
            }
        }
        Ok(Next::End(End::Done))
    }
}

/// When the first of the signals came that is meant, between two times.
fn happened(
    signals: &[Signal],
    ground: &Ground<'_>,
    (from, until): (Timestamp, Timestamp),
) -> Result<Option<Timestamp>, Failed> {
    if signals.is_empty() {
        return Ok(None);
    }
    for event in ground
        .since
        .iter()
        .filter(|event| event.time >= from && event.time <= until)
    {
        let token = token(&event.name);
        for signal in signals.iter().filter(|signal| signal.on == token) {
            let facts = Facts {
                then: Some(event),
                ..ground.facts
            };
            let is_meant = match &signal.when {
                Some(when) => when.holds(&facts)?.holds,
                None => true,
            };
            if is_meant {
                return Ok(Some(event.time));
            }
        }
    }
    Ok(None)
}
