//! What processes that share a tenant make of each other's data keys: its owner draws them, the others take them. Two keys of
//! one number are never mixed: what is there stays with its own, until an owner has written all of it anew under a third.

use tokio::sync::watch;

use crate::{
    cipher::{DataKeys, MasterKeys},
    engine::folder::{
        open::StartError,
        secrets::{
            InFile, Secrets, SecretsError, State,
            file::{Found, Held},
        },
    },
};

/// What another process offers, as this one can tell.
enum Offered {
    /// Secrets of the tenant, and whether the current master key wraps them.
    Theirs(DataKeys, bool),
    /// No master key that is known here wraps them.
    Refused,
    /// Others than those of this folder, or nothing that would help it.
    Others,
}

impl Secrets {
    /// Goes by the data keys that are offered, with those that lie in the folder, and leaves it to the owner to draw others.
    /// What was drawn when the file was found is given up for them: nothing is encrypted under it.
    ///
    /// # Errors
    /// [`StartError::Io`].
    pub(crate) fn join(&self, offered: Option<&[u8]>) -> Result<(), StartError> {
        let mut state = self.state();
        state.draws = false;
        let theirs = match offered.map(|offered| state.opened(offered)) {
            Some(Offered::Theirs(theirs, _)) => theirs,
            Some(Offered::Refused) => {
                tracing::warn!(
                    "the secrets that members share are wrapped by another master key than is given"
                );
                return Ok(());
            }
            Some(Offered::Others) | None => return Ok(()),
        };
        let (has_store, own) = (self.path.with_file_name("store").exists(), state.own());
        let known = match own.as_ref().map(|own| own.with(&theirs)) {
            Some(Some(known)) => known,
            Some(None) if has_store => {
                tracing::warn!("other members have another data key: their snapshots cannot be opened here");
                own.unwrap_or(theirs)
            }
            Some(None) | None => theirs,
        };
        let plain = state.held.data.as_ref().is_some_and(DataKeys::takes_plain);
        self.go_by(&mut state, known.beside_plain(plain))
    }

    /// Draws data keys from now on, as the tenant's owner: one at once where those that are offered were wrapped before the
    /// master key was replaced, or are others of the same numbers.
    ///
    /// # Errors
    /// [`StartError::Io`].
    pub(crate) fn own(&self, offered: Option<&[u8]>) -> Result<(), StartError> {
        let mut state = self.state();
        state.draws = true;
        let (Some(data), Some(offered)) = (state.held.data.clone(), offered) else {
            return Ok(());
        };
        let known = match state.opened(offered) {
            Offered::Theirs(theirs, is_current) => match data.with(&theirs) {
                Some(known) if is_current => Ok(known),
                Some(known) => known.with_another(),
                None => data.with_another_beside(&theirs),
            },
            Offered::Refused => data.with_another(),
            Offered::Others => return Ok(()),
        };
        let known = known.map_err(StartError::io("draw a data key for", &self.path))?;
        self.go_by(&mut state, known)
    }

    /// What others may be offered before the file is written: `None` where that holds it already, where nothing is wrapped, and
    /// where the folder is new and may yet turn out to be somebody else's.
    ///
    /// # Errors
    /// [`StartError::Io`].
    pub(crate) fn first_offer(&self) -> Result<Option<Vec<u8>>, StartError> {
        let state = self.state();
        let Some(master) = state.master.as_ref().filter(|_| state.file == InFile::Older) else {
            return Ok(None);
        };
        let wrapped = state.held.wrapped(master);
        let wrapped = wrapped.map_err(StartError::io("wrap the secrets of", &self.path))?;
        Ok(Some(wrapped.into_bytes()))
    }

    /// Told whenever the file is another.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    fn go_by(&self, state: &mut State, known: DataKeys) -> Result<(), StartError> {
        if state.file == InFile::Same && state.held.data.as_ref() == Some(&known) {
            return Ok(());
        }
        let master = state.master.clone();
        let replaced = self.replace(state, known, master);
        replaced.map_err(|error| match error {
            SecretsError::Io { path, source } => StartError::io("keep the secrets", &path)(source),
            SecretsError::Plain => StartError::Secrets {
                path: self.path.clone(),
            },
        })
    }
}

impl State {
    /// The data keys without one that is drawn and not kept yet.
    fn own(&self) -> Option<DataKeys> {
        match self.file {
            InFile::Same => self.held.data.clone(),
            InFile::Older | InFile::Nothing => self.found.clone(),
        }
    }

    fn opened(&self, offered: &[u8]) -> Offered {
        let Some(master) = &self.master else {
            return Offered::Others;
        };
        match unwrapped(offered, master) {
            None => Offered::Refused,
            Some((theirs, is_current)) => match theirs.data {
                Some(data) if (theirs.index, theirs.ids) == (self.held.index, self.held.ids) => {
                    Offered::Theirs(data, is_current)
                }
                _ => Offered::Others,
            },
        }
    }
}

/// Whether a file of this content holds secrets that one of the master keys wraps.
pub(crate) fn opens(file: &[u8], master: &MasterKeys) -> bool {
    unwrapped(file, master).is_some()
}

fn unwrapped(file: &[u8], master: &MasterKeys) -> Option<(Held, bool)> {
    let Found::Wrapped(wrapped) = Found::of(std::str::from_utf8(file).ok()?) else {
        return None;
    };
    let (text, is_current) = master.unwrap(&wrapped).ok()?;
    Some((Held::parse(&text)?, is_current))
}

#[cfg(test)]
mod tests;
