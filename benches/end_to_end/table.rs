//! What is printed: rows of a table, quantiles.

use std::fs;
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

/// The system's load average, so that a disturbed measurement is seen for one.
pub fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(1).collect()
}
