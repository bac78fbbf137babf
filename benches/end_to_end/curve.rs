//! How cost grows: the rate at which events are taken, the fuller the store is.

use std::time::Instant;

use serde_json::Value;
use yekta::cli::generate::{Generator, GeneratorConfig};

use crate::engine::{bodies, drain};
use crate::figures::{megabytes, per_second, resident_bytes, row};
use crate::start;
use crate::town::{Town, submissions};
use crate::traffic::START;

/// Events that are made, then measured, at once: few enough to be kept in memory.
const STRETCH: usize = 100_000;
/// Events of each person, over all.
const EVENTS_PER_PERSON: usize = 20;

/// Measures up to so many events, which come of all people from the first to the last.
pub fn measure(seed: u64, count: usize) {
    let town = Town::new();
    let people = u32::try_from((count / EVENTS_PER_PERSON).max(1)).unwrap();
    let mut events = Generator::new(GeneratorConfig {
        seed,
        people,
        start: START,
    });
    let mut first = 0.0;
    for stretch in 1..=count.div_ceil(STRETCH) {
        let made: Vec<Value> = events.by_ref().take(STRETCH).collect();
        let made: Vec<Vec<u8>> = bodies(&made).collect();
        let begun = Instant::now();
        drain(&town, made, |body| submissions(body, &town.decode));
        let rate = per_second(STRETCH, begun.elapsed());
        if stretch == 1 {
            first = rate;
        }
        if is_told(stretch) || stretch * STRETCH >= count {
            row(
                &format!("events, the last {STRETCH} of {}", stretch * STRETCH),
                &format!(
                    "{rate:.0}/s, {:.0} % of the first; {} resident",
                    100.0 * rate / first,
                    megabytes(resident_bytes())
                ),
            );
        }
    }
    start::measure(town.stop());
}

/// 1, 2, 5, 10, 20, 50 and so on.
fn is_told(stretch: usize) -> bool {
    let leading = stretch / 10_usize.pow(stretch.ilog10());
    stretch == leading * 10_usize.pow(stretch.ilog10()) && [1, 2, 5].contains(&leading)
}
