//! The pure core.
pub mod identifier;
