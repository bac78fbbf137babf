//! What all subscribers have, whatever they are told of: events that wait to be sent, when they were told something last, and what
//! ends their stream.

use std::{
    collections::VecDeque,
    fmt::Display,
    time::{Duration, Instant},
};

use axum::response::sse::Event;
use tokio::sync::OwnedSemaphorePermit;

use crate::{http::Http, telemetry::Counted};

/// How soon a client whose connection broke comes back.
const RETRY: Duration = Duration::from_secs(1);

/// Why a stream breaks off.
pub(super) type Ended<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// One who is told of commits.
pub(super) trait Subscriber: Send + 'static {
    /// What is to be sent.
    fn outbox(&mut self) -> &mut Outbox;

    /// Waits for a while until this process is as far as the one that told the client last.
    fn level(&self) -> impl Future<Output = ()> + Send;

    /// Reads on, or waits for more; `false` where the stream is to end.
    fn step(&mut self) -> impl Future<Output = Ended<bool>> + Send;
}

/// What is to be sent to a subscriber.
#[derive(Debug)]
pub(super) struct Outbox {
    pub(super) http: Http,
    pending: VecDeque<Event>,
    /// Whether it was waited for what the client was told elsewhere.
    is_level: bool,
    /// When the client was told something last.
    told: Instant,
    _room: OwnedSemaphorePermit,
    _counted: Counted,
}

impl Outbox {
    /// Holds an event that only says where the subscriber is.
    pub(super) fn new(http: Http, cursor: &impl Display, room: OwnedSemaphorePermit) -> Self {
        let here = Event::default()
            .retry(RETRY)
            .id(cursor.to_string())
            .comment("here");
        Self {
            pending: VecDeque::from([here]),
            is_level: false,
            told: Instant::now(),
            _room: room,
            _counted: http.metrics.subscriber(),
            http,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Sends `data` on the stream of this name; behind it the subscriber is at `cursor`.
    pub(super) fn push(&mut self, cursor: &impl Display, (name, data): (&str, String)) {
        self.add(Event::default().id(cursor.to_string()).event(name).data(data));
    }

    pub(super) fn add(&mut self, event: Event) {
        self.pending.push_back(event);
    }

    /// How long nothing may be sent from now on.
    pub(super) fn silence(&self) -> Duration {
        self.http.settings.keep_alive.saturating_sub(self.told.elapsed())
    }

    /// After a silence the client is told where it is, so that one that wants little does not fall behind what is kept, and
    /// is not taken for idle.
    pub(super) fn tell_where(&mut self, cursor: &impl Display) {
        self.add(Event::default().id(cursor.to_string()).comment("alive"));
    }

    fn is_over(&self) -> bool {
        self.http.draining.is_cancelled() || self.http.api.is_over()
    }
}

/// The next event; `None` when the service drains or fails, or the subscriber's token is good no longer.
pub(super) async fn next(subscriber: &mut impl Subscriber) -> Option<Event> {
    loop {
        let outbox = subscriber.outbox();
        if let Some(event) = outbox.pending.pop_front() {
            outbox.told = Instant::now();
            return Some(event);
        }
        if !std::mem::replace(&mut outbox.is_level, true) {
            subscriber.level().await;
        }
        if subscriber.outbox().is_over() {
            return None;
        }
        match subscriber.step().await {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => {
                tracing::error!(%error, "read updates for a subscriber");
                return None;
            }
        }
    }
}

/// A body is JSON on one line; a carriage return in it could only be white space, and would end the field.
pub(super) fn line(body: &[u8]) -> String {
    String::from_utf8_lossy(body).replace('\r', " ")
}
