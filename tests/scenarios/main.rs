//! The product by example: events in, profiles and contexts out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
#![allow(missing_docs, unreachable_pub, reason = "a test has no users")]

mod agreed;
mod alarm;
mod any_order;
mod asked;
mod asyncapi;
mod between;
mod bounds;
mod card;
mod cleared;
mod commands;
mod contact;
mod contact_asked;
mod contract;
mod contradictions;
mod counter;
mod desk;
mod erased;
mod erased_large;
mod export;
mod facts;
mod follower;
mod guard;
mod handoff;
mod identity;
mod ids;
mod invariants;
mod kept;
mod parted;
mod peers;
mod phone_menu;
mod races;
mod reading;
mod refused;
mod repairs;
mod retracted;
mod roles;
mod routing;
mod routing_asked;
mod rules;
mod said;
mod schema;
mod shapes;
mod snapshot;
mod social;
mod steward;
mod strangers;
mod subscriber;
mod till;
mod town;
mod updates;
mod walk_ins;
mod what_if;
mod wish_list;
