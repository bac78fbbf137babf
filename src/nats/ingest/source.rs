//! What the messages of an input are: what channels publish, or what a resolver wrote for a partition. Owns what of them is
//! handed to the writer at once, in their order; must never leave one out.
//!
//! Who joins or leaves a partition stands by itself: a feed is cut before and behind it, so that a commit's position says which
//! of them were carried out.

use std::sync::Arc;

use crate::{
    engine::{
        api::Submission,
        parting::{DepartureRecord, MoveId, Parcel, Routed},
    },
    nats::{
        Connection,
        assets::Names,
        ingest::{
            error::{FollowError, RoutedError},
            parcels::Parcels,
            read::{Awaited, Read},
        },
        settings::Partition,
    },
    telemetry::NatsMetrics,
    wire::DecodeRules,
};

/// What the messages of an input are.
#[derive(Clone, Debug)]
pub enum Source {
    /// Those of channels, which are read by these rules.
    Channels(Arc<DecodeRules>),
    /// Those of a resolver, and where parcels come from.
    Routed(Box<RoutedSource>, Box<Parcels>),
}

/// What a resolver writes for one of its partitions.
#[derive(Clone, Debug)]
pub struct RoutedSource {
    /// The resolver's names.
    names: Names,
    /// Which partition, from 0.
    index: u32,
}

/// What is handed to the writer at once.
#[derive(Debug)]
pub(crate) struct Portion {
    /// The number of its last message.
    pub(crate) sequence: u64,
    /// What that one is known by again.
    pub(crate) digest: [u8; 16],
    /// Messages behind it that the consumer will give.
    pub(crate) pending: Option<u64>,
    /// How many messages it is.
    pub(crate) messages: usize,
    pub(crate) load: Load,
}

/// What a portion holds.
#[derive(Debug)]
pub(crate) enum Load {
    /// Items, and where among them those stand whose commit somebody waits for.
    Items(Vec<Submission>, Vec<(usize, Awaited)>),
    /// Somebody leaves the partition.
    Depart(MoveId, DepartureRecord),
    /// So do these, with a move that is still to come: which of its messages this is.
    Ahead(MoveId, u32, DepartureRecord),
    /// Somebody comes from another partition, of this number.
    Arrive(MoveId, u32),
    /// Rows that the resolver has by itself.
    Put(Parcel),
}

impl Source {
    /// What `resolver` writes for its partition.
    pub fn routed(connection: &Connection, partition: &Partition, metrics: NatsMetrics) -> Self {
        let names = Names::of(&partition.resolver);
        let parcels = Parcels::new(connection, names.clone(), metrics);
        Self::Routed(
            Box::new(RoutedSource::of(names, partition.index)),
            Box::new(parcels),
        )
    }

    /// Where parcels come from, of an input that has any.
    pub(crate) fn parcels(&self) -> Option<&Parcels> {
        match self {
            Self::Channels(_) => None,
            Self::Routed(_, parcels) => Some(parcels),
        }
    }

    /// What is handed to the writer of messages that follow on each other; `is_awaited` says whether anybody waits for a commit.
    /// Takes milliseconds.
    ///
    /// # Errors
    /// [`FollowError::Routed`].
    pub(crate) fn portions(
        &self,
        batch: &[Read],
        stream: &str,
        is_awaited: bool,
    ) -> Result<Vec<Portion>, FollowError> {
        match self {
            Self::Channels(rules) => Ok(channels(batch, stream, rules, is_awaited).into_iter().collect()),
            Self::Routed(routed, _) => routed.portions(batch),
        }
    }
}

/// Messages of channels are one portion.
fn channels(batch: &[Read], stream: &str, rules: &DecodeRules, is_awaited: bool) -> Option<Portion> {
    let (mut items, mut awaited) = (Vec::with_capacity(batch.len()), Vec::new());
    for read in batch {
        if let Some(one) = read.awaited().filter(|_| is_awaited) {
            awaited.push((items.len(), one));
        }
        items.extend(read.submissions(stream, rules));
    }
    let last = batch.last()?;
    Some(Portion::up_to(last, batch.len(), Load::Items(items, awaited)))
}

impl RoutedSource {
    /// What the resolver with these names writes for a partition.
    fn of(names: Names, index: u32) -> Self {
        Self { names, index }
    }

    fn portions(&self, batch: &[Read]) -> Result<Vec<Portion>, FollowError> {
        let (mut portions, mut items) = (Vec::new(), Vec::new());
        let mut before: Option<&Read> = None;
        for read in batch {
            let load = match self.routed(read)? {
                Routed::Event(routed) => {
                    items.push(match routed.place {
                        Some(place) => Submission::Read(Box::new(routed.event), Arc::new(place)),
                        None => Submission::Event(Box::new(routed.event)),
                    });
                    before = Some(read);
                    continue;
                }
                Routed::Depart(id, departure) => Load::Depart(id, departure),
                Routed::Ahead(id, number, departure) => Load::Ahead(id, number, departure),
                Routed::Arrive(id, arrival) => Load::Arrive(id, arrival.from),
                Routed::Put(id, record) => Load::Put(Parcel { id, record }),
            };
            portions.extend(events(before.take(), &mut items));
            portions.push(Portion::up_to(read, 1, load));
        }
        portions.extend(events(before, &mut items));
        Ok(portions)
    }

    /// What a message holds, which has to be for this partition.
    fn routed(&self, read: &Read) -> Result<Routed, FollowError> {
        let refused = |problem| FollowError::Routed {
            sequence: read.sequence,
            problem,
        };
        let rest = self.names.behind_journal(&read.subject);
        let rest = rest.ok_or_else(|| refused(RoutedError::Elsewhere))?;
        match Routed::read(rest, &read.body) {
            Ok(Some((index, routed))) if index == self.index => Ok(routed),
            Ok(_) => Err(refused(RoutedError::Elsewhere)),
            Err(error) => Err(refused(error.into())),
        }
    }
}

/// The events so far, the last of which `last` holds.
fn events(last: Option<&Read>, items: &mut Vec<Submission>) -> Option<Portion> {
    let items = std::mem::take(items);
    let messages = items.len();
    last.map(|last| Portion::up_to(last, messages, Load::Items(items, Vec::new())))
}

impl Portion {
    fn up_to(last: &Read, messages: usize, load: Load) -> Self {
        Self {
            sequence: last.sequence,
            digest: last.digest(),
            pending: last.pending,
            messages,
            load,
        }
    }
}

#[cfg(test)]
mod tests;
