//! What is configured about the HTTP edge alone. Read by nobody but `http`; `config` fills it in.

use std::time::Duration;

use axum::http::HeaderValue;

use crate::{api::guard::Guard, http::access::Keys, telemetry::GuardMetrics};

/// Whose pages may send events from browsers (CORS). No page of another origin may ask: answers are about customers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origins {
    /// Anybody's.
    #[default]
    Any,
    /// Those of these origins, such as `https://shop.example`.
    Only(Vec<HeaderValue>),
}

/// Bounds and keys. Every queue, body and answer of the edge is bounded by one of these.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who may send.
    pub keys: Keys,
    /// Who may ask for what.
    pub guard: Guard,
    /// Whose pages may send events.
    pub origins: Origins,
    /// Bytes of a body of events, after decompression.
    pub ingest_bytes_max: usize,
    /// Bytes of the body of a command or question.
    pub command_bytes_max: usize,
    /// Open connections; who comes then waits until one closes, as the one does that was at rest for longest.
    pub connections_max: usize,
    /// How long nothing is sent on a connection before it is closed.
    pub idle_timeout: Duration,
    /// Requests that are worked on at once; the next is answered 503.
    pub in_flight_max: usize,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// Subscribers to updates at once; the next is answered 503.
    pub subscribers_max: usize,
    /// Cards that are shown live at once; the next is answered 503.
    pub cards_max: usize,
    /// Messages that a subscriber's page is read by.
    pub update_page: usize,
    /// Silence after which a subscriber is sent a comment; less than [`Settings::idle_timeout`].
    pub keep_alive: Duration,
}

impl Settings {
    /// The same, what the guard refuses is counted by `metrics`.
    #[must_use]
    pub fn counted(self, metrics: GuardMetrics) -> Self {
        Self {
            guard: self.guard.counted(metrics),
            ..self
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            keys: Keys::default(),
            guard: Guard::default(),
            origins: Origins::Any,
            ingest_bytes_max: 512 * 1024,
            command_bytes_max: 32 * 1024,
            connections_max: 1024,
            idle_timeout: Duration::from_secs(75),
            in_flight_max: 256,
            request_timeout: Duration::from_secs(10),
            subscribers_max: 256,
            cards_max: 512,
            update_page: 256,
            keep_alive: Duration::from_secs(15),
        }
    }
}
