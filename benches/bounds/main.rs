//! How everybody else fares beside one who asks too much: a hot customer, a kiosk, garbage, bodies of a gigabyte, ten thousand
//! connections.
//!
//! Each scene runs on a service process of its own. Other people's events and questions come on a fixed schedule, whatever
//! the answers do; beside them, on a schedule too, comes what the scene is about. The first scene has as many ordinary events
//! there, so that what is compared is who it is and not how much.
//! `cargo bench --bench bounds`; some of them: `cargo bench --bench bounds -- --scenes ordinary,gigabyte,gzip-bomb`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench fails by panicking and prints what it measured"
)]
#![allow(missing_docs, unreachable_pub, reason = "a bench has no users")]

mod large;
mod load;
mod scene;
mod service;
#[path = "../end_to_end/table.rs"]
mod table;

use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::{
    load::{Beside, besides},
    scene::Scene,
    service::Service,
    table::{load_average, quantiles, row},
};

/// What is measured, and on how much.
#[derive(Debug, Parser)]
struct Plan {
    /// Distinct cookies of the customer with many identifiers, before anything is measured.
    #[arg(long, default_value_t = 20_000)]
    identifiers: usize,
    /// Events of the customer with many events, before anything is measured.
    #[arg(long, default_value_t = 100_000)]
    events: usize,
    /// Connections that are opened and kept.
    #[arg(long, default_value_t = 10_000)]
    connections: usize,
    /// Seconds that each scene is measured.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Events per second beside everybody else's; bodies of a gigabyte come at a rate of their own.
    #[arg(long, default_value_t = 1_000)]
    rate: usize,
    /// Only these scenes; all where none is named.
    #[arg(long, value_delimiter = ',')]
    scenes: Vec<Scene>,
    /// Cargo says so.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let plan = Plan::parse();
    row("scene", &format!("load average {} before", load_average()));
    for scene in Scene::value_variants() {
        if plan.scenes.is_empty() || plan.scenes.contains(scene) {
            measure(*scene, &plan);
        }
    }
}

fn measure(scene: Scene, plan: &Plan) {
    let service = Service::start(plan.connections);
    scene.prepare(&service, plan);
    let kept = scene.connections(&service, plan);
    let beside = Beside {
        requests: scene.requests(plan.rate),
        during: Duration::from_secs(plan.seconds),
    };
    let address = service.address;
    let measured = besides(&service, &beside, |agent, number| {
        scene.send(address, agent, number);
    });
    let name = scene.to_possible_value().unwrap();
    let name = name.get_name();
    row(
        &format!("{name}: others' events visible"),
        &quantiles(measured.visible),
    );
    row(&format!("{name}: others' contexts"), &quantiles(measured.told));
    row(&format!("{name}: its own requests"), &quantiles(measured.own));
    row(
        &format!("{name}: memory, writer's time"),
        &format!(
            "{} MB, {:.0} % of one processor",
            service.resident_bytes() / 1_000_000,
            100.0 * measured.writer.as_secs_f64() / beside.during.as_secs_f64()
        ),
    );
    drop(kept);
}
