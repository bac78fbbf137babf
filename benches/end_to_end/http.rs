//! The whole service on loopback: how fast it takes events, and how fast it tells a context at half that load.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ureq::Agent;

use crate::figures::{comes_first, per_second, quantiles, row};
use crate::service::Running;
use crate::town::settings;
use crate::traffic::Traffic;

/// Events of one request.
const BATCH: usize = 100;
/// Clients that send at the same time.
const CLIENTS: usize = 4;
/// Time between two questions.
const ASK_EVERY: Duration = Duration::from_millis(10);

/// Measures all of it.
pub fn measure(traffic: &Traffic) {
    let service = Running::new(|dir| settings(dir.path()));
    let (warm, measured) = traffic.halves();
    post(service.address, warm, None);
    let (first, second) = measured.split_at(measured.len() / 2);
    let (took, _) = post(service.address, first, None);
    let rate = per_second(first.len(), took);
    row(
        &format!("events, HTTP, {BATCH} a request, {CLIENTS} clients"),
        &format!("{rate:.0}/s"),
    );
    let half = rate / 2.0;
    let every = Duration::from_secs_f64(f64::from(u32::try_from(BATCH).unwrap()) / half);
    let done = AtomicBool::new(false);
    let (visible, told, told_at_once) = std::thread::scope(|scope| {
        let ask = || ask(service.address, traffic, &done);
        let asking = scope.spawn(ask);
        // The service and those who load it share the processors: who asks with priority waits for the answer alone.
        let asking_first = scope.spawn(move || comes_first().then(ask));
        let (_, visible) = post(service.address, second, Some(every));
        done.store(true, Ordering::Relaxed);
        (visible, asking.join().unwrap(), asking_first.join().unwrap())
    });
    row(
        &format!("answer to {BATCH} events, HTTP, at {half:.0} events/s"),
        &quantiles(visible),
    );
    row("context by identifier, HTTP, at that load", &quantiles(told));
    if let Some(told) = told_at_once {
        row("the same, asked at real-time priority", &quantiles(told));
    }
    service.stop();
}

/// Posts all events from several clients: as fast as they can, or one request `every` so often, whatever the answers
/// do. How long all took, and each, counted from when it was to be sent.
fn post(
    address: SocketAddr,
    events: &[serde_json::Value],
    every: Option<Duration>,
) -> (Duration, Vec<Duration>) {
    let url = format!("http://{address}/v1/events");
    let bodies: Vec<Vec<u8>> = events
        .chunks(BATCH)
        .map(|events| serde_json::to_vec(events).unwrap())
        .collect();
    let queue = Mutex::new(bodies.into_iter().enumerate());
    let begun = Instant::now();
    let client = || {
        let agent = Agent::new_with_defaults();
        let mut taken = Vec::new();
        loop {
            let next = queue.lock().unwrap().next();
            let Some((number, body)) = next else { break };
            let due = every.map_or_else(Instant::now, |every| {
                begun + every * u32::try_from(number).unwrap()
            });
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            agent
                .post(&url)
                .send(&body)
                .unwrap()
                .body_mut()
                .read_to_vec()
                .unwrap();
            taken.push(due.elapsed());
        }
        taken
    };
    let taken = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        clients
            .into_iter()
            .flat_map(|client| client.join().unwrap())
            .collect()
    });
    (begun.elapsed(), taken)
}

/// Asks for contexts on a fixed schedule until it is done; each answer's time counts from when it was due.
fn ask(address: SocketAddr, traffic: &Traffic, done: &AtomicBool) -> Vec<Duration> {
    let agent = Agent::new_with_defaults();
    let begun = Instant::now();
    let mut taken = Vec::new();
    for (number, key) in traffic.keys.iter().cycle().enumerate() {
        if done.load(Ordering::Relaxed) {
            break;
        }
        let due = begun + ASK_EVERY * u32::try_from(number).unwrap();
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let url = format!(
            "http://{address}/v1/context/callcenter/{}:{}",
            key.kind, key.value
        );
        agent.get(&url).call().unwrap().body_mut().read_to_vec().unwrap();
        taken.push(due.elapsed());
    }
    taken
}
