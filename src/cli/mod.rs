//! The command line.
pub mod client;
pub mod output;
