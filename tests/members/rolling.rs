//! A rolling restart of everything under load, as for an update: each nats-server and each member, one after the other, all
//! told to end as operators do. Whoever posts and publishes notices nothing but time.

use crate::{cluster::Cluster, town::Town};

const SEED: u64 = 1_350;
const MORE: usize = 100;

impl Town<Cluster> {
    fn restart_member(&mut self, member: usize) {
        let owned = self.owner() == member;
        self.stop(member);
        if owned {
            self.wait_until(1 - member, "owner");
        }
        self.start(member);
        self.wait_until(member, "standby");
    }
}

#[test]
fn everything_is_restarted_one_after_the_other_in_the_midst_of_a_load() {
    let mut town = Town::of_three(false);
    let channels = town.open(SEED);
    for name in town.servers.names() {
        channels.wait_for_more(MORE);
        town.servers.stop(&name);
        town.restart_server(&name);
        town.owner();
    }
    // The owner last, and then the first again: both have owned it and stood by.
    for member in [0, 1, 0] {
        channels.wait_for_more(MORE);
        town.restart_member(member);
    }
    channels.wait_for_more(MORE);
    let events = channels.close();
    town.check(&events);
}
