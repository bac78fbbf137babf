//! The sections of the configuration, one file each: owns which keys there are, their bounds and what they become.
//!
//! A section reads with a `Reader` and checks nothing of another section; `crate::config::check` does that. Where a
//! module has a type for its settings, the section gives that type.

pub(crate) mod catalogue;
pub(crate) mod channels;
pub(crate) mod cluster;
pub(crate) mod contact;
pub(crate) mod data;
pub(crate) mod decide;
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
pub(crate) mod routing;
pub(crate) mod shop;
pub(crate) mod snapshots;
pub(crate) mod sources;
pub(crate) mod store;
pub(crate) mod value;
pub(crate) mod views;

use std::path::PathBuf;

use crate::{config::reader::Reader, telemetry::Secret};

/// The longest name of a channel, kind, source, tenant or view.
const NAME_LETTERS_MAX: usize = 64;

/// What such a name looks like.
pub(crate) const NAME_EXPECTED: &str = "expected a name of 1 to 64 characters of a-z, 0-9 and _";

/// Whether `name` can be a part of a subject and of a path as it is.
pub(crate) fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=NAME_LETTERS_MAX).contains(&name.len()) && name.bytes().all(plain)
}

/// A secret that is stated, or the content of the file that holds it, without the white space around it; and that file.
fn secret_or_file(
    table: &mut Reader<'_>,
    [key, file_key]: [&str; 2],
    what: &str,
    fits: impl Fn(&str) -> bool,
) -> (Option<Secret>, Option<PathBuf>) {
    let given = table.secret(key, &format!("expected {what}, or nothing"), &fits);
    let file = table.optional(
        file_key,
        "expected a file that holds the key, or nothing",
        |text| Some(PathBuf::from(text)),
    );
    let Some(file) = file else { return (given, None) };
    if given.is_some() {
        table.refuse(
            file_key,
            None,
            format!("expected nothing, since {key} is set too"),
        );
        return (given, Some(file));
    }
    let content = std::fs::read_to_string(&file).ok();
    let read = content
        .as_deref()
        .map(str::trim)
        .filter(|text| fits(text))
        .map(Secret::new);
    if read.is_none() {
        let shown = format!("{:?}", file.display().to_string());
        table.refuse(
            file_key,
            Some(shown),
            format!("expected a readable file of {what}"),
        );
    }
    (read, Some(file))
}
