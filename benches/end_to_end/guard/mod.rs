//! What it costs to know who asks, and what the time of an answer tells whoever is not told anything.
//!
//! Two services in one process hold the same people, one with the audit log and one without; both are asked in turns, so
//! that what disturbs the machine disturbs both. Numbers of customers and of nobody are asked for in turns as well.
//! `cargo bench --bench end_to_end -- --parts guard --profiles 100000`

mod samples;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use ureq::Agent;
use yekta::wire::digest::Digest;

use crate::desk::schedule::Schedule;
use crate::figures::{quantiles, row};
use crate::service::Running;
use crate::table::milliseconds;
use crate::town;

use self::samples::{compared, p_value};

/// Customers of one request while a store is filled.
const BATCH: u32 = 256;
/// Contexts a second.
const CONTEXTS: u32 = 200;
/// How long each service is asked in one turn, and how many turns it has.
const TURN: Duration = Duration::from_secs(10);
const TURNS: usize = 6;
/// How many wait for answers at the same time.
const WORKERS: usize = 8;
/// Questions of each of two kinds whose times are compared.
const ASKED: usize = 20_000;
/// Of the hour of a caller that is spent.
const HOUR: u32 = 1;

/// Who asks, and as what.
const CALLERS: [(&str, &str); 4] = [
    ("desk", "service"),
    ("till", "pos"),
    ("report", "analyst"),
    ("spent", "agent"),
];
const SENDER: &str = "shop";

/// Measures with `count` customers.
pub fn measure(seed: u64, count: u32) {
    let [noted, free] = [true, false].map(|audit| Running::new(|dir| settings(dir.path(), audit)));
    let [noted_asker, free_asker] = [&noted, &free].map(|service| {
        let asker = Asker::new(service.address);
        asker.fill(count);
        asker
    });
    let mut draw = ChaCha8Rng::seed_from_u64(seed);
    contexts(&mut draw, count, [&noted_asker, &free_asker]);
    tell_apart(&mut draw, count, &noted_asker);
    for service in [noted, free] {
        service.stop();
    }
}

/// Callers with keys; all may ask as often as they like, but one whose hour is spent at once.
fn settings(dir: &std::path::Path, audit: bool) -> yekta::config::Settings {
    let digest = |name: &str| Digest::of(key(name).as_bytes()).to_string();
    let mut more = vec![
        ("audit.enabled".to_owned(), audit.to_string()),
        ("roles.pos.asks_per_minute".to_owned(), "0".to_owned()),
        ("roles.analyst.asks_per_minute".to_owned(), "0".to_owned()),
        ("roles.agent.asks_per_minute".to_owned(), "0".to_owned()),
        ("roles.agent.people_per_hour".to_owned(), HOUR.to_string()),
        (format!("keys.{SENDER}.channel"), "web".to_owned()),
        (format!("keys.{SENDER}.sha256"), digest(SENDER)),
    ];
    for (name, role) in CALLERS {
        more.push((format!("keys.{name}.role"), role.to_owned()));
        more.push((format!("keys.{name}.sha256"), digest(name)));
    }
    let more: Vec<(&str, String)> = more
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    town::settings_with(dir, &more)
}

/// Contexts of customers by their numbers, with the audit log and without.
fn contexts(draw: &mut ChaCha8Rng, count: u32, askers: [&Asker; 2]) {
    let mut taken = [Vec::new(), Vec::new()];
    for _ in 0..TURNS {
        for (asker, taken) in askers.iter().zip(&mut taken) {
            let schedule = Schedule::new(CONTEXTS, TURN);
            let people: Vec<u32> = (0..schedule.count())
                .map(|_| draw.random_range(0..count))
                .collect();
            taken.extend(schedule.run(WORKERS, |number| {
                let (status, body) = asker.context("desk", &phone(people[number]));
                assert!(status == 200 && body.contains("\"match\":\"one\""), "{body}");
            }));
        }
    }
    let [with, without] = taken;
    let [on, off] = [&with, &without].map(|taken| milliseconds(taken.clone(), [500, 990]).1);
    row("context by number, audit on", &quantiles(with));
    row("context by number, audit off", &quantiles(without));
    row(
        "audit on to audit off",
        &format!("p50 {:.2} times, p99 {:.2} times", on[0] / off[0], on[1] / off[1]),
    );
}

/// Who asks, by which view, and with which status all of it is answered.
struct Question {
    what: &'static str,
    caller: &'static str,
    view: &'static str,
    status: u16,
    /// What is in the answer about a customer, and about nobody.
    says: [&'static str; 2],
}

/// How long answers take about numbers that somebody has and that nobody has: whoever is told neither of both, and
/// whoever is told both.
fn tell_apart(draw: &mut ChaCha8Rng, count: u32, asker: &Asker) {
    // The one person of the hour.
    assert_eq!(asker.context("spent", &phone(0)).0, 200);
    let questions = [
        Question {
            what: "view not theirs",
            caller: "till",
            view: "callcenter",
            status: 404,
            says: ["unknown_view"; 2],
        },
        Question {
            what: "may not ask",
            caller: "report",
            view: "pos",
            status: 403,
            says: ["forbidden"; 2],
        },
        Question {
            what: "hour is spent",
            caller: "spent",
            view: "callcenter",
            status: 429,
            says: ["too_many_people"; 2],
        },
        Question {
            what: "told both",
            caller: "desk",
            view: "callcenter",
            status: 200,
            says: ["\"match\":\"one\"", "\"match\":\"none\""],
        },
    ];
    for question in questions {
        let [known, unknown] = asked(draw, count, asker, &question);
        let d = compared(&known, &unknown);
        let p = p_value(d, known.len(), unknown.len());
        let what = question.what;
        row(&format!("a number of a customer, {what}"), &quantiles(known));
        row(&format!("a number of nobody, {what}"), &quantiles(unknown));
        row(
            &format!("the two, {what}: Kolmogorov-Smirnov"),
            &format!("D {d:.4}, p {p:.4}"),
        );
    }
}

/// The times of answers about customers and about nobody, asked in an order that is drawn.
fn asked(draw: &mut ChaCha8Rng, count: u32, asker: &Asker, question: &Question) -> [Vec<Duration>; 2] {
    let mut taken = [Vec::with_capacity(ASKED), Vec::with_capacity(ASKED)];
    while taken.iter().any(|taken| taken.len() < ASKED) {
        let kind = usize::from(draw.random_range(0..2_u8));
        if taken[kind].len() == ASKED {
            continue;
        }
        // Numbers behind those of customers are nobody's.
        let first = if kind == 0 { 0 } else { count };
        let phone = phone(first + draw.random_range(0..count));
        let begun = Instant::now();
        let (status, body) = asker.asked(question.caller, question.view, &phone);
        taken[kind].push(begun.elapsed());
        assert_eq!(status, question.status, "{body}");
        assert!(body.contains(question.says[kind]), "{body}");
    }
    taken
}

/// A client of one service, with every key.
struct Asker {
    agent: Agent,
    url: String,
}

impl Asker {
    fn new(address: SocketAddr) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_idle_connections(64)
            .max_idle_connections_per_host(64)
            .build();
        Self {
            agent: config.new_agent(),
            url: format!("http://{address}"),
        }
    }

    /// Signs everybody in once.
    fn fill(&self, count: u32) {
        for first in (0..count).step_by(usize::try_from(BATCH).unwrap()) {
            let events = Value::from_iter((first..count.min(first + BATCH)).map(signed_in));
            let sent = self.agent.post(format!("{}/v1/events", self.url));
            let sent = sent.header("authorization", bearer(SENDER));
            let text = sent.send(events.to_string()).unwrap().body_mut().read_to_string();
            let answer: Value = serde_json::from_str(&text.unwrap()).unwrap();
            assert_eq!(answer["rejected"], json!([]), "{answer}");
        }
    }

    fn context(&self, caller: &str, phone: &str) -> (u16, String) {
        self.asked(caller, "callcenter", phone)
    }

    fn asked(&self, caller: &str, view: &str, phone: &str) -> (u16, String) {
        let phone = phone.replace('+', "%2B");
        let asked = self
            .agent
            .get(format!("{}/v1/context/{view}/phone:{phone}", self.url));
        let mut answer = asked.header("authorization", bearer(caller)).call().unwrap();
        let body = answer.body_mut().read_to_string().unwrap();
        (answer.status().as_u16(), body)
    }
}

fn key(name: &str) -> String {
    format!("a-key-of-{name}-0123456789")
}

fn bearer(name: &str) -> String {
    format!("Bearer {}", key(name))
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
            {"kind": "phone", "value": phone(number), "trust": "verified"}]})
}
