//! A subscriber of a service's updates, as a browser's `EventSource` reads them.

use std::{
    io::{BufRead, BufReader},
    time::Instant,
};

use serde_json::Value;
use ureq::{Agent, BodyReader};

use crate::process::PATIENCE;

/// A message of the stream.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its position; 0 where it is told beside those of other journals.
    pub id: u64,
    /// The name of its stream.
    pub stream: String,
    /// What it says.
    pub data: Value,
}

/// An open stream.
pub struct Updates {
    lines: std::io::Lines<BufReader<BodyReader<'static>>>,
}

impl Updates {
    /// Subscribes to `streams` behind a position.
    pub fn after(url: &str, streams: &str, position: u64) -> Self {
        Self::try_after(url, streams, position).unwrap()
    }

    /// The same; an error where nobody answers.
    pub fn try_after(url: &str, streams: &str, position: u64) -> Result<Self, ureq::Error> {
        Self::asking(url, &format!("stream={streams}"), &position.to_string())
    }

    /// Subscribes to what a query says, behind the last id that it was told, or from now on where that is empty.
    pub fn asking(url: &str, query: &str, last: &str) -> Result<Self, ureq::Error> {
        let config = Agent::config_builder()
            .proxy(None)
            .timeout_recv_response(Some(PATIENCE))
            .timeout_per_read(Some(PATIENCE))
            .build();
        let request = config
            .new_agent()
            .get(format!("{url}/v1/updates?{query}"))
            .header("accept", "text/event-stream")
            .header("last-event-id", last);
        let body = request.call()?.into_body().into_reader();
        Ok(Self {
            lines: BufReader::new(body).lines(),
        })
    }

    /// The next message that has data.
    pub fn next(&mut self) -> Message {
        self.try_next().expect("the stream goes on")
    }

    /// The same; none where the stream ended, or broke.
    pub fn try_next(&mut self) -> Option<Message> {
        let (mut id, mut stream, mut data) = (0, String::new(), String::new());
        // However many there are: what is waited for is the next one.
        let deadline = Instant::now() + PATIENCE;
        loop {
            assert!(Instant::now() < deadline, "waited in vain for an update");
            let line = self.lines.next()?.ok()?;
            match line.split_once(": ").or_else(|| line.split_once(':')) {
                Some(("id", text)) if text.starts_with('p') => id = 0,
                Some(("id", text)) => id = text.parse().unwrap(),
                Some(("event", text)) => text.clone_into(&mut stream),
                Some(("data", text)) => data.push_str(text),
                // An empty line ends a message; one without data only told where the stream is.
                None if line.is_empty() && !data.is_empty() => {
                    let data = serde_json::from_str(&data).unwrap();
                    return Some(Message { id, stream, data });
                }
                _ => {}
            }
        }
    }

    /// All messages up to the first that `is_last` is true of, that one included.
    pub fn until(&mut self, is_last: impl Fn(&Message) -> bool) -> Vec<Message> {
        let mut messages = Vec::new();
        loop {
            let message = self.next();
            let last = is_last(&message);
            messages.push(message);
            if last {
                return messages;
            }
        }
    }
}
