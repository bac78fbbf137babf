//! An owner that is cut off from its servers and not from its clients: they are told so by it, the other takes over and
//! answers, and once the way is open again the first is a standby. The way is closed, or stands still, and what stood
//! still goes on when it opens; the server that leads the journal may go at the same moment.

use std::thread;

use crate::{
    answers::{post_soon, send},
    channel::visit,
    cluster::Cluster,
    process::wait_for,
    proxy::Way,
    town::{LONG_LEASE_MS, Town},
};

const SEED: u64 = 1_330;
const MORE: usize = 200;

/// Cuts the owner off, and gives it the way back.
fn cut(seed: u64, way: Way, leader_goes: bool) {
    let mut town = Town::of_three(true);
    let channels = town.open(seed);
    let first = visit("e-1", "u-1");
    town.broker.deliver(std::slice::from_ref(&first));
    channels.wait_for_more(MORE);
    town.wait_until_known("user_id:u-1");
    let owner = town.owner();
    let other = 1 - owner;
    town.members[owner].set_way(way);
    let led = leader_goes.then(|| town.kill_leader());
    town.wait_until(other, "owner");
    wait_for("the one that is cut off to say so", || {
        (town.members[owner].readiness()?.code == 503).then_some(())
    });
    reads_go_on(&town, owner, other);
    channels.wait_for_more(MORE);
    assert!(!town.members[owner].is_ready_as("owner"));

    if let Some(led) = led {
        town.restart_server(&led);
    }
    town.members[owner].set_way(Way::Open);
    town.wait_until(owner, "standby");
    town.owner();
    channels.wait_for_more(MORE);
    let mut events = channels.close();
    events.push(first);
    town.check(&events);
}

/// Whoever owns the tenant now answers, while who is cut off lives, and promises nobody to keep an event.
fn reads_go_on(town: &Town<Cluster>, owner: usize, other: usize) {
    let [old, new] = [owner, other].map(|member| town.members[member].url());
    let answer = send("GET", &format!("{new}/v1/profiles/user_id:u-1"), None);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.position() > 0);
    assert_eq!(send("GET", &format!("{old}/livez"), None).status, 200);
    // It is the same event once more: who posts it again loses nothing.
    if let Some(answer) = post_soon(&format!("{old}/v1/events"), &visit("e-1", "u-1")) {
        assert_eq!(answer.status, 503, "nobody can promise to keep it: {answer:?}");
    }
}

#[test]
fn an_owner_whose_connections_are_closed_is_succeeded() {
    cut(SEED, Way::Cut, false);
}

#[test]
fn an_owner_whose_connections_stand_still_is_succeeded() {
    cut(SEED + 1, Way::Still, false);
}

#[test]
fn an_owner_is_cut_off_while_the_leader_of_the_journal_goes() {
    cut(SEED + 2, Way::Still, true);
}

/// A standby that is cut off tells it, goes on answering from what it has, and catches up; the owner never changes.
#[test]
fn a_standby_that_is_cut_off_disturbs_nobody() {
    let town = Town::on(Cluster::start(), LONG_LEASE_MS, true);
    let channels = town.open(SEED + 3);
    let first = visit("e-1", "u-1");
    town.broker.deliver(std::slice::from_ref(&first));
    channels.wait_for_more(MORE);
    town.wait_until_known("user_id:u-1");
    let owner = town.owner();
    let standby = 1 - owner;
    town.members[standby].set_way(Way::Still);
    wait_for("the standby to say that it is cut off", || {
        (town.members[standby].readiness()?.code == 503).then_some(())
    });
    let url = format!("{}/v1/profiles/user_id:u-1", town.members[standby].url());
    let reading = thread::spawn(move || send("GET", &url, None));
    assert_eq!(reading.join().unwrap().status, 200);
    town.wait_until(owner, "owner");
    channels.wait_for_more(MORE);
    town.members[standby].set_way(Way::Open);
    town.wait_until(standby, "standby");
    assert_eq!(town.owner(), owner);
    let mut events = channels.close();
    events.push(first);
    town.check(&events);
}
