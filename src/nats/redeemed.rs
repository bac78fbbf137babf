//! What tills of a shop redeemed while the owner could not be reached: a stream of the shop's server keeps it, and it is
//! settled by the owner's command `c.qr.settle` as soon as that can be asked.
//!
//! Owns how it gets into the stream and out of it again; must never decide what a redemption is worth, which the owner does. A
//! request is taken out once the owner answered it. One whose answer is lost is asked again: the owner answers a redemption that
//! it settled already as it did then. So none is lost, and none counts twice.

use std::{sync::Arc, time::Duration};

use async_nats::{
    HeaderMap, Message, Request, RequestError, header,
    jetstream::stream::{LastRawMessageErrorKind, Stream},
};
use serde::Deserialize;
use tokio::{
    sync::{Notify, watch},
    time::{sleep, timeout},
};
use tokio_util::bytes::Bytes;

use crate::{
    api::{KeepRedeemed, Keeping, NotKept},
    nats::{assets::Names, connect::Connection, service::calls::Call},
    telemetry::Secret,
};

/// How long the owner may take over one request.
const ANSWER_WAIT: Duration = Duration::from_secs(15);
/// Between two attempts to settle one.
const AGAIN: Duration = Duration::from_secs(1);
/// Between two looks at whether there is one, where nobody says so.
const LOOK: Duration = Duration::from_secs(10);
/// What an owner answers that may settle the same later: to another key, or at another time.
const LATER: [u16; 4] = [401, 403, 408, 429];

/// What waits in a shop to be settled. Clones share it.
#[derive(Clone, Debug)]
pub struct Redeemed {
    connection: Connection,
    names: Names,
    /// What the owner is shown.
    key: Option<Secret>,
    came: Arc<Notify>,
}

/// A request that waits.
struct Waiting {
    sequence: u64,
    body: Bytes,
}

/// What the owner said to one.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    /// It is settled, and so many of its redemptions do not count, since another one does.
    Settled { twice: usize },
    /// It may be settled later: the status of the answer.
    Later(u16),
    /// It never will be.
    Refused(u16),
}

/// Why a request waits on.
#[derive(Debug, thiserror::Error)]
enum Hindrance {
    #[error("{attempt} the stream of what tills redeemed")]
    Stream {
        attempt: &'static str,
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("ask the owner to settle")]
    Ask(#[from] RequestError),
    #[error(
        "ask the owner to settle: it answered {0}; at 401 or 403, expected shop.key to be a key of headquarters' with a role that redeems"
    )]
    Later(u16),
}

impl Redeemed {
    /// That of a tenant at the server of `connection`, settled with `key` at headquarters.
    pub fn of(connection: &Connection, names: &Names, key: Option<Secret>) -> Self {
        Self {
            connection: connection.clone(),
            names: names.clone(),
            key,
            came: Arc::default(),
        }
    }

    /// Settles what is there and what comes whenever there is an `owner`, in the order in which it came. Ends where nobody
    /// looks for an owner any more.
    pub async fn settle(self, mut owner: watch::Receiver<Option<String>>) {
        let mut from = 1;
        while owner.wait_for(Option::is_some).await.is_ok() {
            match self.settle_next(from).await {
                Ok(Some(next)) => from = next,
                Ok(None) => drop(timeout(LOOK, self.came.notified()).await),
                Err(hindrance) => {
                    tracing::warn!(
                        error = %hindrance,
                        cause = std::error::Error::source(&hindrance).map(tracing::field::display),
                        "what tills redeemed is not settled yet"
                    );
                    sleep(AGAIN).await;
                }
            }
        }
    }

    /// Settles the first request at or behind `from`; where to go on, or nothing where there is none.
    async fn settle_next(&self, from: u64) -> Result<Option<u64>, Hindrance> {
        let stream = self.stream().await?;
        let Some(waiting) = self.next(&stream, from).await? else {
            return Ok(None);
        };
        match self.ask(waiting.body).await? {
            Answer::Later(status) => return Err(Hindrance::Later(status)),
            // It stays for people to look at, and the next start asks once more.
            Answer::Refused(status) => tracing::error!(
                answer.status = status,
                nats.sequence = waiting.sequence,
                "the owner does not settle what a till redeemed: it stays in the stream"
            ),
            Answer::Settled { twice } => {
                let taken_out = stream.delete_message(waiting.sequence).await;
                taken_out.map_err(|error| failed("take a message out of", error))?;
                tracing::info!(redemptions.twice = twice, "settled what a till redeemed");
            }
        }
        Ok(Some(waiting.sequence.saturating_add(1)))
    }

    async fn stream(&self) -> Result<Stream<()>, Hindrance> {
        let stream = self
            .connection
            .jetstream
            .get_stream_no_info(self.names.redeemed());
        stream.await.map_err(|error| failed("look at", error))
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

    async fn ask(&self, body: Bytes) -> Result<Answer, Hindrance> {
        let mut headers = HeaderMap::new();
        if let Some(key) = &self.key {
            headers.insert("Authorization", format!("Bearer {}", key.expose()));
        }
        let subject = format!("{}.{}", self.names.prefix(), Call::SettleQr.subject());
        let request = Request::new()
            .headers(headers)
            .payload(body)
            .timeout(Some(ANSWER_WAIT));
        let answer = self.connection.client.send_request(subject, request).await?;
        Ok(read(&answer))
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

impl KeepRedeemed for Redeemed {
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

/// What an answer says. One that cannot be read is of another version, which took the request all the same.
fn read(answer: &Message) -> Answer {
    const CODE: &str = "Nats-Service-Error-Code";
    const UNREADABLE: u16 = 500;
    let code = answer.headers.as_ref().and_then(|headers| headers.get(CODE));
    match code.map(|code| code.as_str().parse().unwrap_or(UNREADABLE)) {
        Some(status) if status >= UNREADABLE || LATER.contains(&status) => Answer::Later(status),
        Some(status) => Answer::Refused(status),
        None => Answer::Settled {
            twice: twice_in(&answer.payload),
        },
    }
}

/// How many redemptions of an answer do not count, since another one does.
fn twice_in(body: &[u8]) -> usize {
    #[derive(Deserialize)]
    struct Answered {
        settled: Vec<One>,
    }
    #[derive(Deserialize)]
    struct One {
        double_use: bool,
    }
    let answered = serde_json::from_slice::<Answered>(body);
    answered.map_or(0, |answered| {
        answered.settled.iter().filter(|one| one.double_use).count()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(code: Option<&str>, body: &str) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(code) = code {
            headers.insert("Nats-Service-Error-Code", code);
        }
        read(&Message {
            subject: "_INBOX.1".into(),
            reply: None,
            payload: body.to_owned().into(),
            headers: Some(headers),
            status: None,
            description: None,
            length: 0,
        })
    }

    #[test]
    fn an_answer_settles_or_says_whether_to_ask_again() {
        let body = r#"{"settled": [{"outcome": "valid", "used": null, "double_use": false},
            {"outcome": "used", "used": null, "double_use": true}], "position": 7}"#;
        assert_eq!(answered(None, body), Answer::Settled { twice: 1 });
        for (code, expected) in [
            ("401", Answer::Later(401)),
            ("429", Answer::Later(429)),
            ("503", Answer::Later(503)),
            ("what", Answer::Later(500)),
            ("400", Answer::Refused(400)),
        ] {
            assert_eq!(answered(Some(code), ""), expected, "{code}");
        }
    }
}
