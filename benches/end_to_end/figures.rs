//! What is printed: rows of a table, quantiles, and what the process and its folders take.

use std::fs;
use std::path::Path;
use std::time::Duration;

/// Prints one row: what was measured and its figures.
pub fn row(what: &str, figures: &str) {
    println!("| {what:<46} | {figures:<46} |");
}

/// Durations as `p50 … p99 … max …`.
pub fn quantiles(mut taken: Vec<Duration>) -> String {
    taken.sort_unstable();
    let at = |per_mille: usize| {
        let place = (taken.len().saturating_sub(1)) * per_mille / 1_000;
        taken.get(place).map_or(f64::NAN, Duration::as_secs_f64) * 1e3
    };
    format!(
        "p50 {:.2} ms, p99 {:.2} ms, max {:.1} ms (of {})",
        at(500),
        at(990),
        at(1_000),
        taken.len()
    )
}

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

/// Bytes of all files below a folder.
pub fn folder_bytes(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| match entry.metadata().unwrap() {
            meta if meta.is_dir() => folder_bytes(&entry.path()),
            meta => meta.len(),
        })
        .sum()
}

/// Bytes as megabytes.
pub fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes / 1_000_000)
}

/// The system's load average, so that a disturbed measurement is seen for one.
pub fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(1).collect()
}
