//! A trial: the same step as the writer's ([`crate::engine::step`]) over a store of its own, at times that the caller gives.
//! So rules are tried out over days within a moment, and the same input always gives the same.
//!
//! Owns in what order what is left to be done is done at one time. Has no journal, no thread and no clock: what it holds is
//! lost with the process. Called by [`crate::tryout`].

use std::{collections::BTreeSet, sync::Arc, sync::mpsc as blocking};

use crate::{
    decide::rule::Rulebook,
    domain::{
        event::{Event, EventId},
        identity::Word,
        time::Timestamp,
    },
    engine::{
        api::{Command, CommandError, Outcome, Submission},
        commands::Ordered,
        deciding::{Firing, RuleHealth, RuleName},
        error::Error,
        folder::open::{EngineConfig, Opened, StartError},
        identity::{graph::Graph, memory::Memory},
        queries::{
            answer::QueryError,
            query::{Address, Found},
        },
        state::{ahead::Ahead, atoms::Atoms as _, batch::Rules, known::Known},
        step::{Ground, Standing, Stepped, step},
        writer::input::Input,
    },
    store::{Applied, FolderLock, Keyring, ProfileId, Read as _, SizeRecord, Store, keys},
};

pub use crate::engine::{
    deciding::{Became, Turn},
    error::Error as TrialError,
};

/// How much of what is left one step takes: so that its commit fits into memory.
const STEP_MAX: usize = 256;

/// A message that would be published.
#[derive(Clone, PartialEq, Eq)]
pub struct Published {
    /// Under which subject.
    pub subject: String,
    /// JSON.
    pub body: Vec<u8>,
}

/// The body tells of a customer.
impl std::fmt::Debug for Published {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Published({} bytes)", self.body.len())
    }
}

/// What happened at one time.
#[derive(Debug, Default)]
pub struct Told {
    /// What would be published.
    pub published: Vec<Published>,
    /// What was decided about messages and actions, as events of our own.
    pub decided: Vec<Event>,
    /// What became of runs of flows.
    pub turns: Vec<Turn>,
    /// What became of each event that was given.
    pub outcomes: Vec<Outcome>,
    /// Why a command was not carried out, where it was not.
    pub refused: Option<CommandError>,
}

/// A rule that cannot be evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The rule as files name it, as `flows.wish_list`.
    pub rule: String,
    /// How often it was skipped.
    pub times: u64,
    /// What was wrong. Says nothing of a customer.
    pub problem: String,
}

/// A store of its own, and the writer's state over it.
#[derive(Debug)]
pub struct Trial {
    store: Store,
    keyring: Arc<Keyring>,
    rules: Rules,
    memory: Memory,
    known: Known,
    standing: Standing,
    health: RuleHealth,
    /// When something is due next.
    due: Option<Timestamp>,
    sweeps: bool,
    starts: bool,
    commits: u64,
    /// The last time, and the decisions of it that were told: an event that moves is written twice.
    last: (Timestamp, BTreeSet<EventId>),
    _lock: Arc<FolderLock>,
}

impl Trial {
    /// Opens a folder that is new but for its secrets. Its journal stays empty: nobody opens it again.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn open(config: &EngineConfig, mut rules: Rules) -> Result<Self, StartError> {
        let Opened {
            view, secrets, lock, ..
        } = Opened::open(config)?;
        let (store, mut standing) = (view.store, view.standing);
        standing.renewing = rules.adopt(view.noted);
        let worker = config.worker;
        let faces_max = rules.identity.similarity.block_faces_max;
        let (known, reading) = Known::of(worker.known_bytes_max, worker.absent_bytes, faces_max);
        let (going, stop) = blocking::channel();
        reading.run(&store, &stop);
        drop(going);
        Ok(Self {
            sweeps: rules.decide.book.current().segments().next().is_some(),
            store,
            keyring: Arc::clone(secrets.keyring()),
            rules,
            memory: Memory::default(),
            known,
            standing,
            health: RuleHealth::default(),
            due: None,
            starts: false,
            commits: 0,
            last: (Timestamp::MIN, BTreeSet::new()),
            _lock: lock,
        })
    }

    /// Takes events that come at a time, and does all that is to be done then. Times never go back.
    ///
    /// # Errors
    /// [`TrialError`]: the store cannot be read or written.
    pub fn take(&mut self, events: Vec<Event>, now: Timestamp) -> Result<Told, Error> {
        let events = events.into_iter().map(|event| Submission::Event(Box::new(event)));
        let input = Input {
            submissions: events.collect(),
            ..Input::default()
        };
        self.carry_out(input, now)
    }

    /// Carries a command out, at a time.
    ///
    /// # Errors
    /// As [`Trial::take`].
    pub fn command(&mut self, command: Command, id: &str, now: Timestamp) -> Result<Told, Error> {
        let ordered = Ordered {
            id: id.to_owned(),
            ..Ordered::of_our_own(command)
        };
        self.carry_out(Input::command(ordered), now)
    }

    /// Has a steward's word hold.
    ///
    /// # Errors
    /// As [`Trial::take`].
    pub fn say(&mut self, word: Word, now: Timestamp) -> Result<Told, Error> {
        let id = word.id.clone();
        self.command(Command::Say(Box::new(word)), &id, now)
    }

    /// When something is due next.
    pub const fn due(&self) -> Option<Timestamp> {
        self.due
    }

    /// Does all that is to be done at a time.
    ///
    /// # Errors
    /// As [`Trial::take`].
    pub fn settle(&mut self, now: Timestamp) -> Result<Told, Error> {
        let mut told = Told::default();
        self.rest(now, &mut told)?;
        Ok(told)
    }

    /// Who is at an address.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn find(&self, address: &Address) -> Result<Found, QueryError> {
        Ok(self.graph().find(address)?)
    }

    /// Who an event is of.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn whose(&self, event: &EventId) -> Result<Option<ProfileId>, QueryError> {
        let atom = match self.graph().atom_of_event(event)? {
            Some(atom) => self.store.atom(atom)?,
            None => None,
        };
        Ok(atom.and_then(|atom| atom.profile))
    }

    /// How many are in a segment.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn size(&self, segment: &str) -> Result<u64, QueryError> {
        let size: Option<SizeRecord> = self.store.record(&keys::size(segment))?;
        Ok(size.unwrap_or_default().members)
    }

    /// The rules that it goes by.
    pub fn book(&self) -> Arc<Rulebook> {
        self.rules.decide.book.current()
    }

    /// Which rules cannot be evaluated.
    pub fn failures(&self) -> Vec<Failure> {
        let told = self.health.told().into_iter();
        let failures = told.map(|(rule, failing)| Failure {
            rule: match rule {
                RuleName::Segment(name) => format!("segments.{name}"),
                RuleName::Flow(name) => format!("flows.{name}"),
                RuleName::Layout(name) => format!("layouts.{name}"),
            },
            times: failing.times,
            problem: failing.problem,
        });
        failures.collect()
    }

    fn graph(&self) -> Graph<'_, Store> {
        Graph {
            view: &self.store,
            keyring: &self.keyring,
            rules: &self.rules.identity,
            memory: None,
        }
    }

    fn carry_out(&mut self, input: Input, now: Timestamp) -> Result<Told, Error> {
        let mut told = Told::default();
        self.rest(now, &mut told)?;
        self.attempt(input, now, &mut told)?;
        self.rest(now, &mut told)?;
        Ok(told)
    }

    /// Does what is left, in the order in which the writer does.
    fn rest(&mut self, now: Timestamp, told: &mut Told) -> Result<(), Error> {
        loop {
            let input = if self.standing.repairs.left > 0 {
                Input::repairs(STEP_MAX)
            } else if self.due.is_some_and(|due| due <= now) {
                Input::firing(Firing {
                    timers: STEP_MAX,
                    profiles: STEP_MAX,
                })
            } else if self.starts {
                Input::starts(STEP_MAX)
            } else if self.sweeps {
                Input::sweep(STEP_MAX)
            } else {
                return Ok(());
            };
            self.attempt(input, now, told)?;
        }
    }

    /// Takes an input, in parts where it holds more than a record may; what fits by itself in none is refused.
    fn attempt(&mut self, mut input: Input, now: Timestamp, told: &mut Told) -> Result<(), Error> {
        match self.step(&input, now, told) {
            Err(error) if error.is_too_large() && input.halve_upkeep() => self.attempt(input, now, told),
            Err(error) if error.is_too_large() && input.len() > 1 => {
                let rest = input.split_off_half();
                self.attempt(input, now, told)?;
                self.attempt(rest, now, told)
            }
            Err(error) if error.is_too_large() && input.postpone() => self.attempt(input, now, told),
            Err(error) if error.is_too_large() && input.refuse_event() => self.step(&input, now, told),
            done => done,
        }
    }

    fn step(&mut self, input: &Input, now: Timestamp, told: &mut Told) -> Result<(), Error> {
        self.known.catch_up();
        let book = self.book();
        let ground = Ground {
            before: &Ahead::new(self.store.clone(), None, &self.known),
            keyring: &self.keyring,
            rules: &self.rules,
            memory: &self.memory,
            book: &book,
            health: &self.health,
        };
        let stepped = step(ground, &self.standing, input, now)?;
        self.apply(stepped, now, told)
    }

    fn apply(&mut self, stepped: Stepped, now: Timestamp, told: &mut Told) -> Result<(), Error> {
        if let Some(commit) = stepped.commit {
            self.known.follow(&commit.changes, stepped.lasting);
            self.commits = self.commits.saturating_add(1);
            let applied = Applied {
                position: self.commits,
                batch: commit.marker.batch,
                fingerprint: commit.marker.fingerprint,
            };
            let changes = commit.changes.iter();
            let changes = changes.map(|change| (change.key.as_slice(), change.value.as_deref()));
            self.store.apply(applied, changes.clone())?;
            for (_, value) in changes.filter(|(key, _)| key.starts_with(keys::EVENTS)) {
                if let Some(value) = value {
                    self.tell(self.store.decoded(value)?, now, told);
                }
            }
            told.published
                .extend(commit.messages.into_iter().map(|message| Published {
                    subject: message.subject,
                    body: message.body,
                }));
        }
        told.turns.extend(stepped.turns);
        told.outcomes.extend(stepped.outcomes);
        let refused = stepped.answers.into_iter().find_map(Result::err);
        told.refused = refused.or(told.refused.take());
        self.standing = stepped.standing;
        self.due = stepped.leaves.due;
        self.sweeps = stepped.leaves.sweeps.unwrap_or(self.sweeps);
        self.starts = stepped.leaves.starts.unwrap_or(self.starts);
        Ok(())
    }

    /// Tells of an event that was written, if it is a decision that was made just now.
    fn tell(&mut self, event: Event, now: Timestamp, told: &mut Told) {
        if self.last.0 != now {
            self.last = (now, BTreeSet::new());
        }
        if event.is_internal() && event.received == now && self.last.1.insert(event.id.clone()) {
            told.decided.push(event);
        }
    }
}
