//! The sections of the configuration, one file each: owns which keys there are, their bounds and what they become.
//!
//! A section reads with a `Reader` and checks nothing of another section; `crate::config::check` does that. Where a
//! module has a type for its settings, the section gives that type.

pub(crate) mod channels;
pub(crate) mod data;
pub(crate) mod decode;
pub(crate) mod engine;
pub(crate) mod fold;
pub(crate) mod http;
pub(crate) mod identifiers;
pub(crate) mod identity;
pub(crate) mod journal;
pub(crate) mod key_files;
pub(crate) mod keys;
pub(crate) mod log;
pub(crate) mod nats;
pub(crate) mod retention;
pub(crate) mod snapshots;
pub(crate) mod sources;
pub(crate) mod store;
pub(crate) mod views;

/// The longest name of a channel, kind, source, tenant or view.
const NAME_LETTERS_MAX: usize = 64;

/// What such a name looks like.
const NAME_EXPECTED: &str = "expected a name of 1 to 64 characters of a-z, 0-9 and _";

/// Whether `name` can be a part of a subject and of a path as it is.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=NAME_LETTERS_MAX).contains(&name.len()) && name.bytes().all(plain)
}
