//! All customers of a tenant, for what looks at them beside a writer: those of one engine, or of all its partitions together, as
//! far as this process serves them.

use std::time::{Duration, Instant};

use crate::{
    engine::{
        parting::{Part, Seats},
        queries::answer::{Query, QueryError},
        writer::handle::Handle,
    },
    journal::Position,
};

/// How long a partition is waited for that has not done yet what is written for it, and between two looks at it.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(50);

impl Handle {
    /// Has whoever looks at all customers of this resolver's tenant look at those of these partitions. They stay the same.
    pub fn had_by(&self, seats: &Seats) {
        self.query.seats.get_or_init(|| seats.clone());
    }
}

impl Query {
    /// The same about all customers of the tenant. Of a resolver's once its partitions did what is written for them by now; `None`
    /// where one is not served here, or does not within half a minute, or `rest` says that it is not to be waited for any longer.
    /// Whoever keeps it for long looks whether one [is over](Self::is_over).
    ///
    /// # Errors
    /// When the resolver's journal cannot be read.
    pub(crate) fn whole(&self, mut rest: impl FnMut(Duration) -> bool) -> Result<Option<Self>, QueryError> {
        let Part::Resolver { .. } = self.rules().part else {
            return Ok(Some(self.clone()));
        };
        let Some(parts) = self.seats.get().and_then(Seats::all) else {
            return Ok(None);
        };
        let (last, begun) = (self.last_of_each(&parts)?, Instant::now());
        loop {
            let mut all = (0_u32..).zip(parts.iter().zip(&last));
            let Some((partition, _)) = all.find(|(_, (part, last))| consumed(part) < **last) else {
                let parts = parts.into_iter().map(|part| part.query).collect();
                return Ok(Some(self.over(parts)));
            };
            if begun.elapsed() >= PATIENCE {
                tracing::warn!(
                    partition,
                    "nothing is found of all customers: a partition has not done yet what it is to do"
                );
                return Ok(None);
            }
            if !rest(LOOK) {
                return Ok(None);
            }
        }
    }

    /// What is written last for each of these by now, of what it has not done yet.
    fn last_of_each(&self, parts: &[Handle]) -> Result<Vec<Position>, QueryError> {
        let by_now = self.applied();
        let last = (0_u32..).zip(parts).map(|(index, part)| {
            let after = consumed(part);
            Ok(match after < by_now {
                true => self.last_routed(index, after, by_now)?.unwrap_or_default(),
                false => Position::START,
            })
        });
        last.collect()
    }

    /// Whether what answers here is kept up to date no longer: it ended, or is opened anew.
    pub(crate) fn is_over(&self) -> bool {
        self.applied.has_changed().is_err()
    }
}

/// Up to where a partition has done what the resolver wrote for it.
fn consumed(part: &Handle) -> Position {
    let consumed = part.consumed.borrow();
    Position(consumed.as_ref().map_or(0, |input| input.sequence))
}
