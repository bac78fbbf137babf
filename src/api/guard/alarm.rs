//! The alarm of one caller who asks for more than they may: a line in the log, at once and then once a minute at most.
//!
//! A key has the name that the configuration gives it. What a token calls somebody is another's word, and may be their
//! address: of a token the role alone is told.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{
    api::guard::allowance::Credential,
    domain::{role::Role, time::Timestamp},
};

const MINUTE_MICROS: u64 = 60_000_000;
/// What is told instead of the name in a token.
const TOKEN: &str = "(a token)";

/// Whom it is about, and when it was told last.
#[derive(Debug)]
pub(super) struct Alarm {
    who: Arc<str>,
    role: Role,
    last: Mutex<Option<Timestamp>>,
}

impl Alarm {
    pub(super) fn new(by: Credential, name: &Arc<str>, role: Role) -> Self {
        let who = match by {
            Credential::Token => TOKEN.into(),
            Credential::Nothing | Credential::Key => Arc::clone(name),
        };
        Self {
            who,
            role,
            last: Mutex::default(),
        }
    }

    /// Whom it is about, as a log may tell it.
    pub(super) fn who(&self) -> &str {
        &self.who
    }

    /// Tells that the caller was refused for `reason`, unless that was told within the minute.
    pub(super) fn ring(&self, reason: &'static str, clock: fn() -> Timestamp) {
        if self.is_due(clock) {
            tracing::warn!(
                caller.name = %self.who,
                caller.role = self.role.as_str(),
                reason,
                "a caller asks for more than it may"
            );
        }
    }

    /// Whether the minute is over, which another begins with, or the clock was set back.
    fn is_due(&self, clock: impl FnOnce() -> Timestamp) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // ORDER: asked in turn, or of two who are refused at once the one who waited longer tells it again.
        let now = clock();
        let is_going_on = |last: Timestamp| last <= now && now < last.saturating_add(MINUTE_MICROS);
        if last.is_some_and(is_going_on) {
            return false;
        }
        *last = Some(now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros((1_795_348_800 + seconds) * 1_000_000)
    }

    #[test]
    fn it_is_told_at_once_and_then_once_a_minute() {
        let alarm = Alarm::new(Credential::Key, &"desk".into(), Role::Agent);
        let due = [0, 1, 59, 60, 61, 119, 120, 30, 31].map(|second| alarm.is_due(|| at(second)));
        // The last two come of a clock that was set back.
        assert_eq!(due, [true, false, false, true, false, false, true, true, false]);
    }

    #[test]
    fn what_a_token_calls_somebody_is_not_told() {
        let name = "mina@example.org".into();
        assert_eq!(&*Alarm::new(Credential::Token, &name, Role::Agent).who, TOKEN);
        assert_eq!(
            &*Alarm::new(Credential::Key, &"desk".into(), Role::Agent).who,
            "desk"
        );
    }
}
