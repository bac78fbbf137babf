//! What is counted of a batch once it is visible.

use std::time::{Duration, Instant};

use crate::{
    domain::time::Timestamp,
    engine::{
        api::{Outcome, Submission},
        bounds::Bounds,
        deciding::Figures,
        step::Stepped,
        writer::input::Input,
    },
    store::ProfileId,
    telemetry::{EngineMetrics, EventOutcome},
    wire::Reason,
};

/// The figures of one step, kept until its commit is visible.
#[derive(Debug)]
pub(crate) struct Counted {
    begun: Instant,
    items: Vec<Item>,
    bounds: Bounds,
    /// The profiles that its commit makes (true) or ends.
    pub(crate) profiles: Vec<(ProfileId, bool)>,
    decided: Figures,
    /// Why runs of flows ended.
    ended: Vec<&'static str>,
    /// Bytes of its commit, if there is one.
    commit_bytes: Option<usize>,
}

#[derive(Debug)]
enum Item {
    Refused(&'static str),
    /// Taken in at this instant, and what it did to identity.
    Accepted(Timestamp, &'static str),
    Known(EventOutcome),
}

impl Counted {
    /// Of a commit that is of no step.
    pub(crate) fn nothing() -> Self {
        Self {
            begun: Instant::now(),
            items: Vec::new(),
            bounds: Bounds::default(),
            profiles: Vec::new(),
            decided: Figures::default(),
            ended: Vec::new(),
            commit_bytes: None,
        }
    }

    /// The figures of a step that began at `begun`.
    pub(crate) fn of(input: &Input, stepped: &Stepped, begun: Instant) -> Self {
        let items = input.submissions.iter().zip(&stepped.outcomes);
        let commit_bytes = stepped.commit.as_ref().map(|commit| {
            let messages = commit.messages.iter().map(|message| message.body.len());
            let values = commit
                .changes
                .iter()
                .filter_map(|change| change.value.as_ref())
                .map(Vec::len);
            messages.chain(values).sum()
        });
        Self {
            begun,
            items: items
                .map(|(submission, outcome)| Item::of(submission, *outcome))
                .collect(),
            bounds: stepped.bounds.clone(),
            profiles: stepped.profiles.clone(),
            decided: stepped.decided,
            ended: stepped
                .turns
                .iter()
                .filter_map(|turn| turn.became.why())
                .collect(),
            commit_bytes,
        }
    }

    /// Counts, now that all of it is visible.
    pub(crate) fn count(&self, metrics: &EngineMetrics, visible: Timestamp) {
        for item in &self.items {
            match item {
                Item::Refused(code) => {
                    metrics.event(EventOutcome::Refused);
                    metrics.rejection(code);
                }
                Item::Accepted(received, resolution) => {
                    let took = visible.micros_since(*received).max(0).unsigned_abs();
                    metrics.event(EventOutcome::Accepted);
                    metrics.resolution(resolution);
                    metrics.visible_after(Duration::from_micros(took));
                }
                Item::Known(outcome) => metrics.event(*outcome),
            }
        }
        for (bound, times) in self.bounds.iter() {
            metrics.bound(bound, times);
        }
        self.decided.count(metrics.decided());
        for why in &self.ended {
            metrics.decided().run_ended(why);
        }
        if let Some(bytes) = self.commit_bytes {
            let count = |items: usize| u32::try_from(items).unwrap_or(u32::MAX);
            metrics.commit(count(self.items.len()), count(bytes), self.begun.elapsed());
        }
    }
}

impl Item {
    fn of(submission: &Submission, outcome: Outcome) -> Self {
        match (submission, outcome) {
            (Submission::Refused(rejection), _) => Self::Refused(rejection.reason.code()),
            (Submission::Event(event) | Submission::Read(event, _), Outcome::Accepted(resolution)) => {
                Self::Accepted(event.received, resolution.as_str())
            }
            (Submission::Event(event) | Submission::Read(event, _), Outcome::Noted) => {
                Self::Accepted(event.received, "noted")
            }
            (Submission::Event(event) | Submission::Read(event, _), Outcome::Routed) => {
                Self::Accepted(event.received, "routed")
            }
            (_, Outcome::Erased) => Self::Refused(Reason::Erased.code()),
            (_, Outcome::Conflicting) => Self::Known(EventOutcome::Conflicting),
            _ => Self::Known(EventOutcome::Duplicate),
        }
    }
}
