//! Bodies of which a service takes no more than a small part: a gigabyte that is announced or comes in pieces without end, and
//! a gigabyte that is packed into a megabyte. Each goes over a connection of its own, which the service closes.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::LazyLock,
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};

const GIGABYTE: usize = 1 << 30;
/// Bytes that are sent at once.
const PIECE: usize = 1 << 16;
/// Bytes that are packed at once.
const PART: usize = 1 << 24;
/// How long a service may leave a connection as it is.
const PATIENCE: Duration = Duration::from_secs(30);
/// What the answer begins with.
const REFUSED: &[u8; 12] = b"HTTP/1.1 413";

static PLAIN: [u8; PIECE] = [b' '; PIECE];
static CHUNK: LazyLock<Vec<u8>> = LazyLock::new(|| [b"10000\r\n".as_slice(), &PLAIN, b"\r\n"].concat());
/// A packed part again and again, which is one packed body.
static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&vec![b' '; PART]).unwrap();
    packed.finish().unwrap().repeat(GIGABYTE / PART)
});

/// Packs what is sent packed: that takes a while.
pub fn pack() {
    LazyLock::force(&BOMB);
}

/// Sends a gigabyte, in turn announced and in chunks, until nobody takes more.
pub fn gigabyte(address: SocketAddr, number: usize) {
    let count = GIGABYTE / PIECE;
    match number % 2 {
        0 => send(address, &format!("Content-Length: {GIGABYTE}"), &PLAIN, count),
        _ => send(address, "Transfer-Encoding: chunked", &CHUNK, count),
    }
}

/// Sends a gigabyte that is packed.
pub fn bomb(address: SocketAddr) {
    let header = format!("Content-Encoding: gzip\r\nContent-Length: {}", BOMB.len());
    send(address, &header, &BOMB, 1);
}

/// Sends a body of `count` pieces, which has to be refused before its end.
fn send(address: SocketAddr, header: &str, piece: &[u8], count: usize) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    let head = format!("POST /v1/events HTTP/1.1\r\nHost: yekta\r\n{header}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    // Fails once the service has closed the connection.
    (0..count).try_for_each(|_| stream.write_all(piece)).ok();
    let mut answer = [0; REFUSED.len()];
    match stream.read_exact(&mut answer) {
        Ok(()) => assert_eq!(&answer, REFUSED),
        // Where it was still written to, its answer may be lost.
        Err(error) => assert!(
            !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
            "the connection was left open"
        ),
    }
}
