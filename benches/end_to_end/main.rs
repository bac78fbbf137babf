//! End to end: what a user of the service would measure, as a table.
//!
//! Plain runs and no sampling, for each takes seconds and leaves a store behind. The traffic is the same in every run.
//! `cargo bench --bench end_to_end -- --profiles 1000000 --events 400000`; who may ask, audited or not, by itself:
//! `cargo bench --bench end_to_end -- --parts guard --profiles 100000`; files cleared of who was erased, and encryption at rest:
//! `cargo bench --bench end_to_end -- --parts clearing,encryption --events 400000 --people 20000`; the tenant's rules, and what
//! waits for its time: `cargo bench --bench end_to_end -- --parts rules,timers --events 200000 --people 3000 --timers 1000000`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench fails by panicking and prints what it measured"
)]
#![allow(missing_docs, unreachable_pub, reason = "a bench has no users")]

mod beside;
mod clearing;
mod curve;
mod desk;
mod encryption;
mod engine;
mod figures;
mod guard;
mod http;
mod lookups;
mod memory;
mod nats;
mod rules;
mod service;
mod start;
mod table;
mod timers;
#[path = "../town/mod.rs"]
mod town;
mod traffic;
mod values;

use clap::Parser;

use crate::figures::{load_average, row};
use crate::traffic::Traffic;

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is measured, and on how much.
#[derive(Debug, Parser)]
struct Plan {
    /// Events that are generated: half of them fill the store, half are measured.
    #[arg(long, env = "YEKTA_BENCH_EVENTS", default_value_t = 60_000)]
    events: usize,
    /// People whose events they are.
    #[arg(long, env = "YEKTA_BENCH_PEOPLE", default_value_t = 3_000)]
    people: u32,
    /// Of a hundred events so many are by one in a hundred of the people.
    #[arg(long, env = "YEKTA_BENCH_HOT", default_value_t = 20)]
    hot: u32,
    /// Events up to which it is measured how cost grows.
    #[arg(long, env = "YEKTA_BENCH_CURVE", default_value_t = 200_000)]
    curve: usize,
    /// Small profiles whose memory is measured, and that are asked for at the desk and by the guard, and are ranked.
    #[arg(long, env = "YEKTA_BENCH_PROFILES", default_value_t = 20_000)]
    profiles: u32,
    /// Events of each of them.
    #[arg(long, env = "YEKTA_BENCH_EACH", default_value_t = 2)]
    each: u32,
    /// Timers that wait.
    #[arg(long, env = "YEKTA_BENCH_TIMERS", default_value_t = 20_000)]
    timers: u32,
    /// What the traffic is drawn from.
    #[arg(long, env = "YEKTA_BENCH_SEED", default_value_t = 7)]
    seed: u64,
    /// Only these parts; all where none is named.
    #[arg(long, value_delimiter = ',')]
    parts: Vec<Part>,
    /// Cargo says so.
    #[arg(long, hide = true)]
    bench: bool,
}

/// What can be measured by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Start,
    Clearing,
    Encryption,
    Engine,
    Decoding,
    Lookups,
    Curve,
    Desk,
    Freshness,
    Guard,
    Http,
    Memory,
    Nats,
    Rules,
    Timers,
    Values,
}

impl Plan {
    fn has(&self, part: Part) -> bool {
        self.parts.is_empty() || self.parts.contains(&part)
    }
}

fn main() {
    let plan = Plan::parse();
    let traffic = Traffic::new(plan.seed, plan.people, plan.events, plan.hot);
    let about = format!(
        "{} events of {} people, {} % of 1 %",
        plan.events, plan.people, plan.hot
    );
    row(&about, &format!("load average {} before", load_average()));
    if plan.has(Part::Start) {
        start::measure_empty();
    }
    if plan.has(Part::Memory) {
        memory::measure(plan.profiles, plan.each);
    }
    if plan.has(Part::Engine) || plan.has(Part::Freshness) {
        let rate = engine::measure(&traffic);
        if plan.has(Part::Freshness) {
            engine::measure_freshness(&traffic, rate / 2.0);
        }
    }
    if plan.has(Part::Decoding) {
        engine::measure_with_decoding(&traffic);
    }
    if plan.has(Part::Lookups) {
        lookups::measure(&traffic);
    }
    if plan.has(Part::Curve) {
        curve::measure(plan.seed, plan.curve);
    }
    if plan.has(Part::Desk) {
        desk::measure(plan.seed, plan.profiles);
    }
    if plan.has(Part::Guard) {
        guard::measure(plan.seed, plan.profiles);
    }
    if plan.has(Part::Clearing) {
        clearing::measure(&traffic);
    }
    if plan.has(Part::Encryption) {
        encryption::measure(&traffic);
    }
    if plan.has(Part::Rules) {
        rules::measure(&traffic);
    }
    if plan.has(Part::Timers) {
        timers::measure(plan.timers);
    }
    if plan.has(Part::Values) {
        values::measure(plan.profiles);
    }
    if plan.has(Part::Http) {
        http::measure(&traffic);
    }
    if plan.has(Part::Nats) {
        nats::measure(&traffic);
    }
}
