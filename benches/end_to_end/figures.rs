//! What the process and its folders take, beside what is printed of it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::table::milliseconds;
pub use crate::table::{load_average, quantiles, row};

/// `count` in `took`, per second.
pub fn per_second(count: usize, took: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap()) / took.as_secs_f64()
}

/// Resident memory of this process in bytes, 0 where the system does not tell.
pub fn resident_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|rest| rest.trim().strip_suffix(" kB"));
    kilobytes
        .and_then(|text| text.parse().ok())
        .map_or(0, |kilobytes: u64| kilobytes * 1024)
}

/// Processor time of the writer's thread so far, zero where the system does not tell. Other processes disturb it less
/// than they do the clock on the wall.
pub fn writer_time() -> Duration {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let read = |thread: &fs::DirEntry, file| fs::read_to_string(thread.path().join(file)).unwrap_or_default();
    let nanoseconds = threads
        .filter(|thread| read(thread, "comm").trim() == "yekta-writer")
        .filter_map(|thread| read(&thread, "schedstat").split(' ').next()?.parse::<u64>().ok());
    Duration::from_nanos(nanoseconds.sum())
}

/// Puts this thread before all ordinary ones; whether the system allowed it.
pub fn comes_first() -> bool {
    let thread = fs::read_link("/proc/thread-self").unwrap_or_default();
    let Some(id) = thread.file_name() else {
        return false;
    };
    let mut chrt = Command::new("chrt");
    chrt.args(["--rr", "--pid", "1"]).arg(id).stderr(Stdio::null());
    chrt.status().is_ok_and(|status| status.success())
}

/// Bytes of all files below a folder, none where there is no such folder. What goes while it is looked at has none.
pub fn folder_bytes(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| match entry.metadata().ok()? {
            meta if meta.is_dir() => Some(folder_bytes(&entry.path())),
            meta => Some(meta.len()),
        })
        .sum()
}

/// Bytes as megabytes.
pub fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes / 1_000_000)
}

/// Durations as `p50 … p99 … p99.9 … max …`.
pub fn tail_quantiles(taken: Vec<Duration>) -> String {
    let (count, [p50, p99, tail, max]) = milliseconds(taken, [500, 990, 999, 1_000]);
    format!("p50 {p50:.2} ms, p99 {p99:.2} ms, p99.9 {tail:.1} ms, max {max:.1} ms (of {count})")
}
