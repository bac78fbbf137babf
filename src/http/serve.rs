//! Serving and draining: owns the listener's last moments.

use std::{io, time::Duration};

use axum::{Router, middleware::from_fn};
use tokio_util::sync::CancellationToken;

use crate::http::{
    connections::Bounded,
    crowd::{Seat, at_work},
};

/// Serves `router` on the connections of `listener` until `shutdown`, then lets what is going on end for at most `grace`;
/// connections still open then are dropped.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: Bounded,
    router: Router,
    shutdown: CancellationToken,
    grace: Duration,
) -> io::Result<()> {
    let service = router
        .layer(from_fn(at_work))
        .into_make_service_with_connect_info::<Seat>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(shutdown.clone().cancelled_owned());
    let overdue = async {
        shutdown.cancelled().await;
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        served = serving.into_future() => served,
        () = overdue => {
            tracing::warn!("close connections that did not end while the service drained");
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read as _, Write as _},
        net::{SocketAddr, TcpStream},
    };

    use axum::{body::Body, http::header::CONTENT_TYPE, routing::get};
    use futures_util::stream::pending;
    use tokio::net::TcpListener;

    use super::*;
    use crate::http::connections::Bounds;
    use crate::telemetry::{HttpMetrics, Registry};

    /// Room for one connection, and little patience with it: no less than a client needs that is not slow of its own accord.
    fn narrow() -> (Bounds, Registry) {
        let registry = Registry::new("1").unwrap();
        let bounds = Bounds {
            connections_max: 1,
            idle_timeout: Duration::from_secs(2),
            metrics: HttpMetrics::register(&registry).unwrap(),
        };
        (bounds, registry)
    }

    /// Sends a request and answers its status line and body; the server closes the connection.
    fn ask(address: SocketAddr) -> io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn connections_make_room_and_the_last_request_is_answered() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let stop = shutdown.clone();
        let router = Router::new().route("/", get(async || "sara"));
        let serving = tokio::spawn(serve(
            Bounded::new(listener, None, narrow().0),
            router,
            shutdown,
            Duration::from_secs(60),
        ));
        for _ in 0..3 {
            let answer = tokio::task::spawn_blocking(move || ask(address))
                .await
                .unwrap()
                .unwrap();
            assert!(
                answer.starts_with("HTTP/1.1 200") && answer.ends_with("sara"),
                "{answer}"
            );
        }
        stop.cancel();
        serving.await.unwrap().unwrap();
        assert!(
            tokio::task::spawn_blocking(move || ask(address))
                .await
                .unwrap()
                .is_err()
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_never_ends_a_request_or_reads_no_answer_makes_room_for_others() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let stop = shutdown.clone();
        let large = "sara".repeat(4 << 20);
        let router = Router::new()
            .route("/", get(async || "sara"))
            .route("/large", get(async || large));
        let (bounds, registry) = narrow();
        let serving = tokio::spawn(serve(
            Bounded::new(listener, None, bounds),
            router,
            shutdown,
            Duration::from_secs(60),
        ));
        for begun in [
            "",
            "GET / HTTP/1.1\r\nHo",
            "GET /large HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /large HTTP/1.1\r\nHost: x\r\n\r\nG",
        ] {
            let answer = tokio::task::spawn_blocking(move || {
                let mut slow = TcpStream::connect(address).unwrap();
                slow.write_all(begun.as_bytes()).unwrap();
                let answer = ask(address).unwrap();
                drop(slow);
                answer
            });
            let answer = answer.await.unwrap();
            assert!(answer.ends_with("sara"), "{begun:?}: {answer}");
        }
        let told = registry.render().unwrap();
        assert!(told.contains("yekta_http_connections_idle_total 4"), "{told}");
        stop.cancel();
        serving.await.unwrap().unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_is_at_rest_makes_room_for_others_and_who_is_told_what_happens_stays() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let stop = shutdown.clone();
        let told = async || {
            let nothing_yet = Body::from_stream(pending::<io::Result<&'static [u8]>>());
            ([(CONTENT_TYPE, "text/event-stream")], nothing_yet)
        };
        let router = Router::new()
            .route("/", get(async || "sara"))
            .route("/told", get(told));
        let (bounds, _registry) = narrow();
        // Nobody's time is over while this runs.
        let bounds = Bounds {
            connections_max: 2,
            idle_timeout: Duration::from_secs(600),
            ..bounds
        };
        let listener = Bounded::new(listener, None, bounds);
        let serving = tokio::spawn(serve(listener, router, shutdown, Duration::ZERO));
        let asked = tokio::task::spawn_blocking(move || {
            let mut subscriber = TcpStream::connect(address).unwrap();
            subscriber
                .write_all(b"GET /told HTTP/1.1\r\nHost: x\r\n\r\n")
                .unwrap();
            let mut head = [0; 4_096];
            assert!(subscriber.read(&mut head).unwrap() > 0);
            for begun in ["", "GET / HTTP/1.1\r\nHo", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"] {
                let mut slow = TcpStream::connect(address).unwrap();
                slow.write_all(begun.as_bytes()).unwrap();
                let answer = ask(address).unwrap();
                assert!(answer.ends_with("sara"), "{begun:?}: {answer}");
                // The one at rest is closed, behind what it was answered.
                slow.read_to_end(&mut Vec::new()).ok();
            }
            subscriber.set_nonblocking(true).unwrap();
            subscriber.read(&mut head).map_err(|error| error.kind())
        });
        assert_eq!(asked.await.unwrap(), Err(io::ErrorKind::WouldBlock));
        stop.cancel();
        serving.await.unwrap().unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_request_has_its_time_on_a_connection_that_was_quiet() {
        // More than half of the time that a connection has, and so much less than all of it that a busy machine makes no
        // difference.
        const PART: Duration = Duration::from_millis(2_100);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let stop = shutdown.clone();
        let (bounds, _registry) = narrow();
        let bounds = Bounds {
            idle_timeout: Duration::from_secs(4),
            ..bounds
        };
        let slowly = async || {
            tokio::time::sleep(PART).await;
            "sara"
        };
        let router = Router::new().route("/", get(slowly));
        let serving = tokio::spawn(serve(
            Bounded::new(listener, None, bounds),
            router,
            shutdown,
            Duration::from_secs(60),
        ));
        let answers = tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            let mut answers = String::new();
            for more in ["", "Connection: close\r\n"] {
                // Quiet for a part of the time that a connection has: only with it the answer would come too late.
                std::thread::sleep(PART);
                let request = format!("GET / HTTP/1.1\r\nHost: x\r\n{more}\r\n");
                stream.write_all(request.as_bytes()).unwrap();
                if more.is_empty() {
                    let mut answer = [0; 4_096];
                    let read = stream.read(&mut answer).unwrap();
                    answers.push_str(str::from_utf8(&answer[..read]).unwrap());
                } else {
                    stream.read_to_string(&mut answers).unwrap();
                }
            }
            answers
        });
        let answers = answers.await.unwrap();
        assert_eq!(answers.matches("sara").count(), 2, "{answers}");
        stop.cancel();
        serving.await.unwrap().unwrap();
    }
}
