//! The writer: everything that happens to an event between the edge and the journal.

pub mod atoms;
pub mod graph;
pub mod overlay;

pub mod api;
pub mod query;
pub(crate) mod batch;
mod combine;
mod devices;
pub mod membership;
mod place;
mod resolve;
