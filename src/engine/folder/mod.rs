//! The data folder: opened, brought up to its journal, built again, looked at, moved, and snapshots of it.
//!
//! Owns what a start and an operator do to the files, and what a running engine does to them as a whole: brings the store up to
//! each commit (`recover`), has [`snapshots`] made, measures what they take (`occupied`). All else must never run beside a writer
//! on the same folder.

pub(crate) mod build;
pub(crate) mod joining;
pub mod migrate;
pub(crate) mod occupied;
pub mod offline;
pub mod open;
pub mod recorded;
pub(crate) mod recover;
pub mod restore;
pub(crate) mod salvage;
pub(crate) mod secrets;
pub mod snapshot;
pub mod snapshots;
pub mod verify;
