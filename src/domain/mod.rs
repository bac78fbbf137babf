//! The pure core.
pub mod amount;
pub mod identifier;
pub mod time;
pub mod value;
