//! What is printed: rows of a table, quantiles.

use std::fs;
use std::time::Duration;

/// Prints one row: what was measured and its figures.
pub fn row(what: &str, figures: &str) {
    println!("| {what:<46} | {figures:<46} |");
}

/// Durations as `p50 … p99 … max …`.
pub fn quantiles(taken: Vec<Duration>) -> String {
    let (count, [p50, p99, max]) = milliseconds(taken, [500, 990, 1_000]);
    format!("p50 {p50:.2} ms, p99 {p99:.2} ms, max {max:.1} ms (of {count})")
}

/// How many durations there are, and those at the places, in milliseconds.
pub fn milliseconds<const N: usize>(mut taken: Vec<Duration>, per_mille: [usize; N]) -> (usize, [f64; N]) {
    taken.sort_unstable();
    let last = taken.len().saturating_sub(1);
    let at = |place: usize| {
        let taken = taken.get(last * place / 1_000);
        taken.map_or(f64::NAN, Duration::as_secs_f64) * 1e3
    };
    (taken.len(), per_mille.map(at))
}

/// The system's load average, so that a disturbed measurement is seen for one.
pub fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(1).collect()
}
