//! The writer and the queries: everything that happens to an event between the edge and the journal.
//!
//! An edge hands validated events over by [`Handle::submit`]. The [`writer`]'s one thread takes what waits and calls [`step`],
//! which is synchronous and has no effects: it reads and leaves [`state`], places each event in its atom and brings the partition
//! into persons up to date ([`identity`]), combines the profiles that changed ([`combine`]) and writes the messages ([`publish`]).
//! The writer makes the commit durable in the journal, applies it to the store, and only then answers.
//!
//! What a request has done is one of [`commands`]; what is due by itself is [`deciding`]'s. What many customers show is counted with
//! the commits and found beside them ([`experience`], [`value`]). Whoever is erased goes by [`erasing`]. Questions are answered from committed state
//! ([`queries`]). A [`folder`] is opened, brought up to its journal, built again and looked at. A [`standby`] follows a journal
//! that another process writes, and takes it over. Where several engines have the customers of one tenant between them
//! ([`parting`]), a [`resolver`] has a step of its own, which says who has whom.
//!
//! Nothing here knows HTTP or a broker. Called by the edges, composed by `app`.

pub mod api;
mod bounds;
mod combine;
mod commands;
pub(crate) mod deciding;
pub mod erasing;
pub mod error;
pub mod experience;
pub mod folder;
pub mod identity;
pub mod parting;
mod publish;
pub mod queries;
mod resolver;
pub mod standby;
pub mod state;
mod step;
mod surroundings;
mod tallies;
pub(crate) mod tenant;
mod together;
pub mod trial;
mod value;
pub mod writer;

pub use crate::{
    engine::{
        erasing::expunge::Beyond,
        folder::{
            joining::{has_store, secrets_open},
            migrate::Migrated,
            offline::Offline,
            open::{EngineConfig, Folder, Opened, StartError},
            restore::{rebuild, restore},
            secrets::SecretsError,
            snapshot::SnapshotError,
            snapshots::SnapshotConfig,
            verify::Verified,
        },
        identity::edition::KeptBy,
        parting::Part,
        queries::{
            answer::{Numbered, Query, QueryError},
            updates::Update,
        },
        standby::{Held, Standby, StandbyError, StandbyMetrics},
        state::batch::{Deciding, Rules},
        writer::{
            handle::{Handle, HandleLimits, Health},
            room::RoomConfig,
            start::Engine,
            worker::WorkerConfig,
        },
    },
    journal::{InputPosition, Position},
    store::{ErasureId, ErasureRecord, ProfileId},
};
