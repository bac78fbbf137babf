//! One card that is kept up to date: read again when something was committed, told again when it is another.
//!
//! Holds the last that was told. Whatever happens in a service under load, a card is read a few times a second at most.

use std::time::Duration;

use axum::response::sse::Event;
use tokio::{
    sync::{OwnedSemaphorePermit, watch},
    time::{Instant, sleep, sleep_until},
};

use crate::{
    api::{CardRequest, Failure},
    engine::Position,
    http::Http,
    telemetry::Counted,
};

/// Two readings are so far apart, at least.
const PACE: Duration = Duration::from_millis(250);
/// What depends on the time alone (an offer that ends, a visit that is over) is looked at as often, with nothing committed.
const IDLE: Duration = Duration::from_secs(10);

/// A card and who looks at it.
#[derive(Debug)]
pub(crate) struct Live {
    http: Http,
    request: CardRequest,
    changes: watch::Receiver<Position>,
    /// The card as it was told last.
    told: Option<String>,
    /// The call that the card is for: its link's, else the first that was seen to go on.
    call: Option<String>,
    is_over: bool,
    next: Instant,
    _room: OwnedSemaphorePermit,
    _counted: Counted,
}

/// Why a card is told no more.
#[derive(Clone, Copy)]
enum End {
    Call,
    Expired,
}

impl Live {
    pub(crate) fn new(http: Http, request: CardRequest, room: OwnedSemaphorePermit) -> Self {
        let _counted = http.metrics.subscriber();
        Self {
            changes: http.api.handle.changes(),
            http,
            call: request.call.clone(),
            request,
            told: None,
            is_over: false,
            next: Instant::now(),
            _room: room,
            _counted,
        }
    }

    /// The next event; `None` once the card has ended, or the service drains.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        let silent_since = Instant::now();
        while !self.is_over && self.paced().await {
            if self.is_expired() {
                return Some(self.end(End::Expired));
            }
            // Seen before the card is read, so that a commit behind it wakes this up again.
            self.changes.borrow_and_update();
            match self.changed().await {
                Ok(Some(event)) => return Some(event),
                Ok(None) => {}
                Err(failure) => {
                    tracing::warn!(code = failure.code(), "read a card that is shown");
                    return None;
                }
            }
            self.wait().await;
            if silent_since.elapsed() >= self.http.settings.keep_alive {
                return Some(Event::default().comment("here"));
            }
        }
        None
    }

    /// Waits until the card may be read again; whether it may at all.
    async fn paced(&mut self) -> bool {
        tokio::select! {
            biased;
            () = self.http.draining.cancelled() => false,
            () = sleep_until(self.next) => true,
        }
    }

    /// The card, where it is another than it was; its end, where its call is over.
    async fn changed(&mut self) -> Result<Option<Event>, Failure> {
        self.next = Instant::now() + PACE;
        let read = self.http.api.card(&self.request.phone, self.call.as_deref());
        let card = match read.await {
            // A profile that was parted between being found and being read is found again.
            Err(failure) if failure.code() == "nobody_there" => return Ok(None),
            read => read?,
        };
        let text = serde_json::to_string(&card.context).map_err(|error| Failure::internal(&error))?;
        let is_over = card.call.as_ref().is_some_and(|call| !call.is_running);
        if self.call.is_none() {
            self.call = card.call.map(|call| call.id);
        }
        if self.told.as_ref() == Some(&text) {
            return Ok(is_over.then(|| self.end(End::Call)));
        }
        self.told = Some(text.clone());
        Ok(Some(Event::default().event("card").data(text)))
    }

    /// Waits until something was committed or the time may have changed something, or the service drains.
    async fn wait(&mut self) {
        let (changes, draining) = (&mut self.changes, &self.http.draining);
        tokio::select! {
            changed = changes.changed() => {
                if changed.is_err() {
                    // The writer has stopped, and the service with it.
                    draining.cancelled().await;
                }
            }
            () = sleep(IDLE.min(self.http.settings.keep_alive)) => {}
            () = draining.cancelled() => {}
        }
    }

    fn is_expired(&self) -> bool {
        let until = self.request.until().filter(|_| self.request.sig.is_some());
        until.is_some_and(|until| until <= (self.http.api.clock)()) || self.http.api.is_over()
    }

    fn end(&mut self, end: End) -> Event {
        self.is_over = true;
        let why = match end {
            End::Call => "call",
            End::Expired => "expired",
        };
        Event::default()
            .event("ended")
            .data(format!("{{\"why\":\"{why}\"}}"))
    }
}
