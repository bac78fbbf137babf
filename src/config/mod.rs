//! Settings of every module, composed: owns which settings there are, where they come from and what is wrong with them.
//!
//! [`Settings::load`] puts defaults (`config/default.toml`, built in), file, environment and flags on top of each other,
//! reads the sections, and reports every problem at once. Must never show a secret, read the environment itself, or be
//! imported by a module below it. Called by the commands of `cli`.

mod check;
mod layers;
mod listing;
mod nearest;
mod partitions;
mod problem;
mod reader;
mod rules;
mod section;
mod settings;
mod table;
mod tenants;
#[cfg(test)]
mod tests;
pub mod weights;

pub(crate) use crate::config::table::{Problems, Table, read_table};
pub use crate::config::{
    layers::{DEFAULTS, LoadOptions},
    problem::{ConfigError, Problem},
    rules::RuleFiles,
    section::{
        cluster::{Cluster, Partition},
        data::Data,
        decide::Decide,
        engine::Engine,
        http::{CorsOrigins, Http, Tls},
        key_files::KeyFileError,
        keys::{Key, Purpose, Tokens},
        log::Log,
        shop::Shop,
    },
    settings::Settings,
    tenants::{Found, Place, TenantError, Tenants},
};
