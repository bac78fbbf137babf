//! Who is connected, and who of them has been at rest for longest: that one makes room where another waits.
//!
//! At rest is whoever no request is worked on for: who asked nothing, does not end a request, or was answered. So nobody
//! keeps all others out by opening connections and saying nothing.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    extract::{ConnectInfo, Request, connect_info::Connected},
    http::header::CONTENT_TYPE,
    middleware::Next,
    response::Response,
    serve::IncomingStream,
};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::http::connections::Bounded;

/// How long somebody has to be at rest before they make room: more than a request takes to be sent.
const REST_MIN: Duration = Duration::from_secs(1);

/// All who are connected.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    seats: Mutex<Seats>,
}

#[derive(Debug, Default)]
struct Seats {
    next: u64,
    taken: BTreeMap<u64, Seat>,
}

/// What is known of one who is connected. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    doing: Arc<Mutex<Doing>>,
    leave: CancellationToken,
}

#[derive(Debug)]
struct Doing {
    /// When something was last heard that begins a request, sent, or worked on.
    since: Instant,
    /// Requests that are worked on.
    working: usize,
}

/// Somebody in the crowd, until it is dropped.
#[derive(Debug)]
pub(crate) struct Seated {
    crowd: Arc<Crowd>,
    number: u64,
    seat: Seat,
}

/// A request that is worked on, until it is dropped.
#[derive(Debug)]
struct Working(Seat);

impl Crowd {
    /// One more.
    pub(crate) fn enter(self: &Arc<Self>) -> Seated {
        let seat = Seat {
            doing: Arc::new(Mutex::new(Doing {
                since: Instant::now(),
                working: 0,
            })),
            leave: CancellationToken::new(),
        };
        let mut seats = self.seats();
        let number = seats.next;
        seats.next = number.wrapping_add(1);
        seats.taken.insert(number, seat.clone());
        Seated {
            crowd: Arc::clone(self),
            number,
            seat,
        }
    }

    /// Has whoever was at rest for longest leave; nobody where none was for long enough.
    pub(crate) fn make_room(&self) {
        let now = Instant::now();
        let seats = self.seats();
        let at_rest = seats
            .taken
            .values()
            .filter_map(|seat| Some((seat.rests_since(now)?, seat)));
        if let Some((_, seat)) = at_rest.min_by_key(|(since, _)| *since) {
            seat.leave.cancel();
        }
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    fn doing(&self) -> MutexGuard<'_, Doing> {
        self.doing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Since when they have been at rest, where that is long enough and nobody told them to leave yet.
    fn rests_since(&self, now: Instant) -> Option<Instant> {
        let doing = self.doing();
        let rests = doing.working == 0 && now.saturating_duration_since(doing.since) >= REST_MIN;
        (rests && !self.leave.is_cancelled()).then_some(doing.since)
    }

    /// A request of theirs begins to be worked on.
    fn work(&self) -> Working {
        self.stay();
        Working(self.clone())
    }

    /// They are at rest no more while they are connected.
    fn stay(&self) {
        let mut doing = self.doing();
        doing.working = doing.working.saturating_add(1);
    }
}

impl Seated {
    /// Something goes on: the time at rest begins anew.
    pub(crate) fn stir(&self) {
        self.seat.doing().since = Instant::now();
    }

    /// Ends once they have to leave.
    pub(crate) fn leave(&self) -> WaitForCancellationFutureOwned {
        self.seat.leave.clone().cancelled_owned()
    }
}

impl Drop for Seated {
    fn drop(&mut self) {
        self.crowd.seats().taken.remove(&self.number);
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        let mut doing = self.0.doing();
        doing.working = doing.working.saturating_sub(1);
        doing.since = Instant::now();
    }
}

impl Connected<IncomingStream<'_, Bounded>> for Seat {
    fn connect_info(stream: IncomingStream<'_, Bounded>) -> Self {
        stream.io().seated().seat.clone()
    }
}

/// Whose request is worked on is not at rest; who is told what happens, as it happens, never is.
pub(crate) async fn at_work(ConnectInfo(seat): ConnectInfo<Seat>, request: Request, next: Next) -> Response {
    let _working = seat.work();
    let response = next.run(request).await;
    let kind = response.headers().get(CONTENT_TYPE);
    if kind.is_some_and(|kind| kind == "text/event-stream") {
        seat.stay();
    }
    response
}
