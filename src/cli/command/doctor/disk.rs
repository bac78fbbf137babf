//! The disk of the data folder: what is free, and how fast it is made durable.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use uuid::Uuid;

use crate::{
    cli::command::doctor::finding::{Finding, Verdict, bytes},
    config::Settings,
    engine::RoomConfig,
};

/// Syncs that are measured, one behind the other as commits are.
const SYNCS: usize = 50;
/// What each makes durable: about a small commit.
const BLOCK: [u8; 4_096] = [0x59; 4_096];
/// The median that is still well: a commit waits for one.
const SYNC_MAX: Duration = Duration::from_millis(20);
/// No medium is as fast: what is written stays in memory.
const SYNC_MIN: Duration = Duration::from_micros(5);
/// A store of sled, a journal's segments, snapshots: thousands of files at most.
const INODES_MIN: u64 = 10_000;

/// What there is, and what a sync takes.
pub(crate) fn look(settings: &Settings) -> Vec<Finding> {
    let folder = existing(&settings.data.dir);
    let mut findings = room(&folder, settings.data.room);
    findings.push(sync(&folder));
    findings
}

/// The folder, or as long as it is not made the one that it will be made in.
fn existing(folder: &Path) -> PathBuf {
    let there = folder.ancestors().find(|folder| folder.is_dir());
    there.map_or_else(|| PathBuf::from("."), Path::to_owned)
}

fn room(folder: &Path, wanted: RoomConfig) -> Vec<Finding> {
    let place = folder.display();
    match rustix::fs::statvfs(folder) {
        Ok(there) => {
            let free = there.f_bavail.saturating_mul(there.f_frsize);
            let total = there.f_blocks.saturating_mul(there.f_frsize);
            vec![
                free_bytes(&place.to_string(), free, total, wanted),
                free_inodes(there.f_favail, there.f_files),
            ]
        }
        Err(error) => vec![Finding::new(
            "disk.free",
            Verdict::Fail,
            error.to_string(),
            format!("{place} can be looked at"),
        )],
    }
}

fn free_bytes(place: &str, free: u64, total: u64, wanted: RoomConfig) -> Finding {
    let least = wanted.free_min.saturating_add(wanted.ballast);
    let verdict = match free {
        free if free < least => Verdict::Fail,
        free if free < total / 10 => Verdict::Warn,
        _ => Verdict::Ok,
    };
    Finding::new(
        "disk.free",
        verdict,
        format!("{} of {} at {place}", bytes(free), bytes(total)),
        format!(
            "{} (data.free_min_bytes and the ballast), better a tenth of the disk",
            bytes(least)
        ),
    )
}

fn free_inodes(free: u64, total: u64) -> Finding {
    // Some file systems do not count them: there is one as long as there is a byte.
    let (verdict, measured) = match (free, total) {
        (_, 0) => (Verdict::Ok, "without bound".to_owned()),
        (0, _) => (Verdict::Fail, "none of them".to_owned()),
        (free, _) if free < INODES_MIN => (Verdict::Warn, free.to_string()),
        (free, _) => (Verdict::Ok, free.to_string()),
    };
    Finding::new("disk.inodes", verdict, measured, format!("{INODES_MIN} are free"))
}

fn sync(folder: &Path) -> Finding {
    let expected = format!("{} ms or less", SYNC_MAX.as_millis());
    match measured(folder) {
        Ok(mut took) => {
            took.sort_unstable();
            let median = took.get(took.len() / 2).copied().unwrap_or_default();
            let longest = took.last().copied().unwrap_or_default();
            judged(median, longest, expected)
        }
        Err(error) => Finding::new("disk.sync", Verdict::Fail, error.to_string(), expected),
    }
}

fn judged(median: Duration, longest: Duration, expected: String) -> Finding {
    let millis = |took: Duration| took.as_secs_f64() * 1_000.;
    let measured = format!(
        "{:.2} ms, the median of {SYNCS} of 4 KiB; the longest took {:.2} ms",
        millis(median),
        millis(longest)
    );
    match median {
        median if median < SYNC_MIN => Finding::new(
            "disk.sync",
            Verdict::Warn,
            measured,
            "a medium: this is as fast as memory, which loses what it has with the power",
        ),
        median if median > SYNC_MAX => Finding::new("disk.sync", Verdict::Warn, measured, expected),
        _ => Finding::new("disk.sync", Verdict::Ok, measured, expected),
    }
}

/// A file that goes with this value.
struct Written(PathBuf);

impl Drop for Written {
    fn drop(&mut self) {
        // Whoever looks at the disk removes it by hand where it cannot be removed; its name says whose it is.
        std::fs::remove_file(&self.0).ok();
    }
}

/// What each sync of a file in `folder` took.
fn measured(folder: &Path) -> io::Result<Vec<Duration>> {
    let path = folder.join(format!("doctor-{}", Uuid::now_v7().simple()));
    let mut file: File = OpenOptions::new().write(true).create_new(true).open(&path)?;
    let _written = Written(path);
    (0..SYNCS)
        .map(|_| {
            file.write_all(&BLOCK)?;
            let begun = Instant::now();
            file.sync_data()?;
            Ok(begun.elapsed())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_measured_and_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(measured(folder.path()).unwrap().len(), SYNCS);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let wanted = RoomConfig {
            free_min: 1,
            ballast: 0,
        };
        let found = room(folder.path(), wanted);
        assert_eq!(found.len(), 2);
        assert_ne!(found[0].verdict, Verdict::Fail, "{}", found[0]);
        let nowhere = folder.path().join("not/made/yet");
        assert_eq!(existing(&nowhere), folder.path());
        assert_eq!(sync(&nowhere).verdict, Verdict::Fail);
    }

    #[test]
    fn too_little_room_fails_and_little_warns() {
        let wanted = RoomConfig {
            free_min: 100,
            ballast: 50,
        };
        let verdict = |free| free_bytes("/data", free, 10_000, wanted).verdict;
        assert_eq!(verdict(149), Verdict::Fail);
        assert_eq!(verdict(150), Verdict::Warn);
        assert_eq!(verdict(1_000), Verdict::Ok);
        assert_eq!(free_inodes(0, 0).verdict, Verdict::Ok);
        assert_eq!(free_inodes(0, 5).verdict, Verdict::Fail);
        assert_eq!(free_inodes(5, 50).verdict, Verdict::Warn);
        assert_eq!(free_inodes(INODES_MIN, 1 << 20).verdict, Verdict::Ok);
    }

    #[test]
    fn a_sync_that_takes_long_or_no_time_at_all_warns() {
        let verdict = |micros| {
            let took = Duration::from_micros(micros);
            judged(took, took, String::new()).verdict
        };
        assert_eq!(verdict(1), Verdict::Warn);
        assert_eq!(verdict(300), Verdict::Ok);
        assert_eq!(verdict(20_000), Verdict::Ok);
        assert_eq!(verdict(20_001), Verdict::Warn);
    }
}
