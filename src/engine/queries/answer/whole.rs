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
    ///
    /// # Errors
    /// When the resolver's journal cannot be read.
    pub(crate) fn whole(&self, mut rest: impl FnMut(Duration) -> bool) -> Result<Option<Self>, QueryError> {
        let Part::Resolver { partitions } = self.rules().part else {
            return Ok(Some(self.clone()));
        };
        let (by_now, begun) = (self.applied(), Instant::now());
        let mut behind: Vec<u32> = (0..partitions.get()).collect();
        loop {
            let Some(parts) = self.seats.get().and_then(Seats::all) else {
                return Ok(None);
            };
            behind = self.behind(behind, &parts, by_now)?;
            if behind.is_empty() {
                let parts = parts.into_iter().map(|part| part.query).collect();
                return Ok(Some(self.over(parts)));
            }
            if begun.elapsed() >= PATIENCE || !rest(LOOK) {
                return Ok(None);
            }
        }
    }

    /// Which of some partitions did not do yet what is written for them up to `through`.
    fn behind(&self, of: Vec<u32>, parts: &[Handle], through: Position) -> Result<Vec<u32>, QueryError> {
        let mut behind = Vec::new();
        for index in of {
            let part = usize::try_from(index).ok().and_then(|index| parts.get(index));
            let consumed = part.and_then(|part| part.consumed.borrow().as_ref().map(|input| input.sequence));
            let consumed = Position(consumed.unwrap_or_default());
            if consumed < through && self.first_routed(index, consumed, through)?.is_some() {
                behind.push(index);
            }
        }
        Ok(behind)
    }
}
