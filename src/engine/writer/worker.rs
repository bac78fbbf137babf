//! The worker: the one thread that writes. It takes what waits, steps, appends to the journal, applies to the store and
//! only then answers. While the journal is busy with one commit, the next is stepped on top of it.

use std::{
    sync::{Arc, mpsc as blocking},
    time::{Duration, Instant},
};

use tokio::sync::{mpsc, watch};

use crate::{
    domain::time::Timestamp,
    engine::{
        deciding::{RuleHealth, ToDecide},
        erasing::{
            ledger::{self, Ledger},
            withdrawn::Remembered,
        },
        error::{Error, chain},
        folder::recover,
        identity::memory::Memory,
        parting::Part,
        resolver,
        state::{batch::Rules, known::Known},
        step::{Standing, step},
        writer::{
            counted::Counted,
            ending::refuse_the_rest,
            handle::{Health, HealthCell, Job},
            input::Input,
            population::Population,
            room::Room,
            turns::Next,
            upkeep::Upkeep,
            waiting::{Done, Waiting},
        },
    },
    journal::{Begun, Change, Commit, InputPosition, Journal, Position},
    store::{ErasureRecord, Keyring, Store, keys},
    telemetry::EngineMetrics,
};

/// What the worker goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerConfig {
    /// Events that go into one commit, unless one submission alone holds more.
    pub batch_events_max: usize,
    /// Bytes of records of claims that the writer keeps decoded.
    pub known_bytes_max: usize,
    /// Bytes of memory by which the writer knows what the store does not have.
    pub absent_bytes: usize,
    /// How often the store is flushed; the journal holds what was applied since.
    pub flush_interval: Duration,
}

/// The writer's own state.
pub(crate) struct Worker {
    pub(crate) store: Store,
    pub(crate) journal: Box<dyn Journal>,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) rules: Arc<Rules>,
    pub(crate) memory: Memory,
    /// Which rules of the tenant fail.
    pub(crate) failing: RuleHealth,
    /// What is left to be decided.
    pub(crate) deciding: ToDecide,
    pub(crate) known: Known,
    pub(crate) ledger: Ledger,
    pub(crate) remembered: Arc<Remembered>,
    /// Tells who clears files that somebody was erased.
    pub(crate) expunging: blocking::Sender<()>,
    /// Tells who ranks customers that it was asked for.
    pub(crate) ranking: blocking::Sender<()>,
    pub(crate) standing: Standing,
    /// What is to be erased again once the move is through that is under way.
    pub(crate) owed: Option<Vec<ErasureRecord>>,
    pub(crate) under_way: Option<UnderWay>,
    pub(crate) jobs: mpsc::Receiver<Job>,
    /// A job that the batch before had no room for.
    pub(crate) held: Option<Job>,
    pub(crate) upkeep: Upkeep,
    /// How long the last step took.
    pub(crate) stepped: Duration,
    pub(crate) visible: Visible,
    pub(crate) health: Arc<HealthCell>,
    pub(crate) room: Arc<Room>,
    /// How many profiles there are.
    pub(crate) population: Arc<Population>,
    pub(crate) metrics: EngineMetrics,
    pub(crate) config: WorkerConfig,
    pub(crate) clock: fn() -> Timestamp,
}

/// What others see of the writer's way.
pub(crate) struct Visible {
    /// The position of the last commit that is applied.
    pub(crate) applied: watch::Sender<Position>,
    /// Up to where the input stream is consumed by commits that are applied.
    pub(crate) consumed: watch::Sender<Option<InputPosition>>,
    /// Whether there is something to do.
    pub(crate) working: watch::Sender<bool>,
}

/// A commit that was handed to the journal and is not known to be durable yet.
pub(crate) struct UnderWay {
    pub(crate) commit: Arc<Commit>,
    pub(crate) counted: Counted,
    /// Who is answered once it is visible.
    pub(crate) waiting: Vec<(Waiting, Done)>,
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
        refuse_the_rest(&mut self.jobs);
        result
    }

    fn work(&mut self) -> Result<(), Error> {
        self.metrics.repairs(self.standing.repairs.left);
        let mut flushed = Instant::now();
        let mut going = true;
        while going {
            match self.next()? {
                Next::Job(job) => going = self.serve(job)?,
                Next::Upkeep => self.keep_up()?,
                Next::Nothing => break,
            }
            // Met by a reader: what it asked for is there again after the next start, which builds the store anew.
            if self.store.is_damaged() {
                return Err(Error::Damaged);
            }
            if self.store.is_poisoned() {
                return Err(Error::Unwritten);
            }
            if flushed.elapsed() >= self.config.flush_interval {
                self.store.flush_soon();
                flushed = Instant::now();
            }
        }
        self.settle()?;
        self.store.flush()?;
        Ok(())
    }

    /// A job, and what waits behind it as far as there is room; whether to go on.
    fn serve(&mut self, job: Job) -> Result<bool, Error> {
        let Some(job) = self.unless_staged(job) else {
            return Ok(true);
        };
        let (mut input, mut waiting) = (Input::default(), Waiting::default());
        let mut going = waiting.admit(job, &mut input);
        let is_alone = input.is_move() || self.standing.staged.is_some();
        while going && !is_alone && input.submissions.len() < self.config.batch_events_max {
            let Some(job) = self.waiting_job() else { break };
            let items = input.submissions.len().saturating_add(job.items());
            if job.is_alone() || items > self.config.batch_events_max {
                self.held = Some(job);
                break;
            }
            going = waiting.admit(job, &mut input);
        }
        // What a command is about is looked up among who is shown with whom: that must not be what is left to be done.
        while !input.commands.is_empty() && self.repairs_are_due() {
            self.keep_up()?;
        }
        let chores = std::mem::take(&mut waiting.chores);
        self.batch(input, waiting)?;
        for chore in chores {
            self.carry_out(chore)?;
        }
        self.upkeep.is_next = true;
        Ok(going)
    }

    /// One batch: durable first, then visible, then answered.
    pub(crate) fn batch(&mut self, input: Input, waiting: Waiting) -> Result<(), Error> {
        let (events, commands) = (input.submissions.len(), input.commands.len());
        let span = tracing::debug_span!("batch", batch.events = events, batch.commands = commands);
        let _entered = span.enter();
        let done = self.take(input)?;
        match &mut self.under_way {
            Some(under_way) => under_way.waiting.push((waiting, done)),
            None => waiting.answer(done, *self.visible.applied.borrow()),
        }
        Ok(())
    }

    /// ORDER: a commit is handed over before the one ahead of it is waited for, so that the journal has work while the
    /// next batch is stepped; the journal makes them durable one after the other.
    pub(crate) fn attempt(&mut self, input: &Input) -> Result<Done, Error> {
        let begun = Instant::now();
        self.known.catch_up();
        let book = self.rules.decide.book.current();
        self.deciding.go_by(Arc::clone(&book));
        let before = self.before();
        let ground = self.ground(&before, &book);
        let now = (self.clock)();
        let stepped = match self.rules.part {
            Part::Resolver { partitions } => resolver::step(ground, partitions, &self.standing, input, now),
            Part::Whole | Part::Partition { .. } => step(ground, &self.standing, input, now),
        }?;
        self.stepped = begun.elapsed();
        let counted = Counted::of(input, &stepped, begun);
        match stepped.commit {
            None => {
                // What it repeats may be what is under way. Where all that comes is known, nothing else would see that through.
                self.settle()?;
                self.count(&counted);
            }
            Some(commit) => {
                let commit = Arc::new(commit);
                let handed_over = self.journal.begin(Arc::clone(&commit))?;
                self.known.follow(&commit.changes, stepped.lasting);
                self.settle()?;
                let under_way = UnderWay {
                    commit,
                    counted,
                    waiting: Vec::new(),
                };
                match handed_over {
                    Begun::Durable(position) => self.apply(under_way, position)?,
                    Begun::UnderWay => self.under_way = Some(under_way),
                }
            }
        }
        if input.expiring.is_some() {
            self.upkeep.expired(stepped.expiring_after);
        }
        self.standing = stepped.standing;
        self.deciding.follow(stepped.leaves);
        self.metrics.repairs(self.standing.repairs.left);
        Ok(Done {
            outcomes: stepped.outcomes,
            answers: stepped.answers,
        })
    }

    /// Sees the commit under way through, if there is one.
    pub(crate) fn settle(&mut self) -> Result<(), Error> {
        let Some(under_way) = self.under_way.take() else {
            return Ok(());
        };
        let position = self.journal.finish()?;
        self.apply(under_way, position)
    }

    /// ORDER: the journal has the commit before the store changes, so that the store is never ahead of it. The ledger notes an
    /// erasure between the two: what the journal refuses was not done, and must not be done again by the next start; nobody
    /// sees one that is not noted, and where the process ends in between the next start notes what the store has by then.
    /// Whoever counts profiles in the store is told before what it changes of them; nobody is answered before the commit is
    /// visible.
    pub(crate) fn apply(&mut self, under_way: UnderWay, position: Position) -> Result<(), Error> {
        let UnderWay {
            commit,
            counted,
            waiting,
        } = under_way;
        self.ledger.follow(&commit.changes)?;
        self.population.change(&counted.profiles);
        recover::apply(&self.store, position, &commit)?;
        if ledger::erasures_in(&commit.changes).next().is_some() {
            self.remembered.changed();
            // Where nobody clears files any more the service stops.
            self.expunging.send(()).ok();
        }
        let key = |change: &Change| change.key.as_slice().cmp(keys::value::RANKING);
        if commit.changes.binary_search_by(key).is_ok() {
            self.ranking.send(()).ok();
        }
        self.room.look();
        // Whoever is told that it is visible finds it counted.
        self.count(&counted);
        self.metrics.applied(position.0);
        self.visible.applied.send_replace(position);
        if commit.marker.input.is_some() {
            self.visible.consumed.send_replace(commit.marker.input.clone());
        }
        for (waiting, done) in waiting {
            waiting.answer(done, position);
        }
        Ok(())
    }

    fn count(&self, counted: &Counted) {
        counted.count(&self.metrics, (self.clock)());
        let (segments, flows) = self.failing.times();
        self.metrics.decided().rule_failures(segments, flows);
    }
}
