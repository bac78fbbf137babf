//! What somebody who came from another partition had there: found in the journal of that one, and waited for until it is there.
//!
//! The pieces of one that is large are of several commits, and the last of them says that it is. Must never take a part for the
//! whole.

use std::time::{Duration, Instant};

use async_nats::jetstream;
use tokio_util::bytes::Bytes;

use crate::{
    engine::parting::{MoveId, Parcel},
    nats::{
        Connection,
        assets::Names,
        ingest::{error::Interruption, input::Input, read::Read},
    },
    telemetry::NatsMetrics,
};

/// Between two looks; the longer it was waited, the longer, by this part of it: a partition that waits holds up others in turn.
const LOOK_MIN: Duration = Duration::from_millis(2);
const LOOK_MAX: Duration = Duration::from_millis(500);
const LOOK_PART: u32 = 8;
const FETCH: &str = "fetch a parcel for a partition";

/// Finds parcels in the journals of a resolver's partitions.
#[derive(Clone, Debug)]
pub struct Parcels {
    jetstream: jetstream::Context,
    /// The resolver's.
    names: Names,
    metrics: NatsMetrics,
}

impl Parcels {
    pub(crate) fn new(connection: &Connection, names: Names, metrics: NatsMetrics) -> Self {
        Self {
            jetstream: connection.jetstream.clone(),
            names,
            metrics,
        }
    }

    /// The parcel of a move from the partition `from`, once it is there. Whoever no longer waits for it has lost nothing.
    ///
    /// # Errors
    /// [`Interruption`], where the server cannot be asked or the parcel be read.
    pub(crate) async fn fetch(&self, id: MoveId, from: u32) -> Result<Parcel, Interruption> {
        let waiting = Waiting::begun(&self.metrics);
        let (begun, mut is_told, mut found) = (Instant::now(), false, Vec::new());
        loop {
            if let Some(parcel) = self.find((id, from), &mut found).await? {
                drop(waiting);
                self.metrics.parcel_fetched();
                return Ok(parcel);
            }
            let pause = (begun.elapsed() / LOOK_PART).clamp(LOOK_MIN, LOOK_MAX);
            if pause == LOOK_MAX && !std::mem::replace(&mut is_told, true) {
                tracing::info!(
                    partition = from,
                    "waits for customers who come from another partition: it is behind, or nobody owns it"
                );
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// The same, if it is there; `found` are the pieces that were there before.
    async fn find(
        &self,
        (id, from): (MoveId, u32),
        found: &mut Vec<Bytes>,
    ) -> Result<Option<Parcel>, Interruption> {
        let names = self.names.partition(from);
        let journal = Input {
            jetstream: self.jetstream.clone(),
            stream: names.journal(),
            filter: names.parcel(id, 0),
            restored_ns: None,
        };
        let piece = |subject: String| {
            let journal = journal.clone();
            async move { journal.last_of(&subject).await }
        };
        put_together(&names, id, found, piece).await
    }
}

/// Puts the parcel of a move together of the pieces that were found and those that `piece` finds by their subjects; `None` while
/// not all of them are there. None is asked for twice.
async fn put_together<F>(
    names: &Names,
    id: MoveId,
    found: &mut Vec<Bytes>,
    piece: impl Fn(String) -> F,
) -> Result<Option<Parcel>, Interruption>
where
    F: Future<Output = Result<Option<Read>, Interruption>>,
{
    let unread = |error| Interruption::passing(FETCH, error);
    loop {
        // Not all of them may be committed, and a copy of the journal that lags has none of them, or lacks the end.
        let Some(next) = piece(names.parcel(id, found.len())).await? else {
            return Ok(None);
        };
        let rest = names.behind_journal(&next.subject).unwrap_or_default();
        let (_, _, is_last) = Parcel::piece(rest).map_err(unread)?;
        found.push(next.body);
        if is_last {
            break;
        }
    }
    let parcel = Parcel::of(id, found.iter().map(|body| &**body)).map_err(unread)?;
    Ok(Some(parcel))
}

/// Counts that somebody waits, until it is dropped.
struct Waiting<'a>(&'a NatsMetrics);

impl<'a> Waiting<'a> {
    fn begun(metrics: &'a NatsMetrics) -> Self {
        metrics.waits_for_parcel(true);
        Self(metrics)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waits_for_parcel(false);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{domain::time::Timestamp, engine::parting::ParcelRecord, nats::settings::Tenant};

    const ID: MoveId = MoveId { batch: 7, index: 0 };

    fn names() -> Names {
        Names::of(&"acme".parse::<Tenant>().unwrap()).partition(3)
    }

    /// A parcel of several pieces, and these as they stand in the journal, by the subjects that find them.
    fn several() -> (Parcel, BTreeMap<String, Read>) {
        let rows = (0..5_u8).map(|row| (vec![row], vec![row; 200 << 10]));
        let record = ParcelRecord { rows: rows.collect() };
        let parcel = Parcel { id: ID, record };
        let names = names();
        let messages = parcel.clone().messages(&format!("{}.j", names.prefix()));
        let pieces = messages.unwrap().into_iter().enumerate().map(|(index, message)| {
            let read = Read {
                sequence: 1,
                subject: message.subject,
                headers: Vec::new(),
                body: Bytes::from(message.body),
                stored: Timestamp::from_micros(0),
                pending: None,
                delivery: 0,
            };
            (names.parcel(ID, index), read)
        });
        (parcel, pieces.collect())
    }

    #[tokio::test]
    async fn a_parcel_is_found_as_a_whole_or_not_at_all() {
        let (parcel, pieces) = several();
        assert!(pieces.len() > 2, "it is one of several");
        let found = |there: BTreeMap<String, Read>| async move {
            let piece = |subject: String| std::future::ready(Ok(there.get(&subject).cloned()));
            put_together(&names(), ID, &mut Vec::new(), piece).await
        };
        assert_eq!(found(pieces.clone()).await.unwrap(), Some(parcel));
        for lacking in pieces.keys() {
            let mut there = pieces.clone();
            there.remove(lacking);
            assert_eq!(found(there).await.unwrap(), None, "{lacking}");
        }
        let mut damaged = pieces.clone();
        damaged
            .values_mut()
            .for_each(|piece| piece.body = Bytes::from_static(b"\xff"));
        assert!(found(damaged).await.is_err());
    }

    #[tokio::test]
    async fn a_piece_that_was_found_is_not_asked_for_again() {
        let (parcel, pieces) = several();
        let (mut found, asked) = (Vec::new(), std::cell::RefCell::new(Vec::new()));
        let mut there = BTreeMap::new();
        for number in 0..pieces.len() {
            let subject = names().parcel(ID, number);
            there.insert(subject.clone(), pieces.get(&subject).cloned());
            let piece = |subject: String| {
                let piece = there.get(&subject).cloned().flatten();
                asked.borrow_mut().extend(piece.is_some().then_some(subject));
                std::future::ready(Ok(piece))
            };
            let whole = put_together(&names(), ID, &mut found, piece).await.unwrap();
            let is_last = number + 1 == pieces.len();
            assert_eq!(whole, is_last.then(|| parcel.clone()));
        }
        assert_eq!(asked.into_inner().len(), pieces.len(), "each is fetched once");
    }

    #[test]
    fn who_waits_is_counted_until_they_do_no_longer() {
        let registry = crate::telemetry::Registry::new("1").unwrap();
        let metrics = NatsMetrics::register(&registry).unwrap();
        let waits = || registry.render().unwrap().contains("yekta_nats_parcel_waits 1");
        let waiting = Waiting::begun(&metrics);
        assert!(waits());
        drop(waiting);
        assert!(!waits());
    }
}
