//! The disk of one nats-server of three is full in the midst of a load: its copies fall behind, whether it led them or not,
//! and the others go on. Nobody who publishes, posts or asks notices anything but time; once there is room again it has all
//! that the others have. And a member whose own disk is full leaves the tenant to others.

use crate::{
    broker::EVENTS,
    cluster::Cluster,
    process::wait_for,
    replicas::lag_of,
    town::{SHORT_LEASE_MS, Town},
};

const SEED: u64 = 1_380;
const MORE: usize = 200;
/// The server whose disk is small, and what it takes: some hundred events with all that is made of them.
const SMALL: &str = "n1";
const ROOM: u64 = 2 << 20;
/// So many events it lacks when there is no doubt that it takes no more.
const LACKING: u64 = 100;

#[test]
fn a_server_without_room_is_left_behind_and_comes_back() {
    let mut town = Town::on(Cluster::with_room(&[(SMALL, ROOM)]), SHORT_LEASE_MS, false);
    let channels = town.open(SEED);
    wait_for("a server to take no more", || {
        lag_of(&town.broker, EVENTS, SMALL).filter(|lag| *lag > LACKING)
    });
    town.owner();
    channels.wait_for_more(MORE);
    // Whoever reads by that server is told of nothing more by it.
    let seen = town.see("meanwhile");
    town.servers.stop(SMALL);
    town.servers.grow(SMALL);
    town.restart_server(SMALL);
    town.owner();
    channels.wait_for_more(MORE);
    let mut events = channels.close();
    events.push(seen);
    town.check(&events);
}

#[test]
fn a_standby_without_room_takes_nothing_over() {
    let mut town = Town::without_members(SHORT_LEASE_MS);
    town.join("a");
    town.add("b");
    let full = &mut town.members[1];
    let free = fs2::available_space(full.data.path()).unwrap();
    let wanted = ("YEKTA_DATA__FREE_MIN_BYTES".to_owned(), (2 * free).to_string());
    full.own.push(wanted);
    town.start(1);
    assert_eq!(town.owner(), 0);
    town.stop(0);
    // The other looks for the lease long before this one listens.
    town.add("c");
    town.start(2);
    town.wait_until(2, "owner");
    assert_eq!(town.owner(), 2);
    town.stop_all();
}
