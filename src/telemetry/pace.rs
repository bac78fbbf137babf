//! How often it is told how far something is that takes long: owns [`Pace`].

use std::time::{Duration, Instant};

/// Between two words on how far something is.
const TOLD_EVERY: Duration = Duration::from_secs(5);

/// Says when it is time for another word on how far something is. What takes a moment needs none.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    told: Instant,
}

impl Pace {
    /// From now on.
    #[must_use]
    pub fn begin() -> Self {
        Self { told: Instant::now() }
    }

    /// Whether it is time; then the next word is due as long after this one.
    pub fn is_due(&mut self) -> bool {
        self.is_due_at(Instant::now())
    }

    fn is_due_at(&mut self, now: Instant) -> bool {
        let is_due = now.saturating_duration_since(self.told) >= TOLD_EVERY;
        if is_due {
            self.told = now;
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_due_now_and_then_however_often_it_is_asked() {
        let told = Instant::now();
        let mut pace = Pace { told };
        let due: Vec<u64> = (0..30)
            .filter(|second| pace.is_due_at(told + Duration::from_secs(*second)))
            .collect();
        assert_eq!(due, [5, 10, 15, 20, 25]);
        // Whoever asks late is told once, and again as long after that.
        assert!(pace.is_due_at(told + Duration::from_secs(58)));
        assert!(!pace.is_due_at(told + Duration::from_secs(62)));
        assert!(pace.is_due_at(told + Duration::from_secs(63)));
    }
}
