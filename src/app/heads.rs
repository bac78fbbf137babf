//! The head of the audit log, told to whoever collects log lines, at the start and then once a day (UTC): kept there, it
//! shows later whether the end of the log was cut off. All of the log is read for it, so that what was changed is told too.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::sleep;

use crate::{audit, domain::time::Timestamp};

const DAY_MICROS: i64 = 86_400_000_000;
/// The wall clock is looked at so often, for it may be set.
const LOOK_MAX: Duration = Duration::from_secs(600);

/// Tells the head of the log in `folder` now and once with every day of `clock`. Never ends.
pub(crate) async fn tell(folder: PathBuf, clock: fn() -> Timestamp) {
    loop {
        let day = day(clock());
        let read = folder.clone();
        // A log of years takes a while to read: not on a thread that serves.
        if let Err(error) = tokio::task::spawn_blocking(move || tell_once(&read)).await {
            tracing::error!(%error, "read the audit log");
        }
        while self::day(clock()) == day {
            sleep(rest_of_day(clock()).min(LOOK_MAX)).await;
        }
    }
}

fn tell_once(folder: &Path) {
    match audit::verify(folder) {
        Ok(found) => {
            let last = found.last.as_deref().unwrap_or("never");
            tracing::info!(records = found.records, hash = %found.head, last, "audit head");
        }
        Err(error) => tracing::error!(
            error = &error as &dyn std::error::Error,
            "read the audit log: it is not what was written"
        ),
    }
}

fn day(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(DAY_MICROS)
}

/// How long it is until the next day begins.
fn rest_of_day(at: Timestamp) -> Duration {
    let over = at.as_micros().rem_euclid(DAY_MICROS);
    Duration::from_micros(DAY_MICROS.saturating_sub(over).unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_over_at_midnight() {
        let at = |seconds: i64| Timestamp::from_micros((1_795_348_800 + seconds) * 1_000_000);
        // 2026-11-22T12:00:00Z.
        assert_eq!(rest_of_day(at(0)), Duration::from_secs(43_200));
        assert_eq!(rest_of_day(at(43_199)), Duration::from_secs(1));
        assert_eq!(rest_of_day(at(43_200)), Duration::from_secs(86_400));
        assert_eq!(day(at(43_199)), day(at(0)));
        assert_eq!(day(at(43_200)), day(at(0)) + 1);
        assert!(rest_of_day(Timestamp::from_micros(-1)) > Duration::ZERO);
    }
}
