//! Versioned JSON shapes, in and out.

pub mod json;
pub mod out;
pub mod time;
