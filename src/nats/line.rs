//! A shop's line to the owner: what tills redeem is asked of the owner over it, and what it could not be asked is kept in a
//! stream of the shop's server and settled by the owner's command `c.qr.settle` once the line is up.
//!
//! Owns the way there, and how a request gets into the stream and out of it again; must never decide what a redemption is worth.
//! A request is taken out once the owner answered it. One whose answer is lost is asked again: the owner answers a redemption that
//! it settled already as it did then. So none is lost, and none counts twice.

use std::{sync::Arc, time::Duration};

use async_nats::{
    HeaderMap, Message, Request, RequestError, RequestErrorKind, header,
    jetstream::stream::{LastRawMessageErrorKind, Stream},
};
use serde::Deserialize;
use tokio::{
    sync::{Notify, watch},
    time::{sleep, timeout},
};
use tokio_util::bytes::Bytes;

use crate::{
    api::{Carried, Carrying, Keeping, Line, NotKept, Unanswered},
    nats::{assets::Names, connect::Connection, service::calls::Call},
    telemetry::Secret,
};

/// How long the owner may take over a request that a till waits for: tills take a service that is slower for one that is away.
const TILL_WAIT: Duration = Duration::from_secs(3);
/// How long it may take over one that nobody waits for.
const SETTLE_WAIT: Duration = Duration::from_secs(15);
/// Between two attempts to settle one.
const AGAIN: Duration = Duration::from_secs(1);
/// Between two looks at whether there is one, where nobody says so.
const LOOK: Duration = Duration::from_secs(10);

/// The line, and what waits for it. Clones share it.
#[derive(Clone, Debug)]
pub struct ShopLine {
    connection: Connection,
    names: Names,
    /// What the owner is shown.
    key: Option<Secret>,
    /// Where the owner is, if it can be reached.
    owner: watch::Receiver<Option<String>>,
    came: Arc<Notify>,
}

/// A request that waits.
struct Waiting {
    sequence: u64,
    body: Bytes,
}

/// Why a request waits on.
#[derive(Debug, thiserror::Error)]
enum Hindrance {
    #[error("{attempt} the stream of what tills redeemed")]
    Stream {
        attempt: &'static str,
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error(transparent)]
    Owner(#[from] Unanswered),
}

impl ShopLine {
    /// That of a tenant from the shop's server of `connection` to whoever is told to be the `owner`, who is shown `key`.
    pub fn of(
        (connection, names): (&Connection, &Names),
        key: Option<Secret>,
        owner: watch::Receiver<Option<String>>,
    ) -> Self {
        Self {
            connection: connection.clone(),
            names: names.clone(),
            key,
            owner,
            came: Arc::default(),
        }
    }

    /// Settles what is kept and what is kept later whenever there is an owner, in the order in which it came. Ends where nobody
    /// looks for an owner any more.
    pub async fn settle(self) {
        let (mut owner, mut from, mut is_told) = (self.owner.clone(), 1, false);
        while owner.wait_for(Option::is_some).await.is_ok() {
            match self.settle_next(from).await {
                Ok(Some(next)) => (from, is_told) = (next, false),
                Ok(None) => drop(timeout(LOOK, self.came.notified()).await),
                Err(hindrance) => {
                    // Once for each time that it is hindered: it is tried again every second.
                    if !std::mem::replace(&mut is_told, true) {
                        tracing::warn!(
                            error = %hindrance,
                            cause = std::error::Error::source(&hindrance).map(tracing::field::display),
                            "what tills redeemed is not settled yet"
                        );
                    }
                    sleep(AGAIN).await;
                }
            }
        }
    }

    /// Settles the first request at or behind `from`; where to go on, or nothing where there is none.
    async fn settle_next(&self, from: u64) -> Result<Option<u64>, Hindrance> {
        let stream = self
            .connection
            .jetstream
            .get_stream_no_info(self.names.redeemed());
        let stream = stream.await.map_err(|error| failed("look at", error))?;
        let Some(waiting) = self.next(&stream, from).await? else {
            return Ok(None);
        };
        match self.asked(Call::SettleQr, waiting.body, SETTLE_WAIT).await {
            Ok(answer) => {
                let taken_out = stream.delete_message(waiting.sequence).await;
                taken_out.map_err(|error| failed("take a message out of", error))?;
                let twice = twice_in(&answer);
                tracing::info!(redemptions.twice = twice, "settled what a till redeemed");
            }
            Err(unanswered) if unanswered.passes() => return Err(unanswered.into()),
            // It stays for people to look at, and the next start asks once more.
            Err(unanswered) => tracing::error!(
                error = %unanswered,
                nats.sequence = waiting.sequence,
                "the owner does not settle what a till redeemed: it stays in the stream"
            ),
        }
        Ok(Some(waiting.sequence.saturating_add(1)))
    }

    async fn next(&self, stream: &Stream<()>, from: u64) -> Result<Option<Waiting>, Hindrance> {
        let question = stream
            .raw_message_builder()
            .sequence(from)
            .next_by_subject(self.names.redeemed_subject());
        match question.send().await {
            Ok(message) => Ok(Some(Waiting {
                sequence: message.sequence,
                body: message.payload,
            })),
            Err(error) if matches!(error.kind(), LastRawMessageErrorKind::NoMessageFound) => Ok(None),
            Err(error) => Err(failed("read", error)),
        }
    }

    async fn asked(&self, call: Call, body: Bytes, wait: Duration) -> Result<Bytes, Unanswered> {
        if self.owner.borrow().is_none() {
            return Err(Unanswered::NoOwner);
        }
        let mut headers = HeaderMap::new();
        if let Some(key) = &self.key {
            headers.insert("Authorization", format!("Bearer {}", key.expose()));
        }
        let subject = format!("{}.{}", self.names.prefix(), call.subject());
        let request = Request::new().headers(headers).payload(body).timeout(Some(wait));
        let answer = self.connection.client.send_request(subject, request).await;
        read(answer.map_err(|error| unanswered(&error))?)
    }

    async fn put(&self, body: Vec<u8>) -> Result<(), NotKept> {
        let mut headers = HeaderMap::new();
        headers.insert(header::NATS_EXPECTED_STREAM, self.names.redeemed());
        let subject = self.names.redeemed_subject();
        let sent = self
            .connection
            .jetstream
            .publish_with_headers(subject, headers, body.into());
        let put = async { sent.await?.await }.await;
        if let Err(error) = put {
            tracing::warn!(%error, "keep what a till redeemed");
            return Err(NotKept);
        }
        self.came.notify_one();
        Ok(())
    }
}

impl Line for ShopLine {
    fn ask(&self, what: Carried, body: Vec<u8>) -> Carrying<'_> {
        let call = match what {
            Carried::Redeem => Call::RedeemQr,
            Carried::Settle => Call::SettleQr,
        };
        Box::pin(async move { Ok(self.asked(call, body.into(), TILL_WAIT).await?.to_vec()) })
    }

    fn keep(&self, body: Vec<u8>) -> Keeping<'_> {
        Box::pin(self.put(body))
    }
}

fn failed(attempt: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Hindrance {
    Hindrance::Stream {
        attempt,
        source: source.into(),
    }
}

fn unanswered(error: &RequestError) -> Unanswered {
    match error.kind() {
        RequestErrorKind::NoResponders => Unanswered::NoOwner,
        _ => Unanswered::Lost,
    }
}

/// What an answer says.
fn read(answer: Message) -> Result<Bytes, Unanswered> {
    const CODE: &str = "Nats-Service-Error-Code";
    const UNREADABLE: u16 = 500;
    let code = answer.headers.as_ref().and_then(|headers| headers.get(CODE));
    match code {
        Some(code) => Err(Unanswered::Refused(code.as_str().parse().unwrap_or(UNREADABLE))),
        None => Ok(answer.payload),
    }
}

/// How many redemptions of an answer do not count, since another one does. One of another version says nothing of it.
fn twice_in(answer: &[u8]) -> usize {
    #[derive(Deserialize)]
    struct Answered {
        settled: Vec<One>,
    }
    #[derive(Deserialize)]
    struct One {
        double_use: bool,
    }
    let answered = serde_json::from_slice::<Answered>(answer);
    answered.map_or(0, |answered| {
        answered.settled.iter().filter(|one| one.double_use).count()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(code: Option<&str>) -> Result<Bytes, Unanswered> {
        let mut headers = HeaderMap::new();
        if let Some(code) = code {
            headers.insert("Nats-Service-Error-Code", code);
        }
        read(Message {
            subject: "_INBOX.1".into(),
            reply: None,
            payload: "{}".into(),
            headers: Some(headers),
            status: None,
            description: None,
            length: 0,
        })
    }

    #[test]
    fn an_answer_is_one_unless_it_has_the_code_of_a_refusal() {
        assert_eq!(answered(None), Ok("{}".into()));
        assert_eq!(answered(Some("409")), Err(Unanswered::Refused(409)));
        assert_eq!(answered(Some("what")), Err(Unanswered::Refused(500)));
    }

    #[test]
    fn what_was_redeemed_twice_is_counted() {
        let answer = br#"{"settled": [{"outcome": "valid", "used": null, "double_use": false},
            {"outcome": "used", "used": null, "double_use": true}], "position": 7}"#;
        assert_eq!((twice_in(answer), twice_in(b"[]")), (1, 0));
    }
}
