//! What it takes to clear the files of somebody who is erased, and how soon others' events are visible meanwhile: the journal
//! begins anew behind two snapshots, and the store is written again.
//!
//! `cargo bench --bench end_to_end -- --parts clearing --events 1000000 --people 50000`

use std::path::Path;
use std::time::{Duration, Instant};

use yekta::domain::identifier::Kind;
use yekta::engine::api::{Answer, Command, Target};
use yekta::engine::queries::query::{Address, Found};
use yekta::engine::{ErasureId, Handle, ProfileId, Query};

use crate::beside::{RATE, UNDISTURBED, hand_over, until};
use crate::engine::{bodies, drain};
use crate::figures::{folder_bytes, megabytes, quantiles, row};
use crate::town::{Town, submissions};
use crate::traffic::Traffic;

/// How long events come before anything is measured: what filled the store is still being written.
const SETTLES: Duration = Duration::from_secs(5);
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
