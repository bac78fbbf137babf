//! An owner that stands still for longer than its lease, and goes on: it learns that another took over, commits nothing,
//! does nothing of what it was asked meanwhile, and follows the other in the same process.

use std::thread;

use serde_json::json;

use crate::{
    answers::{send, try_send},
    channel::visit,
    journal,
    process::wait_for,
    town::{SHORT_LEASE_MS, Town},
};

const SEED: u64 = 1_310;
/// So many events before, and again after.
const MORE: usize = 200;

#[test]
fn an_owner_that_stood_still_steps_back_and_follows() {
    let town = Town::of_three(false);
    let channels = town.open(SEED);
    let owner = town.owner();
    let other = 1 - owner;
    town.broker.deliver(&[visit("e-1", "u-1")]);
    channels.wait_for_more(MORE);
    town.wait_until_known("user_id:u-1");
    let zombie = town.members[owner].service();
    zombie.running.signal("-STOP");
    // Its system takes what it is asked, and it reads that when it goes on.
    let asked = format!("{}/v1/profiles/user_id:u-1/consent", zombie.url);
    let asking = thread::spawn(move || {
        let consent = json!({"sms": {"marketing": "granted"}});
        try_send("PUT", &asked, Some(&consent))
    });
    town.wait_until(other, "owner");
    channels.wait_for_more(MORE);
    wait_for("the other to commit", || {
        (journal::check_epochs(&town.broker) > 0).then_some(())
    });

    zombie.running.signal("-CONT");
    // It is the same process, where it always listened.
    town.wait_until(owner, "standby");
    let log = zombie.running.log();
    assert!(log.contains("stepped back"), "{log}");
    town.owner();
    if let Some(answer) = asking.join().unwrap() {
        assert!([307, 503].contains(&answer.status), "it did it: {answer:?}");
    }
    // What the other wrote since is shown by who stood still.
    channels.wait_for_more(MORE);
    let mut events = channels.close();
    events.push(visit("e-1", "u-1"));
    town.wait_until_level();
    let profile = send("GET", &format!("{}/v1/profiles/user_id:u-1", zombie.url), None);
    assert_eq!(
        (profile.status, &profile.body["counters"]["events"]),
        (200, &json!(1))
    );
    town.check(&events);
}

/// The same when nobody took over: it goes on as the owner, or takes the tenant over again; it does not end.
#[test]
fn an_owner_that_stood_still_alone_owns_the_tenant_again() {
    let mut town = Town::without_members(SHORT_LEASE_MS);
    town.join("a");
    let channels = town.open(SEED + 1);
    channels.wait_for_more(MORE);
    let lease = || town.lease();
    let held = lease().expect("an owner holds the lease");
    town.members[0].service().running.signal("-STOP");
    wait_for("the lease to lapse", || lease().is_none().then_some(()));
    town.members[0].service().running.signal("-CONT");
    town.wait_until(0, "owner");
    wait_for("the lease to be held again", || {
        (lease()?["name"] == held["name"]).then_some(())
    });
    channels.wait_for_more(MORE);
    let events = channels.close();
    town.check(&events);
}
