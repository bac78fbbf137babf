//! What is configured about questions and commands. Read by nobody but the edges; `app` fills it in.

use std::time::Duration;

use crate::domain::identifier::Region;

/// Bounds of requests and answers, and what a request leaves unsaid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Where clients reach this service, without a slash at the end: `https://yekta.example`. In QR codes.
    pub public_url: String,
    /// Where a phone number without a country code is from, when a question holds one.
    pub region: Option<Region>,
    /// How long a question waits for its `min_position`.
    pub position_wait: Duration,
    /// Events on a page of a timeline, at most.
    pub timeline_max: usize,
    /// Rejections that are listed, at most.
    pub rejections_max: usize,
    /// Identifiers in one question.
    pub identifiers_max: usize,
    /// Candidates that a lookup names.
    pub candidates_max: usize,
    /// How long a flat answer may take where the question does not say.
    pub flat_deadline: Duration,
    /// How long a QR code holds where its mint does not say.
    pub qr_lifetime: Duration,
    /// Within which time no file holds a byte of who was erased.
    pub erase_horizon: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8080".to_owned(),
            region: None,
            position_wait: Duration::from_secs(5),
            timeline_max: 200,
            rejections_max: 500,
            identifiers_max: 20,
            candidates_max: 10,
            flat_deadline: Duration::from_millis(800),
            qr_lifetime: Duration::from_secs(15 * 60),
            erase_horizon: Duration::from_secs(24 * 60 * 60),
        }
    }
}
