//! What is made of the journal: whether it has taken all that there is.
//!
//! How many messages it lags behind says nothing: the server tells that of the last one that it took, also while none comes.
//! So what it took last is compared with what the journal has for it.

use crate::nats::{
    assets::{KEPT, PUBLISHED},
    expunge::{Expunge, error::ExpungeError},
};

/// Names the stream that a message was taken from, and its number there, behind each other.
const SOURCE: &str = "Nats-Stream-Source";

impl Expunge {
    /// Fails unless what is made of the journal has taken all that there is.
    ///
    /// # Errors
    /// [`ExpungeError::Behind`].
    pub async fn caught_up(&self) -> Result<(), ExpungeError> {
        let all = format!("{}.>", self.names.prefix());
        self.has_taken(self.names.out(), &all, &PUBLISHED).await?;
        let all = self.names.in_bucket(">");
        self.has_taken(self.names.profiles(), &all, &KEPT).await
    }

    /// Fails unless `stream`, whose messages are `all`, has taken what the journal has of these kinds.
    async fn has_taken(&self, stream: String, all: &str, kinds: &[&str]) -> Result<(), ExpungeError> {
        let journal = self.names.journal();
        let taken = match self.eraser(stream.clone()).last_message(all).await? {
            Some(message) => {
                let source = message.headers.get(SOURCE);
                source.and_then(|source| number_in(source.as_str(), &journal))
            }
            None => None,
        };
        let taken = match taken {
            Some(taken) => taken,
            None if self.has_no_lag(&stream).await? => return Ok(()),
            None => 0,
        };
        let journal = self.eraser(journal);
        for kind in kinds {
            let last = journal.last(&self.names.in_journal(kind)).await?;
            if last.is_some_and(|last| last > taken) {
                return Err(ExpungeError::Behind { stream });
            }
        }
        Ok(())
    }

    /// Whether a stream that holds nothing has let go of all that it took; one that never took anything has not.
    async fn has_no_lag(&self, stream: &str) -> Result<bool, ExpungeError> {
        let info = self.info(stream).await?;
        Ok(info.state.last_sequence > 0 && info.sources.iter().all(|source| source.lag == 0))
    }
}

/// The number in the stream `journal` of the message that `source` names.
fn number_in(source: &str, journal: &str) -> Option<u64> {
    let mut words = source.split(' ');
    let is_of_it = words.next() == Some(journal);
    words.next().filter(|_| is_of_it)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_says_its_number_in_the_journal() {
        let check = |source, expected| assert_eq!(number_in(source, "J_t"), expected, "{source}");
        check("J_t 101 yekta.v1.t.j.profile.updated.* > x", Some(101));
        check("J_t 7", Some(7));
        check("J_u 101 >", None);
        check("J_t", None);
        check("J_t x", None);
        check("", None);
    }
}
