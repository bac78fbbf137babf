//! Where a store lies that was rewritten: sled's folder keeps its name while it is open, so the new one lies beside it.
//!
//! Owns which of the two folders holds, what says so, and that a start finds the one that holds under the store's own name.
//! `store.rewritten` holds where it has the file `whole`, else `store`. Must never remove the one that holds.

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use crate::store::{Error, open::await_former_handle};

/// What is put behind the store's name for the folder beside it.
const BESIDE: &str = ".rewritten";

/// File in the folder beside that says that it holds.
const WHOLE: &str = "whole";

/// The two folders that a store lies in by turns.
pub(crate) struct Folders {
    /// The one that has its name.
    own: PathBuf,
    beside: PathBuf,
}

impl Folders {
    /// Those of the store called `dir`.
    pub(crate) fn of(dir: &Path) -> Self {
        let mut beside = dir.as_os_str().to_owned();
        beside.push(BESIDE);
        Self {
            own: dir.to_owned(),
            beside: PathBuf::from(beside),
        }
    }

    /// Both, whether they are there or not.
    pub(crate) fn both(&self) -> [&Path; 2] {
        [&self.own, &self.beside]
    }

    /// The other one than `dir`.
    pub(crate) fn other(&self, dir: &Path) -> &Path {
        if dir == self.own { &self.beside } else { &self.own }
    }

    /// Says that the store in `to` holds, whose files are durable, and the other one no longer; durable when this returns.
    ///
    /// Where it is lost, or is not taken back after it failed, the other one holds: each is a view of the journal that the next
    /// start brings up to it or builds again.
    pub(crate) fn turn_to(&self, to: &Path) -> Result<(), Error> {
        let mark = self.beside.join(WHOLE);
        let is_beside = to == self.beside;
        let set = || File::create(&mark).and_then(|mark| mark.sync_all());
        let clear = || fs::remove_file(&mark);
        // ORDER: the folder's name first, then the mark: what the mark names is there. Back in the store's own folder the mark
        // goes last, until then the folder beside holds.
        let said = sync_folder(parent(&self.own))
            .and_then(|()| if is_beside { set() } else { clear() })
            .and_then(|()| sync_folder(&self.beside));
        let Err(error) = said else { return Ok(()) };
        let taken_back = if is_beside { clear() } else { set() };
        if let Err(error) = taken_back {
            tracing::warn!(%error, path = %mark.display(), "could not take back which store holds");
        }
        Err(Error::io("mark", &self.beside)(error))
    }

    fn is_beside_whole(&self) -> Result<bool, Error> {
        let mark = self.beside.join(WHOLE);
        mark.try_exists().map_err(Error::io("look for", &mark))
    }
}

/// Gives a store that was rewritten the name `dir`, and removes what does not hold. The caller holds the folder lock and no
/// store over `dir`; whatever looks for the store comes after this.
///
/// # Errors
/// [`Error::Io`] when a folder cannot be removed or renamed; called again it goes on where it was.
pub fn settle(dir: &Path) -> Result<(), Error> {
    let folders = Folders::of(dir);
    let beside = &folders.beside;
    // ORDER: of the states that a crash leaves,
    // - `store` alone is as it should be;
    // - beside it a folder without the mark is one that was not filled to the end, or one that another took the place of:
    //   it goes, and a crash in the middle leaves less of the same;
    // - with the mark the folder beside holds, and `store` goes first, because nothing can be renamed over it: a crash leaves
    //   less of it, or none, and the mark still;
    // - renamed, it holds under its own name, where the mark means nothing and goes last.
    // The mark goes and comes alone, durably, and before what it makes worthless is touched; a folder that holds is never
    // without its files.
    if folders.is_beside_whole()? {
        remove(dir)?;
        await_former_handle(beside);
        fs::rename(beside, dir)
            .and_then(|()| sync_folder(parent(dir)))
            .map_err(Error::io("name the rewritten store", dir))?;
    } else if beside.try_exists().map_err(Error::io("look for", beside))? {
        remove(beside)?;
    }
    let mark = dir.join(WHOLE);
    if !mark.exists() {
        return Ok(());
    }
    fs::remove_file(&mark)
        .and_then(|()| sync_folder(dir))
        .map_err(Error::io("remove", &mark))
}

/// Removes the folder of a store that does not hold, durably, once sled's threads let go of it.
///
/// # Errors
/// [`Error::Io`], also where somebody still has it.
pub(crate) fn remove(dir: &Path) -> Result<(), Error> {
    let removed = if await_former_handle(dir) {
        fs::remove_dir_all(dir)
    } else {
        Err(io::Error::from(ErrorKind::ResourceBusy))
    };
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.and_then(|()| sync_folder(parent(dir))),
    }
    .map_err(Error::io("remove", dir))
}

fn sync_folder(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// The folder that `dir` is in.
fn parent(dir: &Path) -> &Path {
    match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests;
