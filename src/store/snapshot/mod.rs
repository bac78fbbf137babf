//! Snapshots: the whole key space in one file, from which a store is built again without the journal in front of it.
//!
//! Owns the file's format, its name and how it is made whole or not at all; must never know what a key means, nor hold a
//! secret. The engine makes one while its writer goes on: what is read then may be of several commits, so the changes of
//! these commits follow behind it, and whoever loads the file in order has the state after the last of them.
//!
//! A file is the magic, the version (u32, little-endian) and one LZ4 frame with checksums over each block and over all,
//! which is a sequence of entries: a kind (u8), then for a value to put the length of the key (u32), the key, the length
//! of the value and the value, for a deletion the key alone. The last entry is a [`Contents`] record and says how many
//! were in front of it.
//!
//! Where the folder has a data key the version is another, an id (16 bytes) follows, and the frame lies in encrypted pieces
//! (`pieces`).

mod draft;
mod pieces;
mod reading;

use std::{
    io,
    path::{Path, PathBuf},
};

pub use self::{
    draft::{Closed, Draft},
    reading::{Meter, Take, begins, read, read_metered},
};

use crate::store::{Applied, Error, codec::Record, layout};

/// What every file begins with.
const MAGIC: &[u8; 8] = b"YEKTASNP";
/// The format that this build writes and reads.
const VERSION: u32 = 1;
/// The same, encrypted.
const ENCRYPTED_VERSION: u32 = 2;
/// What files of snapshots end in.
const EXTENSION: &str = "snapshot";

/// Kinds of entries.
const PUT: u8 = 1;
const DELETE: u8 = 2;
const END: u8 = 3;

/// What a snapshot holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The state after which commit it is.
    pub applied: Applied,
    /// Of which journal that is a commit.
    pub journal: String,
    /// What tells other secrets from those that its keys are hashed under ([`crate::store::Keyring::check`]).
    pub secrets: [u8; 16],
    /// The format of the key space.
    pub format: u32,
    /// How many entries it has.
    pub entries: u64,
}

layout! {
    struct Contents { applied, journal, secrets, format, entries }
}

impl Record for Contents {
    const VERSION: u8 = 1;
    const NAME: &'static str = "snapshot's contents";
}

/// The snapshots in `folder` with the journal positions that their names state, the newest first; none where there is no
/// such folder.
///
/// # Errors
/// [`Error::Io`] when the folder cannot be listed.
pub fn list(folder: &Path) -> Result<Vec<(u64, PathBuf)>, Error> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(Error::io("list", folder))?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(Error::io("list", folder))?.path();
        found.extend(position(&path).map(|position| (position, path)));
    }
    found.sort_unstable_by(|one, other| other.cmp(one));
    Ok(found)
}

/// The position that the name of a snapshot states.
fn position(path: &Path) -> Option<u64> {
    let is_ours = path.extension().is_some_and(|end| end == EXTENSION);
    let stem = path.file_stem()?.to_str()?;
    let digits = stem.len() == 20 && stem.bytes().all(|byte| byte.is_ascii_digit());
    (is_ours && digits).then(|| stem.parse().ok()).flatten()
}

/// Removes what was not finished in `folder`: it would fill the disk, and nobody needs it.
///
/// # Errors
/// [`Error::Io`].
pub fn clear(folder: &Path) -> Result<(), Error> {
    let draft = folder.join(draft::DRAFT);
    match std::fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", &draft)(error)),
        _ => Ok(()),
    }
}

/// Removes a snapshot that nobody needs any more.
///
/// # Errors
/// [`Error::Io`].
pub fn remove(path: &Path) -> Result<(), Error> {
    std::fs::remove_file(path).map_err(Error::io("remove", path))
}

/// Renames a snapshot that cannot be read: it counts no longer.
///
/// # Errors
/// [`Error::Io`].
pub fn discard(path: &Path) -> Result<(), Error> {
    std::fs::rename(path, path.with_extension("damaged")).map_err(Error::io("rename", path))
}

/// Where in `folder` the snapshot with these contents lies.
#[must_use]
pub fn place(folder: &Path, contents: &Contents) -> PathBuf {
    folder.join(name(contents.applied.position))
}

fn name(position: u64) -> String {
    format!("{position:020}.{EXTENSION}")
}

#[cfg(test)]
mod tests;
