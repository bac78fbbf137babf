//! What is asked of a broker, and what is noted, while somebody is cleared out of everything.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex},
};

use tokio::sync::{mpsc, watch};

use super::*;
use crate::{
    domain::{identity::IdentityRules, profile::FoldLimits},
    engine::{
        api::Answer,
        folder::{secrets::Secrets, snapshot::Source, snapshots::SnapshotConfig},
        state::batch::Rules,
        writer::{
            handle::Nudge,
            room::{Room, RoomConfig},
        },
    },
    journal::{
        Journal as _,
        file::{FileJournal, FileJournalConfig},
    },
    store::{
        Applied, Keyring, ProfileId, Read as _, Removed, Store, StoreConfig, codec, fingerprint::Multiset,
        keys,
    },
    telemetry::{EngineMetrics, Registry},
};

const NOW: Timestamp = Timestamp::from_micros(1_000);
const LATER: Timestamp = Timestamp::from_micros(1_000_000_000_000);

/// A broker that holds nothing, and refuses once what it is told to.
#[derive(Debug, Default)]
struct Elsewhere {
    calls: Mutex<Vec<&'static str>>,
    refused: Mutex<Option<&'static str>>,
}

impl Elsewhere {
    fn call(&self, what: &'static str) -> Result<(), BeyondError> {
        self.calls.lock().unwrap().push(what);
        match self.refused.lock().unwrap().take_if(|refused| *refused == what) {
            Some(_) => Err("refused".into()),
            None => Ok(()),
        }
    }
}

impl Beyond for Elsewhere {
    fn withdraw(&self, _query: &Query, _goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        self.call("withdraw")
    }

    fn has_room(&self, _goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        self.call("has_room")
    }

    fn let_go(&self, _goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        self.call("let_go")
    }

    fn caught_up(&self, _goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        self.call("caught_up")
    }

    fn shelve(&self, path: &Path, anew: bool, _goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        assert!(anew && path.exists(), "{}", path.display());
        self.call("shelve")
    }

    fn refused(&self, _places: &[u64], _goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        self.call("refused")
    }
}

/// Applies changes as the commit at a position.
fn apply(store: &Store, position: u64, changes: &[(Vec<u8>, Option<Vec<u8>>)]) {
    let applied = Applied {
        position,
        batch: position,
        fingerprint: Multiset::default().to_bytes(),
    };
    let changes = changes
        .iter()
        .map(|(key, value)| (key.as_slice(), value.as_deref()));
    store.apply(applied, changes).unwrap();
}

/// Notes how far an erasure is, as the commit at a position.
fn note(store: &Store, position: u64, id: ErasureId, progress: Progress) {
    let key = keys::erasure(id);
    let mut erasure: ErasureRecord = store.record(&key).unwrap().unwrap();
    let at = Some(Timestamp::from_micros(i64::try_from(position).unwrap()));
    match progress {
        Progress::Withdrawn => erasure.withdrawn = at,
        Progress::Clearing => erasure.clearing = at,
        Progress::Gone => erasure.gone = at,
    }
    let mut changes = vec![(key, Some(codec::encode(&erasure).unwrap()))];
    if progress == Progress::Gone {
        changes.push((keys::pending(id), None));
    }
    apply(store, position, &changes);
}

/// Does what the writer is asked to, as far as it is asked here; ends with the last who asks.
fn write(store: &Store, mut jobs: mpsc::Receiver<Job>) {
    while let Some(job) = jobs.blocking_recv() {
        let next = || store.applied().unwrap().position + 1;
        match job {
            Job::Command { ordered, reply } => {
                let Command::Note { erasures, progress } = ordered.command else {
                    panic!("something else than a note")
                };
                for id in erasures {
                    note(store, next(), id, progress);
                }
                reply.send((Ok(Answer::Noted), Position(next()))).unwrap();
            }
            Job::Chore(Chore::Roll(told)) => told.send(Position::START).unwrap(),
            Job::Chore(Chore::ForgetFor(through, told)) => told.send(through).unwrap(),
            Job::Chore(Chore::WriteAnew(_, told)) => told.send(Position(next())).unwrap(),
            other => panic!("something else: {other:?}"),
        }
    }
}

struct Scene {
    store: Store,
    snapshots: Snapshots,
    elsewhere: Arc<Elsewhere>,
    apart: RefCell<BTreeSet<ErasureId>>,
    _jobs: mpsc::Sender<Job>,
    _dir: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("store"), StoreConfig::caching(8 << 20)).unwrap();
        let journal = FileJournal::open(&dir.path().join("journal"), FileJournalConfig::default());
        let journal = journal.unwrap().journal;
        let keyring = Arc::new(Keyring::new(&[1; 32], &[2; 32]));
        let rules = Rules {
            tenant: "default".to_owned(),
            part: Default::default(),
            identity: IdentityRules::standard(),
            fold: FoldLimits::STANDARD,
            retention: Default::default(),
            views: BTreeMap::new(),
            channel_views: BTreeMap::new(),
            repairs_max: 64,
            decide: Default::default(),
            rejections_max: 1,
        };
        let source = Source {
            store: store.clone(),
            reader: Arc::from(journal.reader()),
            journal: journal.identity(),
            secrets: keyring.check(),
            cipher: None,
            folder: dir.path().join("snapshots"),
        };
        let query = Query::new(
            store.clone(),
            keyring,
            Arc::new(rules),
            Arc::from(journal.reader()),
            watch::channel(Position::START).1,
        );
        let metrics = EngineMetrics::register(&Registry::new("test").unwrap()).unwrap();
        let (jobs, waiting) = mpsc::channel(16);
        let writing = store.clone();
        std::thread::spawn(move || write(&writing, waiting));
        let elsewhere = Arc::new(Elsewhere::default());
        let room = RoomConfig {
            free_min: 0,
            ballast: 0,
        };
        let snapshots = Snapshots {
            source,
            secrets: Arc::new(Secrets::find(dir.path(), None).unwrap()),
            config: SnapshotConfig {
                interval: None,
                keep: 2,
                forget: true,
            },
            dir: dir.path().to_owned(),
            beyond: Some(elsewhere.clone()),
            query,
            clock: || NOW,
            room: Arc::new(Room::of(dir.path(), room, &metrics)),
            writer: Nudge::to(&jobs, &metrics),
            metrics,
            stop: channel().1,
        };
        Self {
            store,
            snapshots,
            elsewhere,
            apart: RefCell::default(),
            _jobs: jobs,
            _dir: dir,
        }
    }

    /// Somebody was erased just now, of whom no file is to hold anything at `due`.
    fn erased(&self, number: u8, due: Timestamp) {
        let id = ErasureId([number; 16]);
        let erasure = ErasureRecord {
            id,
            at: NOW,
            batch: 1,
            until: NOW,
            due,
            withdrawn: None,
            clearing: None,
            gone: None,
            profile: ProfileId([number; 16]),
            absorbed: Vec::new(),
            keys: Vec::new(),
            atoms: Vec::new(),
            claims: Vec::new(),
            refused: Vec::new(),
            removed: Removed::default(),
        };
        let record = (keys::erasure(id), Some(codec::encode(&erasure).unwrap()));
        let pending = (keys::pending(id), Some(Vec::new()));
        let position = self.store.applied().unwrap().position + 1;
        apply(&self.store, position, &[record, pending]);
    }

    fn erasure(&self, number: u8) -> ErasureRecord {
        let key = keys::erasure(ErasureId([number; 16]));
        self.store.record(&key).unwrap().unwrap()
    }

    fn expunge(&self) -> Result<(), ExpungeError> {
        // As the writer does behind a commit that changes who was erased.
        self.snapshots.query.remembered().changed();
        self.snapshots
            .expunge(&mut self.apart.borrow_mut(), &mut || Ok(()))
    }

    fn calls(&self) -> Vec<&'static str> {
        self.elsewhere.calls.lock().unwrap().clone()
    }
}

#[test]
fn who_was_withdrawn_is_not_withdrawn_again_and_it_stays_noted_since_when() {
    let scene = Scene::new();
    scene.erased(1, LATER);
    scene.expunge().unwrap();
    let since = scene.erasure(1).withdrawn;
    assert!(since.is_some());
    scene.erased(2, LATER);
    scene.expunge().unwrap();
    assert_eq!(scene.erasure(1).withdrawn, since);
    assert!(scene.erasure(2).withdrawn > since);
    scene.expunge().unwrap();
    assert_eq!(scene.calls(), vec!["withdraw"; 2]);
    assert_eq!(scene.erasure(1).clearing, None, "it is not time yet");
}

#[test]
fn what_fails_once_the_broker_is_through_asks_nothing_of_it_that_it_did() {
    let scene = Scene::new();
    scene.erased(1, NOW);
    *scene.elsewhere.refused.lock().unwrap() = Some("caught_up");
    let failed = scene.expunge().unwrap_err();
    assert!(matches!(failed, ExpungeError::Beyond(_)), "{failed}");
    assert_eq!(scene.erasure(1).gone, None);
    scene.expunge().unwrap();
    let through = vec![
        "withdraw",
        "has_room",
        "let_go",
        "shelve",
        "caught_up",
        "shelve",
        "caught_up",
    ];
    assert_eq!(scene.calls(), through);
    assert!(scene.erasure(1).gone.is_some());
    scene.expunge().unwrap();
    assert_eq!(scene.calls(), through, "nobody is left");
    // Somebody else was not there when the documents were written.
    scene.erased(2, NOW);
    scene.expunge().unwrap();
    let again = ["withdraw", "has_room", "let_go", "shelve", "caught_up"];
    assert_eq!(scene.calls(), [through.as_slice(), &again].concat());
}
