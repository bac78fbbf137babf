//! The commands that run or inspect a service.

pub(crate) mod audit;
pub(crate) mod cluster;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod fingerprint;
pub(crate) mod generate;
pub(crate) mod identity;
pub(crate) mod man;
pub(crate) mod migrate;
mod play;
pub(crate) mod rebuild;
pub(crate) mod restore;
pub(crate) mod rules;
pub(crate) mod serve;
mod settings;
pub(crate) mod snapshot;
mod temporary;
pub(crate) mod tenant;
pub(crate) mod verify;
