//! What the tenant's folder takes of its disk, for whoever watches: the files of the store and of the journal, measured now
//! and then, and how far those are behind these.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use crate::{store::Store, telemetry::EngineMetrics};

/// Between two times that files are measured: each is asked for, and there may be thousands.
const EVERY: Duration = Duration::from_secs(15);

/// What measures.
pub(crate) struct Occupied {
    store: Store,
    journal: PathBuf,
    metrics: EngineMetrics,
    measured: Option<Instant>,
}

impl Occupied {
    /// Of the folder `dir`, in which `store` is.
    pub(crate) fn of(dir: &Path, store: Store, metrics: &EngineMetrics) -> Self {
        Self {
            store,
            journal: dir.join("journal"),
            metrics: metrics.clone(),
            measured: None,
        }
    }

    /// Looks how far the store's files are behind, and measures where it is time to.
    pub(crate) fn look(&mut self) {
        let folder = self.metrics.folder();
        folder.behind(self.store.behind_bytes());
        if self.measured.is_some_and(|at| at.elapsed() < EVERY) {
            return;
        }
        self.measured = Some(Instant::now());
        let [own, beside] = self.store.folders();
        let store = bytes_in(own).and_then(|own| Ok(own.saturating_add(bytes_in(beside)?)));
        let journal = bytes_in(&self.journal);
        // What cannot be measured is told as it was.
        match (store, journal) {
            (Ok(store), Ok(journal)) => {
                folder.store(store);
                folder.journal(journal);
            }
            (Err(error), _) | (_, Err(error)) => tracing::debug!(%error, "measure the folder"),
        }
    }
}

/// Bytes of the files in a folder and those in it; none where it is not there, or no longer.
fn bytes_in(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0_u64;
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        let Some(entries) = there(fs::read_dir(&folder))? else {
            continue;
        };
        for entry in entries {
            let Some(entry) = there(entry)? else { continue };
            match there(entry.metadata())? {
                Some(data) if data.is_dir() => waiting.push(entry.path()),
                Some(data) => bytes = bytes.saturating_add(data.len()),
                None => {}
            }
        }
    }
    Ok(bytes)
}

/// What was found, unless it went meanwhile: files of both come and go.
fn there<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        store::{Applied, StoreConfig},
        telemetry::Registry,
    };

    #[test]
    fn all_files_of_a_folder_are_measured_at_whatever_depth() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(bytes_in(&dir.path().join("none")).unwrap(), 0);
        assert_eq!(bytes_in(dir.path()).unwrap(), 0);
        fs::create_dir_all(dir.path().join("a/b")).unwrap();
        fs::write(dir.path().join("1"), [0; 10]).unwrap();
        fs::write(dir.path().join("a/2"), [0; 200]).unwrap();
        fs::write(dir.path().join("a/b/3"), [0; 3_000]).unwrap();
        assert_eq!(bytes_in(dir.path()).unwrap(), 3_210);
        assert!(bytes_in(&dir.path().join("1")).is_err(), "a file is no folder");
    }

    #[test]
    fn the_store_and_the_journal_are_told_apart_and_what_waits_is_told_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::new("1").unwrap();
        let metrics = EngineMetrics::register(&registry).unwrap();
        let store = Store::open(&dir.path().join("store"), StoreConfig::caching(8 << 20)).unwrap();
        let mut occupied = Occupied::of(dir.path(), store.clone(), &metrics);
        let told = |name: &str| {
            let text = registry.render().unwrap();
            let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim().parse::<u64>().unwrap()
        };
        occupied.look();
        assert!(told("yekta_store_bytes ") > 0);
        assert_eq!(
            (told("yekta_journal_bytes "), told("yekta_store_behind_bytes ")),
            (0, 0)
        );
        // Where it is rewritten to, and the journal.
        fs::create_dir(dir.path().join("store.rewritten")).unwrap();
        fs::write(dir.path().join("store.rewritten/db"), [0; 500]).unwrap();
        fs::create_dir(dir.path().join("journal")).unwrap();
        fs::write(dir.path().join("journal/1"), [0; 77]).unwrap();
        let changes = [(&b"p-key"[..], Some(&b"value"[..]))];
        store.apply(Applied::default(), changes.into_iter()).unwrap();
        occupied.look();
        assert!(told("yekta_store_behind_bytes ") > 0);
        assert_eq!(told("yekta_journal_bytes "), 0, "measured again at once");
        store.flush().unwrap();
        occupied.measured = None;
        occupied.look();
        assert_eq!(
            (told("yekta_journal_bytes "), told("yekta_store_behind_bytes ")),
            (77, 0)
        );
        let least = fs::metadata(dir.path().join("store/db")).unwrap().len() + 500;
        assert!(told("yekta_store_bytes ") >= least);
    }
}
