//! The worker: the one thread that writes. It takes what waits, steps, appends to the journal, applies to the store and
//! only then answers.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    domain::time::Timestamp,
    engine::{
        api::{Answer, CommandError, Outcome, Receipt, Submission},
        batch::Rules,
        error::Error,
        handle::{Health, HealthCell, Job},
        step::{Ground, Input, Standing, Stepped, step},
    },
    journal::{Commit, Journal, Position},
    store::{Applied, Keyring, Store},
    telemetry::{EngineMetrics, EventOutcome},
};

/// What the worker goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerConfig {
    /// Events that go into one commit, about.
    pub batch_events_max: usize,
    /// How often the store is flushed; the journal holds what was applied since.
    pub flush_interval: Duration,
}

/// The writer's own state.
pub(crate) struct Worker {
    pub(crate) store: Store,
    pub(crate) journal: Box<dyn Journal>,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) rules: Arc<Rules>,
    pub(crate) standing: Standing,
    pub(crate) jobs: mpsc::Receiver<Job>,
    pub(crate) applied: watch::Sender<Position>,
    pub(crate) health: Arc<HealthCell>,
    pub(crate) metrics: EngineMetrics,
    pub(crate) config: WorkerConfig,
    pub(crate) clock: fn() -> Timestamp,
}

/// Who waits for a batch.
#[derive(Default)]
struct Waiting {
    submissions: Vec<(usize, oneshot::Sender<Receipt>)>,
    commands: Vec<oneshot::Sender<(Result<Answer, CommandError>, Position)>>,
}

/// What became of a batch.
struct Done {
    outcomes: Vec<Outcome>,
    answers: Vec<Result<Answer, CommandError>>,
}

impl Worker {
    /// Runs until it is told to stop, or until a write fails.
    ///
    /// # Errors
    /// What failed. Whoever waits is told that the writer stopped.
    pub(crate) fn run(mut self) -> Result<(), Error> {
        let result = self.work();
        match &result {
            Ok(()) => self.health.set(Health::Draining),
            Err(error) => {
                self.health.set(Health::Failed);
                tracing::error!(error = %chain(error), "writer stopped");
            }
        }
        result
    }

    fn work(&mut self) -> Result<(), Error> {
        let mut flushed = Instant::now();
        let mut going = true;
        while going {
            let Some(job) = self.jobs.blocking_recv() else {
                break;
            };
            self.metrics.queue_popped();
            let (mut input, mut waiting) = (Input::default(), Waiting::default());
            going = admit(job, &mut input, &mut waiting);
            while going && input.submissions.len() < self.config.batch_events_max {
                let Ok(job) = self.jobs.try_recv() else { break };
                self.metrics.queue_popped();
                going = admit(job, &mut input, &mut waiting);
            }
            self.batch(input, waiting)?;
            // Met by a reader: what it asked for is there again after the next start, which builds the store anew.
            if self.store.is_damaged() {
                return Err(Error::Damaged);
            }
            if flushed.elapsed() >= self.config.flush_interval {
                self.store.flush()?;
                flushed = Instant::now();
            }
        }
        self.store.flush()?;
        Ok(())
    }

    /// One batch: durable first, then visible, then answered.
    fn batch(&mut self, input: Input, waiting: Waiting) -> Result<(), Error> {
        let (events, commands) = (input.submissions.len(), input.commands.len());
        let span = tracing::debug_span!("batch", batch.events = events, batch.commands = commands);
        let _entered = span.enter();
        let done = self.take(input)?;
        answer(waiting, done, *self.applied.borrow());
        Ok(())
    }

    /// Commits a batch, in parts if it holds more than a commit may. An item that does not fit by itself is refused like
    /// any bad input: it must not stop the others.
    fn take(&mut self, mut input: Input) -> Result<Done, Error> {
        match self.attempt(&input) {
            Err(error) if error.is_too_large() && input.len() > 1 => {
                let rest = input.split_off_half();
                let mut done = self.take(input)?;
                let more = self.take(rest)?;
                done.outcomes.extend(more.outcomes);
                done.answers.extend(more.answers);
                Ok(done)
            }
            Err(error) if error.is_too_large() && input.refuse_event() => self.attempt(&input),
            Err(error) if error.is_too_large() && !input.commands.is_empty() => Ok(Done {
                outcomes: Vec::new(),
                answers: vec![Err(CommandError::TooLarge)],
            }),
            done => done,
        }
    }

    fn attempt(&mut self, input: &Input) -> Result<Done, Error> {
        let begun = Instant::now();
        let now = (self.clock)();
        let ground = Ground {
            store: &self.store,
            keyring: &self.keyring,
            rules: &self.rules,
        };
        let stepped = step(ground, self.standing, input, now)?;
        if let Some(commit) = &stepped.commit {
            let position = self.commit(commit)?;
            self.applied.send_replace(position);
        }
        self.standing = stepped.standing;
        self.observe(input, &stepped, begun);
        Ok(Done {
            outcomes: stepped.outcomes,
            answers: stepped.answers,
        })
    }

    /// ORDER: the journal is synced before the store changes, so that the store is never ahead of it.
    fn commit(&mut self, commit: &Commit) -> Result<Position, Error> {
        let position = self.journal.append(commit)?;
        let applied = Applied {
            position: position.0,
            batch: commit.marker.batch,
            fingerprint: commit.marker.fingerprint,
        };
        let changes = commit
            .changes
            .iter()
            .map(|change| (change.key.as_slice(), change.value.as_deref()));
        self.store.apply(applied, changes)?;
        Ok(position)
    }

    fn observe(&self, input: &Input, stepped: &Stepped, begun: Instant) {
        let visible = (self.clock)();
        for (submission, outcome) in input.submissions.iter().zip(&stepped.outcomes) {
            self.metrics.event(match outcome {
                Outcome::Accepted(_) => EventOutcome::Accepted,
                Outcome::Duplicate => EventOutcome::Duplicate,
                Outcome::Conflicting => EventOutcome::Conflicting,
                Outcome::Refused => EventOutcome::Refused,
            });
            match (submission, outcome) {
                (Submission::Event(event), Outcome::Accepted(resolution)) => {
                    let took = visible.micros_since(event.received).max(0).unsigned_abs();
                    self.metrics.resolution(resolution.as_str());
                    self.metrics.visible_after(Duration::from_micros(took));
                }
                (Submission::Event(_), _) => {}
                (Submission::Refused(rejection), _) => self.metrics.rejection(rejection.reason.code()),
            }
        }
        if let Some(commit) = &stepped.commit {
            let count = |items: usize| u32::try_from(items).unwrap_or(u32::MAX);
            let messages = commit
                .messages
                .iter()
                .map(|message| message.body.len())
                .sum::<usize>();
            let values = commit.changes.iter().filter_map(|change| change.value.as_ref());
            let bytes = messages.saturating_add(values.map(Vec::len).sum());
            self.metrics
                .commit(count(input.submissions.len()), count(bytes), begun.elapsed());
            self.metrics.applied(self.applied.borrow().0);
        }
    }
}

/// Takes a job into the batch; whether to go on.
fn admit(job: Job, input: &mut Input, waiting: &mut Waiting) -> bool {
    match job {
        Job::Submit { items, reply } => {
            waiting.submissions.push((items.len(), reply));
            input.submissions.extend(items);
            true
        }
        Job::Command { ordered, reply } => {
            waiting.commands.push(reply);
            input.commands.push(*ordered);
            true
        }
        Job::Stop => false,
    }
}

/// A caller that no longer waits has left; its items are committed all the same.
fn answer(waiting: Waiting, done: Done, position: Position) {
    let mut outcomes = done.outcomes.into_iter();
    for (count, reply) in waiting.submissions {
        let outcomes = outcomes.by_ref().take(count).collect();
        reply.send(Receipt { position, outcomes }).ok();
    }
    for (answer, reply) in done.answers.into_iter().zip(waiting.commands) {
        reply.send((answer, position)).ok();
    }
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
