//! The input stream: which of its messages hold something of erased persons. Must never erase one that is not consumed.
//!
//! A message cannot be cut. One that holds events of others too goes as a whole: they are committed, and nothing reads the
//! stream again behind where it is consumed. Refused items in it cannot be taken in once more then.
//!
//! The message up to which the input is consumed may go as well: the follower then finds a later one, looks whether
//! another stands in its place, and goes on. What is lost until something more is consumed is that a stream would be
//! noticed by that message which lost its end and grew on.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    engine::api::Submission,
    nats::{
        assets::Names,
        expunge::{Expunge, error::ExpungeError, pass::Pass},
        ingest::read::Read,
    },
    wire::DecodeRules,
};

/// Says whether an item is of a person who is erased.
pub type IsErased = Arc<dyn Fn(&Submission) -> bool + Send + Sync>;

/// What goes of the input stream.
#[derive(Clone)]
pub struct Going {
    /// Up to where the input is consumed, or less: behind that nothing may go.
    pub through: u64,
    /// Messages with an item of an erased person.
    pub is_erased: IsErased,
    /// Messages whose refused items named one.
    pub refused: BTreeSet<u64>,
}

impl std::fmt::Debug for Going {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Going(through {})", self.through)
    }
}

impl Expunge {
    /// Erases these messages of the input stream, which were refused as those of erased persons; how many there were.
    ///
    /// # Errors
    /// [`ExpungeError`].
    pub async fn refused(&self, places: &[u64]) -> Result<u64, ExpungeError> {
        self.eraser(Names::EVENTS.to_owned()).erase(places).await
    }

    /// Erases each message of the tenant's in the input stream that goes; how many there were. Whoever no longer waits for
    /// it has erased some of them.
    ///
    /// # Errors
    /// [`ExpungeError`].
    pub async fn input(&self, going: &Going) -> Result<u64, ExpungeError> {
        Box::pin(self.erase_input(going)).await
    }

    async fn erase_input(&self, going: &Going) -> Result<u64, ExpungeError> {
        let stream = Names::EVENTS;
        let input = self.read(stream, self.names.events());
        let mut pass = Pass::new(input, going.through, self.ack_timeout);
        let eraser = self.eraser(stream.to_owned());
        let mut erased = 0_u64;
        loop {
            let messages = pass.more().await;
            let messages =
                messages.map_err(|interruption| ExpungeError::broker("read", stream, interruption))?;
            if messages.is_empty() {
                return Ok(erased);
            }
            let going = self.judge(messages, going.clone()).await?;
            erased = erased.saturating_add(eraser.erase(&going).await?);
        }
    }

    /// Which of them go. Off the threads that serve: decoding many messages takes milliseconds.
    async fn judge(&self, messages: Vec<Read>, going: Going) -> Result<Vec<u64>, ExpungeError> {
        let rules = Arc::clone(&self.rules);
        let judging = move || {
            let goes = messages.iter().filter(|message| goes(message, &rules, &going));
            goes.map(|message| message.sequence).collect()
        };
        let judged = tokio::task::spawn_blocking(judging).await;
        judged.map_err(|error| ExpungeError::broker("decode messages of", Names::EVENTS, error))
    }
}

fn goes(message: &Read, rules: &DecodeRules, going: &Going) -> bool {
    going.refused.contains(&message.sequence)
        || message
            .submissions(Names::EVENTS, rules)
            .iter()
            .any(|item| (going.is_erased)(item))
}

#[cfg(test)]
mod tests {
    use tokio_util::bytes::Bytes;

    use super::*;
    use crate::{domain::time::Timestamp, wire::fixture::rules};

    fn event(id: &str) -> String {
        format!(r#"{{"id":"{id}","type":"A","identifiers":[{{"kind":"user_id","value":"u-1"}}]}}"#)
    }

    fn message(body: &str) -> Read {
        Read {
            sequence: 1,
            subject: "yekta.v1.default.event.web.a".into(),
            headers: Vec::new(),
            body: Bytes::copy_from_slice(body.as_bytes()),
            stored: Timestamp::from_micros(0),
            pending: None,
            delivery: 0,
        }
    }

    #[test]
    fn a_message_with_something_of_theirs_goes_as_a_whole() {
        let (theirs, other) = (event("theirs"), event("other"));
        let mut going = Going {
            through: 1,
            is_erased: Arc::new(|item| item.event().is_some_and(|event| event.id.id == "theirs")),
            refused: BTreeSet::new(),
        };
        for (body, expected) in [
            (theirs.clone(), true),
            (format!("[{theirs},{theirs}]"), true),
            (format!("[{theirs},{other}]"), true),
            (format!(r#"[{theirs},{{"id":"x"}}]"#), true),
            (other.clone(), false),
            ("no json".to_owned(), false),
            ("[]".to_owned(), false),
        ] {
            assert_eq!(goes(&message(&body), &rules(), &going), expected, "{body}");
        }
        going.refused.insert(1);
        assert!(goes(&message("no json"), &rules(), &going));
    }
}
