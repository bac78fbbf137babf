//! Simulation: a writer among faults. One seed draws a world, in which order and batches its events come, what comes twice
//! and what comes with them that is refused, when the journal fails and how, and what the next start finds of the folder.
//! After each start everything that was answered is there, each event once, what was refused can be asked about, and the
//! store is key by key what the journal makes of an empty one; at the end it is what the oracle says.
//!
//! `YEKTA_SEEDS` says how many seeds are tried, `YEKTA_SEED` names the one.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
};

use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::Config,
};
use yekta::{
    domain::{event::Event, identity::IdentityRules, profile::FoldLimits},
    engine::{Engine, Folder, Opened, api::Submission},
    journal::{Journal, Position},
    wire::{Reason, Rejection},
};

use crate::{
    arrival::{Dice, arrival},
    check::agrees_with_oracle,
    delayed::Delayed,
    dense,
    faulty::{Cheat, Faulty},
    folder::{begin_a_commit, copy, keys, lose},
    outcome::{Outcome, config, runtime, settled, started, submissions},
    town,
};

const SEEDS: u64 = 100;
/// Starts of one simulation whose journal fails.
const FAULTS_MAX: usize = 8;
/// Refused items of one simulation; as many are kept.
const REFUSED_MAX: usize = 10;

#[test]
fn whatever_fails_nothing_is_lost_and_nothing_counts_twice() {
    let told = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match told("YEKTA_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..told("YEKTA_SEEDS").unwrap_or(SEEDS),
    };
    let (failures, next) = (Arc::new(AtomicUsize::new(0)), AtomicU64::new(seeds.start));
    let begun = AtomicUsize::new(0);
    let work = || {
        while let Some(seed) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| seeds.contains(seed))
        {
            let mut simulation = Simulation::draw(seed, None, &failures);
            let simulated = catch_unwind(AssertUnwindSafe(|| simulation.run()));
            begun.fetch_add(simulation.begun, Ordering::Relaxed);
            assert!(
                simulated.is_ok(),
                "seed {seed}: YEKTA_SEED={seed} cargo test --test order simulated"
            );
        }
    };
    thread::scope(|scope| {
        let threads = [scope.spawn(work), scope.spawn(work)];
        threads.into_iter().for_each(|thread| {
            thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        });
    });
    assert!(failures.load(Ordering::Relaxed) > 0, "nothing ever failed");
    let is_enough = seeds.end - seeds.start < 100 || begun.load(Ordering::Relaxed) > 0;
    assert!(is_enough, "no store was ever left in the middle of a commit");
}

#[test]
fn whoever_cheats_is_noticed() {
    let failures = Arc::new(AtomicUsize::new(0));
    for cheat in [Cheat::AnswersTooEarly, Cheat::DropsACommit, Cheat::WritesTwice] {
        let is_noticed = |seed: &u64| {
            let mut simulation = Simulation::draw(*seed, Some(cheat), &failures);
            catch_unwind(AssertUnwindSafe(|| simulation.run())).is_err()
        };
        let noticed = (0..10).filter(is_noticed).count();
        assert!(noticed >= 7, "{cheat:?}: noticed {noticed} times in 10");
    }
    for prefix in ["E", "D", "A", "P", "R", "I"] {
        let mut simulation = Simulation::draw(3, None, &failures);
        simulation.loses = Some(Loss::Key(prefix));
        let noticed = catch_unwind(AssertUnwindSafe(|| simulation.run())).is_err();
        assert!(
            noticed == simulation.lost,
            "a key of {prefix} was lost: {}",
            simulation.lost
        );
    }
}

#[test]
fn an_id_that_is_forgotten_counts_twice_and_is_noticed() {
    let failures = Arc::new(AtomicUsize::new(0));
    let is_noticed = |seed: &u64| {
        let mut simulation = Simulation::draw(*seed, None, &failures);
        simulation.loses = Some(Loss::Ids);
        catch_unwind(AssertUnwindSafe(|| simulation.run())).is_err()
    };
    // Those arrivals that have copies; a copy has to come behind a start and its event before it.
    let noticed = (0..40).step_by(2).filter(is_noticed).count();
    assert!(noticed >= 8, "noticed {noticed} times in 20");
}

/// What is lost of a store between two starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    /// The first key of these records.
    Key(&'static str),
    /// Which events are known, each time; nothing else looks for that than what it leads to.
    Ids,
}

struct Simulation<'f> {
    dice: Dice,
    events: Vec<Event>,
    batches: Vec<Vec<Event>>,
    rules: IdentityRules,
    dir: tempfile::TempDir,
    cheat: Option<Cheat>,
    failures: &'f Arc<AtomicUsize>,
    /// The places of the events that were answered.
    answered: BTreeSet<usize>,
    /// The ids of refused items that were sent, and whether that was answered.
    refused: Vec<(String, bool)>,
    seed: u64,
    /// What is lost between starts, and whether anything was.
    loses: Option<Loss>,
    lost: bool,
    /// Commits that the store was left in the middle of.
    begun: usize,
}

impl<'f> Simulation<'f> {
    fn draw(seed: u64, cheat: Option<Cheat>, failures: &'f Arc<AtomicUsize>) -> Self {
        let mut dice = Dice::new(seed);
        let worlds = if dice.below(2) == 0 {
            dense::worlds(50).boxed()
        } else {
            dense::walk_ins(50).boxed()
        };
        let mut runner = crate::runner_of(seed, 11, Config::default());
        let events = worlds.new_tree(&mut runner).unwrap().current().events("w");
        let batches = arrival(&events, 1 + dice.below(8), seed).batches;
        Self {
            dice,
            events,
            batches,
            rules: town::tight_rules(),
            dir: crate::scratch::folder(),
            cheat,
            failures,
            answered: BTreeSet::new(),
            refused: Vec::new(),
            seed,
            loses: None,
            lost: false,
            begun: 0,
        }
    }

    fn run(&mut self) {
        let mut queue: Vec<Vec<Event>> = std::mem::take(&mut self.batches);
        queue.reverse();
        let mut faults = 0;
        while !queue.is_empty() {
            let is_faulty = faults < FAULTS_MAX;
            let engine = self.start(is_faulty);
            faults += 1;
            while let Some(batch) = queue.last() {
                if !self.submit(&engine, batch.clone()) {
                    break;
                }
                queue.pop();
            }
            // Whether it failed, or has nothing left to do.
            engine.stop().ok();
            self.is_told_once();
            self.disturb();
            if self.loses != Some(Loss::Ids) {
                self.is_what_the_journal_says();
            }
            // Not each time: what is left to be looked at again is to outlive some starts.
            if self.dice.below(3) == 0 {
                self.inspect();
            }
        }
        let outcome = self.inspect();
        agrees_with_oracle(self.seed, &outcome, &self.events, &self.rules);
    }

    /// Starts an engine on the folder.
    fn start(&mut self, is_faulty: bool) -> Engine {
        let config = config(self.dir.path());
        let folder = Folder::hold(self.dir.path(), None).unwrap();
        let journal = folder.journal(config.journal.clone()).unwrap();
        let journal: Box<dyn Journal> = match is_faulty {
            true => Box::new(Faulty::new(
                journal,
                &self.dir.path().join("journal"),
                &mut self.dice,
                self.cheat,
                self.failures,
            )),
            false => Box::new(journal),
        };
        // Some take their time, as one across a wire does.
        let journal: Box<dyn Journal> = match self.cheat.is_none() && self.dice.below(2) == 0 {
            true => Box::new(Delayed::new(journal, &Arc::default())),
            false => journal,
        };
        let opened = Opened::over(folder, &config, journal).unwrap();
        started(opened, &config, &self.rules, FoldLimits::STANDARD)
    }

    /// Looks whether all is there that was answered, once nothing is left that the writer has to look at again.
    fn inspect(&mut self) -> Outcome {
        let engine = self.start(false);
        let outcome = settled(&engine, &self.events, self.seed);
        let kept = engine.handle.query().rejections(REFUSED_MAX + 1).unwrap();
        engine.stop().unwrap();
        for (id, is_answered) in &self.refused {
            let times = kept.iter().filter(|one| one.id.as_ref() == Some(id)).count();
            let expected = if *is_answered { 1..=1 } else { 0..=1 };
            assert!(
                expected.contains(&times),
                "seed {}: {id} is kept {times} times",
                self.seed
            );
        }
        let there: BTreeSet<usize> = outcome.persons.keys().flatten().copied().collect();
        let lost: Vec<_> = self.answered.difference(&there).collect();
        assert!(
            lost.is_empty(),
            "seed {}: {lost:?} were answered and are lost",
            self.seed
        );
        outcome
    }

    /// Whether a batch was answered.
    fn submit(&mut self, engine: &Engine, batch: Vec<Event>) -> bool {
        let ids: Vec<_> = batch.iter().map(|event| event.id.clone()).collect();
        let mut items = submissions(batch);
        let has_refused = self.refused.len() < REFUSED_MAX && self.dice.below(8) == 0;
        if has_refused {
            let id = format!("refused-{}", self.refused.len());
            items.insert(self.dice.below(items.len() + 1), refused(&id));
            self.refused.push((id, false));
        }
        let is_answered = runtime().block_on(engine.handle.submit(items)).is_ok();
        if has_refused && let Some((_, kept)) = self.refused.last_mut() {
            *kept = is_answered;
        }
        if is_answered {
            let places = (0..self.events.len()).filter(|place| ids.contains(&self.events[*place].id));
            self.answered.extend(places);
        }
        is_answered
    }

    /// What happens to the folder while nothing runs on it.
    fn disturb(&mut self) {
        let store = self.dir.path().join("store");
        match self.loses {
            Some(Loss::Key(prefix)) if !self.lost => {
                self.lost = lose(&store, prefix, 1);
                return;
            }
            Some(Loss::Ids) => {
                lose(&store, "S", usize::MAX);
                return;
            }
            _ => {}
        }
        match self.dice.below(8) {
            0 => fs::remove_dir_all(store).unwrap(),
            1 => {
                let opened = Opened::open(&config(self.dir.path())).unwrap();
                opened.snapshot().unwrap();
                drop(opened);
                if self.dice.below(2) == 0 {
                    fs::remove_dir_all(store).unwrap();
                }
            }
            2 => fs::write(store.join("db"), [0xa5; 4_096]).unwrap(),
            3 | 4 => self.begun += usize::from(begin_a_commit(self.dir.path(), &mut self.dice)),
            _ => {}
        }
    }

    /// Looks whether the journal tells each version of each profile once, and in order.
    fn is_told_once(&self) {
        let folder = Folder::hold(self.dir.path(), None).unwrap();
        let journal = folder.journal(config(self.dir.path()).journal).unwrap();
        let mut versions: BTreeMap<String, u64> = BTreeMap::new();
        for (_, commit) in journal.reader().read_after(Position::START, usize::MAX).unwrap() {
            let updates = commit.messages.iter();
            for update in updates.filter(|message| message.subject.contains(".profile.updated.")) {
                let told: serde_json::Value = serde_json::from_slice(&update.body).unwrap();
                let version = versions.entry(update.key.clone()).or_default();
                *version += 1;
                assert_eq!(
                    told["version"], *version,
                    "seed {}: the version that is told next",
                    self.seed
                );
            }
        }
    }

    /// Compares the store, brought up to its journal, with what the journal makes of an empty one.
    fn is_what_the_journal_says(&self) {
        let again = crate::scratch::folder();
        for name in ["journal", "secrets"] {
            copy(&self.dir.path().join(name), &again.path().join(name));
        }
        let [one, other] = [self.dir.path(), again.path()].map(|dir| {
            drop(Opened::open(&config(dir)).unwrap());
            keys(&dir.join("store"))
        });
        assert!(
            one == other,
            "seed {}: the store is not what its journal makes",
            self.seed
        );
    }
}

/// An item that is refused, however it reads.
fn refused(id: &str) -> Submission {
    Submission::Refused(Box::new(Rejection {
        reason: Reason::WrongType,
        message: "read an event: expected an object".to_owned(),
        id: Some(id.to_owned()),
        source: None,
        origin: None,
        body: b"[]".to_vec(),
    }))
}
