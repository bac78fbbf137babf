//! Subscribers of updates while the tenant changes hands: one is with a standby that becomes the owner, one with the owner
//! until that is killed, and then with the other, behind the last id it had. Neither misses anything, nor is told anything
//! twice, and both have what is stored.

use std::{
    sync::{
        Arc,
        mpsc::{Sender, channel},
    },
    thread::{self, JoinHandle},
};

use crate::{
    channel::visit,
    copied::Copied,
    process::{PATIENCE, wait_for},
    town::{Addresses, SHORT_LEASE_MS, Town},
    updates::Updates,
};

const SEED: u64 = 1_360;
const MORE: usize = 200;
/// Whoever is told last.
const LAST: &str = "the-last-one";

/// Reads from the first of `members` that is there, from another where its stream ends, up to the last update; gives the
/// copy, and how often it had to go on elsewhere or again. Tells when it has `begun`.
fn subscriber(
    addresses: &Addresses,
    members: [&'static str; 2],
    begun: Sender<()>,
) -> JoinHandle<(Copied, usize)> {
    let (addresses, mut begun) = (Arc::clone(addresses), Some(begun));
    thread::spawn(move || {
        let (mut copy, mut last, mut breaks) = (Copied::default(), 0, 0);
        loop {
            let mut updates = wait_for("a member that tells updates", || {
                let addresses = addresses.lock().unwrap().clone();
                let url = members.iter().find_map(|name| addresses.get(*name))?;
                Updates::try_after(url, "updates", last).ok()
            });
            if let Some(begun) = begun.take() {
                begun.send(()).unwrap();
            }
            while let Some(message) = updates.try_next() {
                assert_eq!(message.stream, "updates", "{message:?}");
                assert!(message.id > last, "{} behind {last}", message.id);
                last = message.id;
                copy.take(&message.data);
                let identifiers = message.data["document"]["identifiers"].as_array();
                if identifiers.is_some_and(|all| all.iter().any(|one| one["value"] == LAST)) {
                    return (copy, breaks);
                }
            }
            breaks += 1;
        }
    })
}

/// Both subscribers while `change` is done to the owner, and whether they have what is stored.
fn follow(seed: u64, change: impl FnOnce(&mut Town<crate::server::NatsServer>, usize)) {
    let mut town = Town::of_one(SHORT_LEASE_MS);
    let channels = town.open(seed);
    let owner = town.owner();
    let [first, second] = [["a", "b"], ["b", "a"]];
    let [with_owner, with_standby] = match owner {
        0 => [first, second],
        _ => [second, first],
    };
    let (begun, told) = channel();
    let subscribers =
        [with_owner, with_standby].map(|members| subscriber(&town.addresses, members, begun.clone()));
    // Before anything changes, however late their threads are.
    for _ in &subscribers {
        told.recv_timeout(PATIENCE).expect("a subscriber begins");
    }
    channels.wait_for_more(MORE);
    change(&mut town, owner);
    town.wait_until(1 - owner, "owner");
    channels.wait_for_more(MORE);
    if !town.members[owner].runs() {
        town.start(owner);
    }
    town.owner();
    let mut events = channels.close();
    // What was read from the stream twice may still be on its way; the last event is behind it all.
    town.wait_until_level();
    town.broker.deliver(&[visit("e-last", LAST)]);
    events.push(visit("e-last", LAST));
    let followed = subscribers.map(|one| one.join().unwrap());
    assert!(followed[0].1 > 0, "who was with the owner has to go on elsewhere");
    let folders = [0, 1].map(|member| town.members[member].data.path().to_owned());
    town.wait_until_level();
    town.stop_all();
    for (copy, breaks) in &followed {
        assert_eq!(copy.events(), crate::load::distinct(&events), "{breaks} breaks");
        for folder in &folders {
            copy.is_what_is_stored(folder);
        }
    }
}

#[test]
fn subscribers_go_on_across_the_kill_of_an_owner() {
    follow(SEED, |town, owner| town.kill(owner));
}

#[test]
fn subscribers_go_on_across_a_hand_over() {
    follow(SEED + 1, |town, owner| {
        town.stop(owner);
    });
}
