//! Positions as users are told them, each with whose journal it is of, and waiting until a partition is so far.
//!
//! A partition follows the resolver's journal: it is as far as a position there once it has carried out what was written for it
//! up to there. A position of another partition's journal is one that somebody was told who may have moved since.

use std::time::Duration;

use tokio::time::timeout;

use crate::{
    api::{self, Api},
    engine::{Handle, Numbered, Position},
    http::{
        failure::Failure,
        partitions::served::{Partitions, Served},
    },
};

/// A position that does not come: whoever waits for it tells what is known by the end of their time, and that this is not all.
const NEVER: u64 = Numbered::LAST;

/// What a request waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// The position that is named.
    pub(crate) position: Option<u64>,
    /// How long its answer may take, where it comes with what is known by then.
    pub(crate) within: Option<Duration>,
}

impl Wanted {
    /// Waits until `partition` is so far, as far as the resolver's journal goes; what is left to wait for is of its own.
    ///
    /// # Errors
    /// `position_not_reached`.
    pub(crate) async fn reached(
        self,
        (api, partitions): (&Api, &Partitions),
        partition: &Served,
    ) -> Result<Option<u64>, Failure> {
        let Some(position) = self.position else {
            return Ok(None);
        };
        let longest = api.limits.position_wait;
        let wait = self.within.map_or(longest, |within| longest.min(within / 2));
        match timeout(wait, far(api, partitions, partition, Numbered::read(position))).await {
            Ok(left) => left,
            Err(_) if self.within.is_some() => Ok(Some(NEVER)),
            Err(_) => Err(api::Failure::not_reached().into()),
        }
    }
}

async fn far(
    api: &Api,
    partitions: &Partitions,
    partition: &Served,
    position: Numbered,
) -> Result<Option<u64>, Failure> {
    let through = match position.partition {
        Some(index) if index == partition.index => return Ok(Some(position.number)),
        Some(index) => {
            partitions
                .at(index)?
                .handle
                .reached(Position(position.number))
                .await;
            // Whoever was there and is here now has come by then.
            api.handle.applied()
        }
        None => {
            let through = Position(position.number);
            api.handle.reached(through).await;
            through
        }
    };
    carried_out(&api.handle, partition, through).await?;
    Ok(None)
}

/// Waits until a partition has carried out what the resolver wrote for it up to `through`, which is to be seen here by now.
///
/// # Errors
/// Where the resolver's journal cannot be read.
pub(crate) async fn carried_out(
    resolver: &Handle,
    partition: &Served,
    through: Position,
) -> Result<(), Failure> {
    let mut consumed = partition.handle.consumed();
    let after = Position(consumed.borrow().as_ref().map_or(0, |input| input.sequence));
    if after >= through {
        return Ok(());
    }
    let (query, index) = (resolver.query(), partition.index);
    let read = tokio::task::spawn_blocking(move || query.last_routed(index, after, through)).await;
    let read = read.map_err(|error| Failure::internal(&error))?;
    let Some(last) = read.map_err(api::Failure::from)? else {
        return Ok(());
    };
    let is_there = consumed.wait_for(|input| input.as_ref().is_some_and(|input| input.sequence >= last.0));
    if is_there.await.is_err() {
        // It is served no longer.
        return Err(api::Failure::not_reached().into());
    }
    Ok(())
}
