//! HTTP byte by byte, where a client would tidy up what it is told to ask.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::Value;

/// How long an answer may take; a request is given up before.
const ANSWER_WAIT: Duration = Duration::from_secs(30);

/// What was answered; all is empty where the connection was closed without a word.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    /// The status line and the headers.
    pub head: String,
    pub body: String,
}

impl Reply {
    fn of(said: &str) -> Self {
        let (head, body) = said.split_once("\r\n\r\n").unwrap_or((said, ""));
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        Self {
            status: status.unwrap_or(0),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    /// What it says.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The same of an answer to what has one.
    #[track_caller]
    pub fn fine(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()
    }

    /// All that was said.
    pub fn text(&self) -> String {
        format!("{}\n{}", self.head, self.body)
    }
}

/// A request whose connection is closed behind its answer. `headers` may name another host.
pub fn request([method, target]: [&str; 2], headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        text.push_str("Host: 127.0.0.1\r\n");
    }
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if method != "GET" {
        if !headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        {
            text.push_str("Content-Type: application/json\r\n");
        }
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    format!("{text}\r\n{body}").into_bytes()
}

/// The answer to these bytes.
pub fn answer(url: &str, bytes: &[u8]) -> Reply {
    Reply::of(&Line::open(url, bytes).until(|_| false))
}

/// The answer to a request.
pub fn ask(url: &str, line: [&str; 2], headers: &[(&str, &str)], body: &str) -> Reply {
    answer(url, &request(line, headers, body))
}

/// A connection on which something was asked.
pub struct Line {
    stream: TcpStream,
    said: Vec<u8>,
}

impl Line {
    /// Connects and says these bytes; whoever does not want to hear them may hang up meanwhile.
    pub fn open(url: &str, bytes: &[u8]) -> Self {
        let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
        stream.set_read_timeout(Some(ANSWER_WAIT)).unwrap();
        stream.set_write_timeout(Some(ANSWER_WAIT)).unwrap();
        stream.write_all(bytes).ok();
        let said = Vec::new();
        Self { stream, said }
    }

    /// All that was said until it is enough, or the connection was closed.
    pub fn until(&mut self, is_enough: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + ANSWER_WAIT;
        let mut part = [0; 4_096];
        loop {
            let said = String::from_utf8_lossy(&self.said).into_owned();
            if is_enough(&said) {
                return said;
            }
            assert!(Instant::now() < deadline, "waited in vain behind {said}");
            match self.stream.read(&mut part) {
                Ok(0) => return said,
                Ok(count) => self.said.extend_from_slice(&part[..count]),
                Err(error) => {
                    let is_silent = matches!(
                        error.kind(),
                        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                    );
                    assert!(!is_silent, "nothing more behind {said}");
                    return said;
                }
            }
        }
    }
}
