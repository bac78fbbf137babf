//! Trying rules out: what flows and segments make of events, over days within a moment and without a service.
//!
//! | what | where |
//! |---|---|
//! | events at their times, and what is due in between | [`Simulation`] |
//! | what is seen of it | [`seen`] |
//! | events in, expected actions out: files of the user | [`cases`] |
//! | what a folder recorded, in the order it came | [`History`] |
//! | how much of what there was, for each rule | [`Tally`] |
//!
//! The decisions are the engine's own ([`crate::engine::trial`]): nothing is decided here. Must never write to a folder that
//! somebody keeps, and reads no clock. Called by the commands `yekta rules test` and `yekta rules try`.

pub mod cases;
mod error;
mod history;
pub mod seen;
mod simulation;
mod sorter;
mod span;
mod tally;

pub use crate::tryout::{
    error::TryError,
    history::History,
    simulation::Simulation,
    span::{Span, relative},
    tally::{FlowTally, SegmentTally, Tally},
};
