//! Spreading: where there are more partitions than before, customers go to the new ones, a few at a time and in turns with what
//! comes. Nobody else moves: who goes are those whose turn falls on a new partition.
//!
//! Events are routed meanwhile to wherever their customers are, and whoever begins does so where their turn is. How far it is lies
//! in the store, so that the next start goes on. Before anybody goes there, a new partition gets what the tenant said of itself.

use std::{num::NonZeroU32, ops::ControlFlow, time::Duration};

use crate::{
    engine::{
        error::Error as WriteError,
        parting::Part,
        queries::answer::{Query, QueryError},
        resolver::{
            components::{Leaving, turn, values_of},
            step::Run,
        },
        step::Standing,
    },
    store::{ComponentRecord, Error, KeyHash, Order, Read, SpreadRecord, View, keys},
};

/// Customers who go at once, at most: what comes waits behind them where they leave and where they go.
pub(crate) const MOVES_AT_ONCE: usize = 64;
/// Between two times that some go, so that partitions take in what comes in between.
pub(crate) const SPREAD_PAUSE: Duration = Duration::from_millis(50);
/// Events of those who go at once, about.
const EVENTS_AT_ONCE: u64 = 1_000;
/// Components that one step looks at.
const LOOK_MAX: usize = 4_096;
/// Of whom there is more than that stays: both partitions would do nothing else for as long as such a move takes, and nobody
/// gains more by it than by one of a few.
const EVENTS_MAX: u64 = 2_000;
const KEYS_MAX: u64 = 10_000;

/// Before the first component.
const FIRST: KeyHash = KeyHash([0; 16]);

impl Standing {
    /// Over how many partitions customers are spread while there are so many: not yet over all, where there were fewer before.
    pub(super) fn spread_over(&self, partitions: NonZeroU32) -> SpreadRecord {
        let anew = |told, after| SpreadRecord {
            partitions: partitions.get(),
            told,
            up_to: Vec::new(),
            after,
        };
        match &self.spread {
            Some(spread) if spread.partitions == partitions.get() => spread.clone(),
            Some(spread) => anew(spread.told, Some(FIRST)),
            // Where nothing was ever routed nobody is to go anywhere.
            None => anew(partitions.get(), (self.batch > 0).then_some(FIRST)),
        }
    }

    /// Whether some customers are to go to other partitions.
    pub(crate) fn spreads(&self, partitions: NonZeroU32) -> bool {
        let spread = self.spread_over(partitions);
        spread.after.is_some() || spread.told < spread.partitions
    }

    /// Says so where nobody is to go any more.
    pub(crate) fn tell_of_spread(&self) {
        if let Some(spread) = self.spread.as_ref().filter(|spread| spread.after.is_none()) {
            let partitions = spread.partitions;
            tracing::info!(partitions, "customers are spread over all partitions");
        }
    }
}

/// Whoever is next, and how far that is looked at.
struct Next {
    going: Vec<(KeyHash, ComponentRecord)>,
    after: Option<KeyHash>,
}

impl Run<'_> {
    /// Has the next few customers go to the partition whose turn they are; `stays` says that the one of these who is next does
    /// not.
    pub(super) fn spread(&mut self, most: usize, stays: bool) -> Result<(), WriteError> {
        if most > 0 && self.spread.told < self.spread.partitions {
            return self.tell_of_tenant(most);
        }
        let Some(after) = self.spread.after.filter(|_| most > 0) else {
            return Ok(());
        };
        let next = self.next_behind(after, most)?;
        for (id, record) in next.going {
            if stays {
                continue;
            }
            let to = turn(id.0, self.partitions);
            let values = values_of(&self.batch.overlay, id)?;
            let from = record.partition;
            let record = ComponentRecord {
                partition: to,
                ..record
            };
            self.batch.overlay.put_record(keys::component(id), &record)?;
            self.moves.leave(Leaving {
                from,
                to,
                keys: values.into_iter().collect(),
            });
        }
        self.spread.after = next.after;
        Ok(())
    }

    /// Who is to go of the components behind one.
    fn next_behind(&self, after: KeyHash, most: usize) -> Result<Next, Error> {
        let mut next = Next {
            going: Vec::new(),
            after: None,
        };
        let (mut looked, mut events) = (0_usize, 0_u64);
        let (view, from) = (&self.batch.overlay, keys::behind_component(after));
        view.scan(
            &from,
            keys::COMPONENTS_END,
            Order::Ascending,
            &mut |key, value| {
                let Some(id) = keys::pointee(key).map(KeyHash) else {
                    return Ok(ControlFlow::Continue(()));
                };
                let record: ComponentRecord = view.decoded(value)?;
                looked = looked.saturating_add(1);
                let is_small = record.events <= EVENTS_MAX && record.keys <= KEYS_MAX;
                if is_small && record.partition != turn(id.0, self.partitions) {
                    next.going.push((id, record));
                    events = events.saturating_add(record.events);
                }
                let is_enough = next.going.len() >= most || events >= EVENTS_AT_ONCE || looked >= LOOK_MAX;
                if !is_enough {
                    return Ok(ControlFlow::Continue(()));
                }
                next.after = Some(id);
                Ok(ControlFlow::Break(()))
            },
        )?;
        Ok(next)
    }
}

impl Query {
    /// Whether nobody is to go to another partition, since customers are spread over all that there are; so it is of a tenant
    /// without partitions.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn is_spread(&self) -> Result<bool, QueryError> {
        let Part::Resolver { partitions } = self.rules().part else {
            return Ok(true);
        };
        let noted = Standing {
            batch: self.store().applied()?.batch,
            spread: self.store().record(keys::SPREAD)?,
            ..Standing::default()
        };
        Ok(!noted.spreads(partitions))
    }
}
