//! Having values brought together at the resolver of a tenant with partitions, which only its owner does: whoever serves the
//! tenant asks there before it has something said of two people, or tells of a code that it minted for somebody. Owns the way
//! there, and how a request to it is sealed.
//!
//! No client asks for this. A request is sealed by the tenant's secrets, which all who serve the tenant have and nobody else.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    api::{Api, Carrying, Class, Failure, Unanswered},
    domain::{identifier::Kind, identity::Key},
    engine::api::{Answer, Command},
};

/// What a request is sealed as.
const CONNECT: &str = "connect";

/// The way to the owner of a resolver, for those who stand by for it.
pub trait ToResolver: Send + Sync + fmt::Debug {
    /// Has the owner carry out what is asked of it, which is given as JSON.
    ///
    /// # Errors
    /// [`Unanswered`].
    fn ask(&self, errand: Errand, body: Vec<u8>) -> Carrying<'_>;
}

/// What is asked of the owner of a resolver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// A [`ConnectRequest`].
    Connect,
    /// An [`EraseRefusedRequest`](crate::api::EraseRefusedRequest).
    EraseRefused,
}

/// Asks that whoever has these values be in one partition: `{values, seal}`. `Debug` shows none of them.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct ConnectRequest {
    /// Kinds and values, as events have them once they are read.
    values: Vec<(String, String)>,
    /// What only those say who serve the tenant.
    seal: String,
}

impl fmt::Debug for ConnectRequest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ConnectRequest({})", self.values.len())
    }
}

/// Where they are now, or are on their way to: `{partition, position}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ConnectAnswer {
    /// Which partition.
    pub partition: u32,
    /// The position of the resolver by which it knows.
    pub position: u64,
}

impl Api {
    /// Has values brought together, where the request is one of those who serve the tenant.
    ///
    /// # Errors
    /// `unauthorized`, `bad_identifier`, `another_part` where this is no resolver, and those of a command that is not taken:
    /// `busy`, `stopped`.
    pub async fn connect(&self, request: ConnectRequest) -> Result<ConnectAnswer, Failure> {
        if self.seal_of(CONNECT, &request.values) != request.seal {
            return Err(Failure::no_credentials());
        }
        self.connect_here(keys_of(request.values)?).await
    }

    /// Has values brought together by this process, which owns the resolver.
    ///
    /// # Errors
    /// As of [`Api::connect`].
    pub(crate) async fn connect_here(&self, keys: Vec<Key>) -> Result<ConnectAnswer, Failure> {
        let answered = self.handle.command(None, Command::Connect { keys }).await?;
        match answered.answer {
            Answer::Connected { partition } => Ok(ConnectAnswer {
                partition,
                position: answered.position.0,
            }),
            _ => Err(Failure::used_request_id()),
        }
    }

    /// Has values brought together by the owner of the resolver.
    ///
    /// # Errors
    /// `no_owner` where nothing was carried out, `no_answer` where it may have been, and what the owner refuses.
    pub(crate) async fn connect_over(
        &self,
        owner: &dyn ToResolver,
        keys: &[Key],
    ) -> Result<ConnectAnswer, Failure> {
        let values = values_of(keys);
        let seal = self.seal_of(CONNECT, &values);
        let request = ConnectRequest { values, seal };
        let body = serde_json::to_vec(&request).map_err(|error| Failure::internal(&error))?;
        let answer = owner.ask(Errand::Connect, body).await.map_err(unanswered)?;
        serde_json::from_slice(&answer).map_err(|error| Failure::internal(&error))
    }

    /// Lengths go first, so that no two requests are sealed as one.
    pub(crate) fn seal_of(&self, errand: &str, values: &[(String, String)]) -> String {
        let mut text = format!("{errand} {}", values.len());
        for (kind, value) in values {
            text.push_str(&format!(" {} {kind} {} {value}", kind.len(), value.len()));
        }
        data_encoding::BASE64URL_NOPAD.encode(&self.handle.seal(&text))
    }
}

/// Kinds and values, as a request has them.
pub(crate) fn values_of(keys: &[Key]) -> Vec<(String, String)> {
    let value = |key: &Key| (key.kind.as_str().to_owned(), key.value.clone());
    keys.iter().map(value).collect()
}

/// What a request names.
///
/// # Errors
/// `bad_identifier`.
pub(crate) fn keys_of(values: Vec<(String, String)>) -> Result<Vec<Key>, Failure> {
    let key = |(kind, value): (String, String)| {
        let kind =
            Kind::new(&kind).map_err(|error| Failure::bad_request("bad_identifier", error.to_string()))?;
        Ok(Key { kind, value })
    };
    values.into_iter().map(key).collect()
}

fn unanswered(unanswered: Unanswered) -> Failure {
    match unanswered {
        Unanswered::NoOwner => Failure::no_owner(),
        Unanswered::Refused(404) => Failure::nobody_there("nobody can be reached by these values"),
        Unanswered::Lost | Unanswered::Refused(_) => {
            let title = "The partitions cannot be brought together";
            let message = "the resolver of the tenant did not say where the customers are: ask again under the same request_id";
            Failure::new(Class::Late, "no_answer", title, message)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_whether_to_ask_again() {
        for (given, status, code) in [
            (Unanswered::NoOwner, 503, "no_owner"),
            (Unanswered::Lost, 504, "no_answer"),
            (Unanswered::Refused(503), 504, "no_answer"),
            (Unanswered::Refused(404), 404, "nobody_there"),
        ] {
            let failure = unanswered(given);
            assert_eq!((failure.status(), failure.code()), (status, code), "{given:?}");
        }
    }

    #[test]
    fn debug_shows_nobody() {
        let values = vec![("email".to_owned(), "sara@example.org".to_owned())];
        let request = ConnectRequest {
            values,
            seal: "a-seal".to_owned(),
        };
        let shown = format!("{request:?}");
        assert!(!shown.contains("sara") && !shown.contains("seal"), "{shown}");
    }
}
