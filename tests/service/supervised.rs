//! What a supervisor hears of a service, by the real process: that it is ready, goes on, stops.

use std::{
    io::ErrorKind,
    os::unix::net::UnixDatagram,
    path::Path,
    time::{Duration, Instant},
};

use crate::process::{PATIENCE, Running, serve};

/// The socket of a supervisor.
struct Ear(UnixDatagram);

impl Ear {
    fn at(path: &Path) -> Self {
        let socket = UnixDatagram::bind(path).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        Self(socket)
    }

    /// The next word within `wait`.
    fn word(&self, wait: Duration) -> Option<String> {
        let deadline = Instant::now() + wait;
        let mut word = [0; 512];
        while Instant::now() < deadline {
            match self.0.recv(&mut word) {
                Ok(length) => return Some(String::from_utf8(word[..length].to_vec()).unwrap()),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(error) => panic!("{error}"),
            }
        }
        None
    }

    /// Listens until a word starts so.
    fn hears(&self, start: &str) -> String {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(word) = self.word(PATIENCE).filter(|word| word.starts_with(start)) {
                return word;
            }
        }
        panic!("waited in vain for {start}")
    }
}

#[test]
fn a_supervisor_hears_that_the_service_is_ready_goes_on_and_stops() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("notify");
    let ear = Ear::at(&socket);
    let mut command = serve(&folder.path().join("data"));
    command.env("NOTIFY_SOCKET", &socket);
    command.env("WATCHDOG_USEC", "300000");
    command.env_remove("WATCHDOG_PID");
    let mut running = Running::start(command);
    let url = running.address();
    let ready = ear.hears("READY=1");
    let address = url.strip_prefix("http://").unwrap();
    assert!(ready.contains(address), "{ready:?} does not name {address}");
    for _ in 0..3 {
        ear.hears("WATCHDOG=1");
    }
    // A process that stands still says nothing: whoever listens ends it then.
    running.signal("-STOP");
    while ear.word(Duration::from_secs(1)).is_some() {}
    assert_eq!(ear.word(Duration::from_secs(1)), None);
    running.signal("-CONT");
    ear.hears("WATCHDOG=1");
    running.terminate();
    ear.hears("STOPPING=1");
    assert_eq!(running.ended().code(), Some(0), "{}", running.log());
}

#[test]
fn a_service_that_is_not_ready_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("notify");
    let ear = Ear::at(&socket);
    let mut command = serve(&folder.path().join("data"));
    command.env("NOTIFY_SOCKET", &socket);
    command.env("YEKTA_HTTP__ITEMS_MAX", "none");
    let mut running = Running::start(command);
    assert_eq!(running.ended().code(), Some(78));
    assert_eq!(ear.word(Duration::from_millis(200)), None);
}
