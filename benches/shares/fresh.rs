//! What a member with an empty disk takes until it stands by: it fetches the newest snapshot, loads it, and applies the journal
//! behind it. When each of that began and ended it says in its log.

use std::time::Instant;

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    figures::{megabytes, row},
    load::{events, level, tell},
    member::Member,
    server::NatsServer,
};

const SEED: u64 = 7;
/// Members that come one after the other; of what each of them takes the median is told.
const MEMBERS: usize = 3;

/// What it says, of which more than one thing is taken.
const FETCHES: &str = "fetches a snapshot from the object store";
const LOADED: &str = "loaded a snapshot";
const APPLIED: &str = "applied what the journal held";

/// How one of them began: seconds, and bytes.
struct Start {
    fetched: f64,
    loaded: f64,
    followed: f64,
    /// Until the store that was built was compared with what the journal states of it.
    compared: f64,
    /// From its process' start until it shows what the owner shows.
    whole: f64,
    snapshot: f64,
    store: f64,
    peak: f64,
    commits: f64,
}

/// Measures it behind so many events, of which `behind` more came after the snapshot.
pub fn measure(people: u32, count: usize, behind: usize) {
    let server = NatsServer::start();
    let servers = [server.url()];
    let mut events = events(SEED, people);
    let owner = Member::new(&servers, "owner");
    tell(&owner.url, &mut events, count);
    let owner = owner.snapshotted();
    let before = owner.journal();
    let position = tell(&owner.url, &mut events, behind);
    let after = owner.journal();
    row(
        &format!("fresh: {count} events of {people} people"),
        &format!(
            "snapshot {}, store of the owner {}",
            megabytes(owner.snapshot_bytes()),
            megabytes(owner.store_bytes())
        ),
    );
    row(
        "journal behind the snapshot",
        &format!(
            "{behind} events, {} messages, {}",
            after.messages - before.messages,
            megabytes(after.bytes - before.bytes)
        ),
    );
    let starts: Vec<Start> = (0..MEMBERS)
        .map(|number| Start::of(&servers, &format!("fresh-{number}"), position))
        .collect();
    told(&starts, behind);
}

/// Prints the medians.
fn told(starts: &[Start], behind: usize) {
    let of = |figure: fn(&Start) -> f64| {
        let mut figures: Vec<f64> = starts.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    let (snapshot, store) = (of(|start| start.snapshot), of(|start| start.store));
    let part = |what: &str, seconds: f64, rate: &str| row(what, &format!("{seconds:.2} s, {rate}"));
    let per_second = |bytes: f64, seconds: f64| format!("{:.0} MB/s", bytes / seconds / 1e6);
    let (fetched, loaded) = (of(|start| start.fetched), of(|start| start.loaded));
    part("fetches the snapshot", fetched, &per_second(snapshot, fetched));
    part(
        "loads it",
        loaded,
        &format!(
            "{} of it, {} of the store",
            per_second(snapshot, loaded),
            per_second(store, loaded)
        ),
    );
    let followed = of(|start| start.followed);
    let rates = format!(
        "{:.0} events/s, {:.0} commits/s",
        behind as f64 / followed,
        of(|start| start.commits) / followed
    );
    part("applies the journal behind it", followed, &rates);
    let compared = of(|start| start.compared);
    part("compares the fingerprints", compared, "of all profiles");
    let whole = of(|start| start.whole);
    let by_size = whole - followed;
    row(
        "from its start, but for the journal",
        &format!(
            "{by_size:.2} s, {:.0} s per GB of snapshot, {:.0} s per GB of store",
            by_size / snapshot * 1e9,
            by_size / store * 1e9
        ),
    );
    row(
        "from its start until it is level",
        &format!(
            "{whole:.2} s, store {:.0} MB, peak memory {:.0} MB",
            store / 1e6,
            of(|start| start.peak) / 1e6
        ),
    );
}

impl Start {
    /// Of a member that shows the journal up to `position` in the end.
    fn of(servers: &[String], name: &str, position: u64) -> Self {
        let begun = Instant::now();
        let member = Member::new(servers, name);
        level(&member.url, position);
        let whole = begun.elapsed().as_secs_f64();
        let said = member.said();
        let line = |message: &str| {
            let found = said.iter().find(|line| line["message"] == message);
            found.unwrap_or_else(|| panic!("{name} did not say: {message}"))
        };
        let number = |message: &str, field: &str| line(message)[field].as_u64().unwrap() as f64;
        let between = |from: &str, to: &str| seconds(line(from), line(to));
        Self {
            fetched: between(FETCHES, "fetched a snapshot from the object store"),
            loaded: between("loads a snapshot", LOADED),
            followed: between(LOADED, APPLIED),
            compared: between(APPLIED, "built the store from a snapshot"),
            whole,
            snapshot: number(FETCHES, "snapshot.bytes"),
            store: member.store_bytes() as f64,
            peak: member.peak_bytes() as f64,
            commits: number(APPLIED, "recovered.commits"),
        }
    }
}

/// From one line of a log until another.
fn seconds(from: &Value, to: &Value) -> f64 {
    let at = |line: &Value| line["timestamp"].as_str().unwrap().parse::<Timestamp>().unwrap();
    at(to).duration_since(at(from)).as_secs_f64()
}
