//! The secrets of a tenant's folder: the keys that identifiers are hashed under and, where the operator gives a master key,
//! the data keys that what lies in the folder is encrypted under.
//!
//! They lie in a file of their own beside the store, since a store that is set aside and built again must find the same ids,
//! and since a key must not lie in what it encrypts. Owns when a key is made, replaced and given up; must never make another
//! for data that is there. With another master key comes another data key: all is written anew under that
//! ([`crate::engine::erasing::expunge`]), and only then the former one goes. Where processes share a tenant its owner alone makes one
//! (`shared`).

mod file;
mod shared;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

pub(crate) use crate::engine::folder::secrets::shared::opens;
use crate::{
    cipher::{AtRest, Cipher, DataKeys, KeyNumber, MasterKeys, Refused},
    engine::folder::{
        open::StartError,
        secrets::file::{Found, Held},
    },
    store::Keyring,
};

/// What the file is called.
const FILE: &str = "secrets";

/// Why the secrets could not be changed; what they were before stays.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// There is no random, or the file cannot be written.
    #[error("keep the secrets in {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// What is in the folder is not encrypted.
    #[error("encrypt what is stored: it begins with a start of the service that is given the key")]
    Plain,
}

/// The secrets of a folder. `Debug` shows where they lie.
pub(crate) struct Secrets {
    path: PathBuf,
    keyring: Arc<Keyring>,
    cipher: AtRest,
    state: Mutex<State>,
    /// Told when the file is another.
    changed: watch::Sender<()>,
}

struct State {
    held: Held,
    /// The data keys that were found in the file, without one that was drawn since.
    found: Option<DataKeys>,
    /// Whether another master key brings another data key: not where another process owns the tenant.
    draws: bool,
    master: Option<MasterKeys>,
    /// Whether the file holds them as they are here, or is yet to be written.
    file: InFile,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum InFile {
    Same,
    Older,
    Nothing,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Secrets({})", self.path.display())
    }
}

impl Secrets {
    /// Those of the folder `dir`, as they are to be under these master keys; where there are none, others that are not kept
    /// yet.
    ///
    /// # Errors
    /// [`StartError::Secrets`] where the file holds none, [`StartError::Wrapped`] where another master key is needed,
    /// [`StartError::Io`].
    pub(crate) fn find(dir: &Path, master: Option<&MasterKeys>) -> Result<Self, StartError> {
        Self::at(&dir.join(FILE), master)
    }

    /// The same of a file somewhere.
    ///
    /// # Errors
    /// As [`Secrets::find`].
    pub(crate) fn at(path: &Path, master: Option<&MasterKeys>) -> Result<Self, StartError> {
        let failed = |attempt| StartError::io(attempt, path);
        let (mut held, mut file) = match Found::read(path).map_err(failed("read the secrets"))? {
            Found::Nothing => (
                Held::drawn().map_err(failed("draw the secrets"))?,
                InFile::Nothing,
            ),
            Found::Plain(held) => (held, InFile::Same),
            Found::Wrapped(wrapped) => match unwrapped(path, &wrapped, master)? {
                (held, true) => (held, InFile::Same),
                (held, false) => (held, InFile::Older),
            },
            Found::Unknown => {
                let path = path.to_owned();
                return Err(StartError::Secrets { path });
            }
        };
        let (is_new, found) = (file == InFile::Nothing, held.data.clone());
        if master.is_some() && (held.data.is_none() || file == InFile::Older) {
            let another = held.data.as_ref().map(DataKeys::with_another);
            let another = another.unwrap_or_else(|| DataKeys::new(!is_new));
            held.data = Some(another.map_err(failed("draw a data key for"))?);
            file = if is_new { InFile::Nothing } else { InFile::Older };
        }
        let cipher = held.data.as_ref().map(Cipher::new).transpose();
        Ok(Self {
            path: path.to_owned(),
            keyring: Arc::new(Keyring::new(&held.index, &held.ids)),
            cipher: cipher.map_err(failed("begin to encrypt by"))?.map(Arc::new),
            state: Mutex::new(State {
                held,
                found,
                draws: true,
                master: master.cloned(),
                file,
            }),
            changed: watch::channel(()).0,
        })
    }

    /// Sees to it that the file holds them; new ones only where there is no data yet that others would be missing for, neither
    /// in a store beside it nor in the journal.
    ///
    /// # Errors
    /// [`StartError::Secrets`] where there is data without secrets, [`StartError::Io`].
    pub(crate) fn keep(&self, journal_has_commits: bool) -> Result<(), StartError> {
        let mut state = self.state();
        if state.file == InFile::Same {
            return Ok(());
        }
        let has_data = journal_has_commits || self.path.with_file_name("store").exists();
        if state.file == InFile::Nothing && has_data {
            let path = self.path.clone();
            return Err(StartError::Secrets { path });
        }
        let State { held, master, .. } = &*state;
        let written = held.write(&self.path, master.as_ref());
        written.map_err(StartError::io("keep the secrets", &self.path))?;
        state.file = InFile::Same;
        Ok(())
    }

    /// What identifiers are hashed under.
    pub(crate) fn keyring(&self) -> &Arc<Keyring> {
        &self.keyring
    }

    /// What is written to the folder is encrypted by.
    pub(crate) fn cipher(&self) -> &AtRest {
        &self.cipher
    }

    /// Wraps the secrets by another master key, and encrypts by another data key from now on, unless another process owns the
    /// tenant; whether it is another.
    ///
    /// # Errors
    /// [`SecretsError`].
    pub(crate) fn turn_to(&self, master: MasterKeys) -> Result<bool, SecretsError> {
        let mut state = self.state();
        let (Some(data), Some(before)) = (&state.held.data, &state.master) else {
            return Err(SecretsError::Plain);
        };
        if before.is_current_of(&master) {
            state.master = Some(master);
            return Ok(false);
        }
        let another = match state.draws {
            true => data.with_another().map_err(|source| self.failed(source))?,
            false => data.clone(),
        };
        self.replace(&mut state, another, Some(master))?;
        drop(state);
        Ok(true)
    }

    /// The key that all is to be written anew under; `None` where all is encrypted under it already, or nothing is.
    pub(crate) fn retiring(&self) -> Option<KeyNumber> {
        let state = self.state();
        state
            .held
            .data
            .as_ref()
            .filter(|keys| !keys.is_one())
            .map(DataKeys::newest)
    }

    /// Gives up the keys before this one: nothing is encrypted under them any more.
    ///
    /// # Errors
    /// [`SecretsError`].
    pub(crate) fn retire_before(&self, number: KeyNumber) -> Result<(), SecretsError> {
        let mut state = self.state();
        let Some(data) = &state.held.data else {
            return Ok(());
        };
        let (left, master) = (data.from(number), state.master.clone());
        self.replace(&mut state, left, master)
    }

    /// ORDER: the file has a key before anything is encrypted under it, and lacks it before it is forgotten.
    fn replace(
        &self,
        state: &mut State,
        data: DataKeys,
        master: Option<MasterKeys>,
    ) -> Result<(), SecretsError> {
        let held = Held {
            data: Some(data.clone()),
            ..state.held.clone()
        };
        let written = held.write(&self.path, master.as_ref());
        written.map_err(|source| self.failed(source))?;
        if let Some(cipher) = &self.cipher {
            cipher.turn_to(&data);
        }
        (state.held, state.master, state.file) = (held, master, InFile::Same);
        self.changed.send_replace(());
        Ok(())
    }

    fn failed(&self, source: std::io::Error) -> SecretsError {
        let path = self.path.clone();
        SecretsError::Io { path, source }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is wrapped, and whether by the current master key.
fn unwrapped(path: &Path, wrapped: &[u8], master: Option<&MasterKeys>) -> Result<(Held, bool), StartError> {
    let refused = |problem| {
        let path = path.to_owned();
        StartError::Wrapped { path, problem }
    };
    let master = master.ok_or_else(|| refused("they are wrapped by a master key, and none is given"))?;
    let (text, is_current) = master.unwrap(wrapped).map_err(|_: Refused| {
        refused("they are damaged, or wrapped by another master key than those that are given")
    })?;
    let held = Held::parse(&text).ok_or_else(|| StartError::Secrets {
        path: path.to_owned(),
    })?;
    Ok((held, is_current))
}

#[cfg(test)]
mod tests;
