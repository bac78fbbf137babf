//! Attacks over loopback, and what each is refused with: bodies that do not end, unpack to a gigabyte or are nested without
//! end, heads without end, senders that never finish, connections that say nothing. Others are answered all the while.

use std::{
    fs,
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

use crate::{
    api::Api,
    beside::Besieged,
    measured::sample,
    process::{PATIENCE, serve},
};

const GIGABYTE: usize = 1 << 30;
const MEGABYTE: usize = 1 << 20;
/// Of a gigabyte so much may be taken by the service and by the system on both sides.
const TAKEN_MAX: usize = 64 * MEGABYTE;
/// How deep a bomb is nested.
const DEPTH: usize = 100_000;
/// Connections that say nothing.
const SILENT: usize = 2_000;
/// Between two bytes of one who never finishes.
const DRIP: Duration = Duration::from_millis(100);

/// A request of which more and more is sent.
struct Endless {
    head: &'static str,
    piece: Vec<u8>,
    /// Bytes of pieces after which it ends all the same.
    bytes: usize,
    tail: &'static str,
}

impl Endless {
    /// Sends it until nobody takes more: how much was taken, and the answer, empty where the connection was just closed.
    fn send(&self, url: &str) -> (usize, String) {
        let mut stream = connect(url);
        stream.write_all(self.head.as_bytes()).unwrap();
        let mut taken = 0;
        while taken < self.bytes && stream.write_all(&self.piece).is_ok() {
            taken += self.piece.len();
        }
        // Fails where the service is no longer there to hear it.
        stream.write_all(self.tail.as_bytes()).ok();
        (taken, answer(&mut stream))
    }
}

fn connect(url: &str) -> TcpStream {
    let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// All that is said until the connection is closed, which it has to be.
fn answer(stream: &mut TcpStream) -> String {
    let (mut said, mut part) = (Vec::new(), [0; 4_096]);
    loop {
        match stream.read(&mut part) {
            Ok(0) => break,
            Ok(count) => said.extend_from_slice(&part[..count]),
            Err(error) => {
                let left_open = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
                assert!(!left_open, "the connection was left open");
                break;
            }
        }
    }
    String::from_utf8(said).unwrap()
}

fn check_refused(answer: &str, statuses: &[&str]) {
    let refused = |status: &&str| answer.starts_with(&format!("HTTP/1.1 {status} "));
    assert!(
        answer.is_empty() || statuses.iter().any(refused),
        "expected {statuses:?}: {answer}"
    );
}

/// A gigabyte of spaces in about a megabyte: a packed part again and again, which is one packed body.
fn bomb() -> Vec<u8> {
    let part = 16 * MEGABYTE;
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&vec![b' '; part]).unwrap();
    packed.finish().unwrap().repeat(GIGABYTE / part)
}

#[test]
fn a_body_is_given_up_long_before_its_end() {
    let data = tempfile::tempdir().unwrap();
    let besieged = Besieged::begin(serve(data.path()));
    let url = &besieged.service.url;
    let chunk = [b"10000\r\n".as_slice(), &[b' '; 1 << 16], b"\r\n"].concat();
    for (head, piece) in [
        (
            "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\n",
            vec![b' '; 1 << 16],
        ),
        (
            "POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
            chunk,
        ),
    ] {
        let (bytes, tail) = (GIGABYTE, "0\r\n\r\n");
        let endless = Endless {
            head,
            piece,
            bytes,
            tail,
        };
        let (taken, answer) = endless.send(url);
        assert!(taken < TAKEN_MAX, "{head}: {taken} bytes were taken");
        check_refused(&answer, &["413"]);
    }
    let piece = bomb();
    assert!(piece.len() < 2 * MEGABYTE);
    let head = "POST /v1/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Encoding: gzip\r\n\
        Transfer-Encoding: chunked\r\n\r\n";
    let piece = [
        format!("{:x}\r\n", piece.len()).as_bytes(),
        piece.as_slice(),
        b"\r\n",
    ]
    .concat();
    let packed = Endless {
        head,
        piece,
        bytes: 1,
        tail: "0\r\n\r\n",
    };
    check_refused(&packed.send(url).1, &["413"]);
    assert_eq!(kept(&Api::of(url)), ["too_large"; 3]);
    besieged.end();
}

#[test]
fn what_is_nested_without_end_is_refused_and_kept() {
    let data = tempfile::tempdir().unwrap();
    let besieged = Besieged::begin(serve(data.path()));
    let api = Api::of(&besieged.service.url);
    for open in ["[", "{\"a\":"] {
        let (status, problem) = api.try_post("/v1/events", &open.repeat(DEPTH)).unwrap();
        assert_eq!(status, 400, "{problem}");
    }
    // It is a list, of which one item is no event.
    let list = format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
    let (status, answer) = api.try_post("/v1/events", &list).unwrap();
    assert_eq!(status, 200, "{answer}");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["accepted"], 0, "{answer}");
    let refused = &answer["rejected"][0]["code"];
    assert!(refused == "too_large" || refused == "too_deep", "{answer}");
    assert_eq!(kept(&api).len(), 3);
    besieged.end();
}

#[test]
fn a_head_is_given_up_long_before_its_end() {
    let data = tempfile::tempdir().unwrap();
    let besieged = Besieged::begin(serve(data.path()));
    let begun = "GET /readyz HTTP/1.1\r\nHost: x\r\n";
    let line = format!("X-Padding: {}\r\n", "h".repeat(1_000));
    for (head, piece, tail) in [
        (begun, line.as_str(), "\r\n"),
        (begun, "a: b\r\n", "\r\n"),
        (
            "GET /readyz HTTP/1.1\r\nHost: x\r\nX-Padding: ",
            "hhhhhhhh",
            "\r\n\r\n",
        ),
        ("GET /readyz?", "uuuuuuuu", " HTTP/1.1\r\nHost: x\r\n\r\n"),
    ] {
        let piece = piece.repeat(64).into_bytes();
        let endless = Endless {
            head,
            piece,
            bytes: MEGABYTE,
            tail,
        };
        let (_, answer) = endless.send(&besieged.service.url);
        check_refused(&answer, &["400", "414", "431"]);
    }
    besieged.end();
}

/// Whether somebody who is sent another byte is still there.
fn is_open(stream: &mut TcpStream) -> bool {
    let mut part = [0; 4_096];
    match stream.read(&mut part) {
        Ok(count) => count > 0,
        Err(error) if error.kind() == ErrorKind::WouldBlock => match stream.write_all(b"h") {
            Ok(()) => true,
            Err(error) => error.kind() == ErrorKind::WouldBlock,
        },
        Err(_) => false,
    }
}

#[test]
fn who_never_finishes_is_sent_away() {
    let data = tempfile::tempdir().unwrap();
    let mut command = serve(data.path());
    // Others are answered in that time, also where a disk takes long.
    command.env("YEKTA_HTTP__REQUEST_TIMEOUT_MS", "10000");
    command.env("YEKTA_HTTP__IDLE_TIMEOUT_MS", "10000");
    let besieged = Besieged::begin(command);
    let head = "GET /readyz HTTP/1.1\r\nHost: x\r\nX-Slow: ";
    let body = "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n";
    let mut open = Vec::new();
    for (begun, count) in [(head, 200), (body, 50)] {
        for _ in 0..count {
            let mut stream = connect(&besieged.service.url);
            stream.write_all(begun.as_bytes()).unwrap();
            stream.set_nonblocking(true).unwrap();
            open.push(stream);
        }
    }
    let deadline = Instant::now() + PATIENCE;
    while !open.is_empty() {
        assert!(Instant::now() < deadline, "{} are still open", open.len());
        open.retain_mut(is_open);
        thread::sleep(DRIP);
    }
    besieged.end();
}

/// How many files a process may have open.
fn files_max() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.unwrap().split_whitespace().next().unwrap().to_owned();
    soft.parse().unwrap_or(usize::MAX)
}

#[test]
fn who_says_nothing_keeps_nobody_out() {
    let count = SILENT.min(files_max() / 2);
    let places = count / 2;
    let data = tempfile::tempdir().unwrap();
    let mut command = serve(data.path());
    // Twice as many come as there are places, and nobody's time is over meanwhile.
    command.env("YEKTA_HTTP__CONNECTIONS_MAX", places.to_string());
    command.env("YEKTA_HTTP__IDLE_TIMEOUT_MS", "3600000");
    let besieged = Besieged::begin(command);
    let silent: Vec<TcpStream> = (0..count).map(|_| connect(&besieged.service.url)).collect();
    besieged.goes_on(100);
    let metrics = Api::of(&besieged.service.url).text("/metrics");
    let open = sample(&metrics, "yekta_http_connections");
    assert!(
        open <= f64::from(u32::try_from(places).unwrap()),
        "{open} are open"
    );
    assert!(sample(&metrics, "yekta_http_connections_full_total") > 0.0);
    drop(silent);
    besieged.end();
}

/// Why what is kept was refused, the latest first.
fn kept(api: &Api) -> Vec<String> {
    let listed = api.get("/v1/rejections?limit=100");
    let listed = listed["rejections"].as_array().unwrap().iter();
    listed
        .map(|one| one["code"].as_str().unwrap().to_owned())
        .collect()
}
