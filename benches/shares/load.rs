//! Events that are told to a town, and how soon a standby shows them.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use uuid::Uuid;
use yekta::cli::generate::{Generator, GeneratorConfig};

use crate::{processes::Town, server::wait_for};

/// Events of a request.
const BATCH: usize = 200;
/// 1 January 2026 in UTC, in microseconds.
const START: i64 = 1_767_225_600_000_000;
/// The label of a town's resolver, and what those of its partitions begin with.
const RESOLVER: &str = "tenant=\"giant\"";
const PARTITIONS: &str = "tenant=\"giant-p";
/// Looks at a standby in a second.
const LOOKS: u32 = 20;

/// Events of so many people, without end.
pub fn events(seed: u64, people: u32) -> Generator {
    Generator::new(GeneratorConfig {
        seed,
        people,
        start: START,
    })
}

/// What is told to each tenant of a town, without end.
pub fn telling(town: &Town, people: u32) -> Vec<Generator> {
    let seeds = (1_u64..).zip(&town.urls);
    seeds.map(|(seed, _)| events(seed, people)).collect()
}

/// Tells the next so many events, as many to each tenant, and waits until all are committed; how long that took.
pub fn told(town: &Town, telling: &mut [Generator], (count, nameless): (usize, bool)) -> Duration {
    let each = count / town.urls.len();
    let drawn: Vec<Vec<Value>> = telling
        .iter_mut()
        .map(|events| drawn(events, each, nameless))
        .collect();
    let begun = Instant::now();
    thread::scope(|scope| {
        for (url, events) in town.urls.iter().zip(&drawn) {
            scope.spawn(move || {
                for some in events.chunks(BATCH) {
                    post(&format!("{url}/v1/events"), some);
                }
                committed(url);
            });
        }
    });
    begun.elapsed()
}

/// Tells the next so many to a resolver, whose process commits nothing else, and waits until it has taken them.
pub fn routed(town: &Town, events: &mut Generator, (count, nameless): (usize, bool)) -> Duration {
    let drawn = drawn(events, count, nameless);
    let before = read(town, RESOLVER);
    let begun = Instant::now();
    for some in drawn.chunks(BATCH) {
        post(&format!("{}/v1/events", town.urls[0]), some);
    }
    taken(town, RESOLVER, before + float(count));
    begun.elapsed()
}

fn drawn(events: &mut Generator, count: usize, nameless: bool) -> Vec<Value> {
    let some = events.by_ref().take(count);
    some.map(|event| match nameless {
        true => without_traits(event),
        false => event,
    })
    .collect()
}

fn without_traits(mut event: Value) -> Value {
    if let Some(members) = event.as_object_mut() {
        members.remove("traits");
    }
    event
}

/// Waits until the partitions of a town's tenant have taken so many events, and all that is for them.
pub fn placed(town: &Town, count: usize) {
    taken(town, PARTITIONS, float(count));
}

/// Waits until these tenants have read so many messages, and none is left.
fn taken(town: &Town, whose: &str, count: f64) {
    wait_for("events to be taken", || {
        let is_read = read(town, whose) >= count;
        // Looked at behind that: it was 0 before all of them came, too.
        let lags = said(town, whose, "yekta_nats_input_lag_messages");
        (is_read && lags.iter().all(|lag| *lag == 0.0)).then_some(())
    });
}

fn read(town: &Town, whose: &str) -> f64 {
    said(town, whose, "yekta_nats_messages_read_total").iter().sum()
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
fn float(count: usize) -> f64 {
    count as f64
}

/// How many parcels of customers came to other partitions so far.
pub fn moves(town: &Town) -> f64 {
    said(town, PARTITIONS, "yekta_nats_parcels_fetched_total")
        .iter()
        .sum()
}

/// Commits of a town's resolver, or of its one engine; and those of its partitions.
pub fn commits(town: &Town) -> [f64; 2] {
    [RESOLVER, PARTITIONS].map(|whose| said(town, whose, "yekta_engine_commit_events_count").iter().sum())
}

/// What each of these tenants of a town says of itself: whose metrics have the label so far.
fn said(town: &Town, whose: &str, name: &str) -> Vec<f64> {
    let (process, _) = town.urls[0].split_once("/t/").unwrap();
    let told = wait_for("the metrics of a process", || {
        let told = ureq::get(format!("{process}/metrics")).call().ok();
        told?.body_mut().read_to_string().ok()
    });
    let lines = told.lines().filter(|line| line.starts_with(name));
    let lines = lines.filter(|line| line.contains(whose));
    lines
        .map(|line| line.rsplit(' ').next().unwrap().parse().unwrap())
        .collect()
}

/// Tells the next of these events and waits until all are committed; where the journal ends then.
pub fn tell(url: &str, events: &mut Generator, mut count: usize) -> u64 {
    while count > 0 {
        let some: Vec<Value> = events.by_ref().take(count.min(BATCH)).collect();
        count -= some.len();
        post(&format!("{url}/v1/events"), &some);
    }
    committed(url)
}

/// Waits until what was told is committed; where the journal ends then. What is told last is committed last, and who waits in
/// vain for that is answered after a while without a position.
fn committed(url: &str) -> u64 {
    loop {
        let id = Uuid::now_v7().to_string();
        let written = post(&format!("{url}/v1/events?wait=commit"), &[last(&id)]);
        if let Some(position) = written["position"].as_u64() {
            return position;
        }
    }
}

/// Waits until a process shows the journal up to `position`.
pub fn level(url: &str, position: u64) {
    let asked = format!("{url}/v1/profiles/user_id:last?min_position={position}");
    wait_for("the journal to be followed", || {
        ureq::get(&asked).call().ok().map(drop)
    });
}

fn post(url: &str, events: &[Value]) -> Value {
    wait_for("events to be taken", || {
        let request = ureq::post(url).content_type("application/json");
        let sent = request.send(Value::from(events.to_vec()).to_string());
        let body = sent.ok()?.body_mut().read_to_string().ok()?;
        serde_json::from_str(&body).ok()
    })
}

fn last(id: &str) -> Value {
    json!({"id": id, "source": "web/shop", "channel": "web", "type": "Page Viewed",
        "time": "2025-12-31T10:00:00Z", "identifiers": [{"kind": "user_id", "value": "last"}]})
}

/// Tells the owner so many events a second, and asks the standby now and then for what the owner has just committed: how
/// long it took from the owner's answer until the standby's, its own work for the answer among it.
pub fn lags(town: &Town, people: u32, rate: usize, during: Duration) -> Vec<Duration> {
    let (owner, standby) = (&town.urls[0], &town.urls[1]);
    let end = Instant::now() + during;
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut events = events(7, people);
            let (mut next, pause) = (Instant::now(), Duration::from_millis(50));
            let slice = (rate / 20).max(1);
            while Instant::now() < end {
                let some: Vec<Value> = events.by_ref().take(slice).collect();
                post(&format!("{owner}/v1/events"), &some);
                next += pause;
                thread::sleep(next.saturating_duration_since(Instant::now()));
            }
        });
        let mut lags = Vec::new();
        while Instant::now() < end {
            let written = post(
                &format!("{owner}/v1/events?wait=commit"),
                &[last(&format!("{rate}-{}", lags.len()))],
            );
            let committed = Instant::now();
            let position = &written["position"];
            let asked = ureq::get(format!(
                "{standby}/v1/profiles/user_id:last?min_position={position}"
            ));
            asked.call().unwrap();
            lags.push(committed.elapsed());
            thread::sleep(Duration::from_secs(1) / LOOKS);
        }
        lags
    })
}
