//! A resolver over a store of its own, without a writer.

mod connected;
mod linked;
mod refused;
mod routed;
mod spread;

use std::{collections::BTreeMap, num::NonZeroU32};

use crate::{
    domain::{
        event::{Event, EventId},
        identifier::{Identifier, Kind, Trust},
        identity::{IdentityRules, Key},
        profile::FoldLimits,
        time::Timestamp,
        value::Value,
    },
    engine::{
        deciding::RuleHealth,
        identity::memory::Memory,
        parting::Part,
        resolver::step,
        state::{ahead::Ahead, batch::Rules, known::Known},
        step::{Ground, Standing, Stepped},
        writer::input::Input,
    },
    store::{Applied, Keyring, Store, StoreConfig},
};

/// So many partitions.
const PARTITIONS: NonZeroU32 = NonZeroU32::new(3).unwrap();

const NOW: Timestamp = Timestamp::from_micros(1_000_000_000);

/// A resolver's state, and what it goes by.
struct Scene {
    store: Store,
    keyring: Keyring,
    rules: Rules,
    known: Known,
    memory: Memory,
    health: RuleHealth,
    standing: Standing,
    partitions: NonZeroU32,
    _dir: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("store"), StoreConfig::caching(8 << 20)).unwrap();
        let (known, _) = Known::of(1 << 20, 1 << 16, 10);
        let rules = Rules {
            tenant: "default".to_owned(),
            part: Part::Resolver {
                partitions: PARTITIONS,
            },
            identity: IdentityRules::standard(),
            fold: FoldLimits::STANDARD,
            retention: Default::default(),
            views: BTreeMap::new(),
            channel_views: BTreeMap::new(),
            repairs_max: 64,
            rejections_max: 8,
            decide: Default::default(),
        };
        Self {
            store,
            keyring: Keyring::new(&[1; 32], &[2; 32]),
            rules,
            known,
            memory: Memory::default(),
            health: RuleHealth::default(),
            standing: Standing::default(),
            partitions: PARTITIONS,
            _dir: dir,
        }
    }

    /// Does something with what is committed.
    fn over<T>(&self, work: impl FnOnce(Ground<'_>) -> T) -> T {
        work(Ground {
            before: &Ahead::new(self.store.clone(), None, &self.known),
            keyring: &self.keyring,
            rules: &self.rules,
            memory: &self.memory,
            book: &self.rules.decide.book.current(),
            health: &self.health,
        })
    }

    /// Takes a batch and commits it.
    fn take(&mut self, input: &Input) -> Stepped {
        let stepped = self.over(|ground| step(ground, self.partitions, &self.standing, input, NOW).unwrap());
        if let Some(commit) = &stepped.commit {
            let applied = Applied {
                position: commit.marker.batch,
                batch: commit.marker.batch,
                fingerprint: commit.marker.fingerprint,
            };
            let changes = commit.changes.iter();
            let changes = changes.map(|change| (change.key.as_slice(), change.value.as_deref()));
            self.store.apply(applied, changes).unwrap();
        }
        self.standing = stepped.standing.clone();
        stepped
    }
}

fn key(kind: Kind, value: &str) -> Key {
    Key {
        kind,
        value: value.to_owned(),
    }
}

/// A kind that nobody configured.
fn label() -> Kind {
    Kind::new("campaign").unwrap()
}

/// What somebody did who is known by these.
fn event(id: &str, identifiers: &[(Kind, &str, Trust)]) -> Event {
    let id = EventId {
        source: "shop".to_owned(),
        id: id.to_owned(),
    };
    let mut event = Event::plain(id, "Page Viewed", NOW);
    event.identifiers = identifiers
        .iter()
        .map(|(kind, value, trust)| Identifier::from_normalised(kind.clone(), (*value).to_owned(), *trust))
        .collect();
    event.identifiers.sort();
    event
}

fn traits(of: &[(&str, &str)]) -> BTreeMap<String, Value> {
    let text = |(name, value): &(&str, &str)| ((*name).to_owned(), Value::Text((*value).to_owned()));
    of.iter().map(text).collect()
}
