//! How posted bodies are taken in, whatever stands behind: owns [`Intake`], the seam between an edge that is posted to
//! and where the events go, and [`Direct`], which hands them to the writer of this process.
//!
//! An edge that is posted to knows nothing else of it: beside a broker another intake puts the events into its stream.

use std::{future::Future, pin::Pin, sync::Arc};

use crate::{
    domain::event::StreamPlace,
    engine::{
        api::{FITS_NO_COMMIT, Outcome, Receipt, Submission, SubmitError, WAS_ERASED},
        writer::handle::Handle,
    },
    wire::{
        DecodeRules, Decoded, Origin, Posted, Reason, Rejection,
        out::answer::{Ingested, Rejected},
    },
};

/// The answer to what was posted, on its way.
pub type Taking<'a> = Pin<Box<dyn Future<Output = Result<Ingested, IntakeError>> + Send + 'a>>;

/// Takes posted bodies in.
pub trait Intake: Send + Sync + std::fmt::Debug {
    /// Takes `posted` in and answers once it can no longer be lost, or later where `until` says so. Refused items are
    /// taken in too, to be asked about afterwards.
    ///
    /// Whoever drops the answer before it came does not know what was taken: sending again is safe, what counted counts
    /// once.
    ///
    /// # Errors
    /// [`IntakeError`]: a body that is refused whole, or nobody who takes it now.
    fn take<'a>(&'a self, posted: Posted<'a>, origin: Origin, until: Until) -> Taking<'a>;
}

/// Takes refused items in once more.
pub trait Retry: Send + Sync + std::fmt::Debug {
    /// Takes in once more what was refused and stands at `place` of the input stream, after its cause was mended.
    ///
    /// # Errors
    /// [`RetryError`].
    fn retry(&self, place: StreamPlace) -> Retrying<'_>;
}

/// Where a retried item stands in the input stream now, on its way.
pub type Retrying<'a> = Pin<Box<dyn Future<Output = Result<StreamPlace, RetryError>> + Send + 'a>>;

/// Why a refused item is not taken in once more.
#[derive(Debug, thiserror::Error)]
pub enum RetryError {
    /// There is no input stream to find it in.
    #[error("find the refused item: it is kept in part only, have its sender send it again")]
    NotKept,
    /// The stream holds it no longer.
    #[error("find the refused item at sequence {} of {}: it is kept there no longer", .0.sequence, .0.stream)]
    Gone(StreamPlace),
    /// The stream does not answer.
    #[error("put the item into the input stream once more: it did not answer in time, try again")]
    Unreachable,
}

/// When a sender wants its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Until {
    /// As soon as nothing can be lost.
    #[default]
    Durable,
    /// When it is committed and visible, if that does not take too long.
    Committed,
}

/// Why nothing of a body was taken, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The body holds no items; it is kept as refused.
    #[error(transparent)]
    Refused(Box<Rejection>),
    /// The writer takes nothing now.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// The stream that events go into does not answer: what was sent may be in there or not.
    #[error("put the events into the input stream: it did not answer in time, send them again")]
    Unreachable,
}

/// Hands what was posted to the writer of this process.
#[derive(Clone, Debug)]
pub struct Direct {
    handle: Handle,
    rules: Arc<DecodeRules>,
}

impl Direct {
    /// The intake of the writer behind `handle`, reading by `rules`.
    pub fn new(handle: Handle, rules: Arc<DecodeRules>) -> Self {
        Self { handle, rules }
    }

    async fn submit(&self, decoded: Result<Decoded, Rejection>) -> Result<Ingested, IntakeError> {
        let decoded = match decoded {
            Ok(decoded) => decoded,
            Err(rejection) => {
                let refused = Submission::Refused(Box::new(rejection.clone()));
                self.handle.submit(vec![refused]).await?;
                return Err(IntakeError::Refused(Box::new(rejection)));
            }
        };
        let rejected = rejected(decoded.items.iter().map(|item| item.as_ref().err()));
        if decoded.items.is_empty() {
            return Ok(Ingested::committed(0, 0, rejected, None));
        }
        let items = submissions(decoded);
        let ids = items.iter().map(id_of).collect();
        let receipt = self.handle.submit(items).await?;
        Ok(ingested(&receipt, ids, rejected))
    }
}

impl Intake for Direct {
    /// The answer comes after the commit, whatever `until` says.
    fn take<'a>(&'a self, posted: Posted<'a>, origin: Origin, _: Until) -> Taking<'a> {
        let decoded = posted.decode(&origin, &self.rules);
        Box::pin(self.submit(decoded))
    }
}

impl Retry for Direct {
    fn retry(&self, _: StreamPlace) -> Retrying<'_> {
        Box::pin(std::future::ready(Err(RetryError::NotKept)))
    }
}

/// What is handed over of a decoded body: each item, the refused ones too.
pub fn submissions(decoded: Decoded) -> Vec<Submission> {
    let items = decoded.items.into_iter().map(|item| match item {
        Ok(event) => Submission::Event(Box::new(event)),
        Err(rejection) => Submission::Refused(Box::new(rejection)),
    });
    items.collect()
}

/// What a sender is told of the refused ones among its items, which are given in their order.
pub fn rejected<'a>(items: impl Iterator<Item = Option<&'a Rejection>>) -> Vec<Rejected> {
    let refused = items.enumerate().filter_map(|(index, item)| Some((index, item?)));
    refused
        .map(|(index, rejection)| Rejected {
            index,
            id: rejection.id.clone(),
            code: rejection.reason.code(),
            message: rejection.message.clone(),
        })
        .collect()
}

/// The sender's id of an event: by it a sender is told which one fitted no commit.
fn id_of(item: &Submission) -> Option<String> {
    Some(item.event()?.id.id.clone())
}

/// The answer after the commit: each item is counted once, as accepted, as known before, or as rejected, be it when it
/// was read or by the writer. `ids` are those of the events, `None` for what was rejected when it was read.
pub fn ingested(receipt: &Receipt, ids: Vec<Option<String>>, mut rejected: Vec<Rejected>) -> Ingested {
    for (index, (id, outcome)) in ids.into_iter().zip(&receipt.outcomes).enumerate() {
        let (reason, message) = match outcome {
            Outcome::Refused => (Reason::TooLarge, FITS_NO_COMMIT),
            Outcome::Erased => (Reason::Erased, WAS_ERASED),
            Outcome::Accepted(_)
            | Outcome::Noted
            | Outcome::Routed
            | Outcome::Duplicate
            | Outcome::Conflicting => continue,
        };
        if id.is_some() {
            rejected.push(Rejected {
                index,
                id,
                code: reason.code(),
                message: message.to_owned(),
            });
        }
    }
    rejected.sort_by_key(|one| one.index);
    let count =
        |wanted: fn(&Outcome) -> bool| receipt.outcomes.iter().filter(|outcome| wanted(outcome)).count();
    let accepted =
        count(|outcome| matches!(outcome, Outcome::Accepted(_) | Outcome::Noted | Outcome::Routed));
    // The first that was committed holds: to the sender, another content under its id is as good as sent before.
    let known = count(|outcome| matches!(outcome, Outcome::Duplicate | Outcome::Conflicting));
    Ingested::committed(accepted, known, rejected, Some(receipt.position.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Position, api::Resolution};

    #[test]
    fn every_item_is_counted_once() {
        let outcomes = vec![
            Outcome::Accepted(Resolution::Created),
            Outcome::Duplicate,
            Outcome::Refused,
            Outcome::Accepted(Resolution::Merged),
            Outcome::Conflicting,
            Outcome::Refused,
        ];
        let rejected = Rejected {
            index: 2,
            id: None,
            code: "bad_time",
            message: "read time".to_owned(),
        };
        let receipt = Receipt {
            position: Position(7),
            outcomes,
        };
        let ids = (0..6).map(|id| (id != 2).then(|| id.to_string())).collect();
        let answer = ingested(&receipt, ids, vec![rejected]);
        let answer = serde_json::to_value(answer).unwrap();
        assert_eq!(
            (&answer["accepted"], &answer["duplicates"]),
            (&2.into(), &2.into())
        );
        let told = |at: usize| {
            let one = &answer["rejected"][at];
            (one["index"].as_u64(), one["id"].as_str(), one["code"].as_str())
        };
        assert_eq!(told(0), (Some(2), None, Some("bad_time")));
        assert_eq!(told(1), (Some(5), Some("5"), Some("too_large")));
        assert_eq!(answer["position"], 7);
        assert_eq!(
            (&answer["success"], &answer["status"]),
            (&true.into(), &"committed".into())
        );
    }
}
