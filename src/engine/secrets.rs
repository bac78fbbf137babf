//! The secrets under which identifiers are hashed: a file of their own beside the store, since a store that is set aside
//! and built again must find the same ids.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use crate::{
    engine::open::StartError,
    store::{Keyring, Secret},
};

/// Reads the keyring; makes a new one only where there is no data yet that an old one would be missing for, neither in a
/// store beside it nor in the journal.
pub(crate) fn load_or_make(dir: &Path, journal_has_commits: bool) -> Result<Keyring, StartError> {
    let path = &dir.join("secrets");
    let failed = |attempt| {
        let path = path.to_owned();
        move |source| StartError::Io {
            attempt,
            path,
            source,
        }
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if journal_has_commits || dir.join("store").exists() {
                return Err(StartError::Secrets { path: path.clone() });
            }
            make(path).map_err(failed("make the secrets"))?;
            std::fs::read_to_string(path).map_err(failed("read the secrets"))?
        }
        Err(error) => return Err(failed("read the secrets")(error)),
    };
    let mut secrets = text.lines().map(secret);
    match (secrets.next().flatten(), secrets.next().flatten()) {
        (Some(index), Some(ids)) => Ok(Keyring::new(&index, &ids)),
        _ => Err(StartError::Secrets {
            path: path.to_owned(),
        }),
    }
}

fn secret(line: &str) -> Option<Secret> {
    data_encoding::HEXLOWER
        .decode(line.trim().as_bytes())
        .ok()?
        .try_into()
        .ok()
}

/// ORDER: written whole under another name, synced and then renamed: a file that is there is complete.
fn make(path: &Path) -> io::Result<()> {
    let draft = path.with_extension("draft");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    for _ in 0..2 {
        let mut secret: Secret = [0; 32];
        getrandom::fill(&mut secret).map_err(io::Error::other)?;
        writeln!(file, "{}", data_encoding::HEXLOWER.encode(&secret))?;
    }
    file.sync_all()?;
    std::fs::rename(&draft, path)?;
    path.parent()
        .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
