//! The nats-server that leads the journal goes in the midst of a load, and comes back: whoever owns the tenant then, it is
//! one, and nothing is lost or counted twice.

use crate::{
    broker::{EVENTS, JOURNAL, OUT},
    cluster::Cluster,
    process::wait_for,
    replicas::{are_current, leader_of},
    town::Town,
};

/// What every member needs.
const STREAMS: [&str; 5] = [
    EVENTS,
    JOURNAL,
    OUT,
    "KV_YEKTA_PROFILES_default",
    "KV_YEKTA_CLUSTER",
];
/// All servers there are.
const SERVERS: usize = 3;
const SEED: u64 = 1_320;
const MORE: usize = 200;

impl Town<Cluster> {
    /// Kills the server that leads the journal; gives its name.
    pub fn kill_leader(&mut self) -> String {
        let led = wait_for("a leader", || leader_of(&self.broker, JOURNAL));
        self.servers.kill(&led);
        led
    }

    /// Waits until a server other than `led` leads the journal.
    pub fn wait_for_leader(&self, led: &str) {
        wait_for("another leader", || {
            leader_of(&self.broker, JOURNAL).filter(|now| now != led)
        });
    }

    /// Starts a server again and waits until it has all that the others have.
    pub fn restart_server(&mut self, name: &str) {
        self.servers.restart(name);
        wait_for("all copies to be current", || {
            are_current(&self.broker, &STREAMS, SERVERS).then_some(())
        });
    }
}

#[test]
fn the_server_that_leads_the_journal_may_go_and_come_back() {
    let mut town = Town::of_three(false);
    let channels = town.open(SEED);
    channels.wait_for_more(MORE);
    let led = town.kill_leader();
    town.wait_for_leader(&led);
    town.owner();
    channels.wait_for_more(MORE);
    town.restart_server(&led);
    town.owner();
    channels.wait_for_more(MORE);
    let events = channels.close();
    town.check(&events);
}
