//! On NATS: how fast events of a stream become commits in a stream, and the bare relay of the same messages on the same
//! server, which is as fast as it could be.

mod follow;
mod relay;
#[path = "../../../tests/nats/server.rs"]
#[allow(dead_code, unreachable_pub, reason = "the tests use more of it")]
pub mod server;

use tokio::runtime::Runtime;
use yekta::nats::{Connection, Settings, connect};

use crate::figures::row;
use crate::traffic::Traffic;

use self::server::NatsServer;

/// How the server makes its files durable, as its configuration says it.
const SYNCS: [(&str, &str); 2] = [
    ("the default", ""),
    ("always", "jetstream { sync_interval: always }"),
];

/// Measures both under either way of syncing.
pub fn measure(traffic: &Traffic) {
    for (sync, config) in SYNCS {
        let server = NatsServer::with(config, &["-js"]);
        let runtime = Runtime::new().unwrap();
        runtime.block_on(async {
            let connection = connected(&server).await;
            let followed = follow::measure(&connection, &settings(&server), traffic).await;
            row(
                &format!("events, NATS, sync_interval {sync}"),
                &format!("{:.0}/s", followed.rate),
            );
            let bare = relay::measure(&connection, &followed).await;
            row(
                &format!("bare relay of the same, sync_interval {sync}"),
                &format!(
                    "{bare:.0} events/s, of which NATS mode is {:.0} %",
                    100.0 * followed.rate / bare
                ),
            );
        });
    }
}

fn settings(server: &NatsServer) -> Settings {
    Settings {
        urls: vec![server.url().parse().unwrap()],
        ..Settings::default()
    }
}

async fn connected(server: &NatsServer) -> Connection {
    connect(&settings(server)).await.unwrap()
}
