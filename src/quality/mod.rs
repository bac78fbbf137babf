//! How well persons are told apart: records whose truth is known go through the engine, and what it found is scored.
//!
//! [`Plan`] reads tables by a [`Mapping`], or native events as they are, into [`Load`]s with the truth about them.
//! [`evaluate()`] decodes and submits them as an edge would, reads from committed state which profile holds which event
//! ([`crate::engine::Query::partition`]) and gives [`Scores`]. Must never reach past the engine, know a channel's shape
//! beyond the native event, or put a field of a record into a message. Called by the command `yekta identity evaluate`.
//! [`Recorded`] does the same with what a folder recorded, under other rules: `yekta identity what-if`.
//!
//! The same records, without their truth, teach what agreement weighs ([`train()`](train())): the command
//! `yekta identity train`.

mod assignment;
mod error;
mod evaluate;
mod feed;
mod mapping;
mod plan;
mod record;
mod rows;
mod scores;
mod train;
mod truth;
mod what_if;

pub use crate::quality::{
    assignment::Placed,
    error::QualityError,
    evaluate::{Counts, Evaluation, Report, evaluate},
    mapping::Mapping,
    plan::{Load, Plan},
    scores::{Cell, Rates, Scores},
    train::{Learned, Training, train},
    what_if::{Change, Recorded, WhatIf},
};
