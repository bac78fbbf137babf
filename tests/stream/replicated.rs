//! Three servers that keep three copies of each stream: one of them goes, the one that leads the journal, in the midst of
//! a load. Each event counts once, versions have no gap, and no commit is torn.

use std::sync::Arc;

use async_nats::ConnectOptions;
use yekta::cli::generate;

use crate::{
    broker::{Broker, JOURNAL},
    cluster::Cluster,
    journal, load,
    process::{Service, serve, wait_for},
    published::published,
    replicas::{leader_of, wait_until_whole},
    sender::Sender,
    serving::wait_until_ready,
};

const EVENTS: usize = 3_000;

#[test]
fn the_server_that_leads_the_journal_may_go_in_the_midst_of_a_load() {
    let (mut cluster, data) = (Cluster::start(), tempfile::tempdir().unwrap());
    let connected = || Broker::at(&cluster.urls(), ConnectOptions::new());
    let (broker, sending) = (connected(), connected());
    wait_until_whole(&broker);
    let mut command = serve(data.path());
    command
        .env("YEKTA_NATS__URL", cluster.urls().join(","))
        .env("YEKTA_NATS__REPLICAS", "3")
        .env("YEKTA_NATS__ACK_TIMEOUT_MS", "1000");
    let service = Service::of(command);
    wait_until_ready(&service.url);
    let copies = broker.stream(JOURNAL).cluster.unwrap().replicas.len();
    assert_eq!(copies, 2, "beside the leader's");

    let events = Arc::new(generate::events(41, 60, EVENTS));
    let sender = Sender::through(sending, &events);
    sender.wait_until(EVENTS / 3);
    assert!(!sender.is_done(), "the kill came after the load");
    let led = wait_for("a leader", || leader_of(&broker, JOURNAL));
    cluster.kill(&led);
    wait_for("another leader", || {
        leader_of(&broker, JOURNAL).filter(|now| *now != led)
    });
    sender.end();
    cluster.restart(&led);
    broker.wait_until_consumed();
    // The one dead letter is the end of what is published.
    broker.publish_end();
    broker.wait_until_consumed();
    wait_until_ready(&service.url);
    let copy = published(&broker, &events);
    assert_eq!(copy.events(), load::distinct(&events));
    service.stop();
    copy.is_what_is_stored(data.path());
    journal::check_whole(&broker);
}
