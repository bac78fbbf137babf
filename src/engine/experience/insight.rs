//! What many customers show: found now and then beside the writer, over what is counted, and handed to it as a command. It is
//! told once when it begins and once when it is over, in the commit that notes it.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::Duration,
};

use crate::{
    decide::experience::{Cell, Finding, FindingKind, Sums, finding},
    domain::time::Timestamp,
    engine::{
        api::{Answer, Command, CommandError},
        error::chain,
        queries::answer::{Query, QueryError},
        state::batch::Batch,
        writer::{
            handle::{Job, Nudge},
            room::Room,
        },
    },
    store::{self, Error, InsightRecord, Order, View, keys::experience as keys},
};

/// How long to wait after what failed, or while the disk is nearly full.
const RETRY: Duration = Duration::from_secs(60);

/// All that holds now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings(pub Vec<Finding>);

/// Something that begins, or is over: what is published of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsightTold {
    /// What it is, and since when.
    pub record: InsightRecord,
    /// When it was over; `None` while it lasts.
    pub over: Option<Timestamp>,
}

impl Batch<'_> {
    /// Takes over what holds now: what is new begins, what holds no longer is over.
    pub(crate) fn note_findings(&mut self, findings: &Findings, now: Timestamp) -> Result<Answer, Error> {
        let lasting = lasting(&self.overlay)?;
        let holds: BTreeSet<(&str, &str)> = findings.0.iter().map(named).collect();
        for record in lasting.values() {
            if !holds.contains(&(record.kind.as_str(), record.about.as_str())) {
                self.overlay.delete(keys::insight(&record.kind, &record.about));
                self.insights.push(InsightTold {
                    record: record.clone(),
                    over: Some(now),
                });
            }
        }
        for finding in &findings.0 {
            let (kind, about) = named(finding);
            if lasting.contains_key(&(kind.to_owned(), about.to_owned())) {
                continue;
            }
            let record = InsightRecord {
                kind: kind.to_owned(),
                about: about.to_owned(),
                since: now,
                evidence: finding.evidence.clone(),
            };
            self.overlay.put_record(keys::insight(kind, about), &record)?;
            self.insights.push(InsightTold { record, over: None });
        }
        Ok(Answer::Noted)
    }
}

fn named(finding: &Finding) -> (&str, &str) {
    (finding.kind.as_str(), finding.about.as_str())
}

/// What lasts, by kind and what it is about. What a later build found stays as it is.
fn lasting(view: &impl View) -> Result<BTreeMap<(String, String), InsightRecord>, Error> {
    let mut lasting = BTreeMap::new();
    view.scan_prefix(keys::INSIGHTS, Order::Ascending, &mut |_, value| {
        let record: InsightRecord = store::codec::decode(value)?;
        if FindingKind::named(&record.kind).is_some() {
            lasting.insert((record.kind.clone(), record.about.clone()), record);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(lasting)
}

impl Query {
    /// What many customers show now, in the order of kinds and what it is about.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn insights(&self) -> Result<Vec<InsightRecord>, QueryError> {
        Ok(lasting(self.store())?.into_values().collect())
    }

    /// What holds by what is counted up to `today`. Of one partition that is nothing: its resolver finds what all show.
    fn findings(&self, today: u32) -> Result<Findings, QueryError> {
        if self.rules().part.is_partition() {
            return Ok(Findings::default());
        }
        let mut cells: Vec<(Cell, Sums)> = Vec::new();
        let first = today.saturating_sub(finding::DAYS);
        self.cells(first, today, |cell, sums| {
            if finding::looks_at(&cell) {
                cells.push((cell, sums));
            }
        })?;
        let book = self.rules().decide.book.current();
        Ok(Findings(finding::findings(&cells, book.journeys(), today)))
    }
}

/// Why nothing was found.
#[derive(Debug, thiserror::Error)]
enum WatchError {
    #[error("look what many customers show")]
    Query(#[from] QueryError),
    #[error("keep what many customers show")]
    Keep(#[source] CommandError),
    #[error("look what many customers show: the service stops")]
    Stopped,
}

/// Whether it was looked at all customers.
enum Looked {
    /// It was.
    AtAll,
    /// It cannot be now: the disk is nearly full, a partition is behind or not served here, or customers go to new ones.
    NotNow,
}

/// The thread that looks what many customers show.
pub(crate) struct Watch {
    /// Microseconds from one look to the next; 0: nobody looks.
    pub(crate) every_us: u64,
    pub(crate) query: Query,
    pub(crate) writer: Nudge,
    /// It must not take the room that events need.
    pub(crate) room: Arc<Room>,
    pub(crate) clock: fn() -> Timestamp,
    /// Closed when the engine stops.
    pub(crate) stop: Receiver<()>,
}

impl Watch {
    /// Looks again and again until the engine stops. What fails is told of and tried again.
    pub(crate) fn run(self) {
        let every = Duration::from_micros(self.every_us);
        let mut wait = every;
        loop {
            let stopped = match every.is_zero() {
                true => self.stop.recv().map_err(|_| RecvTimeoutError::Disconnected),
                false => self.stop.recv_timeout(wait),
            };
            if stopped == Err(RecvTimeoutError::Disconnected) {
                return;
            }
            wait = match self.look() {
                Ok(Looked::AtAll) => every,
                Ok(Looked::NotNow) => every.min(RETRY),
                Err(WatchError::Stopped) => return,
                Err(error) => {
                    // The writer looks after the store, which may be damaged; it may have nothing else to do.
                    self.writer.tell(Job::Wake);
                    tracing::error!(error = %chain(&error), "what many customers show is not known");
                    every.max(RETRY)
                }
            };
        }
    }

    /// Hands over what holds, where that is not what is noted.
    fn look(&self) -> Result<Looked, WatchError> {
        if self.room.is_full() {
            return Ok(Looked::NotNow);
        }
        // Who goes to another partition is counted in both for a moment, or in none.
        if !self.query.is_spread()? {
            return Ok(Looked::NotNow);
        }
        let rest = |pause| self.stop.recv_timeout(pause) != Err(RecvTimeoutError::Disconnected);
        let Some(whole) = self.query.whole(rest)? else {
            return Ok(Looked::NotNow);
        };
        let today = u32::try_from((self.clock)().day()).unwrap_or_default();
        let found = whole.findings(today)?;
        let noted = self.query.insights()?;
        let noted: BTreeSet<(&str, &str)> = noted
            .iter()
            .map(|record| (record.kind.as_str(), record.about.as_str()))
            .collect();
        if noted == found.0.iter().map(named).collect() {
            return Ok(Looked::AtAll);
        }
        match self.writer.order(Command::Insights(found)) {
            Some(answer) => answer.map(|_| Looked::AtAll).map_err(WatchError::Keep),
            None => Err(WatchError::Stopped),
        }
    }
}
