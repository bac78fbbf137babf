//! Three servers, and streams whose leaders change: told to step down in the midst of a load, or standing still while
//! their connections stay. Commits go on with the next leader; until then the service says that it is not ready.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_nats::ConnectOptions;
use serde_json::Value;
use tempfile::TempDir;
use yekta::cli::generate;

use crate::{
    api::Api,
    broker::{Broker, EVENTS, JOURNAL},
    cluster::Cluster,
    journal, load,
    measured::sample,
    process::{Service, serve, wait_for},
    published::published,
    replicas::{leader_of, wait_until_whole},
    sender::Sender,
    serving::{readiness, wait_until_ready},
    watchdog::{TOLD_WITHIN, by_the_clock},
};

/// Events of the load.
const LOAD: usize = 6_000;
/// How often a leader changes, each time while so many of them are published.
const CHANGES: usize = 6;
const PART: usize = LOAD / CHANGES;

/// A service on three servers.
struct Town {
    cluster: Cluster,
    data: TempDir,
    broker: Broker,
    service: Service,
}

/// A client that soon leaves a server which stands still.
fn connected(cluster: &Cluster) -> Broker {
    let options = ConnectOptions::new().ping_interval(Duration::from_secs(1));
    Broker::at(&cluster.urls(), options)
}

impl Town {
    fn new() -> Self {
        let (cluster, data) = (Cluster::start(), tempfile::tempdir().unwrap());
        let broker = connected(&cluster);
        wait_until_whole(&broker);
        let mut command = serve(data.path());
        command
            .env("YEKTA_NATS__URL", cluster.urls().join(","))
            .env("YEKTA_NATS__REPLICAS", "3");
        let service = Service::of(command);
        wait_until_ready(&service.url);
        Self {
            cluster,
            data,
            broker,
            service,
        }
    }

    fn begin(&self, events: &Arc<Vec<Value>>) -> Sender {
        Sender::through(connected(&self.cluster), events)
    }

    /// Each of the events counts once, and the journal is whole.
    fn check(self, events: &[Value]) {
        let broker = &self.broker;
        broker.wait_until_consumed();
        // The one dead letter is the end of what is published.
        broker.publish_end();
        broker.wait_until_consumed();
        wait_until_ready(&self.service.url);
        let copy = published(broker, events);
        assert_eq!(copy.events(), load::distinct(events));
        self.service.stop();
        copy.is_what_is_stored(self.data.path());
        journal::check_whole(broker);
    }
}

impl Broker {
    /// Has the leader of a stream step down, and waits until another server leads it.
    fn step_down(&self, stream: &str) {
        let before = wait_for("a leader", || leader_of(self, stream));
        wait_for("another leader", || {
            let now = leader_of(self, stream)?;
            if now != before {
                return Some(now);
            }
            // Only who leads: one that has just begun to would give it back.
            let asked = self
                .jetstream
                .request::<_, _, Value>(format!("STREAM.LEADER.STEPDOWN.{stream}"), &());
            self.runtime.block_on(asked).ok();
            None
        });
    }
}

#[test]
fn leaders_may_change_again_and_again_in_the_midst_of_a_load() {
    let town = Town::new();
    let events = Arc::new(generate::events(42, 60, LOAD));
    for (change, part) in events.chunks(PART).enumerate() {
        // However late this thread is, something comes behind the change.
        let sender = Sender::holding(connected(&town.cluster), &Arc::new(part.to_vec()));
        sender.wait_until(1);
        town.broker.step_down([JOURNAL, EVENTS][change % 2]);
        sender.end();
    }
    town.check(&events);
}

/// The one that leads stands still, and keeps its connections: the others have to notice. Whatever the service is
/// connected to, either it commits or it says that it does not.
#[test]
fn a_leader_that_stands_still_is_got_over_or_told() {
    let _clock = by_the_clock();
    let mut town = Town::new();
    let events = Arc::new(generate::events(43, 60, LOAD));
    let sender = town.begin(&events);
    sender.wait_until(LOAD / 4);
    let led = wait_for("a leader", || leader_of(&town.broker, JOURNAL));
    town.cluster.pause(&led);
    let (begun, mut told, mut fine) = (Instant::now(), None, Instant::now());
    let (mut before, mut stood) = (String::new(), Duration::ZERO);
    while !sender.is_done() && begun.elapsed() < 3 * TOLD_WITHIN {
        let (position, waits) = progress(&town.service);
        let is_told = readiness(&town.service.url).0 != 200;
        if is_told {
            told.get_or_insert(begun.elapsed());
        }
        if is_told || !waits || position != before {
            fine = Instant::now();
        }
        before = position;
        stood = stood.max(fine.elapsed());
        assert!(
            stood < TOLD_WITHIN,
            "ready for {stood:?}, and nothing was committed: {}",
            town.service.running.log()
        );
    }
    eprintln!(
        "longest silence {stood:?}, first told after {told:?}, all sent after {:?}",
        begun.elapsed()
    );
    town.cluster.resume(&led);
    sender.end();
    town.check(&events);
}

/// Where the last commit stands that questions see, and how many messages wait, as far as the service knows.
fn progress(service: &Service) -> (String, bool) {
    let metrics = Api::of(&service.url).text("/metrics");
    let position = sample(&metrics, "yekta_engine_applied_position").to_string();
    (position, sample(&metrics, "yekta_nats_input_lag_messages") > 0.0)
}
