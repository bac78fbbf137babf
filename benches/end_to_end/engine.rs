//! The engine in process: how fast it takes events, how fast it answers meanwhile, and how soon an event is visible.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use yekta::domain::identity::Key;
use yekta::engine::Handle;
use yekta::engine::api::Submission;
use yekta::engine::queries::query::{Address, Found};

use crate::figures::{per_second, quantiles, row, writer_time};
use crate::town::{Town, submissions};
use crate::traffic::Traffic;

/// Events of one submission at full speed.
const BATCH: usize = 256;
/// Who hands over at the same time.
const SUBMITTERS: usize = 4;
/// Events of one submission at half load, as a busy shop's collector would send them.
const SMALL_BATCH: usize = 10;
/// Time between two lookups.
const LOOKUP_EVERY: Duration = Duration::from_millis(2);

/// Measures all of it; gives the events per second at full speed.
pub fn measure(traffic: &Traffic) -> f64 {
    let town = Town::new();
    let (warm, measured) = traffic.halves();
    drain(&town, bodies(warm).collect(), |body| {
        submissions(body, &town.decode)
    });
    let decoded = bodies(measured)
        .map(|body| submissions(&body, &town.decode))
        .collect();
    let done = AtomicBool::new(false);
    let (rate, lookups) = std::thread::scope(|scope| {
        let reading = scope.spawn(|| look_up(&town, &traffic.keys, &done));
        let took = drain(&town, decoded, Vec::clone);
        done.store(true, Ordering::Relaxed);
        (per_second(measured.len(), took), reading.join().unwrap())
    });
    row("events, engine, decoded before", &format!("{rate:.0}/s"));
    row("lookup by identifier under that load", &quantiles(lookups));
    town.engine.stop().unwrap();
    rate
}

/// As the throughput, with the decoding of JSON by the submitters.
pub fn measure_with_decoding(traffic: &Traffic) {
    let town = Town::new();
    let (warm, measured) = traffic.halves();
    let decode = |body: &Vec<u8>| submissions(body, &town.decode);
    drain(&town, bodies(warm).collect(), decode);
    let before = writer_time();
    let took = drain(&town, bodies(measured).collect(), decode);
    let (rate, writer) = (per_second(measured.len(), took), writer_time() - before);
    row("events, engine, decoding included", &format!("{rate:.0}/s"));
    let busy = 100.0 * writer.as_secs_f64() / took.as_secs_f64();
    let each = 1e6 / per_second(measured.len(), writer);
    row(
        "the writer's processor time meanwhile",
        &format!("{each:.0} us per event, {busy:.0} % of one processor"),
    );
    town.engine.stop().unwrap();
}

/// The time from when an event was to be sent until it is visible, at `rate` events per second.
pub fn measure_freshness(traffic: &Traffic, rate: f64) {
    let town = Town::new();
    let (warm, measured) = traffic.halves();
    drain(&town, bodies(warm).collect(), |body| {
        submissions(body, &town.decode)
    });
    let every = Duration::from_secs_f64(f64::from(u32::try_from(SMALL_BATCH).unwrap()) / rate);
    let batches: Vec<Vec<Submission>> = measured
        .chunks(SMALL_BATCH)
        .map(|events| town.submissions(events))
        .collect();
    let taken = town.runtime.block_on(async {
        let begin = Instant::now() + every;
        let mut sent = Vec::with_capacity(batches.len());
        for (number, items) in batches.into_iter().enumerate() {
            // The schedule stands whatever the answers do: a slow answer delays no later event.
            let due = begin + every * u32::try_from(number).unwrap();
            tokio::time::sleep_until(due.into()).await;
            sent.push(tokio::spawn(visible(town.engine.handle.clone(), items, due)));
        }
        let mut taken = Vec::with_capacity(sent.len());
        for one in sent {
            taken.push(one.await.unwrap());
        }
        taken
    });
    row(
        &format!("freshness, engine, at {rate:.0} events/s"),
        &quantiles(taken),
    );
    town.engine.stop().unwrap();
}

async fn visible(handle: Handle, items: Vec<Submission>, due: Instant) -> Duration {
    handle.submit(items).await.unwrap();
    due.elapsed()
}

/// Events as bodies that are posted.
pub fn bodies(events: &[serde_json::Value]) -> impl Iterator<Item = Vec<u8>> {
    events
        .chunks(BATCH)
        .map(|events| serde_json::to_vec(events).unwrap())
}

/// Hands over all batches, several at a time, each as `items` makes it; how long that took.
pub fn drain<T: Send + Sync>(
    town: &Town,
    batches: Vec<T>,
    items: impl Fn(&T) -> Vec<Submission> + Sync,
) -> Duration {
    let batches = Mutex::new(batches.into_iter());
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..SUBMITTERS {
            scope.spawn(|| {
                loop {
                    let next = batches.lock().unwrap().next();
                    let Some(batch) = next else { break };
                    town.submit(items(&batch));
                }
            });
        }
    });
    begun.elapsed()
}

/// Looks people up at a steady pace until it is done: who it is, and the whole profile.
fn look_up(town: &Town, keys: &[Key], done: &AtomicBool) -> Vec<Duration> {
    let query = town.engine.handle.query();
    let mut taken = Vec::new();
    for key in keys.iter().cycle() {
        if done.load(Ordering::Relaxed) {
            break;
        }
        std::thread::sleep(LOOKUP_EVERY);
        let begun = Instant::now();
        // Who was absorbed between the two questions is nobody.
        if let Found::One(id) = query.find(&Address::Identifier(key.clone())).unwrap() {
            query.portrait(id).unwrap();
        }
        taken.push(begun.elapsed());
    }
    taken
}
