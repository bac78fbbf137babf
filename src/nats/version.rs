//! Which servers will do. Pure; called by `connect`.

use std::fmt;

/// A server's version as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    major: u32,
    minor: u32,
}

impl Version {
    /// Atomic batches with all that is used of them, and the consumers that ingest needs.
    pub(crate) const OLDEST: Version = Version { major: 2, minor: 14 };

    /// The version in a text such as `2.15.1` or `v2.16.0-beta.1`; `None` if it does not begin with one.
    pub(crate) fn parse(text: &str) -> Option<Version> {
        let mut parts = text.trim_start_matches('v').split('.');
        let mut next = || parts.next()?.parse().ok();
        Some(Version {
            major: next()?,
            minor: next()?,
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let will_do = |text| Version::parse(text).is_some_and(|version| version >= Version::OLDEST);
        for text in ["2.14.0", "2.15.1", "v2.16.0-beta.1", "3.0.0", "2.100"] {
            assert!(will_do(text), "{text}");
        }
        for text in ["2.13.9", "2.9.25", "1.99.0", "", "2", "two.fifteen"] {
            assert!(!will_do(text), "{text}");
        }
    }
}
