//! How long an answer may take: a telephone menu that waits longer than its platform allows tells its caller nothing.
//!
//! Without a budget a question takes as long as it takes. With one, what is not known by its end is left out.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::{
    api::{Api, Failure},
    engine::{Query, QueryError},
};

/// Milliseconds that a budget may have.
const RANGE_MS: std::ops::RangeInclusive<u64> = 10..=10_000;

/// The time that is left for an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    /// When all of it is over.
    ends: Option<Instant>,
    /// When waiting for a position is over: what is left then is for what can be told without it.
    waits_until: Option<Instant>,
}

impl Budget {
    /// As long as it takes.
    pub(crate) const UNLIMITED: Self = Self {
        ends: None,
        waits_until: None,
    };

    /// The budget that a request asks for; that of a flat answer is `flat_max` where it asks for none.
    ///
    /// # Errors
    /// `bad_deadline` where it is out of range.
    pub(crate) fn of(asked_ms: Option<u64>, flat: bool, flat_max: Duration) -> Result<Self, Failure> {
        let within = match asked_ms {
            Some(ms) if RANGE_MS.contains(&ms) => Some(Duration::from_millis(ms)),
            Some(_) => {
                let expected = format!(
                    "expected deadline_ms from {} to {}",
                    RANGE_MS.start(),
                    RANGE_MS.end()
                );
                return Err(Failure::bad_request("bad_deadline", expected));
            }
            None => flat.then_some(flat_max),
        };
        let now = Instant::now();
        Ok(Self {
            ends: within.and_then(|within| now.checked_add(within)),
            waits_until: within.and_then(|within| now.checked_add(within / 2)),
        })
    }
}

impl Budget {
    /// What `doing` comes to; `None` where the budget is over before.
    ///
    /// # Errors
    /// As of what is done.
    pub(crate) async fn within<T>(
        self,
        doing: impl Future<Output = Result<T, Failure>>,
    ) -> Result<Option<T>, Failure> {
        match self.ends {
            None => doing.await.map(Some),
            Some(ends) => match timeout_at(ends, doing).await {
                Ok(done) => done.map(Some),
                Err(_over) => Ok(None),
            },
        }
    }
}

impl Api {
    /// Waits for `min_position`, and says whether it was reached within half of the budget.
    ///
    /// # Errors
    /// Without a budget, when it does not come in time.
    pub(crate) async fn reached_within(
        &self,
        budget: Budget,
        min_position: Option<u64>,
    ) -> Result<bool, Failure> {
        match budget.waits_until {
            None => self.reached(min_position).await.map(|()| true),
            Some(ends) => match timeout_at(ends, self.reached(min_position)).await {
                Ok(Err(failure)) if failure.is_not_reached() => Ok(false),
                Ok(reached) => reached.map(|()| true),
                Err(_over) => Ok(false),
            },
        }
    }

    /// Asks the engine; `None` where the budget is over before it has answered.
    ///
    /// # Errors
    /// As the question's.
    pub(crate) async fn ask_within<T: Send + 'static>(
        &self,
        budget: Budget,
        name: &'static str,
        question: impl FnOnce(&Query) -> Result<T, QueryError> + Send + 'static,
    ) -> Result<Option<T>, Failure> {
        match budget.ends {
            None => self.ask_here(name, question).await.map(Some),
            // On a thread that may block: a stalled disk must not hold this one, which tells when time is over.
            Some(ends) => match timeout_at(ends, self.ask(name, question)).await {
                Ok(answer) => answer.map(Some),
                Err(_over) => Ok(None),
            },
        }
    }
}
