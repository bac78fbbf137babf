//! What is sent on a schedule, and how long the answers take.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value;
use ureq::Agent;
use yekta::cli::generate::events;

use crate::{scene::BATCH, service::Service};

/// Requests per second that bring other people's events.
const OTHERS_PER_SECOND: usize = 20;
/// Questions per second.
const ASKED_PER_SECOND: usize = 100;
/// Other people.
const OTHERS: u32 = 500;
/// Clients that send on one schedule: as many answers may be late.
const CLIENTS: usize = 8;
/// Events of one request, where nothing is measured.
const FILLING: usize = 200;

/// How much comes beside everybody else's events, and for how long.
pub struct Beside {
    /// Requests per second.
    pub requests: usize,
    pub during: Duration,
}

/// How long answers took, each from when its request was due.
pub struct Measured {
    /// Of other people's events.
    pub visible: Vec<Duration>,
    /// Of questions about other people.
    pub told: Vec<Duration>,
    /// Of what came beside.
    pub own: Vec<Duration>,
    /// Processor time of the writer meanwhile.
    pub writer: Duration,
}

/// Sends other people's events, and beside them the requests that `send` sends.
pub fn besides(service: &Service, beside: &Beside, send: impl Fn(&Agent, usize) + Sync) -> Measured {
    let seconds = usize::try_from(beside.during.as_secs()).unwrap();
    let others = events(11, OTHERS, 2 * OTHERS_PER_SECOND * BATCH * seconds);
    let (before, now) = others.split_at(others.len() / 2);
    post_all(service, before);
    let users: Vec<&str> = before.iter().filter_map(user).collect();
    let url = format!("http://{}/v1/events", service.address);
    let writer = service.writer_time();
    let (url, send) = (&url, &send);
    let [visible, told, own] = std::thread::scope(|scope| {
        let visible = scope.spawn(|| {
            let bodies: Vec<Vec<u8>> = now
                .chunks(BATCH)
                .map(|events| serde_json::to_vec(events).unwrap())
                .collect();
            scheduled(bodies.len(), OTHERS_PER_SECOND, |agent, number| {
                agent.post(url).send(&bodies[number]).unwrap().status().as_u16()
            })
        });
        let told = scope.spawn(|| {
            scheduled(ASKED_PER_SECOND * seconds, ASKED_PER_SECOND, |agent, number| {
                let user = users[number % users.len()];
                let url = format!("http://{}/v1/context/callcenter/user_id:{user}", service.address);
                let mut answer = agent.get(&url).call().unwrap();
                answer.body_mut().read_to_vec().unwrap();
                answer.status().as_u16()
            })
        });
        let requests = beside.requests;
        let own = scope.spawn(move || {
            scheduled(requests * seconds, requests, |agent, number| {
                send(agent, number);
                200
            })
        });
        [visible, told, own].map(|thread| thread.join().unwrap())
    });
    Measured {
        visible,
        told,
        own,
        writer: service.writer_time().saturating_sub(writer),
    }
}

/// Sends `count` requests, so many per second whatever the answers do, each by `send`; how long each took.
fn scheduled(count: usize, per_second: usize, send: impl Fn(&Agent, usize) -> u16 + Sync) -> Vec<Duration> {
    let (next, taken) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(count)));
    let begun = Instant::now();
    let client = || {
        let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                break;
            }
            let due = begun
                + Duration::from_secs(1) * u32::try_from(number).unwrap()
                    / u32::try_from(per_second).unwrap();
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            assert_eq!(send(&agent, number), 200);
            taken.lock().unwrap().push(due.elapsed());
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(client);
        }
    });
    taken.into_inner().unwrap()
}

/// Sends all events as fast as they are taken.
pub fn post_all(service: &Service, events: &[Value]) {
    let url = format!("http://{}/v1/events", service.address);
    let next = Mutex::new(events.chunks(FILLING));
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let agent = Agent::new_with_defaults();
                loop {
                    let Some(events) = next.lock().unwrap().next() else {
                        break;
                    };
                    let mut answer = agent
                        .post(&url)
                        .send(&serde_json::to_vec(events).unwrap())
                        .unwrap();
                    answer.body_mut().read_to_vec().unwrap();
                }
            });
        }
    });
}

fn user(event: &Value) -> Option<&str> {
    let identifiers = event["identifiers"].as_array()?;
    let user = identifiers.iter().find(|one| one["kind"] == "user_id")?;
    user["value"].as_str()
}
