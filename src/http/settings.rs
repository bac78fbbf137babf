//! What is configured about the HTTP edge. Read by nobody but `http`; `config` fills it in.

use std::time::Duration;

use axum::http::HeaderValue;

use crate::{domain::identifier::Region, http::access::Keys};

/// Whose pages may send events from browsers (CORS). No page of another origin may ask: answers are about customers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origins {
    /// Anybody's.
    #[default]
    Any,
    /// Those of these origins, such as `https://shop.example`.
    Only(Vec<HeaderValue>),
}

/// Bounds, keys and addresses. Every queue, body and answer of the edge is bounded by one of these.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who may send and who may ask.
    pub keys: Keys,
    /// Whose pages may send events.
    pub origins: Origins,
    /// Where clients reach this service, without a slash at the end: `https://yekta.example`. In QR codes.
    pub public_url: String,
    /// Where a phone number without a country code is from, when a question holds one.
    pub region: Option<Region>,
    /// Bytes of a body of events, after decompression.
    pub ingest_bytes_max: usize,
    /// Bytes of the body of a command or question.
    pub command_bytes_max: usize,
    /// Open connections; more wait until one closes.
    pub connections_max: usize,
    /// Requests that are worked on at once; the next is answered 503.
    pub in_flight_max: usize,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// How long a read waits for its `min_position`.
    pub position_wait: Duration,
    /// Subscribers to updates at once; the next is answered 503.
    pub subscribers_max: usize,
    /// Messages that a subscriber's page is read by.
    pub update_page: usize,
    /// Silence after which a subscriber is sent a comment.
    pub keep_alive: Duration,
    /// Events on a page of a timeline, at most.
    pub timeline_max: usize,
    /// Rejections that are listed, at most.
    pub rejections_max: usize,
    /// Identifiers in one question.
    pub identifiers_max: usize,
    /// Candidates that a lookup names.
    pub candidates_max: usize,
    /// How long a QR code holds where its mint does not say.
    pub qr_lifetime: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            keys: Keys::default(),
            origins: Origins::Any,
            public_url: "http://127.0.0.1:8080".to_owned(),
            region: None,
            ingest_bytes_max: 512 * 1024,
            command_bytes_max: 32 * 1024,
            connections_max: 1024,
            in_flight_max: 256,
            request_timeout: Duration::from_secs(10),
            position_wait: Duration::from_secs(5),
            subscribers_max: 256,
            update_page: 256,
            keep_alive: Duration::from_secs(15),
            timeline_max: 200,
            rejections_max: 500,
            identifiers_max: 20,
            candidates_max: 10,
            qr_lifetime: Duration::from_secs(15 * 60),
        }
    }
}
