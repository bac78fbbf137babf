//! Members that join and leave under load, as operators have them: a third joins, the owner is told to end and hands over,
//! a standby is told to end and nobody notices.

use std::time::Instant;

use crate::{
    cluster::Cluster,
    process::Service,
    times,
    town::{LONG_LEASE_MS, Town},
};

const SEED: u64 = 1_340;
const MORE: usize = 200;
/// Hand-overs.
const ROUNDS: usize = 3;

#[test]
fn members_join_and_leave_in_the_midst_of_a_load() {
    // Nobody has to wait for a lease here: it is given back.
    let mut town = Town::on(Cluster::start(), LONG_LEASE_MS, false);
    let channels = town.open(SEED);
    channels.wait_for_more(MORE);
    let owner = town.owner();
    town.join("c");
    assert_eq!(town.owner(), owner, "who joins takes nothing over");
    channels.wait_for_more(MORE);
    // The standby that was there goes, so that the one that came is who takes over.
    let gone = 1 - owner;
    town.stop(gone);
    assert_eq!(town.owner(), owner);

    let mut took = Vec::new();
    let (mut owner, mut other) = (owner, 2);
    for _ in 0..ROUNDS {
        channels.wait_for_more(MORE);
        town.forget(owner);
        let begun = Instant::now();
        let leaving = town.members[owner].take();
        leaving.running.terminate();
        town.wait_until(other, "owner");
        took.push(begun.elapsed());
        ended(leaving);
        town.start(owner);
        town.wait_until(owner, "standby");
        (owner, other) = (other, owner);
    }
    times::tell("from SIGTERM of an owner until another is ready", &took);
    town.start(gone);
    let events = channels.close();
    town.check(&events);
}

/// Waits until a process ends that was told to, as one that did all it had to do.
fn ended(mut service: Service) {
    let status = service.running.ended();
    assert_eq!(status.code(), Some(0), "{}", service.running.log());
}
