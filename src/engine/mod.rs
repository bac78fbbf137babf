//! The writer and the queries: everything that happens to an event between the edge and the journal.
//!
//! An edge hands validated events over by [`Handle::submit`]. The [`worker`], one thread, takes what waits and calls
//! [`step`], which is synchronous and has no effects: it places each event in its atom ([`place`]), brings the partition
//! into persons up to date ([`resolve`]), combines the profiles that changed ([`combine`]) and writes the messages
//! ([`publish`]). The worker makes the commit durable in the journal, applies it to the store, and only then answers.
//! Where other rules hold than the store was kept by ([`edition`]), it makes atoms anew in between ([`renew`]).
//! [`Query`] reads committed state from any thread; [`open`] brings a store up to its journal at start, and [`snapshots`]
//! lets the journal forget. A [`standby`] follows a journal that another process writes, and takes it over.
//! Where several engines have the customers of one tenant between them ([`parting`]), a [`resolver`] has a step of its own, which
//! says who has whom.
//!
//! Nothing here knows HTTP or a broker. Called by the edges, composed by `app`.

mod absent;
mod ahead;
mod alike;
mod anew;
pub mod answer;
pub mod api;
pub mod atoms;
pub mod batch;
mod beside;
mod bounds;
mod build;
mod chores;
mod cleared;
mod combine;
mod commands;
pub mod component;
mod contact;
pub mod copies;
mod counted;
pub(crate) mod deciding;
mod devices;
mod edition;
pub mod elsewhere;
mod ending;
mod entries;
mod erase;
mod erased;
mod erasures;
pub mod error;
mod evidence;
pub mod experience;
mod expire;
pub mod explain;
mod export;
pub mod expunge;
pub mod find;
pub mod forgetting;
pub mod graph;
pub mod handle;
mod hot;
mod index;
mod input;
pub mod intake;
mod joining;
mod known;
mod ledger;
pub mod membership;
mod memory;
pub mod migrate;
mod occupied;
pub mod offline;
pub mod open;
pub mod overlay;
pub mod parting;
mod partition;
mod place;
mod population;
pub mod possible;
mod publish;
mod qr;
pub mod query;
pub mod recorded;
mod recover;
mod refold;
mod renew;
mod repair;
mod resolve;
mod resolver;
pub mod restore;
mod retract;
mod room;
mod routing;
pub mod rules_told;
mod salvage;
mod secrets;
mod seeds;
pub mod snapshot;
pub mod snapshots;
pub mod standby;
pub mod start;
mod step;
mod steward;
mod surroundings;
mod taking;
mod tallies;
pub(crate) mod tenant;
pub mod timeline;
mod together;
pub mod trial;
mod turns;
pub mod updates;
mod upkeep;
mod value;
pub mod verify;
mod waiting;
pub mod withdrawn;
mod words;
pub mod worker;

pub use crate::{
    engine::{
        answer::{Numbered, Query, QueryError},
        batch::{Deciding, Rules},
        edition::KeptBy,
        expunge::Beyond,
        handle::{Handle, HandleLimits, Health},
        joining::{has_store, secrets_open},
        migrate::Migrated,
        offline::Offline,
        open::{EngineConfig, Folder, Opened, StartError},
        parting::Part,
        restore::{rebuild, restore},
        room::RoomConfig,
        secrets::SecretsError,
        snapshot::SnapshotError,
        snapshots::SnapshotConfig,
        standby::{Held, Standby, StandbyError, StandbyMetrics},
        start::Engine,
        updates::Update,
        verify::Verified,
        worker::WorkerConfig,
    },
    journal::Position,
    store::{ErasureId, ErasureRecord, ProfileId},
};
