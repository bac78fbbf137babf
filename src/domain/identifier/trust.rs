//! How far an identifier can be believed: owns [`Trust`].

use std::str::FromStr;

/// How far the source of an identifier vouches for it, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trust {
    /// Seen in passing, such as a caller's number.
    Observed,
    /// Typed by somebody into a form.
    Stated,
    /// Taken down by staff.
    Staff,
    /// Proven by a log-in.
    Verified,
}

/// A text that names no trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read a trust: expected observed, stated, staff or verified")]
pub struct TrustError;

impl Trust {
    /// Every trust, weakest first.
    pub const ALL: [Self; 4] = [Self::Observed, Self::Stated, Self::Staff, Self::Verified];

    /// The name used in events and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Stated => "stated",
            Self::Staff => "staff",
            Self::Verified => "verified",
        }
    }
}

impl Trust {
    /// Its place in the order of strength, for bytes that must never change.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Observed => 0,
            Self::Stated => 1,
            Self::Staff => 2,
            Self::Verified => 3,
        }
    }
}

impl FromStr for Trust {
    type Err = TrustError;

    fn from_str(name: &str) -> Result<Self, TrustError> {
        Self::ALL
            .into_iter()
            .find(|trust| trust.as_str() == name)
            .ok_or(TrustError)
    }
}

#[cfg(test)]
mod tests {
    use super::{Trust, TrustError};

    #[test]
    fn names_read_back_and_order_by_strength() {
        assert!(Trust::ALL.is_sorted());
        for trust in Trust::ALL {
            assert_eq!(trust.as_str().parse(), Ok(trust));
        }
        assert_eq!("Verified".parse::<Trust>(), Err(TrustError));
    }
}
