//! A store that follows a journal in a folder, which is told of as if another process wrote it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, mpsc},
};

use super::*;
use crate::{
    domain::{identity::IdentityRules, profile::FoldLimits},
    engine::{
        folder::snapshots::SnapshotConfig,
        parting::Part,
        writer::{handle::HandleLimits, room::RoomConfig, worker::WorkerConfig},
    },
    journal::{
        self, Change, Commit, Journal, Marker, ReadJournal, Told,
        file::{FileJournal, FileJournalConfig},
    },
    store::{SpreadRecord, StoreConfig, codec, fingerprint::Multiset, keys},
    telemetry::Registry,
};

const NOW: Timestamp = Timestamp::from_micros(1_000);
/// Commits of the journal.
const COMMITS: u64 = 3;

/// A journal that says of its end what it is to say.
#[derive(Debug)]
struct Written {
    journal: FileJournal,
    last: Position,
    /// What it says once it looked again.
    then: Position,
    /// Reads until whoever reads is told to stop, and what tells so.
    stopping: Stopping,
}

type Stopping = Arc<Mutex<(u32, Option<mpsc::Sender<()>>)>>;

/// Gives one commit at a time.
struct OneByOne {
    reader: Box<dyn ReadJournal>,
    stopping: Stopping,
}

impl ReadJournal for OneByOne {
    fn read_after(&self, after: Position, _: usize) -> Result<Vec<(Position, Commit)>, journal::Error> {
        let mut stopping = self.stopping.lock().unwrap();
        stopping.0 = stopping.0.saturating_sub(1);
        if stopping.0 == 0 {
            stopping.1 = None;
        }
        self.reader.read_after(after, 1)
    }

    fn first(&self) -> Position {
        self.reader.first()
    }
}

impl FollowedJournal for Written {
    fn identity(&self) -> String {
        self.journal.identity()
    }

    fn last(&self) -> Position {
        self.last
    }

    fn reader(&self) -> Box<dyn ReadJournal> {
        Box::new(OneByOne {
            reader: self.journal.reader(),
            stopping: Arc::clone(&self.stopping),
        })
    }

    fn look(&mut self, _: Duration) -> Result<Option<Told>, journal::Error> {
        Ok(None)
    }

    fn look_behind(&mut self, _: Position) -> Result<(), journal::Error> {
        self.last = self.then;
        Ok(())
    }

    fn take_over(self: Box<Self>) -> Result<Box<dyn Journal>, journal::Error> {
        Ok(Box::new(self.journal))
    }
}

/// A tenant's folder, and a journal beside it.
struct Scene {
    dir: tempfile::TempDir,
    written: Written,
    /// Where its commits are.
    positions: Vec<Position>,
}

impl Scene {
    /// With commits that nobody applied.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let journal = FileJournal::open(&dir.path().join("written"), FileJournalConfig::default());
        let mut written = Written {
            journal: journal.unwrap().journal,
            last: Position::START,
            then: Position::START,
            stopping: Arc::default(),
        };
        // While there is nothing the secrets are made.
        drop(Held::open(folder(&dir), &config(dir.path()), &mut written).unwrap());
        let positions = (1..=COMMITS).map(|batch| written.journal.append(&commit(batch)).unwrap());
        Self {
            positions: positions.collect(),
            dir,
            written,
        }
    }

    /// Opens the store with a journal that says to end with the commit `last`, and when it looks again with `then`.
    fn open(&mut self, last: usize, then: usize) -> Result<Held, StartError> {
        self.written.last = self.positions[last];
        self.written.then = self.positions[then];
        Held::open(folder(&self.dir), &config(self.dir.path()), &mut self.written)
    }

    fn place(&self, name: &str) -> PathBuf {
        self.dir.path().join("tenant").join(name)
    }

    fn applied(&self, held: &Held) -> usize {
        let applied = Position(held.store.applied().unwrap().position);
        self.positions.iter().position(|one| *one == applied).unwrap()
    }
}

fn folder(dir: &tempfile::TempDir) -> Folder {
    Folder::hold(&config(dir.path()).dir, None).unwrap()
}

fn commit(batch: u64) -> Commit {
    Commit {
        messages: Vec::new(),
        changes: Vec::new(),
        marker: Marker {
            batch,
            fingerprint: Multiset::default().to_bytes(),
            time_us: 1,
            input: None,
            epoch: 0,
        },
    }
}

fn config(dir: &Path) -> EngineConfig {
    EngineConfig {
        dir: dir.join("tenant"),
        master: None,
        queue_jobs_max: 1,
        handle: HandleLimits {
            batch_events_max: 1,
            submit_wait: Duration::ZERO,
        },
        worker: WorkerConfig {
            batch_events_max: 1,
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

fn metrics() -> StandbyMetrics {
    let registry = Registry::new("1").unwrap();
    StandbyMetrics {
        engine: EngineMetrics::register(&registry).unwrap(),
        cluster: ClusterMetrics::register(&registry).unwrap(),
    }
}

/// What an engine goes by that has this part of the customers.
fn rules(part: Part) -> Rules {
    Rules {
        tenant: "acme".to_owned(),
        part,
        identity: IdentityRules::standard(),
        fold: FoldLimits::STANDARD,
        retention: Default::default(),
        views: Default::default(),
        channel_views: Default::default(),
        repairs_max: 64,
        rejections_max: 8,
        decide: Default::default(),
    }
}

/// What follows the whole journal with a store that has its first commit, on a disk of which so much has to be free; after so
/// many reads it is told to stop.
fn following(mut scene: Scene, free_min: u64, reads: u32) -> (Following, tempfile::TempDir) {
    let held = scene.open(0, 0).unwrap();
    scene.written.last = scene.written.journal.last();
    let Scene { dir, written, .. } = scene;
    let (stop, stopped) = mpsc::channel();
    *written.stopping.lock().unwrap() = (reads, Some(stop));
    let metrics = metrics();
    let (config, ballast) = (config(dir.path()), 0);
    let room = RoomConfig { free_min, ballast };
    let following = Following {
        reader: written.reader(),
        journal: Box::new(written),
        applied: watch::Sender::new(Position(held.store.applied().unwrap().position)),
        store: held.store,
        clearing: mpsc::channel().0,
        ledger: Ledger::in_folder(&config.dir),
        remembered: Arc::default(),
        consumed: watch::Sender::new(None),
        health: Arc::new(HealthCell::of(Health::Standby)),
        room: Arc::new(Room::of(&config.dir, room, &metrics.engine)),
        dir: config.dir,
        metrics,
        clock: || NOW,
        flush_interval: Duration::from_secs(60),
        stop: stopped,
    };
    (following, dir)
}

#[test]
fn who_is_told_to_stop_leaves_what_is_not_applied_yet() {
    let scene = Scene::new();
    let positions = scene.positions.clone();
    let (mut following, _dir) = following(scene, 0, 2);
    assert!(following.round().unwrap());
    assert_eq!(*following.applied.borrow(), positions[1], "the next one waits");
    assert_eq!(following.store.applied().unwrap().position, positions[1].0);
}

#[test]
fn nothing_is_applied_on_a_full_disk() {
    let scene = Scene::new();
    let positions = scene.positions.clone();
    let (mut following, _dir) = following(scene, u64::MAX, u32::MAX);
    assert!(!following.round().unwrap());
    assert_eq!(following.store.applied().unwrap().position, positions[0].0);
}

#[test]
fn a_journal_that_seems_to_end_before_what_the_store_has_is_looked_at_again() {
    let mut scene = Scene::new();
    let held = scene.open(2, 2).unwrap();
    assert_eq!(scene.applied(&held), 2);
    drop(held);
    let held = scene.open(0, 2).unwrap();
    assert_eq!(scene.applied(&held), 2);
    drop(held);
    match scene.open(0, 1) {
        Err(StartError::JournalLost { journal, store }) => {
            assert_eq!((journal, store), (scene.positions[1], scene.positions[2]));
        }
        other => panic!("what was acknowledged is not there: {other:?}"),
    }
}

#[test]
fn what_comes_while_a_store_is_brought_up_is_known_before_anybody_stands_by() {
    let mut scene = Scene::new();
    let held = scene.open(0, 2).unwrap();
    assert_eq!(scene.applied(&held), 0, "it came too late for that");
    assert_eq!(scene.written.last(), scene.positions[2]);
    let log = Log::followed(&scene.written);
    held.recovered(&config(scene.dir.path()), &log).unwrap();
    assert_eq!(scene.applied(&held), 2);
}

#[test]
fn of_stores_that_were_behind_what_the_journal_has_the_last_is_kept() {
    let mut scene = Scene::new();
    let former = ["first", "second"];
    for name in former {
        drop(scene.open(0, 0).unwrap());
        fs::rename(scene.place("store"), scene.place(name)).unwrap();
    }
    let held = scene.open(2, 2).unwrap();
    let source = held.source(Log::followed(&scene.written));
    source.snapshot(&mut || Ok(())).unwrap();
    drop((source, held));
    scene.written.journal.roll().unwrap();
    scene.written.journal.forget(scene.positions[2]).unwrap();
    for name in former {
        fs::write(scene.place(name).join("mark"), name).unwrap();
        fs::remove_dir_all(scene.place("store")).unwrap();
        fs::rename(scene.place(name), scene.place("store")).unwrap();
        let held = scene.open(2, 2).unwrap();
        assert_eq!(scene.applied(&held), 2);
        let kept = fs::read_to_string(scene.place("store.behind").join("mark"));
        assert_eq!(kept.unwrap(), name);
    }
    let entries = fs::read_dir(scene.place("")).unwrap().map(Result::unwrap);
    let names = entries.map(|entry| entry.file_name().into_string().unwrap());
    let mut stores: Vec<String> = names.filter(|name| name.starts_with("store")).collect();
    stores.sort();
    assert_eq!(stores, ["store", "store.behind"]);
}

#[test]
fn nobody_who_has_customers_stands_by_for_a_resolver() {
    let spread = SpreadRecord {
        partitions: 2,
        told: 0,
        up_to: Vec::new(),
        after: None,
    };
    let parts = [
        (Part::Whole, true),
        (Part::Partition { index: 1 }, true),
        (
            Part::Resolver {
                partitions: 2.try_into().unwrap(),
            },
            false,
        ),
    ];
    for (part, is_refused) in parts {
        let mut scene = Scene::new();
        let routing = Commit {
            changes: vec![Change {
                key: keys::SPREAD.to_vec(),
                value: Some(codec::encode(&spread).unwrap()),
            }],
            ..commit(COMMITS + 1)
        };
        scene
            .positions
            .push(scene.written.journal.append(&routing).unwrap());
        let held = scene.open(3, 3).unwrap();
        let (
            config,
            Scene {
                dir: _dir, written, ..
            },
        ) = (config(scene.dir.path()), scene);
        let following = (held, Box::new(written) as Box<dyn FollowedJournal>);
        match Standby::start(following, &config, rules(part), metrics(), || NOW) {
            Err(StartError::Routes { known: 2 }) if is_refused => {}
            Ok(standby) if !is_refused => drop(standby.stop().unwrap()),
            other => panic!("{part:?}: {other:?}"),
        }
    }
}
