//! Yekta: one customer, one profile, on every channel.
pub mod domain;

pub mod journal;
pub mod store;
pub mod wire;

pub mod engine;

pub mod console;
pub mod http;

pub mod config;
pub mod telemetry;

pub mod app;
pub mod cli;
