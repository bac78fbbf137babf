//! What a supervisor such as systemd is told (`Type=notify`, `WatchdogSec=`): that the service is ready, goes on, stops.
//!
//! Owns [`Supervisor`], the line to it, and [`Pulse`], whether the writer gets on. A word is a datagram to the socket that the
//! environment names; where it names none, nobody is told. Written out here since the socket has to be an argument for tests,
//! and since what is sent is three words. Must never keep the service from going on: a word that cannot be sent is logged.

use std::{
    ffi::{OsStr, OsString},
    io,
    net::SocketAddr,
    os::unix::net::{SocketAddr as SocketName, UnixDatagram},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio_util::task::AbortOnDropHandle;

use crate::engine::writer::handle::Health;

/// The socket of who wants to be told.
const SOCKET: &str = "NOTIFY_SOCKET";
/// Within how many microseconds they want to hear that the service goes on.
const WATCHDOG: &str = "WATCHDOG_USEC";
/// Of which process; of any where it is not said.
const WATCHED: &str = "WATCHDOG_PID";
/// Within that time it is told so often: once may come late on a busy machine.
const PINGS: u32 = 3;
/// No more often than this.
const PING_EVERY_MIN: Duration = Duration::from_millis(1);

/// Who started the service and looks after it, if anybody does. Clones speak on the same line.
#[derive(Clone, Debug, Default)]
pub struct Supervisor {
    line: Option<Arc<Line>>,
    /// Within this time it has to hear that the service goes on, or ends it.
    watchdog: Option<Duration>,
    /// How many of those who are watched are not well: while one is not, nobody is said to be.
    unwell: Arc<AtomicUsize>,
}

/// One who is watched, among those who have to be well together.
#[derive(Debug)]
struct Watched {
    is_well: bool,
    unwell: Arc<AtomicUsize>,
}

impl Watched {
    /// Takes note of how it is now; answers whether all are well.
    fn all_well(&mut self, is_well: bool) -> bool {
        match (self.is_well, is_well) {
            (true, false) => self.unwell.fetch_add(1, Ordering::Relaxed),
            (false, true) => self.unwell.fetch_sub(1, Ordering::Relaxed),
            _ => 0,
        };
        self.is_well = is_well;
        self.unwell.load(Ordering::Relaxed) == 0
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // Who is watched no longer keeps nobody from being well.
        self.all_well(true);
    }
}

/// A socket, and the name of theirs.
#[derive(Debug)]
struct Line {
    socket: UnixDatagram,
    theirs: SocketName,
}

impl Supervisor {
    /// The one that the environment names, of which `variable` tells a variable.
    pub fn of(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let line = variable(SOCKET).and_then(|name| match Line::to(&name) {
            Ok(line) => Some(Arc::new(line)),
            Err(error) => {
                tracing::warn!(%error, "nobody is told that the service is ready: {SOCKET} cannot be used");
                None
            }
        });
        let number = |name: &str| variable(name)?.to_str()?.parse::<u64>().ok();
        let is_ours = number(WATCHED).is_none_or(|id| id == u64::from(std::process::id()));
        let watchdog = number(WATCHDOG).filter(|micros| *micros > 0 && is_ours);
        Self {
            line,
            watchdog: watchdog.map(Duration::from_micros),
            unwell: Arc::default(),
        }
    }

    /// Within this time the writer has to get on.
    pub(crate) const fn patience(&self) -> Option<Duration> {
        self.watchdog
    }

    /// Tells that the service listens at `address`.
    pub(crate) fn ready(&self, address: SocketAddr) {
        self.tell(&format!("READY=1\nSTATUS=listens on {address}"));
    }

    /// Tells that it takes no more and is about to end.
    pub(crate) fn stopping(&self) {
        self.tell("STOPPING=1\nSTATUS=drains");
    }

    /// Tells that it goes on, as long as `is_well` says so and until what is returned is dropped. `None` where nobody asks.
    pub(crate) fn watched(
        &self,
        mut is_well: impl FnMut() -> bool + Send + 'static,
    ) -> Option<AbortOnDropHandle<()>> {
        self.line.as_ref()?;
        let every = (self.watchdog? / PINGS).max(PING_EVERY_MIN);
        let supervisor = self.clone();
        let telling = async move {
            let mut ticks = tokio::time::interval(every);
            let mut watched = Watched {
                is_well: true,
                unwell: Arc::clone(&supervisor.unwell),
            };
            loop {
                ticks.tick().await;
                let (well, was_well) = (is_well(), watched.is_well);
                if watched.all_well(well) {
                    supervisor.tell("WATCHDOG=1");
                } else if was_well && !well {
                    tracing::error!(
                        "the writer does not get on: the supervisor is no longer told that it does"
                    );
                }
            }
        };
        Some(AbortOnDropHandle::new(tokio::spawn(telling)))
    }

    fn tell(&self, word: &str) {
        let Some(line) = &self.line else { return };
        if let Err(error) = line.socket.send_to_addr(word.as_bytes(), &line.theirs) {
            tracing::warn!(%error, "told the supervisor nothing");
        }
    }
}

impl Line {
    fn to(name: &OsStr) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        // Whoever does not listen keeps nobody waiting.
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket,
            theirs: named(name)?,
        })
    }
}

/// A path, or on Linux a name without a file, which is written with an `@` in front.
fn named(name: &OsStr) -> io::Result<SocketName> {
    #[cfg(target_os = "linux")]
    if let Some(bare) = name.as_encoded_bytes().strip_prefix(b"@") {
        use std::os::linux::net::SocketAddrExt;
        return SocketName::from_abstract_name(bare);
    }
    SocketName::from_pathname(Path::new(name))
}

/// What is seen of the writer at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beat {
    pub(crate) health: Health,
    /// Whether it has something to do.
    pub(crate) is_working: bool,
    /// Whether it began something since it was looked at last.
    pub(crate) got_on: bool,
}

/// Whether the writer gets on: it did not fail, and does not stand still with something in hand. A restart mends both. What a
/// broker keeps waiting it does not mend, so that on NATS nothing counts as in hand.
#[derive(Debug)]
pub(crate) struct Pulse {
    patience: Duration,
    /// Since when it has not got on with what it has in hand.
    since: Option<Instant>,
}

impl Pulse {
    /// One that stands still for `patience` is not well.
    pub(crate) const fn new(patience: Duration) -> Self {
        Self {
            patience,
            since: None,
        }
    }

    /// Whether it is well at the moment `now`.
    pub(crate) fn is_well(&mut self, beat: Beat, now: Instant) -> bool {
        if beat.health == Health::Failed {
            return false;
        }
        if !beat.is_working || beat.got_on {
            self.since = None;
            return true;
        }
        let since = *self.since.get_or_insert(now);
        now.saturating_duration_since(since) < self.patience
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// A socket that is told, and what the environment says of it.
    fn listening(folder: &Path) -> (UnixDatagram, OsString) {
        let path = folder.join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        (socket, path.into_os_string())
    }

    fn heard(socket: &UnixDatagram) -> String {
        let mut word = [0; 256];
        let length = socket.recv(&mut word).unwrap();
        String::from_utf8(word[..length].to_vec()).unwrap()
    }

    fn supervisor(socket: &OsStr, watchdog: &str, watched: Option<&str>) -> Supervisor {
        Supervisor::of(|name| match name {
            SOCKET => Some(socket.to_owned()),
            WATCHDOG => Some(watchdog.into()),
            WATCHED => watched.map(Into::into),
            _ => None,
        })
    }

    #[test]
    fn who_started_the_service_is_told_that_it_is_ready_and_that_it_stops() {
        let folder = tempfile::tempdir().unwrap();
        let (socket, name) = listening(folder.path());
        let supervisor = supervisor(&name, "", None);
        assert_eq!(supervisor.patience(), None);
        supervisor.ready("127.0.0.1:8080".parse().unwrap());
        assert_eq!(heard(&socket), "READY=1\nSTATUS=listens on 127.0.0.1:8080");
        supervisor.stopping();
        assert_eq!(heard(&socket), "STOPPING=1\nSTATUS=drains");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_name_without_a_file_is_reached_too() {
        use std::os::linux::net::SocketAddrExt;
        let bare = format!("yekta-notify-{}", uuid::Uuid::now_v7().simple());
        let name = SocketName::from_abstract_name(&bare).unwrap();
        let socket = UnixDatagram::bind_addr(&name).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        supervisor(OsStr::new(&format!("@{bare}")), "", None).stopping();
        assert!(heard(&socket).starts_with("STOPPING=1"));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn it_is_told_that_the_service_goes_on_while_the_writer_is_well() {
        let folder = tempfile::tempdir().unwrap();
        let (socket, name) = listening(folder.path());
        let supervisor = supervisor(&name, "30000", None);
        let well = Arc::new(AtomicBool::new(true));
        let is_well = Arc::clone(&well);
        let watched = supervisor
            .watched(move || is_well.load(Ordering::SeqCst))
            .unwrap();
        for _ in 0..3 {
            assert_eq!(heard(&socket), "WATCHDOG=1");
        }
        well.store(false, Ordering::SeqCst);
        socket.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        // What was sent before is read; then nothing more comes.
        let mut word = [0; 16];
        let begun = Instant::now();
        while socket.recv(&mut word).is_ok() {
            assert!(begun.elapsed() < Duration::from_secs(10), "it is still told");
        }
        drop(watched);
    }

    #[test]
    fn nobody_is_told_where_nobody_asks() {
        let folder = tempfile::tempdir().unwrap();
        let (_socket, name) = listening(folder.path());
        let nobody = Supervisor::of(|_| None);
        nobody.ready("127.0.0.1:1".parse().unwrap());
        assert!(nobody.watched(|| true).is_none());
        assert!(supervisor(&name, "0", None).watched(|| true).is_none());
        assert!(supervisor(&name, "x", None).watched(|| true).is_none());
        // The watchdog of another process, such as a shell in between.
        assert!(supervisor(&name, "1000", Some("1")).watched(|| true).is_none());
        let ours = std::process::id().to_string();
        let patience = supervisor(&name, "1000", Some(&ours)).patience();
        assert_eq!(patience, Some(Duration::from_millis(1)));
    }

    #[test]
    fn a_word_that_nobody_takes_stops_nothing() {
        supervisor(OsStr::new("/nowhere/at/all"), "1000", None).stopping();
        supervisor(OsStr::new(&"x".repeat(4_096)), "1000", None).stopping();
    }

    #[test]
    fn a_writer_that_failed_or_stands_still_with_something_in_hand_is_not_well() {
        let (mut pulse, begun) = (Pulse::new(Duration::from_secs(30)), Instant::now());
        let idle = Beat {
            health: Health::Ready,
            is_working: false,
            got_on: false,
        };
        let still = Beat {
            is_working: true,
            ..idle
        };
        let moving = Beat {
            got_on: true,
            ..still
        };
        let draining = Beat {
            health: Health::Draining,
            ..idle
        };
        let failed = Beat {
            health: Health::Failed,
            ..moving
        };
        let steps = [
            (0, idle, true),
            // Nothing to do is no reason, however long.
            (100, idle, true),
            (100, still, true),
            (129, still, true),
            (130, still, false),
            (131, moving, true),
            (140, still, true),
            (169, still, true),
            (170, still, false),
            (171, draining, true),
            (172, failed, false),
        ];
        for (second, beat, expected) in steps {
            let now = begun + Duration::from_secs(second);
            assert_eq!(pulse.is_well(beat, now), expected, "second {second}");
        }
    }
}
