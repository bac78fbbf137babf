//! Room on the disk: owns when nothing more is taken because the disk of the folder is nearly full, and the ballast, a
//! file without content which a start gives up that finds the disk full, so that it can open what is there.
//!
//! Without room the writer takes nothing and does nothing by itself; questions are answered all the same. The writer
//! looks after each commit, and a thread of its own once a second, since others fill disks and empty them too.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::Duration,
};

use fs2::FileExt;
use tokio::sync::watch;

use crate::{
    engine::{
        folder::occupied::Occupied,
        writer::handle::{Job, Nudge},
    },
    telemetry::EngineMetrics,
};

/// The ballast's name in the tenant's folder.
const BALLAST: &str = "ballast";
/// Between two looks of the thread's.
const LOOK: Duration = Duration::from_secs(1);

/// How much room is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomConfig {
    /// Bytes that have to be free for anything to be taken; 0 takes it until the disk refuses.
    pub free_min: u64,
    /// Bytes of the ballast; 0 for none.
    pub ballast: u64,
}

impl RoomConfig {
    /// From here on there is room again: a little more than what was too little, so that it does not come and go.
    const fn enough(self) -> u64 {
        self.free_min.saturating_add(self.free_min / 4)
    }
}

/// The room on one folder's disk.
#[derive(Debug)]
pub(crate) struct Room {
    dir: PathBuf,
    config: RoomConfig,
    free: AtomicU64,
    is_full: watch::Sender<bool>,
    metrics: EngineMetrics,
}

impl Room {
    pub(crate) fn of(dir: &Path, config: RoomConfig, metrics: &EngineMetrics) -> Self {
        let room = Self {
            dir: dir.to_owned(),
            config,
            free: AtomicU64::new(u64::MAX),
            is_full: watch::Sender::new(false),
            metrics: metrics.clone(),
        };
        room.look();
        room
    }

    /// Whether too little is free; fires when that changes.
    pub(crate) fn watch(&self) -> watch::Receiver<bool> {
        self.is_full.subscribe()
    }

    pub(crate) fn is_full(&self) -> bool {
        *self.is_full.borrow()
    }

    /// Whether less than twice of what must be free is: what only takes room, and can wait, ends before others have to.
    pub(crate) fn is_scarce(&self) -> bool {
        self.free.load(Ordering::Relaxed) < self.config.free_min.saturating_mul(2)
    }

    /// Looks how much is free, and says whether there is room again. Where the system does not tell, what it said last holds.
    pub(crate) fn look(&self) -> bool {
        let free = match fs2::available_space(&self.dir) {
            Ok(free) => free,
            Err(error) => {
                tracing::debug!(%error, "ask how much of the disk is free");
                return false;
            }
        };
        self.free.store(free, Ordering::Relaxed);
        self.metrics.disk_free(free);
        let was_full = self.is_full();
        let is_full = if was_full {
            free < self.config.enough()
        } else {
            free < self.config.free_min
        };
        if is_full == was_full {
            return false;
        }
        if is_full {
            tracing::error!(
                disk.free_bytes = free,
                disk.free_min_bytes = self.config.free_min,
                "the disk is nearly full: nothing is taken until there is room again"
            );
        } else {
            tracing::info!(disk.free_bytes = free, "there is room on the disk again");
        }
        self.metrics.disk_full(is_full);
        self.is_full.send_replace(is_full);
        was_full
    }

    /// Makes the ballast as large as it is to be, where there is room for it.
    fn load_ballast(&self) -> io::Result<()> {
        let (path, wanted) = (self.dir.join(BALLAST), self.config.ballast);
        let there = fs::metadata(&path).map_or(0, |file| file.len());
        if there != wanted && path.exists() {
            fs::remove_file(&path)?;
        }
        let needed = self.config.enough().saturating_add(wanted);
        if there == wanted || wanted == 0 || self.free.load(Ordering::Relaxed) < needed {
            return Ok(());
        }
        let made = File::create(&path).and_then(|file| file.allocate(wanted));
        if made.is_err() {
            fs::remove_file(&path).ok();
        }
        made
    }
}

/// Gives the ballast in a folder up if less is free than it takes: what is there could not be opened on a full disk.
///
/// # Errors
/// When it cannot be removed, or the system does not tell what is free.
pub(crate) fn give_way(dir: &Path) -> io::Result<()> {
    let path = dir.join(BALLAST);
    let Ok(ballast) = fs::metadata(&path) else {
        return Ok(());
    };
    if fs2::available_space(dir)? < ballast.len() {
        fs::remove_file(&path)?;
        tracing::warn!(
            ballast.bytes = ballast.len(),
            "the disk is full: removed the ballast to have room to open"
        );
    }
    Ok(())
}

/// The thread that looks.
pub(crate) struct RoomWatch {
    pub(crate) room: Arc<Room>,
    /// What measures the folder, since somebody looks at it anyway.
    pub(crate) occupied: Occupied,
    pub(crate) writer: Nudge,
    /// Closed when the engine stops.
    pub(crate) stop: Receiver<()>,
}

impl RoomWatch {
    /// Looks until the engine stops.
    pub(crate) fn run(mut self) {
        let (mut wait, mut has_ballast) = (Duration::ZERO, true);
        while self.stop.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
            wait = LOOK;
            if self.room.look() {
                // The writer goes on with what it left for later.
                self.writer.tell(Job::Wake);
            }
            self.occupied.look();
            let loaded = self.room.load_ballast();
            // Said once: it is tried again all the time.
            if let Err(error) = loaded.as_ref().map_err(|error| error.to_string())
                && std::mem::replace(&mut has_ballast, false)
            {
                tracing::warn!(error, "make the ballast");
            }
            has_ballast |= loaded.is_ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Registry;

    fn room(dir: &Path, free_min: u64, ballast: u64) -> Room {
        let metrics = EngineMetrics::register(&Registry::new("1").unwrap()).unwrap();
        Room::of(dir, RoomConfig { free_min, ballast }, &metrics)
    }

    #[test]
    fn a_disk_is_full_below_what_has_to_be_free_and_no_longer_once_there_is_more() {
        let dir = tempfile::tempdir().unwrap();
        let free = fs2::available_space(dir.path()).unwrap();
        // Others use this disk too: half and twice of it are far enough away.
        let mut room = room(dir.path(), free.saturating_mul(2), 1);
        assert!(room.is_full() && room.is_scarce());
        room.load_ballast().unwrap();
        assert!(!dir.path().join(BALLAST).exists(), "made where there is no room");
        room.config.free_min = free / 2;
        room.look();
        assert!(!room.is_full());
        room.config.free_min = 0;
        room.look();
        assert!(!room.is_full() && !room.is_scarce());
    }

    #[test]
    fn the_ballast_takes_its_room_and_stays_while_there_is_more() {
        let dir = tempfile::tempdir().unwrap();
        let room = room(dir.path(), 0, 1 << 16);
        room.load_ballast().unwrap();
        let ballast = File::open(dir.path().join(BALLAST)).unwrap();
        assert_eq!(ballast.metadata().unwrap().len(), 1 << 16);
        assert!(ballast.allocated_size().unwrap() >= 1 << 16, "it is a hole");
        give_way(dir.path()).unwrap();
        assert!(dir.path().join(BALLAST).exists());
        for other in [1 << 17, 0] {
            let room = self::room(dir.path(), 0, other);
            room.load_ballast().unwrap();
            let there = fs::metadata(dir.path().join(BALLAST)).map_or(0, |file| file.len());
            assert_eq!(there, other, "another size was wanted");
        }
    }
}
