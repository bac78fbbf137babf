//! How posted bodies are taken in, whatever stands behind: owns [`Intake`], the seam between an edge that is posted to
//! and where the events go, and [`Direct`], which hands them to the writer of this process.
//!
//! An edge that is posted to knows nothing else of it: beside a broker another intake puts the events into its stream.

use std::{future::Future, pin::Pin, sync::Arc};

use crate::{
    engine::{
        api::{Outcome, Receipt, Submission, SubmitError},
        handle::Handle,
    },
    wire::{
        DecodeRules, Decoded, Origin, Posted, Rejection,
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
        let receipt = self.handle.submit(submissions(decoded)).await?;
        Ok(ingested(&receipt, rejected))
    }
}

impl Intake for Direct {
    /// The answer comes after the commit, whatever `until` says.
    fn take<'a>(&'a self, posted: Posted<'a>, origin: Origin, _: Until) -> Taking<'a> {
        let decoded = posted.decode(&origin, &self.rules);
        Box::pin(self.submit(decoded))
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

/// The answer after the commit: each item is counted once, as accepted, as known before, or as rejected.
pub fn ingested(receipt: &Receipt, rejected: Vec<Rejected>) -> Ingested {
    let count =
        |wanted: fn(&Outcome) -> bool| receipt.outcomes.iter().filter(|outcome| wanted(outcome)).count();
    let accepted = count(|outcome| matches!(outcome, Outcome::Accepted(_)));
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
        ];
        let rejected = Rejected {
            index: 2,
            id: None,
            code: "bad_time",
            message: "read time".to_owned(),
        };
        let answer = ingested(
            &Receipt {
                position: Position(7),
                outcomes,
            },
            vec![rejected],
        );
        let answer = serde_json::to_value(answer).unwrap();
        assert_eq!(
            (&answer["accepted"], &answer["duplicates"]),
            (&2.into(), &2.into())
        );
        assert_eq!(
            (&answer["rejected"][0]["index"], &answer["position"]),
            (&2.into(), &7.into())
        );
        assert_eq!(
            (&answer["success"], &answer["status"]),
            (&true.into(), &"committed".into())
        );
    }
}
