//! The experience itself: where customers are on their journeys, what they say and feel on the way, and what that comes to
//! among all.
//!
//! | what | where |
//! |---|---|
//! | what the rules say of a journey | [`journey`] |
//! | how far somebody is on it | [`course`] |
//! | what is counted, by day | [`cell`], written down by [`named`] |
//! | what one person adds to it | [`mod@share`] |
//! | what it did to them, on one scale | [`effect`] |
//! | the cells of some days, put together | [`table`], [`totals`] |
//! | scores and means, and between which bounds they are known | [`score`], [`mean`] |
//! | the curve of a journey: highs, lows, peak and end | [`curve`] |
//! | how fast people go on | [`pace`] |
//! | what was expected and what is observed | [`gap`] |
//! | which kinds of data are missing | [`coverage`] |
//! | which figures move together | [`moves`] |
//! | what a flow did | [`trial`] |
//! | what many customers show that is worth knowing | [`finding`] |
//!
//! A person's events are folded once ([`crate::domain::profile::experience`]); all here is a function of that fold, so it is
//! the same whatever the order of arrival, and is put right where people become one or part. The engine keeps the cells.

pub mod cell;
pub mod course;
pub mod coverage;
pub mod curve;
pub mod effect;
pub mod finding;
pub mod gap;
pub mod journey;
pub mod mean;
pub mod moves;
pub mod named;
pub mod pace;
pub mod score;
pub mod share;
pub mod table;
pub mod totals;
pub mod trial;

pub use self::{
    cell::{Cell, Data, Measure, Spot, Sums, Trial},
    course::Course,
    effect::Effect,
    finding::{Finding, FindingKind},
    journey::{Importance, Journey, Stage, Touchpoint},
    named::Named,
    share::{Person, share},
};
