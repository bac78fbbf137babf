//! Taking a journal over: finding its end, and putting an epoch record there. Owns the hand-over between owners; must
//! never write anything else. Called once, by [`JetStreamJournal::open`](super::JetStreamJournal::open); what it puts
//! there `renew` puts there again.
//!
//! The record is stored only if the stream still ends where it was read to end. Once it is, nothing of an older owner
//! can be stored: its next batch expects another end and another epoch record.
//!
//! Where a stream has several copies, a leader that was just elected may not show yet all that copies hold: what contradicts
//! itself by that is read again for a while before it is believed.

use std::time::Duration;

use async_nats::{
    HeaderMap, header,
    jetstream::context::{PublishError, PublishErrorKind},
};
use tokio::time::{Instant, sleep};

use crate::{
    journal::{Error, Marker},
    nats::journal::{
        assemble::Stored,
        epoch::EpochRecord,
        layout::{COMMIT, EPOCH, Layout},
        record::Record,
        stream::{Ends, JournalStream, broker},
    },
};

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a leader may lag behind what was told already.
const LAG_MAX: Duration = Duration::from_secs(5);
/// Between two questions to one that does.
const LAG_PAUSE: Duration = Duration::from_millis(10);

/// A journal that was taken over.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) record: EpochRecord,
    /// Where the record is: the end of the stream.
    pub(crate) sequence: u64,
    /// The first sequence that is kept.
    pub(crate) first: u64,
    /// The last commit.
    pub(crate) last: Option<Last>,
}

/// The last commit of a journal.
#[derive(Clone, Debug)]
pub(crate) struct Last {
    /// Its first message.
    pub(crate) begin: u64,
    /// Its marker.
    pub(crate) position: u64,
    pub(crate) marker: Marker,
}

/// Takes the journal over for `owner`, which no other process and no earlier start has called itself. Tries until it
/// stands.
///
/// # Errors
/// [`Error::Stream`] when the journal cannot be trusted, [`Error::Broker`].
pub(crate) async fn take_over(stream: &JournalStream, layout: &Layout, owner: &str) -> Result<Taken, Error> {
    loop {
        let found = survey(stream, layout, 0).await?;
        if let Some((sequence, record)) = found.epoch.clone()
            && record.owner == owner
            && sequence <= found.end
        {
            // An attempt whose answer was lost.
            return Ok(found.taken(record, sequence));
        }
        let told = found.epoch.as_ref().map_or(0, |(_, record)| record.epoch);
        let written = found.last.as_ref().map_or(0, |last| last.marker.epoch);
        let record = EpochRecord {
            epoch: told.max(written).saturating_add(1),
            owner: owner.to_owned(),
        };
        match put(stream, record.to_bytes(), found.end).await {
            Ok(sequence) if sequence == found.end.saturating_add(1) => {
                return Ok(found.taken(record, sequence));
            }
            Ok(_) => {
                tracing::debug!("something was in front of the record that was not shown: looking again")
            }
            Err(error) if is_passing(&error) => tracing::debug!(%error, "taking the journal over again"),
            Err(error) => return Err(broker("take over", error)),
        }
        sleep(PAUSE).await;
    }
}

/// What is at the end of a journal.
pub(crate) struct Found {
    pub(crate) first: u64,
    end: u64,
    epoch: Option<(u64, EpochRecord)>,
    pub(crate) last: Option<Last>,
}

impl Found {
    fn taken(self, record: EpochRecord, sequence: u64) -> Taken {
        Taken {
            record,
            sequence,
            first: self.first,
            last: self.last,
        }
    }
}

/// Reads the end of the journal, which was seen to reach `least`; where no leader shows that in time, what is shown. What is
/// written meanwhile is noticed by the record's own expectation.
///
/// # Errors
/// As [`take_over`].
pub(crate) async fn survey(stream: &JournalStream, layout: &Layout, least: u64) -> Result<Found, Error> {
    let ends = stream.ends_reaching(least).await?;
    let epoch = match stream.last_of(EPOCH).await? {
        Some(stored) => {
            let unreadable = || stream.misfit(stored.sequence, "epoch record cannot be read");
            Some((
                stored.sequence,
                EpochRecord::parse(&stored.body).ok_or_else(unreadable)?,
            ))
        }
        None => None,
    };
    Ok(Found {
        first: ends.first,
        end: ends.last,
        epoch,
        last: last_commit(stream, layout, ends).await?,
    })
}

/// The last commit of a journal that ends there. What lies behind a commit and is no epoch record is of a later one, which
/// another leader showed than was asked for the last: it is asked again.
async fn last_commit(stream: &JournalStream, layout: &Layout, ends: Ends) -> Result<Option<Last>, Error> {
    let deadline = Instant::now() + LAG_MAX;
    loop {
        let last = match stream.last_of(COMMIT).await? {
            Some(marker) => Some(last(stream, &marker)?),
            None => None,
        };
        if stream.is_mirror {
            // What is behind it is the beginning of a commit whose end has not come yet.
            return Ok(last);
        }
        let behind = last
            .as_ref()
            .map_or(ends.first, |last| last.position.saturating_add(1));
        match only_epochs(stream, layout, behind, ends.last).await {
            Err(Error::Stream { .. }) if ends.copies > 1 && Instant::now() < deadline => {
                sleep(LAG_PAUSE).await
            }
            alone => return alone.map(|()| last),
        }
    }
}

fn last(stream: &JournalStream, marker: &Stored) -> Result<Last, Error> {
    let record = Record::open(&marker.body).map_err(|reason| stream.misfit(marker.sequence, reason))?;
    Ok(Last {
        begin: marker.sequence.saturating_sub(record.counts.total()),
        position: marker.sequence,
        marker: record.marker,
    })
}

/// Behind the last commit there are epoch records and nothing else.
async fn only_epochs(stream: &JournalStream, layout: &Layout, from: u64, to: u64) -> Result<(), Error> {
    const BYTES: usize = 1 << 20;
    let mut at = from;
    while at <= to {
        for stored in stream.range(at, to, BYTES).await? {
            if layout.inside(&stored.subject) != Some(EPOCH) {
                return Err(stream.misfit(stored.sequence, "message is part of no commit"));
            }
            at = stored.sequence.saturating_add(1);
        }
    }
    Ok(())
}

/// Stores an epoch record, if the stream still ends at `end`; answers where it is.
pub(crate) async fn put(stream: &JournalStream, record: Vec<u8>, end: u64) -> Result<u64, PublishError> {
    let mut headers = HeaderMap::new();
    headers.insert(header::NATS_EXPECTED_STREAM, stream.names.journal());
    headers.insert(header::NATS_EXPECTED_LAST_SEQUENCE, end.to_string());
    let sent = stream.connection.jetstream.publish_with_headers(
        stream.names.in_journal(EPOCH),
        headers,
        record.into(),
    );
    Ok(sent.await?.await?.sequence)
}

/// Whether an attempt that failed so may be repeated, once it was looked at what became of it.
pub(crate) fn is_passing(error: &PublishError) -> bool {
    matches!(
        error.kind(),
        PublishErrorKind::WrongLastSequence
            | PublishErrorKind::TimedOut
            | PublishErrorKind::BrokenPipe
            | PublishErrorKind::StreamNotFound
    )
}
