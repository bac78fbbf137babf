//! What a journal lets go of once others have it, and who is told elsewhere, with whole engines over folders.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use tokio::runtime::Runtime;

use super::*;
use crate::{
    domain::{
        identifier::Kind,
        identity::{IdentityRules, Key},
        profile::FoldLimits,
    },
    engine::{
        Deciding, Engine, EngineConfig, HandleLimits, Opened, Part, Query, RoomConfig, Rules, SnapshotConfig,
        WorkerConfig,
        api::{Answer, Command, Submission, Target},
        erasing::elsewhere::Elsewhere,
        queries::query::{Address, Found},
    },
    journal::file::FileJournalConfig,
    store::{ErasureRecord, StoreConfig},
    telemetry::{EngineMetrics, Registry},
    wire::{
        Shape,
        fixture::{noon, one, origin},
    },
};

/// How often the engines look.
const LOOK: Duration = Duration::from_millis(5);
/// How long something may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);
/// A horizon within which nothing is cleared in a test.
const LATER_US: i64 = 1_000_000_000_000;

/// What others say and were told.
#[derive(Debug, Default)]
struct Others {
    calls: Mutex<Vec<&'static str>>,
    /// Up to where they have consumed the journal; `None` where they cannot be asked.
    consumed: Mutex<Option<u64>>,
    /// Who is told of here.
    inbox: Mutex<Vec<ErasureRecord>>,
    /// Who was told to others.
    told: Mutex<Vec<ErasureId>>,
    is_read: bool,
    is_time: bool,
}

impl Others {
    /// Those who read the journal, of which something is to go by now or not.
    fn reading(is_time: bool) -> Self {
        Self {
            is_read: true,
            is_time,
            ..Self::default()
        }
    }

    fn call(&self, what: &'static str) -> Result<(), BeyondError> {
        self.calls.lock().unwrap().push(what);
        Ok(())
    }

    fn calls(&self, what: &str) -> usize {
        let calls = self.calls.lock().unwrap();
        calls.iter().filter(|call| **call == what).count()
    }

    /// Waits until a call came twice more: by then what the first one said has been gone by.
    fn looked(&self, what: &str) {
        let before = self.calls(what);
        until(|| self.calls(what) >= before + 2);
    }
}

impl Beyond for Others {
    fn withdraw(&self, _: &Query, _: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        self.call("withdraw")
    }

    fn has_room(&self, _: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        self.call("has_room")
    }

    fn let_go(&self, _: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        self.call("let_go")
    }

    fn caught_up(&self, _: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        self.call("caught_up")
    }

    fn shelve(&self, path: &Path, _: bool, _: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        assert!(path.exists(), "{}", path.display());
        self.call("shelve")
    }

    fn refused(&self, _: &[u64], _: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        self.call("refused")
    }

    fn readers(&self) -> Option<&dyn Readers> {
        self.is_read.then_some(self)
    }

    fn elsewhere(&self) -> Option<&dyn Elsewhere> {
        Some(self)
    }
}

impl Readers for Others {
    fn look_every(&self) -> Duration {
        LOOK
    }

    fn is_time(&self, _: &mut dyn FnMut() -> bool) -> Result<bool, BeyondError> {
        self.call("is_time").map(|()| self.is_time)
    }

    fn consumed(&self, _: &mut dyn FnMut() -> bool) -> Result<Consumed, BeyondError> {
        self.call("consumed")?;
        let through = self.consumed.lock().unwrap().ok_or("nobody answers")?;
        Ok(Consumed {
            through: Position(through),
            last: "t-p0".to_owned(),
        })
    }
}

impl Elsewhere for Others {
    fn look_every(&self) -> Duration {
        LOOK
    }

    fn tell(&self, erased: &[&ErasureRecord], _: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        self.told.lock().unwrap().extend(erased.iter().map(|one| one.id));
        self.call("tell")
    }

    fn told(&self, _: &mut dyn FnMut() -> bool) -> Result<Vec<ErasureRecord>, BeyondError> {
        self.call("told")?;
        Ok(self.inbox.lock().unwrap().clone())
    }

    fn heard(&self, erasures: &[ErasureId], _: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        let mut inbox = self.inbox.lock().unwrap();
        inbox.retain(|one| !erasures.contains(&one.id));
        self.call("heard")
    }
}

fn until(mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < DEADLINE, "it did not come");
        std::thread::sleep(LOOK);
    }
}

fn rules() -> Rules {
    let mut decide = Deciding::default();
    // Nothing is committed but what is asked for.
    decide.value.every_us = 0;
    Rules {
        tenant: "t".to_owned(),
        part: Default::default(),
        identity: IdentityRules::standard(),
        fold: FoldLimits::STANDARD,
        retention: Default::default(),
        views: BTreeMap::new(),
        channel_views: BTreeMap::new(),
        repairs_max: 64,
        rejections_max: 16,
        decide,
    }
}

fn config(dir: &Path) -> EngineConfig {
    EngineConfig {
        dir: dir.join("tenant"),
        master: None,
        queue_jobs_max: 16,
        handle: HandleLimits {
            batch_events_max: 16,
            submit_wait: DEADLINE,
        },
        worker: WorkerConfig {
            batch_events_max: 16,
            known_bytes_max: 1 << 10,
            absent_bytes: 1 << 10,
            flush_interval: Duration::from_secs(60),
        },
        journal: FileJournalConfig::default(),
        store: StoreConfig::caching(8 << 20),
        snapshots: SnapshotConfig {
            interval: None,
            keep: 2,
            forget: false,
        },
        room: RoomConfig {
            free_min: 0,
            ballast: 0,
        },
    }
}

/// An engine of a folder, with others beside it.
fn engine(dir: &Path, others: &Arc<Others>) -> Engine {
    engine_as(dir, others, Part::Whole)
}

fn engine_as(dir: &Path, others: &Arc<Others>, part: Part) -> Engine {
    let rules = Rules { part, ..rules() };
    let config = config(dir);
    let metrics = EngineMetrics::register(&Registry::new("1").unwrap()).unwrap();
    let opened = Opened::open(&config).unwrap().beside(others.clone());
    opened.start(&config, rules, metrics, noon).unwrap()
}

fn submit(engine: &Engine, id: &str) {
    let body = format!(r#"{{"id":"{id}","type":"A","identifiers":[{{"kind":"user_id","value":"sara"}}]}}"#);
    let origin = crate::wire::Origin {
        channel: Some("web".into()),
        ..origin()
    };
    let event = one(&body, Shape::Native, &origin).unwrap();
    let submitted = engine.handle.submit(vec![Submission::Event(Box::new(event))]);
    Runtime::new().unwrap().block_on(submitted).unwrap();
}

fn sara() -> Key {
    Key {
        kind: Kind::USER_ID,
        value: "sara".to_owned(),
    }
}

fn is_there(engine: &Engine) -> bool {
    let found = engine.handle.query().find(&Address::Identifier(sara()));
    matches!(found.unwrap(), Found::One(_))
}

fn erase(engine: &Engine) -> ErasureRecord {
    let command = Command::Erase {
        target: Target::Identifier(sara()),
        within_us: LATER_US,
    };
    let answered = Runtime::new()
        .unwrap()
        .block_on(engine.handle.command(None, command));
    match answered.unwrap().answer {
        Answer::Erased { erasure } => *erasure,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_journal_lets_go_of_what_all_have_consumed_and_of_nothing_before() {
    let (dir, others) = (tempfile::tempdir().unwrap(), Arc::new(Others::reading(true)));
    let running = engine(dir.path(), &others);
    submit(&running, "1");
    let last = running.handle.applied();
    let first = || running.handle.query().journal().first();
    // Whoever cannot be asked holds it up.
    others.looked("consumed");
    assert!(first() <= last);
    // So does who has all but the mark: it would miss what the journal begins with.
    *others.consumed.lock().unwrap() = Some(last.0);
    others.looked("consumed");
    assert!(first() <= last && running.handle.applied() > last);
    assert_eq!(others.calls("shelve"), 0);
    *others.consumed.lock().unwrap() = Some(u64::MAX);
    until(|| first() > last);
    let calls = others.calls.lock().unwrap().clone();
    let at = |what| calls.iter().position(|call| *call == what);
    assert!(at("shelve") < at("caught_up"), "{calls:?}");
    // Where nothing came since, nothing is done.
    let asked = ["shelve", "is_time", "consumed"].map(|what| others.calls(what));
    others.looked("told");
    assert_eq!(
        ["shelve", "is_time", "consumed"].map(|what| others.calls(what)),
        asked
    );
    // What comes is let go of in its turn.
    submit(&running, "2");
    let last = running.handle.applied();
    until(|| first() > last);
    running.stop().unwrap();
    // Who begins anew has all of it.
    let places = ["store", "store.behind"].map(|name| config(dir.path()).dir.join(name));
    for place in places.iter().filter(|place| place.exists()) {
        fs::remove_dir_all(place).unwrap();
    }
    let again = engine(dir.path(), &others);
    assert!(is_there(&again));
    again.stop().unwrap();
}

#[test]
fn who_was_erased_elsewhere_has_a_journal_forget_though_it_is_not_time() {
    let (dir, others) = (tempfile::tempdir().unwrap(), Arc::new(Others::default()));
    let partition = engine(dir.path(), &others);
    submit(&partition, "1");
    let erasure = erase(&partition);
    partition.stop().unwrap();

    let (dir, others) = (tempfile::tempdir().unwrap(), Arc::new(Others::reading(false)));
    *others.consumed.lock().unwrap() = Some(u64::MAX);
    let resolver = engine(dir.path(), &others);
    submit(&resolver, "1");
    let (query, last) = (resolver.handle.query(), resolver.handle.applied());
    others.looked("is_time");
    assert!(query.journal().first() <= last);
    others.inbox.lock().unwrap().push(ErasureRecord {
        due: erasure.at,
        ..erasure
    });
    until(|| others.inbox.lock().unwrap().is_empty());
    assert!(query.journal().first() > last);
    assert!(is_there(&resolver), "it erases nobody itself");
    resolver.stop().unwrap();
}

#[test]
fn who_is_erased_is_told_elsewhere_and_erased_there_once() {
    let (dir, others) = (tempfile::tempdir().unwrap(), Arc::new(Others::default()));
    let one = engine(dir.path(), &others);
    submit(&one, "1");
    let erasure = erase(&one);
    until(|| others.calls("withdraw") == 1);
    let calls = others.calls.lock().unwrap().clone();
    let at = |what| calls.iter().position(|call| *call == what);
    assert!(at("tell") < at("withdraw"), "{calls:?}");
    assert_eq!(*others.told.lock().unwrap(), [erasure.id]);
    one.stop().unwrap();

    // Another one with the same secrets, where an event of theirs came back.
    let (other, elsewhere) = (tempfile::tempdir().unwrap(), Arc::new(Others::default()));
    let [from, to] = [dir.path(), other.path()].map(|dir| config(dir).dir);
    fs::create_dir_all(&to).unwrap();
    fs::copy(from.join("secrets"), to.join("secrets")).unwrap();
    let another = engine(other.path(), &elsewhere);
    submit(&another, "1");
    assert!(is_there(&another));
    elsewhere.inbox.lock().unwrap().push(erasure.clone());
    until(|| elsewhere.inbox.lock().unwrap().is_empty());
    assert!(!is_there(&another));
    let known = another.handle.query().erasure(erasure.id).unwrap().unwrap();
    assert_eq!((known.due, known.removed.events), (erasure.due, 1));
    assert_eq!(elsewhere.calls("withdraw"), 1);
    // What is told once more is known.
    elsewhere.inbox.lock().unwrap().push(erasure);
    until(|| elsewhere.inbox.lock().unwrap().is_empty());
    let query = another.handle.query();
    assert_eq!(query.erasure(known.id).unwrap(), Some(known));
    another.stop().unwrap();
}

#[test]
fn what_was_refused_at_a_resolver_is_gone_once_all_have_consumed_its_journal() {
    let (dir, others) = (tempfile::tempdir().unwrap(), Arc::new(Others::reading(false)));
    *others.consumed.lock().unwrap() = Some(0);
    let partitions = std::num::NonZeroU32::MIN;
    let resolver = engine_as(dir.path(), &others, Part::Resolver { partitions });
    let body = r#"{"user_id":"sara"}"#;
    let refused = one(body, Shape::Native, &origin()).unwrap_err();
    let runtime = Runtime::new().unwrap();
    let submitted = resolver
        .handle
        .submit(vec![Submission::Refused(Box::new(refused))]);
    runtime.block_on(submitted).unwrap();
    let last = resolver.handle.applied();
    let command = Command::EraseRefused {
        profile: crate::store::ProfileId([1; 16]),
        keys: vec![sara()],
        within_us: 0,
    };
    let answered = runtime.block_on(resolver.handle.command(None, command)).unwrap();
    let Answer::Erased { erasure } = answered.answer else {
        panic!("{answered:?}")
    };
    let query = resolver.handle.query();
    let is_gone = || query.erasure(erasure.id).unwrap().unwrap().gone.is_some();
    others.looked("consumed");
    assert!(query.journal().first() <= last && !is_gone());
    *others.consumed.lock().unwrap() = Some(u64::MAX);
    until(is_gone);
    assert!(query.journal().first() > last);
    assert_eq!(["tell", "has_room"].map(|what| others.calls(what)), [0, 0]);
    assert_eq!(others.calls("withdraw"), 1);
    resolver.stop().unwrap();
}
