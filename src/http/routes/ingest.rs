//! `POST /v1/events`, and what every route that takes events does with them.
//!
//! Each item is handed over, the refused ones too: what was refused can be asked about afterwards. The answer comes
//! after the commit.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header::CONTENT_TYPE},
};

use crate::{
    engine::api::{FITS_NO_COMMIT, Outcome, Receipt, Submission},
    http::{Http, body::Unread, failure::Failure, posted::Posted},
    wire::{
        DecodeRules, Decoded, Origin, Reason, Rejection, decode_binary_cloudevent, decode_events,
        out::answer::{Ingested, Rejected},
    },
};

/// The header by which a `CloudEvent` in binary mode is known.
const BINARY_MODE: &str = "ce-specversion";

/// Takes one event or many: native, or `CloudEvents` in any mode.
pub(crate) async fn events(State(http): State<Http>, posted: Posted) -> Result<Json<Ingested>, Failure> {
    take(&http, posted, |headers, body, origin, rules| {
        if headers.contains_key(BINARY_MODE) {
            let texts = headers
                .iter()
                .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
            return decode_binary_cloudevent(texts, body, origin, rules);
        }
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        decode_events(content_type, body, origin, rules)
    })
    .await
}

/// Decodes what was posted, hands it over and answers what became of it.
///
/// # Errors
/// When the whole body is refused, or the engine takes nothing now.
pub(crate) async fn take(
    http: &Http,
    posted: Posted,
    decode: impl FnOnce(&HeaderMap, &[u8], &Origin, &DecodeRules) -> Result<Decoded, Rejection>,
) -> Result<Json<Ingested>, Failure> {
    let Posted {
        body,
        headers,
        source,
        channel,
    } = posted;
    let origin = Origin {
        source,
        channel,
        name: None,
        received: (http.api.clock)(),
        trace: None,
        place: None,
    };
    let decoded = match body {
        Ok(body) => decode(&headers, &body, &origin, &http.api.rules)
            .map_err(|rejection| (Failure::from(&rejection), rejection)),
        Err(unread) => {
            let bytes_max = http.settings.ingest_bytes_max;
            Err((unread.failure(bytes_max), unread_body(unread, bytes_max, &origin)))
        }
    };
    match decoded {
        Ok(decoded) => {
            let (items, rejected) = submissions(decoded);
            let ids = items.iter().map(id_of).collect();
            if items.is_empty() {
                return Ok(Json(Ingested::committed(0, 0, rejected, None)));
            }
            let receipt = http.api.handle.submit(items).await?;
            Ok(Json(ingested(&receipt, ids, rejected)))
        }
        Err((failure, rejection)) => {
            http.api
                .handle
                .submit(vec![Submission::Refused(Box::new(rejection))])
                .await?;
            Err(failure)
        }
    }
}

/// What is kept of a body that could not be read: that there was one.
fn unread_body(unread: Unread, bytes_max: usize, origin: &Origin) -> Rejection {
    let (reason, message) = match unread {
        Unread::TooLarge => (
            Reason::TooLarge,
            format!("read the body: expected at most {bytes_max} bytes after decompression"),
        ),
        Unread::Packed | Unread::Broken => (
            Reason::NotJson,
            "read the body: expected a whole one, plain or packed with gzip".to_owned(),
        ),
    };
    Rejection {
        reason,
        message,
        id: None,
        source: origin.source.clone(),
        origin: None,
        body: Vec::new(),
    }
}

fn submissions(decoded: Decoded) -> (Vec<Submission>, Vec<Rejected>) {
    let mut rejected = Vec::new();
    let items = decoded
        .items
        .into_iter()
        .enumerate()
        .map(|(index, item)| match item {
            Ok(event) => Submission::Event(Box::new(event)),
            Err(rejection) => {
                rejected.push(Rejected {
                    index,
                    id: rejection.id.clone(),
                    code: rejection.reason.code(),
                    message: rejection.message.clone(),
                });
                Submission::Refused(Box::new(rejection))
            }
        });
    (items.collect(), rejected)
}

/// The sender's id of an event: by it a sender is told which one fitted no commit.
fn id_of(item: &Submission) -> Option<String> {
    match item {
        Submission::Event(event) => Some(event.id.id.clone()),
        Submission::Refused(_) => None,
    }
}

/// Each item is counted once: as accepted, as known before, or as rejected, be it here or by the writer.
fn ingested(receipt: &Receipt, ids: Vec<Option<String>>, mut rejected: Vec<Rejected>) -> Ingested {
    for (index, (id, outcome)) in ids.into_iter().zip(&receipt.outcomes).enumerate() {
        if *outcome == Outcome::Refused && id.is_some() {
            rejected.push(Rejected {
                index,
                id,
                code: Reason::TooLarge.code(),
                message: FITS_NO_COMMIT.to_owned(),
            });
        }
    }
    rejected.sort_by_key(|one| one.index);
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
