//! The writer: one thread, its queue, and what edges hold of it.
//!
//! Owns when something is taken and who is answered; the commit itself is [`step`](crate::engine::step)'s. An edge hands over by
//! [`handle`], what is posted comes by an [`intake`], and the [`worker`] takes what waits in `turns` with what is left to be done.

pub(crate) mod beside;
pub(crate) mod chores;
pub(crate) mod counted;
pub(crate) mod ending;
pub mod handle;
pub(crate) mod input;
pub mod intake;
pub(crate) mod population;
pub(crate) mod room;
pub mod start;
pub(crate) mod taking;
pub(crate) mod turns;
pub(crate) mod upkeep;
pub(crate) mod waiting;
pub mod worker;
