//! What encryption at rest costs: two engines in one process get the same events and questions, one with a master key and one
//! without, in turns, so that what disturbs the machine disturbs both.
//!
//! Beside it what sealing each claim under a key of its own would cost: one value encrypted and decrypted, and one sync, which
//! a new key in a file of its own would wait for. `cargo bench --bench end_to_end -- --parts encryption --hot 0`

use std::fs::File;
use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use yekta::cipher::{Cipher, DataKeys, Place};
use yekta::domain::identity::Key;
use yekta::engine::queries::query::{Address, Found};

use crate::engine::{bodies, drain};
use crate::figures::{folder_bytes, megabytes, per_second, quantiles, row, writer_time};
use crate::table::milliseconds;
use crate::town::{Town, submissions};
use crate::traffic::Traffic;

/// One byte of the master key.
const KEY: &str = "a7";
/// Events that one engine takes before it is the other's turn.
const TURN: usize = 4_096;
/// How often each engine is asked for everybody.
const ROUNDS: usize = 20;
/// Bytes of a cache that holds a small part of what is asked for.
const SMALL_CACHE: u64 = 1 << 20;
/// How long an engine is left alone that has started: it reads which keys there are.
const SETTLES: Duration = Duration::from_secs(3);
/// Bytes of a value as most are, and of a large one.
const VALUES: [usize; 2] = [300, 4_096];
/// Bytes that are encrypted of either.
const ENCRYPTED: usize = 200_000_000;
/// Bytes of the key of such a value.
const KEY_BYTES: usize = 17;
/// Bytes that a new key would take where it is kept, and how often they are synced.
const KEPT_KEY: [u8; 64] = [7; 64];
const SYNCS: usize = 500;

/// Measures all of it.
pub fn measure(traffic: &Traffic) {
    let dir = || tempfile::tempdir().unwrap();
    let towns = [encrypted(dir(), &[]), plain(dir(), &[])];
    let (warm, measured) = traffic.halves();
    taken(&towns, warm);
    tell_rates(measured.len(), taken(&towns, measured));
    tell_lookups("lookups", looked_up(&towns, &traffic.keys));
    let dirs = towns.map(Town::stop);
    tell_sizes(&dirs);
    let [first, second] = dirs;
    let cache = [("store.cache_bytes", SMALL_CACHE.to_string())];
    let towns = [encrypted(first, &cache), plain(second, &cache)];
    std::thread::sleep(SETTLES);
    tell_lookups(
        &format!("lookups, cache of {}", megabytes(SMALL_CACHE)),
        looked_up(&towns, &traffic.keys),
    );
    for town in towns {
        town.stop();
    }
    VALUES.into_iter().for_each(seal);
    sync();
}

fn encrypted(dir: TempDir, more: &[(&str, String)]) -> Town {
    let key = ("data.key", KEY.repeat(32));
    Town::with(dir, &[more, &[key]].concat())
}

fn plain(dir: TempDir, more: &[(&str, String)]) -> Town {
    // Said, since the environment may name one.
    let key = ("data.key", String::new());
    Town::with(dir, &[more, &[key]].concat())
}

/// What an engine needed.
#[derive(Clone, Copy, Debug, Default)]
struct Spent {
    time: Duration,
    writer: Duration,
}

/// Gives both the events; what each needed.
fn taken(towns: &[Town; 2], events: &[Value]) -> [Spent; 2] {
    let mut spent = [Spent::default(); 2];
    for (turn, events) in events.chunks(TURN).enumerate() {
        // Who comes second finds the disk busy with what the first left it: each is that every other time.
        let order = match turn % 2 {
            0 => [0, 1],
            _ => [1, 0],
        };
        for who in order {
            let town = &towns[who];
            let made = bodies(events)
                .map(|body| submissions(&body, &town.decode))
                .collect();
            let before = writer_time();
            spent[who].time += drain(town, made, Vec::clone);
            // Of all writers in this process only one has something to do.
            spent[who].writer += writer_time().saturating_sub(before);
        }
    }
    spent
}

fn tell_rates(events: usize, spent: [Spent; 2]) {
    let [encrypted, plain] = spent.map(|spent| per_second(events, spent.time));
    row(
        "events, engine: encrypted, plain",
        &format!("{encrypted:.0}/s, {plain:.0}/s, {:.2} times", encrypted / plain),
    );
    let [encrypted, plain] = spent.map(|spent| 1e6 / per_second(events, spent.writer));
    row(
        "the writer's processor time: encrypted, plain",
        &format!(
            "{encrypted:.0}, {plain:.0} us per event, {:.2} times",
            encrypted / plain
        ),
    );
}

/// How long both took to say who an identifier is and the whole profile.
fn looked_up(towns: &[Town; 2], keys: &[Key]) -> [Vec<Duration>; 2] {
    let queries = towns.each_ref().map(|town| town.engine.handle.query());
    let mut taken = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (query, taken) in queries.iter().zip(&mut taken) {
            for key in keys {
                let address = Address::Identifier(key.clone());
                let begun = Instant::now();
                // What is still looked at again may be absorbed between the two questions.
                if let Found::One(id) = query.find(&address).unwrap() {
                    query.portrait(id).unwrap();
                }
                taken.push(begun.elapsed());
            }
        }
    }
    taken
}

fn tell_lookups(what: &str, taken: [Vec<Duration>; 2]) {
    let taken = taken.map(|taken| milliseconds(taken, [500, 990]).1);
    for (which, [p50, p99]) in ["encrypted", "plain"].into_iter().zip(taken) {
        row(
            &format!("{what}: {which}"),
            &format!("p50 {:.1} us, p99 {:.1} us", p50 * 1e3, p99 * 1e3),
        );
    }
    let [encrypted, plain] = taken;
    row(
        &format!("{what}: encrypted to plain"),
        &format!(
            "p50 {:.2} times, p99 {:.2} times",
            encrypted[0] / plain[0],
            encrypted[1] / plain[1]
        ),
    );
}

fn tell_sizes(dirs: &[TempDir; 2]) {
    for name in ["journal", "store"] {
        let bytes = |dir: &TempDir| folder_bytes(&dir.path().join("default").join(name));
        let [encrypted, plain] = dirs.each_ref().map(bytes);
        row(
            &format!("{name} on disk: encrypted, plain"),
            &format!(
                "{}, {}, {:.2} times",
                megabytes(encrypted),
                megabytes(plain),
                encrypted as f64 / plain as f64
            ),
        );
    }
}

/// What a value of so many bytes costs that is encrypted, and decrypted again.
fn seal(bytes: usize) {
    let cipher = Cipher::new(&DataKeys::new(false).unwrap()).unwrap();
    let (key, value) = ([1_u8; KEY_BYTES], vec![7_u8; bytes]);
    let times = ENCRYPTED / bytes;
    let each = |begun: Instant| begun.elapsed().as_secs_f64() * 1e9 / times as f64;
    let begun = Instant::now();
    for _ in 0..times {
        drop(black_box(cipher.encrypt(
            Place::Value,
            &key,
            black_box(value.as_slice()),
        )));
    }
    let encrypting = each(begun);
    let sealed = cipher.encrypt(Place::Value, &key, &value);
    let begun = Instant::now();
    for _ in 0..times {
        let opened = cipher.decrypt(Place::Value, &key, black_box(sealed.as_slice()));
        drop(black_box(opened.unwrap()));
    }
    row(
        &format!("a value of {bytes} bytes: encrypted, decrypted"),
        &format!("{encrypting:.0} ns, {:.0} ns", each(begun)),
    );
}

/// What it costs to have a key durable before anything is encrypted under it.
fn sync() {
    let dir = tempfile::tempdir().unwrap();
    let mut file = File::create(dir.path().join("keys")).unwrap();
    let mut taken = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        let begun = Instant::now();
        file.write_all(&KEPT_KEY).unwrap();
        file.sync_data().unwrap();
        taken.push(begun.elapsed());
    }
    row(
        &format!("{} bytes appended to a file and synced", KEPT_KEY.len()),
        &quantiles(taken),
    );
}
