//! Through the engine: records are decoded as an edge decodes them, handed to the writer and answered by it.
//!
//! Owns how many are on their way at once. Knows no truth. Called by [`crate::quality::evaluate()`].

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::{
    domain::{event::EventId, time::Timestamp},
    engine::{
        Handle,
        api::{Outcome, Submission, SubmitError},
    },
    quality::plan::Record,
    wire::{DecodeRules, Origin, Reason, Rejection, Shape, decode},
};

/// Records of one submission.
const BATCH: usize = 256;
/// Submissions that are on their way: while one is committed the next is decoded.
const IN_FLIGHT: usize = 4;

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is an event of somebody.
    Held(EventId),
    /// It had been taken before.
    Duplicate,
    /// Another one had its id.
    Conflicting,
    /// It is no event.
    Refused {
        /// Its id, where it could be read.
        id: Option<String>,
        /// Why, as the label of a [`Reason`].
        code: &'static str,
    },
}

/// Hands all records over and gives what became of each, by its place.
///
/// # Errors
/// When the writer takes no more.
pub(crate) async fn feed(
    handle: &Handle,
    rules: &DecodeRules,
    records: &[Record],
    received: Timestamp,
) -> Result<Vec<(usize, Fate)>, SubmitError> {
    let origin = Origin {
        source: None,
        channel: None,
        name: None,
        received,
        is_bound: false,
        trace: None,
        place: None,
    };
    let batches = stream::iter(records.chunks(BATCH)).map(|batch| {
        let items: Vec<(usize, Submission)> = batch
            .iter()
            .flat_map(|record| submissions(record, rules, &origin))
            .collect();
        submit(handle, items)
    });
    batches.buffered(IN_FLIGHT).try_concat().await
}

async fn submit(handle: &Handle, items: Vec<(usize, Submission)>) -> Result<Vec<(usize, Fate)>, SubmitError> {
    let mut fates: Vec<(usize, Fate)> = items.iter().map(|(place, item)| (*place, hoped(item))).collect();
    let items = items.into_iter().map(|(_, item)| item).collect();
    let receipt = handle.submit(items).await?;
    for ((_, fate), outcome) in fates.iter_mut().zip(receipt.outcomes) {
        match (outcome, &*fate) {
            (Outcome::Duplicate, _) => *fate = Fate::Duplicate,
            (Outcome::Conflicting, _) => *fate = Fate::Conflicting,
            // What the decoder took and the writer did not fits no commit.
            (Outcome::Refused, Fate::Held(id)) => {
                let (id, code) = (Some(id.id.clone()), Reason::TooLarge.code());
                *fate = Fate::Refused { id, code };
            }
            // Nobody is erased of records that are measured by, and one engine has them all.
            (
                Outcome::Refused | Outcome::Accepted(_) | Outcome::Noted | Outcome::Routed | Outcome::Erased,
                _,
            ) => {}
        }
    }
    Ok(fates)
}

/// The items of a record's text, the refused ones too.
fn submissions(record: &Record, rules: &DecodeRules, origin: &Origin) -> Vec<(usize, Submission)> {
    let refused = |rejection: Rejection| Submission::Refused(Box::new(rejection));
    let items = match decode(record.body.as_bytes(), Shape::Native, origin, rules) {
        Err(rejection) => vec![refused(rejection)],
        Ok(decoded) => decoded
            .items
            .into_iter()
            .map(|item| item.map_or_else(refused, |event| Submission::Event(Box::new(event))))
            .collect(),
    };
    items.into_iter().map(|item| (record.place, item)).collect()
}

/// What becomes of an item if the writer takes it.
fn hoped(item: &Submission) -> Fate {
    match item {
        Submission::Event(event) | Submission::Read(event, _) => Fate::Held(event.id.clone()),
        Submission::Refused(rejection) => Fate::Refused {
            id: rejection.id.clone(),
            code: rejection.reason.code(),
        },
    }
}
