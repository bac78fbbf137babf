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
mod catalogue;
mod cleared;
mod commands;
mod contact;
mod contact_asked;
mod contact_quiet;
mod contract;
mod contradictions;
mod counter;
mod desk;
mod divided;
mod divided_again;
mod divided_asked;
mod divided_elsewhere;
mod divided_owners;
mod divided_snapshot;
mod divided_started;
mod divided_updates;
mod divided_valued;
mod erased;
mod erased_large;
mod experience;
mod export;
mod facts;
mod flows;
mod flows_anew;
mod flows_asked;
mod flows_kept;
mod flows_messages;
mod flows_once;
mod flows_parted;
mod flows_rules;
mod flows_segments;
mod flows_waiting;
mod folder;
mod follower;
mod frames;
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
mod related;
mod repairs;
mod report;
mod retracted;
mod roles;
mod routing;
mod routing_agents;
mod routing_asked;
mod rulebook;
mod rules;
mod said;
mod schema;
#[path = "../scratch/mod.rs"]
mod scratch;
mod segments_asked;
mod segments_new;
mod shapes;
mod snapshot;
mod social;
mod steward;
mod strangers;
mod subscriber;
mod till;
mod town;
mod tryout;
mod updates;
mod value;
mod walk_ins;
mod what_if;
mod wish_list;
