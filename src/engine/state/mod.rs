//! What a step reads and leaves: the committed store, what lies over it that no reader sees yet, and what is known without asking.
//!
//! A [`batch`] writes into its [`overlay`] alone, and a batch builds on the one before it (`ahead`). Nothing here decides anything.

pub(crate) mod absent;
pub(crate) mod ahead;
pub mod atoms;
pub mod batch;
pub(crate) mod entries;
pub(crate) mod hot;
pub(crate) mod known;
pub mod overlay;
