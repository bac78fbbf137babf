//! Well-behaved clients beside an attack: they keep asking, each answer is looked at, and how much memory the service took
//! meanwhile.

use std::{
    fs,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use serde_json::json;

use crate::{
    api::Api,
    process::{Service, wait_for},
};

/// People whose events they send.
const PEOPLE: usize = 50;
/// Between two rounds of a client.
const PAUSE: Duration = Duration::from_millis(5);
/// Rounds before an attack, so that caches and pools are there.
const WARM: usize = 200;
/// Kilobytes by which the service may grow over what it took then.
const GROWTH_MAX: u64 = 50 * 1_024;

/// A service that is attacked while two clients use it.
pub struct Besieged {
    pub service: Service,
    stop: Arc<AtomicBool>,
    clients: Vec<Client>,
    before: u64,
}

struct Client {
    rounds: Arc<AtomicUsize>,
    thread: JoinHandle<()>,
}

impl Besieged {
    /// Starts it, and has one client that keeps its connection and one that opens new ones use it until it is warm.
    pub fn begin(command: Command) -> Self {
        let service = Service::of(command);
        let stop = Arc::new(AtomicBool::new(false));
        let clients = ["kept", "new"].map(|name| Client::begin(&service.url, name, &stop));
        let mut besieged = Self {
            service,
            stop,
            clients: clients.into(),
            before: 0,
        };
        besieged.goes_on(WARM);
        besieged.before = besieged.memory();
        besieged
    }

    /// Waits until each client was answered so many rounds more.
    pub fn goes_on(&self, rounds: usize) {
        let done = |client: &Client| client.rounds.load(Ordering::Relaxed);
        let before: Vec<usize> = self.clients.iter().map(done).collect();
        wait_for("answers to well-behaved clients", || {
            let mut both = self.clients.iter().zip(&before);
            let gone = self.clients.iter().any(|client| client.thread.is_finished());
            (gone || both.all(|(client, before)| done(client) >= before + rounds)).then_some(())
        });
    }

    /// Ends it: every question was answered, and memory stayed bounded.
    pub fn end(self) {
        self.goes_on(WARM);
        self.stop.store(true, Ordering::Relaxed);
        let after = self.memory();
        for client in self.clients {
            client.thread.join().unwrap();
        }
        let grown = after.saturating_sub(self.before);
        assert!(grown <= GROWTH_MAX, "{} kB became {after} kB", self.before);
        self.service.stop();
    }

    /// The most memory that the process ever had, in kilobytes.
    fn memory(&self) -> u64 {
        let status = format!("/proc/{}/status", self.service.running.id());
        let status = fs::read_to_string(status).unwrap();
        let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let most = most.unwrap().trim().trim_end_matches(" kB");
        most.parse().unwrap()
    }
}

impl Client {
    fn begin(url: &str, name: &'static str, stop: &Arc<AtomicBool>) -> Self {
        let rounds = Arc::new(AtomicUsize::new(0));
        let (url, stop, done) = (url.to_owned(), Arc::clone(stop), Arc::clone(&rounds));
        let thread = thread::spawn(move || {
            let kept = Api::of(&url);
            for number in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                match name {
                    "kept" => round(&kept, name, number),
                    _ => round(&Api::of(&url), name, number),
                }
                done.fetch_add(1, Ordering::Relaxed);
                thread::sleep(PAUSE);
            }
        });
        Self { rounds, thread }
    }
}

/// Sends an event, asks for whom it is about, and whether the service is ready.
fn round(api: &Api, name: &str, number: usize) {
    let user = format!("{name}-{}", number % PEOPLE);
    let event = json!({
        "id": format!("{name}-{number}"), "channel": "web", "type": "Product Viewed", "source": "web/shop",
        "identifiers": [{"kind": "user_id", "value": user}],
    });
    assert_eq!(api.post("/v1/events", &event)["accepted"], 1);
    let context = api.get(&format!("/v1/context/callcenter/user_id:{user}"));
    assert_eq!(context["match"], "one", "{context}");
    assert_eq!(api.get("/readyz")["status"], "ready");
}
