//! Whether the address can be listened on.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use crate::cli::command::doctor::finding::{Finding, Verdict};

const WHAT: &str = "port";
/// How long who has the port may take to say who it is: a service of ours may be busy.
const PATIENCE: Duration = Duration::from_secs(5);
/// So much of what it says is read.
const ANSWER_MAX: u64 = 4_096;

/// Listens there for a moment, as a start would.
pub(crate) fn look(address: SocketAddr) -> Finding {
    let expected = format!("{address} is free to listen on");
    match TcpListener::bind(address) {
        Ok(_) => Finding::new(WHAT, Verdict::Ok, "it is free", expected),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_ours(address) => {
            Finding::new(WHAT, Verdict::Warn, "a yekta service listens there", expected)
        }
        Err(error) => Finding::new(WHAT, Verdict::Fail, error.to_string(), expected),
    }
}

/// Whether a service of ours has it already: where TLS is spoken it is taken for somebody else.
fn is_ours(address: SocketAddr) -> bool {
    let asked = || -> io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        // At once: whoever answers a part of it may hang up on the rest, and the answer is lost.
        let request = format!("GET /version HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.take(ANSWER_MAX).read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    asked().is_ok_and(|answer| answer.contains(r#""name":"yekta""#))
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_free_port_will_do_and_one_that_is_taken_will_not() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let greeted = thread::spawn(move || drop(taken.accept().unwrap()));
        let found = look(address);
        assert_eq!(found.verdict, Verdict::Fail, "{found}");
        greeted.join().unwrap();
        assert_eq!(look("127.0.0.1:0".parse().unwrap()).verdict, Verdict::Ok);
        // An address of no interface here (documentation).
        assert_eq!(look("192.0.2.1:80".parse().unwrap()).verdict, Verdict::Fail);
    }

    #[test]
    fn a_service_that_runs_already_is_told_apart() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let answered = thread::spawn(move || {
            let (mut stream, _) = taken.accept().unwrap();
            let mut request = [0; 512];
            let length = stream.read(&mut request).unwrap();
            assert!(request[..length].starts_with(b"GET /version "));
            let body = r#"{"name":"yekta","version":"0.1.0"}"#;
            write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
            .unwrap();
        });
        let found = look(address);
        answered.join().unwrap();
        assert_eq!(found.verdict, Verdict::Warn, "{found}");
    }
}
