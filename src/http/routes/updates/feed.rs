//! One subscriber's way through the journal: a page is read, what is wanted of it is told, and then the next.
//!
//! Holds one page at most, whatever the subscriber's pace: who is slow reads later, from the journal.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use axum::response::sse::Event;
use tokio::sync::{OwnedSemaphorePermit, watch};

use crate::{
    engine::{Position, QueryError, Update},
    http::{Http, routes::updates::filter::Filter},
    telemetry::Counted,
};

/// How soon a client whose connection broke comes back.
const RETRY: Duration = Duration::from_secs(1);

/// A subscriber.
#[derive(Debug)]
pub(crate) struct Feed {
    http: Http,
    changes: watch::Receiver<Position>,
    cursor: Position,
    filter: Filter,
    pending: VecDeque<Event>,
    /// When the client was told something last.
    told: Instant,
    _room: OwnedSemaphorePermit,
    _counted: Counted,
}

impl Feed {
    /// Tells what `filter` wants behind `cursor`. The first event only says where the subscriber is.
    pub(crate) fn new(http: Http, cursor: Position, filter: Filter, room: OwnedSemaphorePermit) -> Self {
        let here = Event::default()
            .retry(RETRY)
            .id(cursor.to_string())
            .comment("live");
        let _counted = http.metrics.subscriber();
        let (changes, pending) = (http.api.handle.changes(), VecDeque::from([here]));
        Self {
            http,
            changes,
            cursor,
            filter,
            pending,
            told: Instant::now(),
            _room: room,
            _counted,
        }
    }

    /// The next event; `None` when the service drains or fails.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.pending.pop_front() {
                self.told = Instant::now();
                return Some(event);
            }
            if self.http.draining.is_cancelled() {
                return None;
            }
            // Seen before the page is read, so that a commit behind the page wakes this up again.
            self.changes.borrow_and_update();
            let (after, most) = (self.cursor, self.http.settings.update_page);
            let query = self.http.api.handle.query();
            let page = tokio::task::spawn_blocking(move || query.updates_after(after, most)).await;
            match page {
                Ok(Ok(page)) if page.is_empty() => {
                    if !self.wait().await {
                        return None;
                    }
                }
                Ok(Ok(page)) => self.tell(page),
                Ok(Err(QueryError::Gone { first })) => self.reset(first),
                Ok(Err(error)) => return failed(&error),
                Err(error) => return failed(&error),
            }
        }
    }

    fn tell(&mut self, page: Vec<Update>) {
        for update in page {
            self.cursor = update.position;
            if let Some(stream) = self.filter.wanted(&update) {
                self.pending.push_back(message(stream, &update));
            }
        }
        if self.pending.is_empty() && self.told.elapsed() >= self.http.settings.keep_alive {
            self.tell_where();
        }
    }

    /// After a silence the client is told where it is, so that one that wants little does not fall behind what is kept, and
    /// is not taken for idle.
    fn tell_where(&mut self) {
        self.pending
            .push_back(Event::default().id(self.cursor.to_string()).comment("alive"));
    }

    /// The client starts anew: it asks for the profiles it keeps, and is told what follows on the present.
    fn reset(&mut self, first: Position) {
        self.cursor = self.http.api.handle.applied();
        let data = format!("{{\"first\":{first},\"position\":{}}}", self.cursor);
        self.pending.push_back(
            Event::default()
                .event("reset")
                .id(self.cursor.to_string())
                .data(data),
        );
    }

    /// Waits for a commit, or for the end of a silence; `false` when the service drains.
    async fn wait(&mut self) -> bool {
        let silence = self.http.settings.keep_alive.saturating_sub(self.told.elapsed());
        tokio::select! {
            changed = self.changes.changed() => changed.is_ok(),
            () = self.http.draining.cancelled() => false,
            () = tokio::time::sleep(silence) => {
                self.tell_where();
                true
            }
        }
    }
}

/// A body is JSON on one line; a carriage return in it could only be white space, and would end the field.
fn message(stream: &'static str, update: &Update) -> Event {
    let data = String::from_utf8_lossy(&update.body).replace('\r', " ");
    Event::default()
        .id(update.position.to_string())
        .event(stream)
        .data(data)
}

fn failed(error: &dyn std::fmt::Display) -> Option<Event> {
    tracing::error!(%error, "read updates for a subscriber");
    None
}
