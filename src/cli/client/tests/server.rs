//! A server that gives canned answers, one per connection, and keeps what it was asked.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{JoinHandle, spawn};

/// The running server.
pub(crate) struct Canned {
    /// Its address.
    pub(crate) url: String,
    answering: JoinHandle<Vec<String>>,
}

impl Canned {
    /// Listens on a free port; ends after the last of `answers`.
    pub(crate) fn start(answers: &[String]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answers = answers.to_vec();
        let answering = spawn(move || {
            let answer = |text: String| answer_one(listener.accept().unwrap().0, &text);
            answers.into_iter().map(answer).collect()
        });
        Self { url, answering }
    }

    /// What it was asked, once it gave every answer.
    pub(crate) fn requests(self) -> Vec<String> {
        self.answering.join().unwrap()
    }
}

/// An answer after which the connection ends.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}\r\n{body}")
}

/// An address at which nothing listens: a port that was just free.
pub(crate) fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn answer_one(mut connection: TcpStream, text: &str) -> String {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        connection.read_exact(&mut byte).unwrap();
        request.extend(byte);
    }
    let head = String::from_utf8(request).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    connection.read_exact(&mut body).unwrap();
    connection.write_all(text.as_bytes()).unwrap();
    head + &String::from_utf8(body).unwrap()
}
