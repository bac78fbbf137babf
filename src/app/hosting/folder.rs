//! The folder of the tenants' files, read and written in threads that may wait for a disk. Owns [`Folder`], and when what is
//! found there is believed.
//!
//! Files that are gone are tenants that are gone, but for all at once where the folder is gone, too: it cannot be read, or
//! another one is in its place that has no file, as where a volume is not mounted. Then who is served stays.

use std::{fmt::Display, sync::Arc};

use tokio_util::sync::CancellationToken;

use crate::config::{Found, Place, Tenants};

/// The folder, as it was found last.
#[derive(Debug)]
pub(super) struct Folder {
    files: Arc<Tenants>,
    /// Nobody waits for a disk any more once the process stops.
    shut: CancellationToken,
    /// Where what was found last was believed.
    place: Option<Place>,
    is_away: bool,
}

impl Folder {
    /// Of these files, until `shut`.
    pub(super) fn new(files: Tenants, shut: CancellationToken) -> Self {
        Self {
            files: Arc::new(files),
            shut,
            place: None,
            is_away: false,
        }
    }

    /// Whether it was not to be believed when it was looked at last.
    pub(super) fn is_away(&self) -> bool {
        self.is_away
    }

    /// What the files say now, where they are to be believed; `is_any` says whether somebody is served by what they said.
    pub(super) async fn look(&mut self, is_any: bool) -> Option<Found> {
        match self.aside(Tenants::look).await? {
            Ok(found) if found.is_empty() && is_any && self.place != Some(found.place) => {
                self.miss(&"expected files in a folder that came in the place of the one before");
                None
            }
            Ok(found) => {
                self.place = Some(found.place);
                self.is_away = false;
                Some(found)
            }
            Err(error) => {
                self.miss(&error);
                None
            }
        }
    }

    /// Tells that the files are away, once.
    fn miss(&mut self, error: &dyn Display) {
        if !self.is_away {
            tracing::warn!(%error, "look at the files of the tenants: who is served stays");
        }
        self.is_away = true;
    }

    /// Does something with the files in a thread that may wait; `None` where the process stops meanwhile.
    pub(super) async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tenants) -> T + Send + 'static,
    ) -> Option<T> {
        let files = Arc::clone(&self.files);
        let done = tokio::task::spawn_blocking(move || work(&files));
        let done = self.shut.run_until_cancelled(done).await?;
        // What a panic says may be of a file.
        done.inspect_err(|_| tracing::error!("work at the files of the tenants broke off"))
            .ok()
    }
}
