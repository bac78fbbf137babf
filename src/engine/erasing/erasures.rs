//! The erasures that there were, and what is still to be done of them.

use std::ops::ControlFlow;

use crate::{
    domain::{
        event::{Event, EventId},
        identity::Claim,
        time::Timestamp,
    },
    engine::{
        api::Submission,
        parting::Part,
        queries::answer::{Query, QueryError},
    },
    store::{ErasureId, ErasureRecord, Error, InputRecord, Order, Read, Store, View, keys, keys::Erased},
};

impl Query {
    /// An erasure by its id; of several who have the customers, as far as it is carried out in all of them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn erasure(&self, id: ErasureId) -> Result<Option<ErasureRecord>, QueryError> {
        let mut found = Vec::new();
        for query in self.parts() {
            found.push(query.store().record(&keys::erasure(id))?);
        }
        Ok(together(found))
    }

    /// Whether an event is of somebody who was erased since it happened.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn is_erased(&self, event: &Event) -> Result<bool, QueryError> {
        let graph = self.graph();
        let claim = Claim::of(event, graph.rules, |device| graph.owner(device, event.time))?;
        let (hash, atom) = (graph.keyring.event(&event.id), graph.keyring.atom(&claim));
        Ok(graph.is_erased(event, hash, atom)?)
    }
}

impl Query {
    /// Whether an item is of somebody who was erased since: an event, or what can no longer be read as the event that it
    /// was.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn is_erased_item(&self, item: &Submission) -> Result<bool, QueryError> {
        match item {
            Submission::Event(event) | Submission::Read(event, _) => self.is_erased(event),
            Submission::Refused(refused) => match (&refused.source, &refused.id) {
                (Some(source), Some(id)) => self.is_erased_event(&EventId {
                    source: source.clone(),
                    id: id.clone(),
                }),
                _ => Ok(false),
            },
        }
    }

    /// Whether an event was erased by its id.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn is_erased_event(&self, id: &EventId) -> Result<bool, QueryError> {
        let mark = keys::erased(Erased::Event(self.keyring().event(id)));
        Ok(self.store().get(&mark)?.is_some())
    }

    /// Where in the input stream messages stand that say something of who was erased and are to be deleted there, `most` of
    /// them at most. What is not consumed yet may not go, and is told once it is; whatever a partition has its resolver has
    /// consumed.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn undeleted(&self, most: usize) -> Result<Vec<u64>, QueryError> {
        let behind = match self.rules().part {
            Part::Partition { .. } => u64::MAX,
            Part::Whole | Part::Resolver { .. } => self.consumed()?.saturating_add(1),
        };
        let mut places = Vec::new();
        self.store().scan(
            keys::UNDELETED,
            &keys::undeleted(behind),
            Order::Ascending,
            &mut |key, _| {
                if places.len() >= most {
                    return Ok(ControlFlow::Break(()));
                }
                places.extend(keys::undeleted_place(key));
                Ok(ControlFlow::Continue(()))
            },
        )?;
        Ok(places)
    }

    /// Up to where the input stream is consumed; 0 where there is none.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn consumed(&self) -> Result<u64, QueryError> {
        let input: Option<InputRecord> = self.store().record(keys::INPUT)?;
        Ok(input.map_or(0, |input| input.sequence))
    }
}

/// An erasure as all who have customers say it together; `None` where nobody knows it. Who was not told of it yet may have
/// something of them still.
fn together(found: Vec<Option<ErasureRecord>>) -> Option<ErasureRecord> {
    let is_everywhere = found.iter().all(Option::is_some);
    let mut known = found.into_iter().flatten();
    let mut whole = known.next()?;
    for other in known {
        whole.due = whole.due.max(other.due);
        whole.withdrawn = both(whole.withdrawn, other.withdrawn);
        whole.clearing = both(whole.clearing, other.clearing);
        whole.gone = both(whole.gone, other.gone);
        whole.removed = whole.removed.and(other.removed);
    }
    if !is_everywhere {
        (whole.withdrawn, whole.clearing, whole.gone) = (None, None, None);
    }
    Some(whole)
}

/// Since when both are so.
fn both(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.zip(other).map(|(one, other)| one.max(other))
}

/// The erasures of a store that take several commits and are not done.
pub(crate) fn unfinished(store: &Store) -> Result<Vec<ErasureId>, Error> {
    Ok(store
        .pointees(keys::ERASING)?
        .into_iter()
        .map(ErasureId)
        .collect())
}

/// All erasures of a store.
pub(crate) fn all(store: &Store) -> Result<Vec<ErasureRecord>, Error> {
    let mut found = Vec::new();
    store.scan_prefix(keys::ERASURES, Order::Ascending, &mut |_, value| {
        found.push(store.decoded(value)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{ProfileId, Removed};

    fn at(us: i64) -> Timestamp {
        Timestamp::from_micros(us)
    }

    fn erasure(due: i64, [withdrawn, clearing, gone]: [Option<i64>; 3], events: u64) -> ErasureRecord {
        ErasureRecord {
            id: ErasureId([1; 16]),
            at: at(1),
            batch: 1,
            until: at(1),
            due: at(due),
            withdrawn: withdrawn.map(at),
            clearing: clearing.map(at),
            gone: gone.map(at),
            profile: ProfileId([2; 16]),
            absorbed: Vec::new(),
            keys: Vec::new(),
            atoms: Vec::new(),
            claims: Vec::new(),
            refused: Vec::new(),
            removed: Removed {
                events,
                ..Removed::default()
            },
        }
    }

    /// A file of whoever is slowest holds them still.
    #[test]
    fn nobody_is_gone_before_they_are_gone_everywhere() {
        let done = erasure(9, [Some(2), Some(6), Some(7)], 3);
        let later = erasure(8, [Some(4), Some(5), Some(8)], 2);
        let begun = erasure(8, [Some(4), None, None], 2);
        for (found, expected) in [
            (vec![], None),
            (vec![None, None], None),
            (vec![Some(done.clone())], Some(done.clone())),
            (
                vec![Some(done.clone()), Some(later.clone())],
                Some(erasure(9, [Some(4), Some(6), Some(8)], 5)),
            ),
            (
                vec![Some(begun.clone()), Some(done.clone())],
                Some(erasure(9, [Some(4), None, None], 5)),
            ),
            (
                vec![None, Some(later), Some(done)],
                Some(erasure(9, [None, None, None], 5)),
            ),
        ] {
            assert_eq!(together(found), expected);
        }
    }
}
