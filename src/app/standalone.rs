//! An engine on a folder by itself: no listener, no edge, for commands that put records through it.

use crate::{
    app::{ServiceError, clock, compose},
    config::Settings,
    engine::{Engine, Opened},
    telemetry::{EngineMetrics, Registry},
};

/// Opens the settings' folder and starts its writer, composed as a standalone service is. Blocks while it recovers.
///
/// # Errors
/// [`ServiceError`].
pub fn standalone(settings: &Settings) -> Result<Engine, ServiceError> {
    let metrics = EngineMetrics::register(&Registry::new(env!("CARGO_PKG_VERSION"))?)?;
    let config = compose::engine_config(settings);
    let rules = compose::engine_rules(settings);
    Ok(Opened::open(&config)?.start(&config, rules, metrics, clock::now)?)
}
