//! The bytes of a connection, whether they come as they are or by TLS.
//!
//! The handshake goes on with the first reading or writing: whoever is slow about it holds nobody else up.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::{Accept, server::TlsStream};
use tokio_util::either::Either;

/// Bytes as they are, or by TLS.
type Stream = Either<TcpStream, Box<TlsStream<TcpStream>>>;

/// A connection's way in and out.
#[derive(Debug)]
pub(crate) struct Transport(State);

enum State {
    Greeting(Box<Accept<TcpStream>>),
    Open(Stream),
    /// The handshake failed, and nothing is said any more.
    Failed,
}

impl std::fmt::Debug for State {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Greeting(_) => "Greeting",
            Self::Open(Either::Left(_)) => "Plain",
            Self::Open(Either::Right(_)) => "Tls",
            Self::Failed => "Failed",
        })
    }
}

impl Transport {
    /// Bytes as they are.
    pub(crate) fn plain(stream: TcpStream) -> Self {
        Self(State::Open(Either::Left(stream)))
    }

    /// Bytes by TLS, once the handshake is over.
    pub(super) fn greeting(handshake: Accept<TcpStream>) -> Self {
        Self(State::Greeting(Box::new(handshake)))
    }

    /// The stream, once the handshake is over.
    fn poll_open(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Pin<&mut Stream>>> {
        if let State::Greeting(handshake) = &mut self.0 {
            let greeted = ready!(Pin::new(handshake.as_mut()).poll(context));
            self.0 = State::Failed;
            self.0 = State::Open(Either::Right(Box::new(greeted?)));
        }
        Poll::Ready(match &mut self.0 {
            State::Open(stream) => Ok(Pin::new(stream)),
            State::Greeting(_) | State::Failed => Err(io::ErrorKind::ConnectionAborted.into()),
        })
    }
}

impl AsyncRead for Transport {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.get_mut().poll_open(context))?.poll_read(context, into)
    }
}

impl AsyncWrite for Transport {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.get_mut().poll_open(context))?.poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.get_mut().poll_open(context))?.poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        match &self.0 {
            State::Open(stream) => stream.is_write_vectored(),
            State::Greeting(_) => true,
            State::Failed => false,
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.get_mut().poll_open(context))?.poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match ready!(self.get_mut().poll_open(context)) {
            Ok(stream) => stream.poll_shutdown(context),
            // There is nothing to say good-bye to.
            Err(_) => Poll::Ready(Ok(())),
        }
    }
}
