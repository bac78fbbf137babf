//! A disk that is full, and one that fails: what is refused, what goes on, and that nothing acknowledged is lost.
//!
//! `YEKTA_FAILING_SYNCS` says how many syncs fail.

use std::{collections::BTreeSet, path::Path, process::Command, sync::Arc};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use yekta::cli::generate;

use crate::{
    api::Api,
    load::{self, Load},
    medium::Medium,
    process::{PATIENCE, Running, Service, fingerprint, serve, wait_for},
};

const SEED: u64 = 90;
const PEOPLE: u32 = 60;
const MIB: u64 = 1 << 20;
const FAILING_SYNCS: usize = 10;

/// A service that wants this much free, with a ballast.
fn careful(folder: &Path, free_min: u64, ballast: u64) -> Command {
    let mut command = serve(folder);
    command
        .env("YEKTA_DATA__FREE_MIN_BYTES", free_min.to_string())
        .env("YEKTA_DATA__BALLAST_BYTES", ballast.to_string())
        .env("YEKTA_SNAPSHOTS__INTERVAL_S", "0");
    command
}

fn readiness(api: &Api) -> Value {
    serde_json::from_str(&api.try_get("/readyz").1).unwrap()
}

fn wait_until_ready(api: &Api, status: &str) {
    wait_for("readiness", || (readiness(api)["status"] == status).then_some(()));
}

/// What a service knows that took these events in peace.
fn undisturbed(events: &[Value]) -> String {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path());
    load::send_all(&service.url, events);
    service.stop();
    fingerprint(data.path())
}

#[test]
fn a_nearly_full_disk_refuses_events_and_answers_questions() {
    let data = tempfile::tempdir().unwrap();
    let medium = Medium::of(data.path());
    let events = generate::events(SEED, PEOPLE, 4 * load::BATCH);
    let (before, after) = events.split_at(2 * load::BATCH);
    let service = Service::of(medium.below(careful(data.path(), 16 * MIB, 0)));
    let api = Api::of(&service.url);
    load::send_all(&service.url, before);
    let known = json!({"id": "known", "channel": "store", "type": "Signed In", "source": "pos/1", "time": "2026-11-20T10:00:00Z",
        "identifiers": [{"kind": "user_id", "value": "u-known"}]});
    api.post("/v1/events", &known);

    // Too little to take more, and enough for what was taken and has yet to be handed to sled.
    medium.leave_free(8 * MIB);
    wait_until_ready(&api, "disk_full");
    let (status, after_s, problem) = api.refused("/v1/events", &Value::from(after.to_vec()));
    assert_eq!((status, after_s.as_deref()), (503, Some("1")), "{problem}");
    assert_eq!(problem["code"], "disk_full", "{problem}");
    let mint = json!({"identifier": {"kind": "user_id", "value": "u-known"}});
    assert_eq!(api.refused("/v1/qr", &mint).0, 503);
    assert_eq!(api.try_get("/readyz").0, 503);
    assert_eq!(api.lookup("user_id", "u-known", "pos")["match"], "one");
    let metrics = api.text("/metrics");
    assert!(metrics.contains("yekta_engine_disk_full 1"), "{metrics}");

    medium.grow();
    wait_until_ready(&api, "ready");
    load::send_all(&service.url, after);
    let log = service.stop();
    assert!(log.contains("the disk is nearly full"), "{log}");
    let mut all = events.clone();
    all.push(known);
    assert_eq!(fingerprint(data.path()), undisturbed(&all));
}

#[test]
fn a_disk_that_fills_at_once_ends_the_process_and_the_ballast_has_it_start_again() {
    let data = tempfile::tempdir().unwrap();
    let medium = Medium::of(data.path());
    let ballast = data.path().join("default/ballast");
    let events = generate::events(SEED, PEOPLE, 200 * load::BATCH);
    let bodies = Arc::new(load::bodies(&events));
    // Without the guard: others fill this disk between two looks.
    let mut service = Service::of(medium.below(careful(data.path(), 0, 4 * MIB)));
    wait_for("the ballast", || ballast.exists().then_some(()));
    let load = Load::begin(&service.url, &bodies, &BTreeSet::new());
    load.wait_until_acknowledged(5);
    medium.leave_free(1);
    let status = service.running.ended();
    let done = load.end().0;
    assert_eq!(status.code(), Some(1), "{}", service.running.log());
    assert!(done.len() < bodies.len(), "it went on without a disk");

    // Nobody has made room: it starts all the same, and answers.
    let service = Service::of(medium.below(careful(data.path(), 8 * MIB, 4 * MIB)));
    let api = Api::of(&service.url);
    assert!(!ballast.exists());
    assert_eq!(readiness(&api)["status"], "disk_full");
    assert_eq!(api.refused("/v1/events", &events[0]).0, 503);
    assert_eq!(api.lookup("phone", "+989120000000", "pos")["match"], "none");
    medium.grow();
    wait_until_ready(&api, "ready");
    wait_for("the ballast", || ballast.exists().then_some(()));
    load::send_all(&service.url, &events);
    service.stop();
    assert_eq!(fingerprint(data.path()), undisturbed(&events));
}

#[test]
fn a_full_disk_without_ballast_is_refused_and_nothing_is_lost_by_it() {
    let data = tempfile::tempdir().unwrap();
    let medium = Medium::of(data.path());
    let events = generate::events(SEED, PEOPLE, 3 * load::BATCH);
    let service = Service::of(medium.below(careful(data.path(), 0, 0)));
    load::send_all(&service.url, &events);
    service.running.kill();
    medium.leave_free(0);
    let mut refused = Running::start(medium.below(careful(data.path(), 0, 0)));
    let status = refused.ended();
    let log = refused.log();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("No space left"), "{log}");
    medium.grow();
    // sled leaves what it could not finish: then the store is built again.
    assert_eq!(fingerprint(data.path()), undisturbed(&events));
}

/// How many syncs fail, one after the other.
fn failing_syncs() -> usize {
    let told = std::env::var("YEKTA_FAILING_SYNCS").ok();
    told.and_then(|text| text.parse().ok()).unwrap_or(FAILING_SYNCS)
}

#[test]
fn a_failing_sync_ends_the_process_and_loses_nothing() {
    let rounds = failing_syncs();
    let data = tempfile::tempdir().unwrap();
    let medium = Medium::of(data.path());
    let events = generate::events(SEED, PEOPLE, rounds * 12 * load::BATCH);
    let bodies = Arc::new(load::bodies(&events));
    let mut dice = ChaCha8Rng::seed_from_u64(SEED);
    let mut done = BTreeSet::new();
    for round in 0..rounds {
        let number = dice.random_range(1..10_u32);
        let mut command = medium.below(careful(data.path(), 0, 0));
        command
            .env("MEDIUM_FAILING_SYNC", number.to_string())
            .env("YEKTA_ENGINE__FLUSH_INTERVAL_MS", "50");
        let mut running = Running::start(command);
        if let Some(line) = running.line(PATIENCE) {
            let url = line.strip_prefix("listening on ").unwrap();
            done = Load::begin(url, &bodies, &done).end().0;
        }
        let status = running.ended();
        let log = running.log();
        assert_eq!(
            status.code(),
            Some(1),
            "seed {SEED}, round {round}, sync {number}: {log}"
        );
        assert!(done.len() < bodies.len(), "sync {number} came after the load");
    }
    let service = Service::start(data.path());
    // What was acknowledged is there: it is not sent again.
    let (all, _) = Load::begin(&service.url, &bodies, &done).end();
    assert_eq!(all.len(), bodies.len());
    service.stop();
    assert_eq!(fingerprint(data.path()), undisturbed(&events));
}
