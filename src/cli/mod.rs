//! The command line.
pub mod generate;
pub mod story;
