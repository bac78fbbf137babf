//! What it takes to clear the files of somebody who is erased, and how soon others' events are visible meanwhile: the journal
//! begins anew behind two snapshots, and the store is written again.
//!
//! `cargo bench --bench end_to_end -- --parts clearing --events 1000000 --people 50000`

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use yekta::domain::identifier::Kind;
use yekta::engine::api::{Answer, Command, Submission, SubmitError, Target};
use yekta::engine::query::{Address, Found};
use yekta::engine::{ErasureId, Handle, ProfileId, Query};

use crate::engine::{bodies, drain};
use crate::figures::{folder_bytes, megabytes, quantiles, row};
use crate::town::{Town, submissions};
use crate::traffic::Traffic;

/// Events per second that come all the while, well below what the writer can take.
const RATE: u32 = 500;
/// Events of one submission.
const BATCH: u32 = 10;
/// How long events come before anything is measured: what filled the store is still being written.
const SETTLES: Duration = Duration::from_secs(5);
/// How long it is measured undisturbed.
const UNDISTURBED: Duration = Duration::from_secs(10);
/// Between two looks whether the files are cleared.
const LOOK: Duration = Duration::from_millis(10);
/// Files that are not cleared by then will not be.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// Measures it on a store of all events.
pub fn measure(traffic: &Traffic) {
    let town = Town::new();
    drain(&town, bodies(&traffic.events).collect(), |body| {
        submissions(body, &town.decode)
    });
    let customer = customer(&town.engine.handle.query(), traffic);
    let mut events = traffic.further();
    let undisturbed = town.runtime.block_on(async {
        drop(hand_over(&town, &mut events, until(SETTLES)).await);
        hand_over(&town, &mut events, until(UNDISTURBED)).await
    });
    let folder = town.dir.path().join("default");
    let before = sizes(&folder);
    let (answered, gone, meanwhile) = town.runtime.block_on(async {
        let begun = Instant::now();
        let erasure = erased(&town.engine.handle, customer).await;
        let (answered, query) = (begun.elapsed(), town.engine.handle.query());
        let clearing = tokio::task::spawn_blocking(move || {
            cleared(&query, erasure);
            begun.elapsed()
        });
        let meanwhile = hand_over(&town, &mut events, || clearing.is_finished()).await;
        (answered, clearing.await.unwrap(), meanwhile)
    });
    tell_sizes("before", before);
    tell_sizes("after", sizes(&folder));
    let [_, store, _] = before;
    let per_gigabyte = gone.as_secs_f64() / (store as f64 / 1e9);
    row(
        "a customer erased: answered, no file holds them",
        &format!(
            "{:.0} ms, {:.1} s: {per_gigabyte:.1} s per GB of store",
            answered.as_secs_f64() * 1e3,
            gone.as_secs_f64()
        ),
    );
    row(
        &format!("freshness at {RATE} events/s, undisturbed"),
        &quantiles(undisturbed),
    );
    row(
        &format!("freshness at {RATE} events/s, files cleared"),
        &quantiles(meanwhile),
    );
    town.stop();
}

/// A customer of the traffic who is one person.
fn customer(query: &Query, traffic: &Traffic) -> ProfileId {
    let mut customers = traffic.keys.iter().filter(|key| key.kind == Kind::USER_ID);
    let found = customers.find_map(|key| {
        let address = Address::Identifier(key.clone());
        match query.find_holding(&address).unwrap() {
            Found::One(profile) => Some(profile),
            Found::None | Found::Many(_) => None,
        }
    });
    found.expect("somebody signed in")
}

/// Erases somebody, with the files to be cleared at once.
async fn erased(engine: &Handle, customer: ProfileId) -> ErasureId {
    let command = Command::Erase {
        target: Target::Profile(customer),
        within_us: 0,
    };
    match engine.command(None, command).await.unwrap().answer {
        Answer::Erased { erasure } => erasure.id,
        other => panic!("expected an erasure, not {other:?}"),
    }
}

/// Waits until no file holds them.
fn cleared(query: &Query, erasure: ErasureId) {
    let begun = Instant::now();
    while query.erasure(erasure).unwrap().unwrap().gone.is_none() {
        assert!(begun.elapsed() < PATIENCE, "the files are still not cleared");
        std::thread::sleep(LOOK);
    }
}

/// Whether so much time has gone, counted from now.
fn until(time: Duration) -> impl Fn() -> bool {
    let begun = Instant::now();
    move || begun.elapsed() >= time
}

/// Hands events over on a fixed schedule until it `ends`; how long each submission took from when it was due.
async fn hand_over(
    town: &Town,
    events: &mut impl Iterator<Item = Value>,
    ends: impl Fn() -> bool,
) -> Vec<Duration> {
    let every = Duration::from_secs(1) * BATCH / RATE;
    let (mut due, mut sent) = (Instant::now() + every, Vec::new());
    while !ends() {
        let made: Vec<Value> = events.by_ref().take(BATCH as usize).collect();
        let items = town.submissions(&made);
        // The schedule stands whatever the answers do: a slow answer delays no later event.
        tokio::time::sleep_until(due.into()).await;
        sent.push(tokio::spawn(visible(town.engine.handle.clone(), items, due)));
        due += every;
    }
    let mut taken = Vec::with_capacity(sent.len());
    for one in sent {
        taken.push(one.await.unwrap());
    }
    taken
}

/// Waits until events are visible. Whoever finds the queue full tries again, and waits for longer.
async fn visible(engine: Handle, items: Vec<Submission>, due: Instant) -> Duration {
    while let Err(error) = engine.submit(items.clone()).await {
        assert_eq!(error, SubmitError::Busy);
    }
    due.elapsed()
}

/// Bytes of the journal, the store and the snapshots. A store that was written again lies beside where it lay.
fn sizes(folder: &Path) -> [u64; 3] {
    let bytes = |name: &str| folder_bytes(&folder.join(name));
    [
        bytes("journal"),
        bytes("store") + bytes("store.rewritten"),
        bytes("snapshots"),
    ]
}

fn tell_sizes(when: &str, sizes: [u64; 3]) {
    let [journal, store, snapshots] = sizes.map(megabytes);
    row(
        &format!("journal, store, snapshots {when}"),
        &format!("{journal}, {store}, {snapshots}"),
    );
}
