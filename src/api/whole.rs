//! A tenant with partitions as one tenant, on whatever edge it is asked. Its gateway knows the routes of HTTP: another edge asks it
//! by them, and what only the owner of a partition carries out goes to that owner, wherever it is.
//!
//! Owns the words that the edges have for each other here, as neither knows the other: [`AsOne`] and [`ToPartition`]. Never reads
//! what they carry.

use std::{collections::BTreeMap, fmt, future::Future, pin::Pin};

use serde_json::{Map, Value};

use crate::api::Failure;

/// The command that starts a flow, as an [`Order`] calls it.
pub const START_FLOW: &str = "c.flow.start";

/// Whoever answers for a tenant with partitions as for one.
pub trait AsOne: Send + Sync + fmt::Debug {
    /// What is answered to whoever asks this. They are let in there, once.
    ///
    /// # Errors
    /// [`Refusal`].
    fn answer(&self, asked: OnRoute) -> Telling<'_>;
}

/// The way to the owners of a tenant's partitions, for what they alone carry out.
pub trait ToPartition: Send + Sync + fmt::Debug {
    /// Has the owner of the partition of this number carry out an order, for whoever shows this.
    ///
    /// # Errors
    /// [`Undelivered`].
    fn ask(&self, partition: u32, order: Order, shown: Shown) -> Delivering<'_>;

    /// Up to where the owner of each partition has written its journal; a partition that nobody owns has no row.
    ///
    /// # Errors
    /// [`Undelivered`].
    fn positions(&self) -> Positions<'_>;
}

/// An answer for a whole tenant, on its way: its bytes, which are JSON.
pub type Telling<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, Refusal>> + Send + 'a>>;
/// The answer of a partition's owner, on its way.
pub type Delivering<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, Undelivered>> + Send + 'a>>;
/// Positions by the numbers of partitions, on their way.
pub type Positions<'a> = Pin<Box<dyn Future<Output = Result<BTreeMap<u32, u64>, Undelivered>> + Send + 'a>>;

/// A question or a command as it is asked on its route. `Debug` shows neither path nor body: they name customers.
#[derive(Clone, PartialEq, Eq)]
pub struct OnRoute {
    /// The method.
    pub method: &'static str,
    /// The path with its query, percent-encoded.
    pub path: String,
    /// The body.
    pub body: Vec<u8>,
    /// What whoever asks shows.
    pub shown: Shown,
    /// The same for the owner of a partition; `None` of a question, which every process answers.
    pub order: Option<Order>,
}

/// A command from one JSON body, which names all that it is about. `Debug` shows what is called for alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Order {
    /// What it is called where one body says all: `c.consent`.
    pub call: &'static str,
    /// The members of the body.
    pub members: Map<String, Value>,
}

/// What whoever asks shows, and what they say that they ask for. `Debug` shows nothing of it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// A key or a token.
    pub secret: Option<String>,
    /// As the audit log notes it.
    pub purpose: Option<String>,
}

/// Why there is no answer, as an edge was told it. Shown, it is `code: message`, as a [`Failure`] is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// The number of HTTP's that stands for it.
    pub status: u16,
    /// The reason, for programs.
    pub code: String,
    /// The reason, for people.
    pub message: String,
}

/// Why the owner of a partition did not do what it was to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// There is none, or no way there: nothing was carried out.
    #[error("the owner of the partition cannot be reached")]
    NoOwner,
    /// No answer came: it may have been carried out.
    #[error("no answer came from the owner of the partition")]
    Lost,
    /// It refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl Order {
    /// The same where a member is another.
    #[must_use]
    pub fn saying(mut self, name: &str, value: Value) -> Self {
        self.members.insert(name.to_owned(), value);
        self
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self {
            status: failure.status(),
            code: failure.code().to_owned(),
            message: failure.message().to_owned(),
        }
    }
}

impl From<Undelivered> for Failure {
    fn from(undelivered: Undelivered) -> Self {
        match undelivered {
            Undelivered::NoOwner => Self::no_owner(),
            Undelivered::Lost => Self::timed_out(),
            Undelivered::Refused(refusal) => Self::internal(&refusal),
        }
    }
}

impl fmt::Debug for OnRoute {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "OnRoute({})", self.method)
    }
}

impl fmt::Debug for Order {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Order({})", self.call)
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Shown(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_as_the_failure_that_it_was() {
        let failure = Failure::used_request_id();
        let (shown, status) = (failure.to_string(), failure.status());
        let refusal = Refusal::from(failure);
        assert_eq!((refusal.to_string(), refusal.status), (shown, status));
    }

    #[test]
    fn debug_shows_nobody_and_no_key() {
        let members = Map::from_iter([("who".to_owned(), Value::from("email:sara@example.org"))]);
        let asked = OnRoute {
            method: "PUT",
            path: "/v1/profiles/email%3Asara%40example%2Eorg/consent".to_owned(),
            body: b"sara".to_vec(),
            shown: Shown {
                secret: Some("k-secret".to_owned()),
                purpose: Some("sara called".to_owned()),
            },
            order: Some(Order {
                call: "c.consent",
                members,
            }),
        };
        let shown = format!("{asked:?} {:?} {:?}", asked.order, asked.shown);
        assert!(shown.contains("c.consent"), "{shown}");
        assert!(!shown.contains("sara") && !shown.contains("k-secret"), "{shown}");
    }
}
