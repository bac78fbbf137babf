//! The wall clock: whether it says a time that can be, runs as fast as time does, and is held by others' clocks.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::{
    app::clock,
    cli::command::doctor::finding::{Finding, Verdict},
    domain::time::Timestamp,
};

/// systemd-timesyncd makes this file once the clock was set by a server.
const SYNCHRONIZED: &str = "/run/systemd/timesync/synchronized";
/// It is watched for so long.
const WATCHED: Duration = Duration::from_millis(200);
/// By so much the wall clock may be off then: one that is slewed is off by a tenth of a millisecond, one that is set by more.
const DRIFT_MAX: Duration = Duration::from_millis(5);
/// No build is older: 2026-01-01T00:00:00Z.
const EARLIEST: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);

/// Watches it for a moment.
pub(crate) fn look() -> Vec<Finding> {
    let (wall, steady) = (clock::now(), Instant::now());
    thread::sleep(WATCHED);
    let (told, passed) = (clock::now(), steady.elapsed());
    vec![runs(wall, told, passed), held(Path::new(SYNCHRONIZED).exists())]
}

/// What the wall clock said in the beginning and the end, and what passed.
fn runs(wall: Timestamp, told: Timestamp, passed: Duration) -> Finding {
    let passed = i64::try_from(passed.as_micros()).unwrap_or(i64::MAX);
    let said = told.as_micros().saturating_sub(wall.as_micros());
    let drift = Duration::from_micros(said.abs_diff(passed));
    let (verdict, expected) = match (told < EARLIEST, drift > DRIFT_MAX) {
        (true, _) => (
            Verdict::Fail,
            "a time after 2026-01-01: events would be dated wrongly",
        ),
        (false, true) => (Verdict::Warn, "as the steady clock, within 5 ms"),
        (false, false) => (Verdict::Ok, "as the steady clock, within 5 ms"),
    };
    let measured = format!("off by {} us after {} ms", drift.as_micros(), passed / 1_000);
    Finding::new("clock.runs", verdict, measured, expected)
}

fn held(is_synchronized: bool) -> Finding {
    let (verdict, measured) = match is_synchronized {
        true => (Verdict::Ok, "by systemd-timesyncd"),
        // chrony and others say it elsewhere, and in a container nobody does.
        false => (Verdict::Warn, "not known"),
    };
    let expected = "held by time servers: timedatectl, or chronyc tracking, tells";
    Finding::new("clock.synchronized", verdict, measured, expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_meanwhile_or_lies_years_back_is_told() {
        let at = |micros: i64| Timestamp::from_micros(EARLIEST.as_micros() + micros);
        let verdict = |from, to| runs(from, to, Duration::from_millis(200)).verdict;
        assert_eq!(verdict(at(0), at(200_400)), Verdict::Ok);
        assert_eq!(verdict(at(0), at(195_000)), Verdict::Ok);
        assert_eq!(verdict(at(0), at(206_000)), Verdict::Warn);
        assert_eq!(verdict(at(900_000), at(0)), Verdict::Warn);
        let past = |micros: i64| Timestamp::from_micros(micros);
        assert_eq!(verdict(past(0), past(200_000)), Verdict::Fail);
    }

    #[test]
    fn what_nobody_tells_is_not_known() {
        assert_eq!(held(true).verdict, Verdict::Ok);
        assert_eq!(
            (held(false).verdict, held(false).measured.as_str()),
            (Verdict::Warn, "not known")
        );
        assert_eq!(look().len(), 2);
    }
}
