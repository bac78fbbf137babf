//! The experience itself: where customers are on their journeys, what they say and feel on the way, and what that comes to
//! among all.
//!
//! | what | where |
//! |---|---|
//! | what the rules say of a journey | [`journey`] |
//! | how far somebody is on it | [`course`] |
//! | what is counted, by day | [`cell`], written down by [`named`] |
//! | what one person adds to it | [`share`] |
//!
//! A person's events are folded once ([`crate::domain::profile::experience`]); all here is a function of that fold, so it is
//! the same whatever the order of arrival, and is put right where people become one or part. The engine keeps the cells.

pub mod cell;
pub mod course;
pub mod journey;
pub mod named;
pub mod share;

pub use self::{
    cell::{Cell, Data, Measure, Spot, Sums, Trial},
    course::Course,
    journey::{Importance, Journey, Stage, Touchpoint},
    named::Named,
    share::{Person, share},
};
