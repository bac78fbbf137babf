//! `kill -9` of the owner again and again under load: the standby takes over each time, and whoever was killed comes back
//! as a standby, sometimes without its store.
//!
//! `YEKTA_KILLS` says how often.

use std::{fs, time::Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{times, town::Town};

const SEED: u64 = 1_300;
const KILLS: usize = 6;
/// A kill comes after so many more events at most.
const MORE_MAX: usize = 200;

pub fn kills() -> usize {
    let told = std::env::var("YEKTA_KILLS").ok();
    told.and_then(|text| text.parse().ok()).unwrap_or(KILLS)
}

#[test]
fn kills_of_the_owner_lose_nothing_and_count_nothing_twice() {
    let mut town = Town::of_three(false);
    let mut dice = ChaCha8Rng::seed_from_u64(SEED);
    let channels = town.open(SEED);
    let mut took = Vec::new();
    for kill in 0..kills() {
        let owner = town.owner();
        channels.wait_for_more(dice.random_range(1..MORE_MAX));
        let other = 1 - owner;
        let begun = Instant::now();
        town.kill(owner);
        town.wait_until(other, "owner");
        took.push(begun.elapsed());
        // Sometimes there is more to catch up with than what a flush had left: the whole journal.
        if kill % 3 == 2 {
            fs::remove_dir_all(town.members[owner].data.path().join("default/store")).unwrap();
        }
        town.start(owner);
        town.wait_until(owner, "standby");
    }
    times::tell("from the kill of an owner until another is ready", &took);
    let events = channels.close();
    town.check(&events);
}

/// Everybody is killed at once, so that nobody is there to take over: whoever comes first owns the tenant.
#[test]
fn a_tenant_whose_members_were_all_killed_goes_on_with_whoever_comes_back() {
    let mut town = Town::of_three(false);
    let channels = town.open(SEED + 1);
    channels.wait_for_more(MORE_MAX);
    for member in [0, 1] {
        town.kill(member);
    }
    // The last to join comes back first: what it has not is in the journal.
    town.start(1);
    town.wait_until(1, "owner");
    town.start(0);
    town.owner();
    channels.wait_for_more(MORE_MAX);
    let events = channels.close();
    town.check(&events);
}
