//! QR codes: what one is good for, as a function of its state, where it is read and when.

use crate::domain::time::Timestamp;

/// How far the clock of a till that redeems by itself may be behind, in microseconds: it takes a code for so long after its
/// time. `console/assets/offline.js` allows the same.
pub const GRACE_MICROS: u64 = 2 * 60 * 1_000_000;

/// How far a QR code's life has gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QrState {
    /// Not used.
    Open,
    /// Used, when and where.
    Redeemed {
        /// When.
        at: Timestamp,
        /// At which store, if it said.
        store_id: Option<String>,
    },
    /// Taken back.
    Revoked,
}

/// What a QR code is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QrOutcome {
    /// It holds; of a redemption: this one won.
    Valid,
    /// Its time is over.
    Expired,
    /// It was redeemed.
    Used,
    /// It was taken back.
    Revoked,
    /// It holds, but at another store.
    WrongStore,
    /// There is no such code.
    Unknown,
}

impl QrOutcome {
    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Expired => "expired",
            Self::Used => "used",
            Self::Revoked => "revoked",
            Self::WrongStore => "wrong_store",
            Self::Unknown => "unknown",
        }
    }
}

/// What a code is good for: `only_at` is the store it is bound to, `at` the one it is read at, if that said.
pub fn judge(
    state: &QrState,
    expires: Timestamp,
    only_at: Option<&str>,
    at: Option<&str>,
    now: Timestamp,
) -> QrOutcome {
    match state {
        QrState::Revoked => QrOutcome::Revoked,
        QrState::Redeemed { .. } => QrOutcome::Used,
        QrState::Open if now > expires => QrOutcome::Expired,
        QrState::Open => match (only_at, at) {
            (Some(only), Some(at)) if only != at => QrOutcome::WrongStore,
            _ => QrOutcome::Valid,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_judged_by_state_then_time_then_place() {
        let (then, later) = (Timestamp::from_micros(10), Timestamp::from_micros(11));
        let used = QrState::Redeemed {
            at: then,
            store_id: None,
        };
        let check = |state: &QrState, at, now, expected| {
            assert_eq!(judge(state, then, Some("north"), at, now), expected);
        };
        check(&QrState::Open, Some("north"), then, QrOutcome::Valid);
        check(&QrState::Open, None, then, QrOutcome::Valid);
        check(&QrState::Open, Some("south"), then, QrOutcome::WrongStore);
        check(&QrState::Open, Some("south"), later, QrOutcome::Expired);
        check(&used, Some("north"), later, QrOutcome::Used);
        check(&QrState::Revoked, Some("north"), then, QrOutcome::Revoked);
    }
}
