//! What an engine makes of an arrival: run on a new data folder, with secrets of its own, and read back by queries.
//! Every other arrival is fed as a stream and goes through a journal that takes its time.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use yekta::{
    domain::{
        context::{Mask, View},
        event::{Event, EventId},
        identity::IdentityRules,
        profile::FoldLimits,
    },
    engine::{
        Engine, EngineConfig, Folder, HandleLimits, Opened, ProfileId, Query, RoomConfig, Rules,
        SnapshotConfig, WorkerConfig,
        api::{Outcome as Became, Submission},
        queries::query::TimelineRange,
    },
    journal::{InputPosition, Journal, file::FileJournalConfig},
    store::{Store, StoreConfig, fingerprint::Multiset},
    telemetry::{EngineMetrics, Registry},
};

use crate::{arrival::Arrival, delayed::Delayed, marks, oracle::Totals, told, town::NOW};

/// More events than any test has.
const ALL: usize = 1 << 20;
/// So many that batches wait for the writer.
const MANY: usize = 1_000;

/// What can be seen of a store that does not depend on its keys.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The persons, each as the places of their events in the list, with what they add up to.
    pub(crate) persons: BTreeMap<BTreeSet<usize>, Person>,
    /// The sum over the store, computed anew from its atoms.
    pub(crate) total: Multiset,
}

/// What one profile adds up to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) fingerprint: [u8; 32],
    pub(crate) events: u64,
    pub(crate) totals: Totals,
}

/// Runs an engine on `arrival` of `events`.
pub(crate) fn run(events: &[Event], arrival: Arrival, rules: &IdentityRules) -> Outcome {
    run_keeping(events, arrival, rules, FoldLimits::STANDARD)
}

/// The same, with profiles that keep other things.
pub(crate) fn run_keeping(
    events: &[Event],
    arrival: Arrival,
    rules: &IdentityRules,
    fold: FoldLimits,
) -> Outcome {
    let dir = crate::scratch::folder();
    let overlaps = Arc::new(AtomicUsize::new(0));
    let delayed = (!arrival.seed.is_multiple_of(2)).then_some(&overlaps);
    let engine = start_keeping(dir.path(), rules, fold, delayed);
    let runtime = runtime();
    let batches: Vec<Vec<Submission>> = arrival.batches.into_iter().map(submissions).collect();
    let outcomes = runtime.block_on(async {
        match delayed {
            Some(_) => fed(&engine, batches).await,
            None => submitted(&engine, batches).await,
        }
    });
    // In a small world the writer may always be done before the next batch is there.
    if delayed.is_some() && events.len() >= MANY {
        let overlaps = overlaps.load(Ordering::Relaxed);
        assert!(overlaps > 0, "order {}: commits overlap", arrival.seed);
    }
    let mut became: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in outcomes {
        let name = match outcome {
            Became::Erased => "erased",
            Became::Accepted(_) | Became::Noted | Became::Routed => "accepted",
            Became::Duplicate => "copy",
            Became::Conflicting => "impostor",
            Became::Refused => "refused",
        };
        *became.entry(name).or_default() += 1;
    }
    let expected = [
        ("accepted", events.len()),
        ("copy", arrival.copies),
        ("impostor", arrival.impostors),
    ];
    let expected: BTreeMap<&str, usize> = expected.into_iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(
        became, expected,
        "order {}: what became of the events",
        arrival.seed
    );
    let outcome = settled(&engine, events, arrival.seed);
    told::each_once(&engine.handle.query(), events, arrival.seed);
    engine.stop().unwrap();
    let store = Store::open(&dir.path().join("store"), config(dir.path()).store).unwrap();
    marks::are_those_of_the_timelines(&store, &rules.identifiers, arrival.seed);
    assert_eq!(
        store.applied().unwrap().fingerprint,
        outcome.total.to_bytes(),
        "order {}: the fingerprint that the writer kept up to date",
        arrival.seed
    );
    outcome
}

pub(crate) fn submissions(events: Vec<Event>) -> Vec<Submission> {
    events
        .into_iter()
        .map(|event| Submission::Event(Box::new(event)))
        .collect()
}

/// Each batch after the one before it was answered.
async fn submitted(engine: &Engine, batches: Vec<Vec<Submission>>) -> Vec<Became> {
    let mut outcomes = Vec::new();
    for batch in batches {
        outcomes.extend(engine.handle.submit(batch).await.unwrap().outcomes);
    }
    outcomes
}

/// All batches as a stream, which asks for answers at its end.
async fn fed(engine: &Engine, batches: Vec<Vec<Submission>>) -> Vec<Became> {
    let mut receipts = Vec::new();
    for (batch, sequence) in batches.into_iter().zip(1_u64..) {
        let position = InputPosition {
            stream: "events".to_owned(),
            created_ns: 7,
            sequence,
            digest: [1; 16],
        };
        receipts.push(engine.handle.feed(batch, position).await.unwrap());
    }
    let (mut outcomes, count) = (Vec::new(), receipts.len());
    for receipt in receipts {
        outcomes.extend(receipt.await.unwrap().outcomes);
    }
    let consumed = engine.handle.consumed().borrow().clone();
    assert_eq!(
        consumed.map_or(0, |input| input.sequence),
        u64::try_from(count).unwrap(),
        "what is answered is consumed"
    );
    outcomes
}

/// An engine on a new folder; with a count of overlaps, over a journal that takes its time.
pub(crate) fn start(dir: &Path, identity: &IdentityRules, delayed: Option<&Arc<AtomicUsize>>) -> Engine {
    start_keeping(dir, identity, FoldLimits::STANDARD, delayed)
}

/// The same, with profiles that keep other things.
pub(crate) fn start_keeping(
    dir: &Path,
    identity: &IdentityRules,
    fold: FoldLimits,
    delayed: Option<&Arc<AtomicUsize>>,
) -> Engine {
    let config = config(dir);
    let folder = Folder::hold(dir, None).unwrap();
    let journal = folder.journal(config.journal.clone()).unwrap();
    let journal: Box<dyn Journal> = Box::new(journal);
    let journal = match delayed {
        Some(overlaps) => Box::new(Delayed::new(journal, overlaps)),
        None => journal,
    };
    let opened = Opened::over(folder, &config, journal).unwrap();
    started(opened, &config, identity, fold)
}

/// An engine over an opened folder.
pub(crate) fn started(
    opened: Opened,
    config: &EngineConfig,
    identity: &IdentityRules,
    fold: FoldLimits,
) -> Engine {
    started_with(opened, config, (identity, fold), &Registry::new("test").unwrap())
}

/// The same, counting in `registry`.
pub(crate) fn started_with(
    opened: Opened,
    config: &EngineConfig,
    (identity, fold): (&IdentityRules, FoldLimits),
    registry: &Registry,
) -> Engine {
    let rules = rules_of(identity, fold);
    let metrics = EngineMetrics::register(registry).unwrap();
    opened.start(config, rules, metrics, || NOW).unwrap()
}

/// What is told with each event: of whom it is, and nothing about them.
fn view() -> View {
    View {
        name: "whose".to_owned(),
        sections: Vec::new(),
        recent_max: 0,
        lines_max: 0,
        mask: Mask::None,
        roles: Vec::new(),
        purpose: None,
    }
}

/// The rules of a tenant whose customers are all in one engine.
pub(crate) fn rules_of(identity: &IdentityRules, fold: FoldLimits) -> Rules {
    let channels = ["web", "mobile", "callcenter", "store"];
    Rules {
        tenant: "default".to_owned(),
        part: Default::default(),
        identity: identity.clone(),
        fold,
        retention: Default::default(),
        views: BTreeMap::from([(view().name, view())]),
        channel_views: channels.map(|channel| (channel.to_owned(), view().name)).into(),
        repairs_max: 1,
        rejections_max: 10,
        decide: Default::default(),
    }
}

pub(crate) fn config(dir: &Path) -> EngineConfig {
    EngineConfig {
        dir: dir.to_owned(),
        master: None,
        queue_jobs_max: 4,
        handle: HandleLimits {
            batch_events_max: 256,
            submit_wait: Duration::from_secs(60),
        },
        worker: WorkerConfig {
            batch_events_max: 256,
            // So little that much is forgotten.
            known_bytes_max: 4 << 10,
            absent_bytes: 4 << 10,
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

/// What there is once nothing is left that the writer has to look at again.
pub(crate) fn settled(engine: &Engine, events: &[Event], seed: u64) -> Outcome {
    let query = engine.handle.query();
    let mut changes = engine.handle.changes();
    runtime().block_on(async {
        while !query.kept_by().unwrap().settled {
            changes.changed().await.unwrap();
        }
    });
    let pending = |id| query.portrait(id).unwrap().unwrap().pending;
    query
        .fingerprints(|id, _| assert!(!pending(id), "seed {seed}: settled, and pending"))
        .unwrap();
    read(events, &query, seed)
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
}

fn read(events: &[Event], query: &Query, seed: u64) -> Outcome {
    let places: BTreeMap<&EventId, usize> = events
        .iter()
        .enumerate()
        .map(|(place, event)| (&event.id, place))
        .collect();
    let mut profiles: Vec<(ProfileId, [u8; 32])> = Vec::new();
    let total = query
        .fingerprints(|id, fingerprint| profiles.push((id, fingerprint)))
        .unwrap();
    let mut persons = BTreeMap::new();
    for (id, fingerprint) in profiles {
        let page = query
            .timeline(
                id,
                &TimelineRange {
                    limit: ALL,
                    ..TimelineRange::default()
                },
            )
            .unwrap();
        let members: BTreeSet<usize> = page.events.iter().map(|event| places[&event.id]).collect();
        assert_eq!(
            members.len(),
            page.events.len(),
            "order {seed}: an event stands in a timeline once"
        );
        let portrait = query.portrait(id).unwrap().unwrap();
        assert_eq!(portrait.fingerprint, fingerprint, "order {seed}");
        let totals = portrait.profile.totals();
        let person = Person {
            fingerprint,
            events: portrait.profile.whole.events,
            totals: (totals.orders, totals.revenue),
        };
        let twin = persons.insert(members, person);
        assert_eq!(twin, None, "order {seed}: two profiles have the same events");
    }
    Outcome { persons, total }
}
