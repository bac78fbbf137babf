//! A listener that holds so many connections and no more, and none that is idle for long: who comes then waits, and
//! whoever has been at rest for longest makes room for them ([`crate::http::crowd`]).
//!
//! A connection is idle as long as nothing is sent on it, from the beginning of a request on. That is one rule for who asks
//! nothing, who never ends a request and who does not read an answer: a request is answered in time whatever happens, and
//! a subscriber hears something.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::serve::Listener;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpListener,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep, sleep, timeout},
};

use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::{
    http::{
        crowd::{Crowd, Seated},
        tls::{Greeter, Transport},
    },
    telemetry::{Counted, HttpMetrics},
};

/// How long somebody who has to leave may take before another one has to.
const LEAVING: Duration = Duration::from_millis(50);

/// How many connections are held, and for how long.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Open connections.
    pub connections_max: usize,
    /// How long nothing is sent on one before it is closed.
    pub idle_timeout: Duration,
    /// Where both are seen to bite.
    pub metrics: HttpMetrics,
}

/// A listener with room for a number of connections.
#[derive(Debug)]
pub struct Bounded {
    listener: TcpListener,
    tls: Option<Greeter>,
    room: Arc<Semaphore>,
    crowd: Arc<Crowd>,
    bounds: Bounds,
}

impl Bounded {
    /// `listener` within `bounds`; where there is a `tls`, its connections speak it.
    pub fn new(listener: TcpListener, tls: Option<Greeter>, bounds: Bounds) -> Self {
        Self {
            listener,
            tls,
            room: Arc::new(Semaphore::new(bounds.connections_max)),
            crowd: Arc::default(),
            bounds,
        }
    }

    /// A place for one more connection, once there is one.
    async fn place(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = Arc::clone(&self.room).try_acquire_owned() {
            return Some(place);
        }
        self.bounds.metrics.connections_full();
        let mut place = pin!(Arc::clone(&self.room).acquire_owned());
        loop {
            self.crowd.make_room();
            // Nobody closes the semaphore, so there is always a place after a while.
            if let Ok(place) = timeout(LEAVING, place.as_mut()).await {
                return place.ok();
            }
        }
    }
}

impl Listener for Bounded {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, peer) = Listener::accept(&mut self.listener).await;
        // Only now, since nobody has to leave before somebody comes.
        let place = self.place().await;
        // Answers are written whole: waiting for more to send would only delay them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "send answers without delay");
        }
        let Bounds {
            idle_timeout,
            metrics,
            ..
        } = self.bounds.clone();
        let stream = match &self.tls {
            Some(greeter) => greeter.greet(stream),
            None => Transport::plain(stream),
        };
        let seated = self.crowd.enter();
        let connection = Connection {
            stream,
            leave: Box::pin(seated.leave()),
            seated,
            idle: Box::pin(sleep(idle_timeout)),
            heard: false,
            idle_timeout,
            _counted: metrics.connection(),
            metrics,
            _place: place,
        };
        (connection, peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that makes room when it is dropped.
#[derive(Debug)]
pub struct Connection {
    stream: Transport,
    /// Ends when nothing was sent for too long.
    idle: Pin<Box<Sleep>>,
    /// Ends when there has to be room for another.
    leave: Pin<Box<WaitForCancellationFutureOwned>>,
    seated: Seated,
    /// Whether something was heard since something was sent: what follows belongs to the same request.
    heard: bool,
    idle_timeout: Duration,
    metrics: HttpMetrics,
    _counted: Counted,
    _place: Option<OwnedSemaphorePermit>,
}

impl Connection {
    fn stream(self: Pin<&mut Self>) -> Pin<&mut Transport> {
        Pin::new(&mut self.get_mut().stream)
    }

    /// Who it is in the crowd.
    pub(crate) fn seated(&self) -> &Seated {
        &self.seated
    }

    /// The time begins anew.
    fn begin(&mut self) {
        self.seated.stir();
        if let Some(end) = Instant::now().checked_add(self.idle_timeout) {
            self.idle.as_mut().reset(end);
        }
    }

    /// Whether it took too long, or has to make room, asked where nothing goes on.
    fn poll_idle<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if self.leave.as_mut().poll(context).is_pending() {
            ready!(self.idle.as_mut().poll(context));
        }
        self.metrics.connection_idle();
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Notes what became of sending.
    fn sent(&mut self, sent: Poll<io::Result<usize>>, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        match &sent {
            Poll::Pending => return self.poll_idle(context),
            Poll::Ready(Ok(1..)) => {
                self.heard = false;
                self.begin();
            }
            Poll::Ready(_) => {}
        }
        sent
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let Poll::Ready(read) = self.as_mut().stream().poll_read(context, into) else {
            return self.poll_idle(context);
        };
        // A request that begins on a connection which was quiet has all of its time; a drop now and then gives no more.
        if into.filled().len() > before && !std::mem::replace(&mut self.heard, true) {
            self.begin();
        }
        Poll::Ready(read)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let sent = self.as_mut().stream().poll_write(context, bytes);
        self.sent(sent, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let sent = self.as_mut().stream().poll_write_vectored(context, slices);
        self.sent(sent, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.as_mut().stream().poll_flush(context) {
            Poll::Pending => self.poll_idle(context),
            flushed => flushed,
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.as_mut().stream().poll_shutdown(context) {
            Poll::Pending => self.poll_idle(context),
            shut => shut,
        }
    }
}
