//! What partitions are kept by goes: each of three servers in turn, and a process that stands still for longer than its leases
//! while others take its partitions over, and goes on. In the end each event counts once, and the persons are those of one engine.

use std::{thread, time::Instant};

use serde_json::Value;

use crate::{
    giant::{Giant, SLICE, people, post},
    load,
    process::wait_for,
    times,
};

const SEED: u64 = 1_350;
const NAMES: [&str; 2] = ["a", "b"];

#[test]
fn partitions_on_three_servers_lose_nothing_whichever_server_goes() {
    let mut giant = Giant::of_three(&NAMES);
    let (mut world, mut events, mut took) = (people(SEED), Vec::new(), Vec::new());
    for server in giant.servers.names() {
        giant.tell(&mut world, &mut events);
        let begun = Instant::now();
        giant.servers.kill(&server);
        giant.tell(&mut world, &mut events);
        giant.wait_until_told(load::distinct(&events));
        took.push(begun.elapsed());
        giant.wait_until_whole();
        giant.restart_server(&server);
    }
    times::tell(
        "from the loss of a server until what was posted then is told",
        &took,
    );
    giant.check(world, events);
}

#[test]
fn a_process_that_stood_still_commits_nothing_of_what_others_took_over() {
    let mut giant = Giant::new(&NAMES);
    let (mut world, mut events) = (people(SEED + 1), Vec::new());
    for name in NAMES {
        giant.tell(&mut world, &mut events);
        let owned = giant.owned_by(name);
        assert!(!owned.is_empty(), "it owned nothing");
        let epochs = giant.epochs(&owned);
        let zombie = giant.running.remove(name).unwrap();
        zombie.running.signal("-STOP");
        let (urls, some) = (giant.urls(), world.by_ref().take(SLICE).collect::<Vec<Value>>());
        thread::scope(|scope| {
            scope.spawn(|| post(&urls, &some));
            giant.wait_until_whole();
        });
        events.extend(some);
        zombie.running.signal("-CONT");
        wait_for("who stood still to find others in its place", || {
            zombie.running.log().contains("stepped back").then_some(())
        });
        let later = giant.epochs(&owned);
        let is_another = later.iter().zip(&epochs).all(|(now, then)| now > then);
        assert!(
            is_another,
            "nobody took over what it owned: {epochs:?}, {later:?}"
        );
        giant.running.insert(name, zombie);
        giant.wait_until_whole();
    }
    giant.check(world, events);
}
