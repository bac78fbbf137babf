//! What is read while a commit is applied in between.

use std::cell::Cell;

use super::*;
use crate::{
    domain::{identity::IdentityRules, profile::FoldLimits},
    journal::{
        Journal as _,
        file::{FileJournal, FileJournalConfig},
    },
    store::{Applied, AtomId, Bytes, ErasureId, ErasureRecord, InputRecord, Removed, StoreConfig, codec},
};

const ID: ProfileId = ProfileId([7; 16]);

/// What belongs to the profile and is not in its record, as its atoms are.
const BESIDE: &[u8] = b"Zbeside";

/// A store of its own, and questions about it.
struct Scene {
    store: Store,
    query: Query,
    _dir: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = StoreConfig::caching(8 << 20);
        let store = Store::open(&dir.path().join("store"), config).unwrap();
        let journal = FileJournal::open(&dir.path().join("journal"), FileJournalConfig::default());
        let rules = Rules {
            tenant: "default".to_owned(),
            part: Default::default(),
            identity: IdentityRules::standard(),
            fold: FoldLimits::STANDARD,
            retention: Default::default(),
            views: BTreeMap::new(),
            channel_views: BTreeMap::new(),
            repairs_max: 64,
            rejections_max: 1,
            decide: Default::default(),
        };
        let query = Query::new(
            store.clone(),
            Arc::new(Keyring::new(&[1; 32], &[2; 32])),
            Arc::new(rules),
            Arc::from(journal.unwrap().journal.reader()),
            watch::channel(Position::START).1,
        );
        Self {
            store,
            query,
            _dir: dir,
        }
    }

    /// Applies a commit that changes the profile and what belongs to it; `None` ends both.
    fn commit(&self, version: Option<u8>) {
        let record = version.map(|version| ProfileRecord {
            version: version.into(),
            ..ProfileRecord::default()
        });
        let record = record.map(|record| codec::encode(&record).unwrap());
        let beside = version.map(|version| [version]);
        let (key, beside) = (keys::profile(ID), beside.as_ref().map(<[u8; 1]>::as_slice));
        let changes = [(key.as_slice(), record.as_deref()), (BESIDE, beside)];
        self.store.apply(Applied::default(), changes.into_iter()).unwrap();
    }

    /// The version in the profile's record with what is beside it; the next of `commits` is applied between the reads.
    fn read(&self, commits: &[Option<u8>]) -> Option<(u64, Option<u8>)> {
        let next = Cell::new(0);
        let read = |record: &ProfileRecord| {
            if let Some(version) = commits.get(next.get()) {
                self.commit(*version);
                next.set(next.get() + 1);
            }
            let beside: Option<Bytes> = self.store.get(BESIDE)?;
            Ok((record.version, beside.and_then(|bytes| bytes.first().copied())))
        };
        self.query.settled(ID, read).unwrap()
    }
}

#[test]
fn an_answer_is_of_one_commit_though_others_are_applied_while_it_is_read() {
    let scene = Scene::new();
    assert_eq!(scene.read(&[]), None);
    scene.commit(Some(1));
    assert_eq!(scene.read(&[]), Some((1, Some(1))));
    assert_eq!(scene.read(&[Some(2)]), Some((2, Some(2))));
    assert_eq!(scene.read(&[Some(3), Some(4), Some(5)]), Some((5, Some(5))));
}

#[test]
fn a_profile_that_ends_while_it_is_read_is_gone() {
    let scene = Scene::new();
    scene.commit(Some(1));
    assert_eq!(scene.read(&[None]), None);
    scene.commit(Some(2));
    assert_eq!(scene.read(&[Some(3), None]), None);
}

#[test]
fn a_profile_that_every_commit_changes_is_answered_all_the_same() {
    let scene = Scene::new();
    scene.commit(Some(0));
    let commits: Vec<Option<u8>> = (1..=u8::MAX).map(Some).collect();
    let (version, _) = scene.read(&commits).unwrap();
    assert!(
        usize::try_from(version).unwrap() < READS_MAX,
        "read {version} times"
    );
}

#[test]
fn who_is_still_to_be_looked_at_again_is_pending() {
    let scene = Scene::new();
    let (here, elsewhere) = (AtomId([1; 16]), AtomId([2; 16]));
    let record = ProfileRecord {
        members: vec![here],
        ..ProfileRecord::default()
    };
    let pending = |left: AtomId| {
        let (profile, repair) = (keys::profile(ID), keys::repair(left));
        let record = codec::encode(&record).unwrap();
        let changes = [(&*profile, Some(&*record)), (&*repair, Some([].as_slice()))];
        scene
            .store
            .apply(Applied::default(), changes.into_iter())
            .unwrap();
        (
            scene.query.portrait(ID).unwrap().unwrap().pending,
            scene.query.kept_by().unwrap().settled,
        )
    };
    assert_eq!(pending(elsewhere), (false, false));
    assert_eq!(pending(here), (true, false));
}

#[test]
fn who_was_erased_is_read_again_once_that_changed() {
    let scene = Scene::new();
    let told = || scene.query.withdrawn().unwrap().erasures().count();
    assert_eq!(told(), 0);
    let erasure = ErasureRecord {
        id: ErasureId([3; 16]),
        at: Timestamp::MIN,
        batch: 1,
        until: Timestamp::MIN,
        due: Timestamp::MIN,
        withdrawn: None,
        clearing: None,
        gone: None,
        profile: ID,
        absorbed: Vec::new(),
        keys: Vec::new(),
        atoms: Vec::new(),
        claims: Vec::new(),
        refused: Vec::new(),
        removed: Removed::default(),
    };
    let record = codec::encode(&erasure).unwrap();
    let (place, pending) = (keys::erasure(erasure.id), keys::pending(erasure.id));
    let change = |there: bool| {
        let changes = [
            (&*place, Some(&*record)),
            (&*pending, there.then_some([].as_slice())),
        ];
        scene
            .store
            .apply(Applied::default(), changes.into_iter())
            .unwrap();
    };
    change(true);
    assert_eq!(told(), 0, "as it was read before");
    scene.query.remembered().changed();
    assert_eq!(told(), 1);
    change(false);
    scene.query.remembered().changed();
    assert_eq!(told(), 0);
}

#[test]
fn what_is_not_consumed_yet_is_to_be_deleted_once_it_is() {
    let scene = Scene::new();
    let refused = [3, 7, 9].map(|place| (keys::undeleted(place), Some(Vec::<u8>::new())));
    let consumed = |sequence| {
        let input = InputRecord {
            stream: "YEKTA_EVENTS".to_owned(),
            created_ns: 1,
            sequence,
            digest: [0; 16],
        };
        vec![(keys::INPUT.to_vec(), Some(codec::encode(&input).unwrap()))]
    };
    let apply = |changes: &[(Vec<u8>, Option<Vec<u8>>)]| {
        let changes = changes
            .iter()
            .map(|(key, value)| (key.as_slice(), value.as_deref()));
        scene.store.apply(Applied::default(), changes).unwrap();
    };
    let undeleted = |most| scene.query.undeleted(most).unwrap();
    apply(&refused);
    let none = Vec::<u64>::new();
    assert_eq!(undeleted(10), none, "nothing is consumed");
    apply(&consumed(7));
    assert_eq!(undeleted(10), vec![3_u64, 7]);
    assert_eq!(undeleted(1), vec![3_u64]);
    apply(&[(keys::undeleted(3), None), (keys::undeleted(7), None)]);
    assert_eq!(undeleted(10), none);
    apply(&consumed(9));
    assert_eq!(undeleted(10), vec![9_u64]);
}
