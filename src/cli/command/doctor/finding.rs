//! What was found out: owns [`Finding`] and its line.

use std::fmt;

/// Whether the service runs with what was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// Well.
    Ok,
    /// Badly, or it is not known.
    Warn,
    /// Not at all.
    Fail,
}

impl Verdict {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Its name, the same in every release.
    pub(crate) what: &'static str,
    pub(crate) verdict: Verdict,
    /// What is so.
    pub(crate) measured: String,
    /// What should be, or what to do.
    pub(crate) expected: String,
}

impl Finding {
    pub(crate) fn new(
        what: &'static str,
        verdict: Verdict,
        measured: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self {
            what,
            verdict,
            measured: measured.into(),
            expected: expected.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            verdict,
            measured,
            expected,
        } = self;
        write!(
            f,
            "{:<4} {what:<16} {measured} (expected {expected})",
            verdict.as_str()
        )
    }
}

/// Bytes as people say them.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [(&str, u64); 4] = [
        ("TiB", 1 << 40),
        ("GiB", 1 << 30),
        ("MiB", 1 << 20),
        ("KiB", 1 << 10),
    ];
    let unit = UNITS.into_iter().find(|(_, size)| count >= *size);
    match unit {
        Some((name, size)) => {
            let tenths = count / (size / 10).max(1);
            format!("{}.{} {name}", tenths / 10, tenths % 10)
        }
        None => format!("{count} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_a_line() {
        let finding = Finding::new("disk.sync", Verdict::Warn, "31.0 ms", "20 ms at most");
        assert_eq!(
            finding.to_string(),
            "warn disk.sync        31.0 ms (expected 20 ms at most)"
        );
    }

    #[test]
    fn bytes_are_said_in_the_largest_unit_that_fits() {
        assert_eq!(bytes(0), "0 bytes");
        assert_eq!(bytes(1_023), "1023 bytes");
        assert_eq!(bytes(268_435_456), "256.0 MiB");
        assert_eq!(bytes(3 << 39), "1.5 TiB");
    }
}
