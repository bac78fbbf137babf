//! What agents and tills wait for while a shop is busy: contexts and codes over HTTP and over NATS, both by TLS, with many
//! customers in the store.
//!
//! Questions come on a schedule whatever becomes of the answers, and each answer's time counts from when its question was
//! due. Events come beside them, on a schedule too.

mod edge;
pub mod schedule;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::figures::{megabytes, per_second, resident_bytes, row, tail_quantiles};
use crate::nats::server::NatsServer;
use crate::service::Running;

use self::edge::{Edge, Http, Nats};
use self::schedule::Schedule;

/// Customers of one request while the store is filled.
const BATCH: u32 = 256;
/// Who sends them.
const CLIENTS: usize = 4;
/// How long each edge is asked.
const TIME: Duration = Duration::from_secs(120);
/// Contexts a second.
const CONTEXTS: u32 = 200;
/// Codes that are read a second, as a till does before it redeems one.
const READ: u32 = 50;
/// Codes that are redeemed a second.
const REDEEMED: u32 = 20;
/// Requests of ten events a second.
const TOLD: u32 = 50;
const EVENTS_OF_ONE: u32 = 10;
/// How many wait for answers to one kind of question at the same time.
const WORKERS: usize = 8;

/// Measures with `count` customers.
pub fn measure(seed: u64, count: u32) {
    let server = NatsServer::with(&edge::server_tls(), &["-js"]);
    let service = Running::new(|dir| edge::settings(dir.path(), &server));
    let http = Http::new(service.address);
    fill(&http, count);
    let nats = Nats::new(&server);
    let mut draw = ChaCha8Rng::seed_from_u64(seed);
    for edge in [&http as &dyn Edge, &nats] {
        let redeemed = Schedule::new(REDEEMED, TIME);
        let codes: Vec<String> = (0..redeemed.count())
            .map(|_| http.mint(&phone(draw.random_range(0..count))))
            .collect();
        ask(&mut draw, count, &http, edge, &codes);
    }
    service.stop();
}

/// Signs everybody in once.
fn fill(http: &Http, count: u32) {
    let begun = Instant::now();
    let next = Mutex::new((0..count).step_by(usize::try_from(BATCH).unwrap()));
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                loop {
                    let Some(first) = next.lock().unwrap().next() else {
                        break;
                    };
                    let numbers = first..count.min(first + BATCH);
                    http.tell(&Value::from_iter(numbers.map(signed_in)));
                }
            });
        }
    });
    // What was only put into the stream is visible once what was put behind it is.
    http.tell(&json!([viewed("filled", count)]));
    http.see(&format!("anonymous_id:c-{count}"));
    let rate = per_second(usize::try_from(count).unwrap(), begun.elapsed());
    row(
        &format!("{count} customers that sign in, HTTPS, NATS behind"),
        &format!("{rate:.0}/s, {} resident", megabytes(resident_bytes())),
    );
}

/// Asks one edge for everything at once, while events come.
fn ask(draw: &mut ChaCha8Rng, count: u32, http: &Http, edge: &dyn Edge, codes: &[String]) {
    let schedules = [CONTEXTS, READ, TOLD].map(|rate| Schedule::new(rate, TIME));
    let mut drawn = |of: &Schedule| -> Vec<u32> {
        let people = (0..of.count()).map(|_| draw.random_range(0..count));
        people.collect()
    };
    let [callers, _, visitors] = schedules.each_ref().map(&mut drawn);
    let round = edge.name();
    let [contexts, read, told] = &schedules;
    let redeemed = Schedule::new(REDEEMED, TIME);
    let (contexts, read, redeemed) = std::thread::scope(|scope| {
        let contexts = scope.spawn(|| contexts.run(WORKERS, |number| edge.context(&phone(callers[number]))));
        let read = scope.spawn(|| read.run(WORKERS, |number| edge.read(&codes[number % codes.len()])));
        let redeemed = scope.spawn(|| redeemed.run(WORKERS, |number| edge.redeem(&codes[number])));
        let events = |number: usize| {
            let ids = (0..EVENTS_OF_ONE).map(|place| format!("{round}-{number}-{place}"));
            http.tell(&Value::from_iter(ids.map(|id| viewed(&id, visitors[number]))));
        };
        told.run(WORKERS, events);
        [contexts, read, redeemed].map(|one| one.join().unwrap()).into()
    });
    for (what, taken) in [
        ("context by number", contexts),
        ("code read", read),
        ("code redeemed", redeemed),
    ] {
        row(&format!("{what}, {round}"), &tail_quantiles(taken));
    }
}

/// A number of an Iranian mobile network.
fn phone(number: u32) -> String {
    format!("+98912{number:07}")
}

fn signed_in(number: u32) -> Value {
    json!({"id": format!("m-{number}"), "source": "bench", "channel": "web", "type": "Signed In",
        "time": "2026-01-01T10:00:00Z", "traits": {"first_name": "Sara", "last_name": "Karimi"},
        "identifiers": [
            {"kind": "user_id", "value": format!("u-{number}"), "trust": "verified"},
            {"kind": "anonymous_id", "value": format!("c-{number}"), "trust": "observed"},
            {"kind": "phone", "value": phone(number), "trust": "verified"}]})
}

fn viewed(id: &str, number: u32) -> Value {
    json!({"id": id, "source": "bench", "channel": "web", "type": "Product Viewed",
        "properties": {"product_id": "p-7", "name": "Tea maker"},
        "identifiers": [{"kind": "anonymous_id", "value": format!("c-{number}"), "trust": "observed"}]})
}
