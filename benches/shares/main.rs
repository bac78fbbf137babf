//! What an event costs by how many tenants share a process, by how many partitions a tenant has, by how many servers keep it, how
//! far a standby is behind, what a new one takes to begin with, and what all of it takes on disks.
//!
//! Real processes: `yekta serve` beside nats-servers on this machine. A cost is processor time of all processes of a kind
//! over all events, so that it says the same on a busy machine; two processors cannot show what more of them would.
//! `cargo bench --bench shares`; some of it: `cargo bench --bench shares -- --parts tenants`. A member with an empty disk:
//! `cargo bench --bench shares -- --parts fresh --events 300000 --people 30000`; bytes on disks, by profiles and events:
//! `cargo bench --bench shares -- --parts sizes --sizes 20000,100000 --each 3`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench fails by panicking and prints what it measured"
)]
#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "a bench has no users, and much is shared with tests"
)]

#[path = "../../tests/nats/cluster.rs"]
mod cluster;
#[path = "../end_to_end/figures.rs"]
mod figures;
mod fresh;
mod load;
mod member;
mod processes;
#[path = "../../tests/nats/server.rs"]
mod server;
mod sizes;
#[path = "../end_to_end/table.rs"]
mod table;

use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};

use crate::{
    cluster::Cluster,
    figures::{load_average, quantiles, row},
    load::{commits, events, lags, moves, placed, routed, telling, told},
    processes::{Costs, Town},
    server::NatsServer,
};

/// How long it is looked at what a town costs where nobody comes.
const IDLE: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// 1, 2 and 4 tenants of one process.
    Tenants,
    /// One tenant as one engine, and between 1, 2 and 4 partitions.
    Partitions,
    /// The resolver of a tenant by itself.
    Resolver,
    /// One server, three of which one keeps it, three that all do.
    Replicas,
    /// A standby beside an owner under load.
    Standby,
    /// A member with an empty disk.
    Fresh,
    /// Bytes of store, streams and snapshot.
    Sizes,
}

#[derive(Debug, Parser)]
struct Plan {
    /// Events of each row.
    #[arg(long, default_value_t = 40_000)]
    events: usize,
    /// People whose events they are.
    #[arg(long, default_value_t = 2_000)]
    people: u32,
    /// In how many partitions a tenant is, one after the other; none where it is one engine.
    #[arg(long, value_delimiter = ',', default_values_t = [0, 1, 2, 4])]
    partitions: Vec<usize>,
    /// How many servers there are then, each of which keeps a copy: 1 or 3.
    #[arg(long, default_value_t = 1, value_parser = one_or_three)]
    copies: usize,
    /// Has nobody state who they are: no names, no birthdays.
    #[arg(long)]
    nameless: bool,
    /// Events behind the snapshot that a new member begins with.
    #[arg(long, default_value_t = 10_000)]
    behind: usize,
    /// People of each row of bytes.
    #[arg(long, value_delimiter = ',', default_values_t = [20_000, 100_000])]
    sizes: Vec<u32>,
    /// Events of each of them.
    #[arg(long, default_value_t = 3)]
    each: usize,
    /// Events a second while a standby follows.
    #[arg(long, default_value_t = 2_000)]
    rate: usize,
    /// Seconds that it is looked at.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Only these parts; all where none is named.
    #[arg(long, value_delimiter = ',')]
    parts: Vec<Part>,
    /// Cargo says so.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let plan = Plan::parse();
    row("shares", &format!("load average {} before", load_average()));
    let wanted = |part| plan.parts.is_empty() || plan.parts.contains(&part);
    if wanted(Part::Tenants) {
        for count in [1, 2, 4] {
            let server = NatsServer::start();
            cost(&format!("tenants: {count}"), &[server.url()], (count, 1), &plan);
        }
    }
    if wanted(Part::Partitions) {
        for count in &plan.partitions {
            partitions(*count, &plan);
        }
    }
    if wanted(Part::Resolver) {
        resolver(&plan);
    }
    if wanted(Part::Replicas) {
        let server = NatsServer::start();
        cost("one server, one copy", &[server.url()], (1, 1), &plan);
        drop(server);
        for copies in [1, 3] {
            let cluster = Cluster::start();
            cost(
                &format!("three servers, copies: {copies}"),
                &cluster.urls(),
                (1, copies),
                &plan,
            );
        }
    }
    if wanted(Part::Standby) {
        standby(&plan);
    }
    if wanted(Part::Fresh) {
        fresh::measure(plan.people, plan.events, plan.behind);
    }
    if wanted(Part::Sizes) {
        for people in &plan.sizes {
            sizes::measure(*people, plan.each);
        }
    }
}

/// Prints what events cost that are spread over so many tenants.
fn cost(what: &str, urls: &[String], (tenants, copies): (usize, usize), plan: &Plan) {
    let town = Town::start(urls, tenants, copies);
    let before = Costs::now();
    let took = told(
        &town,
        &mut telling(&town, plan.people),
        (plan.events, plan.nameless),
    );
    let costs = Costs::now().since(&before);
    row(what, &costs.per_event(plan.events, took));
}

/// Prints what events cost of a tenant with so many partitions, once they are in them: of people who begin with these, and of the
/// same people later on.
fn partitions(count: usize, plan: &Plan) {
    let servers = Servers::keeping(plan.copies);
    let town = Town::of_partitions(&servers.urls(), count, plan.copies);
    let idle = Costs::now();
    std::thread::sleep(IDLE);
    row(
        &format!("partitions: {count}, nobody comes"),
        &Costs::now().since(&idle).per_second(IDLE),
    );
    let mut telling = telling(&town, plan.people);
    for (times, whose) in [(1, "who begin"), (2, "who are known")] {
        let (before, moved, committed, begun) = (Costs::now(), moves(&town), commits(&town), Instant::now());
        let routed = told(&town, &mut telling, (plan.events, plan.nameless));
        if count > 0 {
            placed(&town, times * plan.events);
        }
        let took = begun.elapsed();
        let costs = Costs::now().since(&before);
        let moves = moves(&town) - moved;
        let [first, partitions] = commits(&town);
        let commits = [first - committed[0], partitions - committed[1]];
        row(
            &format!("partitions: {count}, people {whose}"),
            &format!(
                "{}, committed by the first writer {}, {moves} parcels, commits of it and of partitions {commits:?}",
                costs.per_event(plan.events, took),
                processes::rate(plan.events, routed)
            ),
        );
    }
}

/// Servers that keep one copy, or three.
enum Servers {
    One(NatsServer),
    Three(Cluster),
}

impl Servers {
    fn keeping(copies: usize) -> Self {
        match copies {
            1 => Self::One(NatsServer::start()),
            _ => Self::Three(Cluster::start()),
        }
    }

    fn urls(&self) -> Vec<String> {
        match self {
            Self::One(server) => vec![server.url()],
            Self::Three(cluster) => cluster.urls(),
        }
    }
}

fn one_or_three(text: &str) -> Result<usize, String> {
    let copies = text.parse().ok().filter(|copies| [1, 3].contains(copies));
    copies.ok_or_else(|| "expected 1 or 3".to_owned())
}

/// Prints what it takes to route events, and nothing else.
fn resolver(plan: &Plan) {
    let server = NatsServer::start();
    let town = Town::of_a_resolver(&[server.url()]);
    let mut events = events(1, plan.people);
    for whose in ["who begin", "who are known"] {
        let before = Costs::now();
        let took = routed(&town, &mut events, (plan.events, plan.nameless));
        let costs = Costs::now().since(&before);
        row(
            &format!("a resolver alone, people {whose}"),
            &costs.per_event(plan.events, took),
        );
    }
    assert!(
        !town.owns("giant-p0"),
        "it took so long that the partition was taken over"
    );
}

fn standby(plan: &Plan) {
    let server = NatsServer::start();
    let town = Town::of_two(&[server.url()]);
    for rate in [plan.rate / 10, plan.rate] {
        let lags = lags(&town, plan.people, rate, Duration::from_secs(plan.seconds));
        row(
            &format!("standby shows what its owner committed, {rate}/s"),
            &quantiles(lags),
        );
    }
}
