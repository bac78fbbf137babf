//! A member that comes with an empty disk: it begins with the newest snapshot of the owner's, goes on by the journal behind it,
//! and says on the way how far it is. So does one whose store was lost with the power.

use std::fs;

use crate::{
    api::Api,
    channel::visit,
    process::wait_for,
    server::NatsServer,
    town::{LONG_LEASE_MS, Town},
};

/// What it says, in this order.
const SAID: [&str; 5] = [
    "fetches a snapshot from the object store snapshot.bytes=",
    "loads a snapshot snapshot.bytes=",
    "loaded a snapshot journal.position=",
    "applied what the journal held recovered.commits=",
    "built the store from a snapshot",
];

/// Whether a whole snapshot lies where others find it.
fn is_shelved(town: &Town<NatsServer>) -> bool {
    let looking = async {
        let store = town.broker.jetstream.get_object_store("YEKTA_SNAPSHOTS_default");
        Some(store.await.ok()?.info("newest").await.is_ok())
    };
    town.broker.runtime.block_on(looking).unwrap_or_default()
}

/// Whether it said all of it.
fn check(said: &str) {
    let places: Vec<usize> = SAID
        .iter()
        .map(|what| said.find(what).unwrap_or_else(|| panic!("no {what} in {said}")))
        .collect();
    assert!(places.is_sorted(), "{said}");
}

#[test]
fn whoever_comes_with_an_empty_disk_begins_with_a_snapshot_and_says_how_far_it_is() {
    let every = |seconds: &str| vec![("YEKTA_SNAPSHOTS__INTERVAL_S".to_owned(), seconds.to_owned())];
    let mut town = Town::without_members(LONG_LEASE_MS);
    town.add("a");
    town.members[0].own = every("1");
    town.start(0);
    town.owner();
    town.broker.tell(&visit("e-1", "u-1"));
    town.wait_until_level();
    wait_for("a snapshot in the object store", || {
        is_shelved(&town).then_some(())
    });
    // None takes its place while it is read.
    town.stop(0);
    town.members[0].own = every("0");
    town.start(0);
    town.owner();
    town.broker.tell(&visit("e-2", "u-1"));
    town.wait_until_level();

    town.join("b");
    town.wait_until_level();
    check(&town.members[1].service().running.log());
    let new = Api::of(town.members[1].url());
    assert_eq!(new.profile("user_id", "u-1")["counters"]["events"], 2);

    // A store that is there is gone on with, and one of another run of the system is built again.
    town.stop(1);
    town.start(1);
    town.wait_until_level();
    let said = town.members[1].service().running.log();
    assert!(!said.contains(SAID[0]), "{said}");
    town.stop(1);
    let tenant = town.members[1].data.path().join("default");
    fs::write(tenant.join("store/unsettled"), "a run of another system").unwrap();
    fs::remove_dir_all(tenant.join("snapshots")).unwrap();
    town.start(1);
    town.wait_until_level();
    check(&town.members[1].service().running.log());
    let new = Api::of(town.members[1].url());
    assert_eq!(new.profile("user_id", "u-1")["counters"]["events"], 2);
    town.stop_all();
}
