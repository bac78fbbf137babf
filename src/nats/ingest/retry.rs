//! Refused messages once more: the message as it stands in the input stream is published again, so that it is read by
//! the rules of today. What counts already stays counted once: it has the same event id.

use std::time::Duration;

use async_nats::{HeaderMap, jetstream::stream::RawMessageErrorKind};

use crate::{
    domain::event::StreamPlace,
    engine::writer::intake::{Retry, RetryError, Retrying},
    nats::{
        Connection,
        batch::{Outgoing, Publisher},
        ingest::read::{INDEX_HEADER, REQUEST_HEADER},
    },
};

/// Where a retried message stood before, as its sequence.
pub const RETRY_HEADER: &str = "Yekta-Retry-Of";
/// How the headers begin that are the server's.
const SERVERS: &str = "Nats-";

/// Takes refused messages from a stream and puts them into it once more.
#[derive(Clone, Debug)]
pub struct StreamRetry {
    connection: Connection,
    publisher: Publisher,
    stream: String,
}

impl StreamRetry {
    /// For what stands in `stream`; the server has `ack_timeout` to answer.
    pub fn new(connection: &Connection, stream: &str, ack_timeout: Duration) -> Self {
        Self {
            publisher: Publisher::new(connection, stream, ack_timeout),
            connection: connection.clone(),
            stream: stream.to_owned(),
        }
    }

    async fn again(&self, place: StreamPlace) -> Result<StreamPlace, RetryError> {
        let message = self.find(&place).await?;
        let ack = self.publisher.publish(&[message]).await;
        let ack = ack.map_err(|error| {
            tracing::warn!(%error, "put a refused message into the input stream once more");
            RetryError::Unreachable
        })?;
        Ok(StreamPlace {
            sequence: ack.last,
            ..place
        })
    }

    async fn find(&self, place: &StreamPlace) -> Result<Outgoing, RetryError> {
        if place.stream != self.stream {
            return Err(RetryError::Gone(place.clone()));
        }
        let unreachable = |error: &dyn std::fmt::Display| {
            tracing::warn!(%error, "find a refused message in the input stream");
            RetryError::Unreachable
        };
        let stream = self.connection.jetstream.get_stream_no_info(&self.stream).await;
        let stream = stream.map_err(|error| unreachable(&error))?;
        let found = stream
            .get_raw_message(place.sequence)
            .await
            .map_err(|error| match error.kind() {
                RawMessageErrorKind::NoMessageFound => RetryError::Gone(place.clone()),
                _ => unreachable(&error),
            })?;
        // A stream that was made anew has another message under the number.
        if found.subject.as_str() != place.subject {
            return Err(RetryError::Gone(place.clone()));
        }
        let mut headers = own_headers(&found.headers);
        headers.insert(RETRY_HEADER, place.sequence.to_string());
        Ok(Outgoing {
            subject: found.subject.to_string(),
            headers,
            body: found.payload,
        })
    }
}

impl Retry for StreamRetry {
    fn retry(&self, place: StreamPlace) -> Retrying<'_> {
        Box::pin(self.again(place))
    }
}

/// The headers that the sender set, without those by which somebody waited for the first try.
fn own_headers(headers: &HeaderMap) -> HeaderMap {
    let mut own = HeaderMap::new();
    for (name, values) in headers.iter() {
        let text: &str = name.as_ref();
        if text.starts_with(SERVERS) || text == REQUEST_HEADER || text == INDEX_HEADER {
            continue;
        }
        for value in values {
            own.append(name.clone(), value.clone());
        }
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_and_a_waiting_request_added_is_left_out() {
        let mut headers = HeaderMap::new();
        for name in [
            "Nats-Batch-Id",
            "Nats-Msg-Id",
            REQUEST_HEADER,
            INDEX_HEADER,
            "ce-id",
            "Yekta-Source",
        ] {
            headers.insert(name, "x");
        }
        let own = own_headers(&headers);
        let names: std::collections::BTreeSet<String> =
            own.iter().map(|(name, _)| name.to_string()).collect();
        assert_eq!(names, ["Yekta-Source", "ce-id"].map(str::to_owned).into());
    }
}
