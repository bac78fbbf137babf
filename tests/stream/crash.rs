//! `kill -9` of Yekta and of nats-server during a load of 50,000 events, everything sent again: each event counts once,
//! versions have no gap, no commit is torn, and the store is that of a run in peace without a broker.
//!
//! `YEKTA_KILLS` says how often each is killed.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use yekta::cli::generate;

use crate::{
    broker::{Broker, EVENTS as STREAM},
    journal, load,
    process::{Running, Service, fingerprint},
    published::{check_entries, published, wait_until_told},
    sender::Sender,
    server::NatsServer,
    serving::{serve_on, start, wait_until_ready},
};

const SEED: u64 = 50_000;
const EVENTS: usize = 50_000;
const PEOPLE: u32 = 1_000;
const KILLS: usize = 20;
/// A kill comes within so many milliseconds after the load came to where it was waited for.
const MOMENT_MS_MAX: u64 = 40;
/// A start is killed within so many milliseconds.
const START_KILL_MS_MAX: u64 = 150;

fn events() -> Arc<Vec<Value>> {
    static EVENTS_MADE: OnceLock<Arc<Vec<Value>>> = OnceLock::new();
    Arc::clone(EVENTS_MADE.get_or_init(|| Arc::new(generate::events(SEED, PEOPLE, EVENTS))))
}

/// The fingerprint of a standalone service that took the events once and in peace.
fn undisturbed() -> &'static str {
    static FINGERPRINT: OnceLock<String> = OnceLock::new();
    FINGERPRINT.get_or_init(|| {
        let (data, events) = (tempfile::tempdir().unwrap(), events());
        let service = Service::start(data.path());
        assert_eq!(load::send_all(&service.url, &events), load::distinct(&events));
        service.stop();
        fingerprint(data.path())
    })
}

fn kills() -> usize {
    let told = std::env::var("YEKTA_KILLS").ok();
    told.and_then(|text| text.parse().ok()).unwrap_or(KILLS)
}

/// After which published event each kill comes, in order.
fn moments(dice: &mut ChaCha8Rng) -> Vec<usize> {
    let mut moments: Vec<usize> = (0..kills())
        .map(|_| dice.random_range(1..EVENTS * 9 / 10))
        .collect();
    moments.sort_unstable();
    moments
}

/// Lets a moment pass that nobody foresees; ends early when the process says something or ends.
fn moment(running: &Running, dice: &mut ChaCha8Rng, ms_max: u64) -> Option<String> {
    running.line(Duration::from_millis(dice.random_range(0..ms_max)))
}

#[test]
fn kills_of_yekta_lose_nothing_and_count_nothing_twice() {
    let (server, data, events) = (NatsServer::start(), tempfile::tempdir().unwrap(), events());
    let mut dice = ChaCha8Rng::seed_from_u64(SEED);
    let mut service = start(&server, data.path());
    let sender = Sender::begin(&server, &events);
    let mut killed_early = 0;
    for (kill, after) in moments(&mut dice).into_iter().enumerate() {
        sender.wait_until(after);
        assert!(!sender.is_done(), "a kill came after the load");
        moment(&service.running, &mut dice, MOMENT_MS_MAX);
        service.running.kill();
        // Sometimes there is more to recover than what a flush had left: the whole store.
        if kill % 5 == 4 {
            std::fs::remove_dir_all(data.path().join("default/store")).unwrap();
        }
        if kill % 2 == 1 {
            let starting = Running::start(serve_on(&server, data.path()));
            killed_early += usize::from(moment(&starting, &mut dice, START_KILL_MS_MAX).is_none());
            starting.kill();
        }
        service = start(&server, data.path());
    }
    assert!(killed_early > 0, "every start was over before it was killed");
    sender.end();
    check(&server, data.path(), service);
}

#[test]
fn kills_of_the_server_lose_nothing_and_count_nothing_twice() {
    let (mut server, data, events) = (NatsServer::start(), tempfile::tempdir().unwrap(), events());
    let mut dice = ChaCha8Rng::seed_from_u64(SEED + 1);
    let mut command = serve_on(&server, data.path());
    // What was on its way when the server went is asked about sooner than the default has it.
    command.env("YEKTA_NATS__ACK_TIMEOUT_MS", "1000");
    let service = Service::of(command);
    let sender = Sender::begin(&server, &events);
    for after in moments(&mut dice) {
        sender.wait_until(after);
        assert!(!sender.is_done(), "a kill came after the load");
        let said = moment(&service.running, &mut dice, MOMENT_MS_MAX);
        assert_eq!(said, None, "{}", service.running.log());
        server.restart();
    }
    sender.end();
    check(&server, data.path(), service);
}

/// Looks whether all is there, sends everything again and looks at what is there then.
fn check(server: &NatsServer, folder: &Path, service: Service) {
    let (broker, events) = (Broker::of(server), events());
    broker.wait_until_consumed();
    wait_until_told(&broker, &events);
    broker.deliver(&events);
    // Nothing else was refused: the one dead letter is the end of what is published.
    broker.publish_end();
    broker.wait_until_consumed();
    wait_until_ready(&service.url);
    assert!(broker.last_sequence(STREAM) > 2 * u64::try_from(EVENTS).unwrap());

    let copy = published(&broker, &events);
    assert_eq!(copy.events(), load::distinct(&events));
    check_entries(&broker, &copy);
    service.stop();
    copy.is_what_is_stored(folder);
    journal::check_whole(&broker);
    assert_eq!(fingerprint(folder), undisturbed());
}
