//! The file of a table of weights: owns its format, what may stand in it, and the version that its content has.
//!
//! `yekta identity train` writes such a file and `[identity] weights` names it. It is TOML of whole numbers: a weight is
//! in millionths of a bit, a chance and a frequency in parts per billion; a name or town is known by a keyed hash alone.
//! The key stands in the file, so whoever has it can try names: what fewer than ten people have is not in it. Must never
//! hold a value in clear. Called by the section `[identity]` and by `quality`, which learns tables.

mod read;
mod write;

use sha2::{Digest, Sha256};

pub use crate::config::weights::{
    read::load,
    write::{Remarks, text},
};
use crate::domain::similarity::Weights;

/// The format of the file that this build reads and writes.
pub const FORMAT: u32 = 1;

/// Learned tables have versions from here on; the built-in ones are numbered from 1.
const LEARNED: u32 = 1 << 31;

/// The version that the content of a table gives it: two tables that differ have two, but for one chance in two
/// billion.
#[must_use]
pub fn version(weights: &Weights) -> u32 {
    let [a, b, c, d, ..] = Sha256::digest(write::body(weights, &Remarks::default()).as_bytes()).0;
    u32::from_be_bytes([a, b, c, d]) | LEARNED
}

#[cfg(test)]
mod tests;
