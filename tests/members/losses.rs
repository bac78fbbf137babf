//! Each server in turn goes while a customer waits: what happens then is taken and shown by every member soon, also where
//! the server led the streams, or held the consumer by which the owner reads.
//!
//! `YEKTA_KILLS` says how often, twice.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::time::timeout;

use crate::{broker::subject_of, channel::visit, kills::kills, process::wait_for, times, town::Town};

/// A channel that hears nothing for so long publishes again.
const ACK_WAIT: Duration = Duration::from_millis(500);

impl<S> Town<S> {
    /// Has a customer of their own visit, and waits until all members show it; gives the event.
    pub fn see(&self, customer: &str) -> Value {
        let visit = self.visited(customer);
        self.wait_until_known(&format!("user_id:{customer}"));
        visit
    }

    /// Publishes the visit of a customer of their own until it is acknowledged; gives the event.
    fn visited(&self, customer: &str) -> Value {
        let visit = visit(customer, customer);
        let jetstream = &self.broker.jetstream;
        wait_for("the visit to be taken", || {
            let publishing = async {
                let publishing = jetstream.publish(subject_of(&visit), visit.to_string().into());
                publishing.await.ok()?.await.ok()
            };
            let attempt = async { timeout(ACK_WAIT, publishing).await.ok().flatten() };
            self.broker.runtime.block_on(attempt)
        });
        visit
    }
}

#[test]
fn what_comes_when_a_server_is_lost_is_shown_soon() {
    let mut town = Town::of_three(false);
    let (mut events, mut taken, mut shown) = (vec![town.see("before")], Vec::new(), Vec::new());
    let servers = town.servers.names();
    for (loss, server) in servers.iter().cycle().take(kills().div_ceil(2)).enumerate() {
        let (begun, customer) = (Instant::now(), format!("loss-{loss}"));
        town.servers.kill(server);
        events.push(town.visited(&customer));
        taken.push(begun.elapsed());
        town.wait_until_known(&format!("user_id:{customer}"));
        shown.push(begun.elapsed());
        town.restart_server(server);
        town.owner();
    }
    times::tell(
        "from the loss of a server until the broker takes what comes",
        &taken,
    );
    times::tell("until every member shows it", &shown);
    town.check(&events);
}
