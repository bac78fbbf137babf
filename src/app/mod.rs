//! The composition root: builds the parts from the settings, runs them, and drains them in order.
//!
//! The only place that knows every module. It holds no logic: what a part does is said in the part.

mod alone;
mod broker;
mod certificate;
pub mod clock;
mod compose;
mod door;
mod erasures;
mod error;
mod front;
mod hand_over;
mod heads;
mod hosting;
pub mod inspect;
mod keys;
mod master;
mod migrate;
mod owner;
mod partitions;
mod reached;
mod rules;
mod running;
mod service;
mod shared;
mod shop;
mod siblings;
mod standalone;
mod standby;
mod stream;
mod supervisor;
mod turn;
mod watching;

pub use crate::app::{
    compose::{audit_folder, engine_config, engine_rules, http_settings},
    error::{ServiceError, StreamError},
    hand_over::{HandOverError, hand_over},
    hosting::Hosting,
    inspect::{BrokerFacts, broker_facts, cluster_status},
    migrate::migrate,
    service::Service,
    standalone::standalone,
    supervisor::Supervisor,
};

#[cfg(test)]
mod tests;
