//! What can go wrong in an opened store. It names attempts, never keys or values: keys hold identifiers.
//! Returned by every function of [`crate::store::Store`] and by visitors of a scan.

use std::io;
use std::path::{Path, PathBuf};

use crate::{
    cipher,
    store::codec::{CodecError, Fault},
};

/// Why a read or a write of an opened store failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An earlier write or sync failed, so what is on disk is unknown; only a restart can tell.
    #[error("store refuses to {attempt}: an earlier write failed, restart to recover from the journal")]
    Poisoned {
        /// What was asked for.
        attempt: &'static str,
    },
    /// The store was found damaged, and another must not be made of it.
    #[error("store refuses to {attempt}: it is damaged, restart to have it built again")]
    Damaged {
        /// What was asked for.
        attempt: &'static str,
    },
    /// A change named an empty key or one that starts with the byte 0x00, which is the store's own.
    #[error("store refuses a change: its key is empty or starts with the reserved byte 0x00")]
    ReservedKey,
    /// The record that says how far the journal was applied is gone.
    #[error("store has lost its {record} record, rebuild it from the journal")]
    Missing {
        /// Name of the record.
        record: &'static str,
    },
    /// A stored value is damaged, or of a version this build does not know.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// sled failed.
    #[error("store could not {attempt}")]
    Engine {
        /// What was being done.
        attempt: &'static str,
        /// What sled said.
        source: sled::Error,
    },
    /// sled panicked: its pages do not fit together.
    #[error("store could not {attempt}: sled panicked, as it does on damaged files")]
    Panicked {
        /// What was being done.
        attempt: &'static str,
    },
    /// A value does not decrypt, or is not encrypted where all is.
    #[error("a value of the store is refused: {refused}")]
    Refused {
        /// Why.
        refused: cipher::Refused,
    },
    /// Something is encrypted, and the file of secrets has no data key.
    #[error(
        "what is stored is encrypted, but the file of secrets beside it is from before that; restore the newest one"
    )]
    NoKey,
    /// A snapshot is damaged, or of a version this build does not know.
    #[error("could not read snapshot {}: {reason}", path.display())]
    Snapshot {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: &'static str,
    },
    /// The file system failed.
    #[error("store could not {attempt} {}", path.display())]
    Io {
        /// What was being done.
        attempt: &'static str,
        /// The file or folder it was done to.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// Whether it shows that files are damaged: of the store, so that building it again is the remedy, or a snapshot.
    pub fn is_damage(&self) -> bool {
        matches!(
            self,
            Self::Missing { .. }
                | Self::Panicked { .. }
                | Self::Snapshot { .. }
                | Self::Refused { .. }
                | Self::Codec(CodecError {
                    fault: Fault::Checksum,
                    ..
                })
                | Self::Engine {
                    source: sled::Error::Corruption { .. },
                    ..
                }
        )
    }

    /// Whether a full disk refused it.
    pub(crate) fn is_full_disk(&self) -> bool {
        let (Self::Io { source, .. }
        | Self::Engine {
            source: sled::Error::Io(source),
            ..
        }) = self
        else {
            return false;
        };
        source.kind() == io::ErrorKind::StorageFull
    }

    /// For `map_err`: what was attempted with `path` when the system refused.
    pub(crate) fn io(attempt: &'static str, path: &Path) -> impl Fn(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            attempt,
            path: path.clone(),
            source,
        }
    }

    /// For `map_err`: the attempt that sled failed at.
    pub(crate) fn engine(attempt: &'static str) -> impl FnOnce(sled::Error) -> Self {
        move |source| Self::Engine { attempt, source }
    }
}
