//! Servers that keep copies of streams: whether they know each other, who leads a stream, and whether all copies are there.

use async_nats::jetstream::{
    response::Response,
    stream::{Config, Info},
};
use serde_json::{Value, json};

use crate::{broker::Broker, process::wait_for};

/// Waits until the servers know each other well enough to keep three copies.
pub fn wait_until_whole(broker: &Broker) {
    let trial = Config {
        name: "TRIAL".to_owned(),
        num_replicas: 3,
        ..Config::default()
    };
    wait_for("a stream of three copies", || {
        broker
            .runtime
            .block_on(broker.jetstream.create_stream(trial.clone()))
            .ok()
    });
    broker.remove("TRIAL");
}

/// What is said of a stream, if anything is said soon.
pub fn told_of(broker: &Broker, stream: &str) -> Option<Info> {
    let asking = broker.jetstream.get_stream(stream);
    Some(broker.runtime.block_on(asking).ok()?.cached_info().clone())
}

/// The server that leads a stream; none while there is no leader.
pub fn leader_of(broker: &Broker, stream: &str) -> Option<String> {
    told_of(broker, stream)?.cluster?.leader
}

/// Has whoever leads a stream leave that to another; whether it may be asked for.
pub fn step_down(broker: &Broker, stream: &str) -> bool {
    let subject = format!("STREAM.LEADER.STEPDOWN.{stream}");
    let asking = async { broker.jetstream.request(subject, &json!({})).await };
    let said: Result<Response<Value>, _> = broker.runtime.block_on(asking);
    matches!(said, Ok(Response::Ok(_)))
}

/// Whether each of these streams has a leader, and copies on all of so many servers that lack nothing.
pub fn are_current(broker: &Broker, streams: &[&str], servers: usize) -> bool {
    streams.iter().all(|stream| {
        let Some(cluster) = broker.stream(stream).cluster else {
            return false;
        };
        let current = cluster.replicas.iter().filter(|one| one.current && !one.offline);
        cluster.leader.is_some() && current.count() + 1 == servers
    })
}

/// How many messages of a stream the copy on a server lacks, as far as its leader knows.
pub fn lag_of(broker: &Broker, stream: &str, server: &str) -> Option<u64> {
    let cluster = broker.stream(stream).cluster?;
    let copy = cluster.replicas.iter().find(|copy| copy.name == server)?;
    copy.lag
}
