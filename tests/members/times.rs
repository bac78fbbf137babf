//! How long something took, told at the end of a test: a figure to look at, which no test depends on.

use std::time::Duration;

/// The value below which so many hundredths of the times lie; the times in order.
fn percentile(times: &[Duration], hundredths: usize) -> Duration {
    let rank = (times.len() * hundredths).div_ceil(100);
    times[rank.saturating_sub(1)]
}

/// Prints what most of them took, and the longest.
#[expect(clippy::print_stdout, reason = "figures are what whoever runs it asked for")]
pub fn tell(what: &str, times: &[Duration]) {
    let mut times = times.to_vec();
    times.sort_unstable();
    let [p50, p99] = [50, 99].map(|hundredths| percentile(&times, hundredths));
    let (count, max) = (times.len(), times.last().unwrap());
    println!("{what}: p50 {p50:?}, p99 {p99:?}, max {max:?} of {count}");
}
