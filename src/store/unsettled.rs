//! Whether a store was being written to when the machine stopped.
//!
//! After a loss of power some of the pages that were not synced are there and some are not, and sled opens a part of such
//! stores with a mixture of old and new. So what was written since the last sync is trusted only as long as the system
//! that has it in memory runs. Owns the file that says so; called by the store before it writes and after it synced.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::FileExt,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

/// The file in the store's folder: which run of the system has pages of it that are not synced, or zeros.
const UNSETTLED: &str = "unsettled";
/// What tells one run of the system from the next. Where there is no such thing each run is taken for another one.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";
const UNKNOWN: &[u8] = b"unknown";
/// Bytes of the file: those of a boot id, in one sector of the disk.
const LENGTH: usize = 36;

/// The mark of an open store.
pub(crate) struct Unsettled {
    file: File,
    is_set: AtomicBool,
}

impl Unsettled {
    /// The mark of the store in `dir`, as it was left.
    pub(crate) fn open(dir: &Path) -> io::Result<Self> {
        let path = dir.join(UNSETTLED);
        let is_new = !path.try_exists()?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)?;
        if is_new {
            file.write_all_at(&[0; LENGTH], 0)?;
            file.sync_all()?;
            File::open(dir)?.sync_all()?;
        }
        let is_set = AtomicBool::new(false);
        Ok(Self { file, is_set })
    }

    /// What follows may be lost in part. ORDER: durable before the first page of it is written.
    pub(crate) fn begin(&self) -> io::Result<()> {
        if self.is_set.load(Ordering::Acquire) {
            return Ok(());
        }
        self.file.write_all_at(&this_run(), 0)?;
        self.file.sync_data()?;
        self.is_set.store(true, Ordering::Release);
        Ok(())
    }

    /// What was written is not to be trusted by any start.
    pub(crate) fn lose(&self) -> io::Result<()> {
        let mut mark = [0; LENGTH];
        mark.iter_mut().zip(UNKNOWN).for_each(|(to, from)| *to = *from);
        self.file.write_all_at(&mark, 0)?;
        self.file.sync_data()
    }

    /// All that was written is synced. Where this is lost, the store is built again without need.
    pub(crate) fn end(&self) -> io::Result<()> {
        self.file.write_all_at(&[0; LENGTH], 0)?;
        self.is_set.store(false, Ordering::Release);
        Ok(())
    }
}

/// Whether the system that had pages of the store in `dir` in memory runs no longer.
pub(crate) fn lost_power(dir: &Path) -> io::Result<bool> {
    match fs::read(dir.join(UNSETTLED)) {
        Ok(mark) => {
            let is_settled = mark.iter().all(|byte| *byte == 0);
            Ok(!is_settled && (mark != this_run() || mark.starts_with(UNKNOWN)))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// What this run of the system is called.
fn this_run() -> [u8; LENGTH] {
    let id = fs::read(BOOT_ID).unwrap_or_else(|_| UNKNOWN.to_vec());
    let mut name = [0; LENGTH];
    name.iter_mut().zip(id).for_each(|(to, from)| *to = from);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_trusted_while_the_system_runs_or_once_all_is_synced() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!lost_power(dir.path()).unwrap(), "there is no mark");
        let mark = Unsettled::open(dir.path()).unwrap();
        assert!(!lost_power(dir.path()).unwrap());
        mark.begin().unwrap();
        let has_boot_ids = !this_run().starts_with(UNKNOWN);
        assert_eq!(!lost_power(dir.path()).unwrap(), has_boot_ids);
        let path = dir.path().join(UNSETTLED);
        let written = fs::read(&path).unwrap();
        for other in [b"another run".as_slice(), &written[..7]] {
            fs::write(&path, other).unwrap();
            assert!(lost_power(dir.path()).unwrap());
        }
        fs::write(&path, written).unwrap();
        mark.end().unwrap();
        assert!(!lost_power(dir.path()).unwrap());
        fs::write(&path, b"").unwrap();
        assert!(!lost_power(dir.path()).unwrap(), "it was being made");
    }
}
