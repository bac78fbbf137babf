//! `kill -9` during a load and while starting again, with snapshots being made: nothing that was acknowledged is lost,
//! nothing counts twice, and a subscriber's copy stays right.
//!
//! `YEKTA_KILLS` says how often; the load grows with it.

use std::{collections::BTreeSet, path::Path, process::Command, sync::Arc, time::Duration};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use yekta::cli::generate;

use crate::{
    api::Api,
    copied::Copied,
    load::{self, Load},
    process::{Running, Service, fingerprint, serve},
    updates::Updates,
};

const SEED: u64 = 20_000;
const PEOPLE: u32 = 500;
const KILLS: usize = 20;
/// Requests of the load for each kill.
const REQUESTS_PER_KILL: usize = 5;
/// A kill comes once fewer than so many requests more were acknowledged.
const ACKNOWLEDGED: usize = 4;
/// Requests that are left before a kill, at least: more than are acknowledged before it comes on a busy machine.
const LEFT: usize = 24;
/// A start is killed within so many milliseconds; building the store again takes longer.
const START_KILL_MS_MAX: u64 = 80;

#[test]
fn after_kills_at_any_moment_each_event_counts_once() {
    let kills = kills();
    let (mut events, mut bodies) = traffic(kills * REQUESTS_PER_KILL);
    let data = tempfile::tempdir().unwrap();
    let mut dice = ChaCha8Rng::seed_from_u64(SEED);
    let (mut done, mut killed_early) = (BTreeSet::new(), 0);
    for kill in 0..kills {
        if bodies.len() < done.len() + LEFT {
            (events, bodies) = traffic(done.len() + LEFT);
        }
        let service = Service::of(serving(data.path()));
        let load = Load::begin(&service.url, &bodies, &done);
        load.wait_until_acknowledged(done.len() + dice.random_range(1..ACKNOWLEDGED));
        service.running.kill();
        done = load.end().0;
        assert!(done.len() < bodies.len(), "kill {kill} came after the load");
        // Sometimes there is more to recover than what a flush had left: the whole store.
        if kill % 4 == 3 {
            std::fs::remove_dir_all(data.path().join("default/store")).unwrap();
        }
        killed_early += usize::from(kill_while_starting(data.path(), &mut dice));
    }
    assert!(killed_early > 0, "every start was over before it was killed");

    let service = Service::start(data.path());
    load::send_all(&service.url, &events);
    let copy = copied(&service.url);
    service.stop();
    let snapshots = std::fs::read_dir(data.path().join("default/snapshots")).unwrap();
    assert!(snapshots.count() > 0, "no snapshot was made");

    copy.is_what_is_stored(data.path());
    assert_eq!(copy.events(), load::distinct(&events));
    assert_eq!(fingerprint(data.path()), undisturbed(&events));
}

/// So many requests: their events, and their bodies. Of more of them the first are the same.
fn traffic(requests: usize) -> (Vec<Value>, Arc<Vec<String>>) {
    let events = generate::events(SEED, PEOPLE, requests * load::BATCH);
    let bodies = Arc::new(load::bodies(&events));
    (events, bodies)
}

/// How often the service is killed.
fn kills() -> usize {
    let told = std::env::var("YEKTA_KILLS").ok();
    told.and_then(|text| text.parse().ok()).unwrap_or(KILLS)
}

/// A service that makes snapshots as often as it can.
fn serving(folder: &Path) -> Command {
    let mut command = serve(folder);
    command.env("YEKTA_SNAPSHOTS__INTERVAL_S", "1");
    command
}

/// Kills a start after a moment; whether it had not got as far as to listen.
fn kill_while_starting(folder: &Path, dice: &mut ChaCha8Rng) -> bool {
    let starting = Running::start(serving(folder));
    let moment = Duration::from_millis(dice.random_range(0..START_KILL_MS_MAX));
    let killed_early = starting.line(moment).is_none();
    starting.kill();
    killed_early
}

/// The fingerprint of a service that took the events once and in peace.
fn undisturbed(events: &[Value]) -> String {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path());
    assert_eq!(load::send_all(&service.url, events), load::distinct(events));
    service.stop();
    fingerprint(data.path())
}

/// The profiles as a subscriber knows them who was told everything from the beginning.
fn copied(url: &str) -> Copied {
    // Nothing else was refused: the one dead letter is the end of the stream.
    let (status, _) = Api::of(url)
        .try_post("/v1/events", &json!([{"id": "the-end"}]).to_string())
        .unwrap();
    assert_eq!(status, 200);
    let messages = Updates::after(url, "updates,dlq", 0).until(|message| message.stream == "dlq");
    assert!(messages.is_sorted_by(|one, next| one.id < next.id));
    let mut copy = Copied::default();
    for message in messages {
        match message.stream.as_str() {
            "updates" => copy.take(&message.data),
            "dlq" => {}
            other => panic!("published {other}"),
        }
    }
    copy
}
