//! A tenant is handed over under load, again and again, to whoever is named: nothing is lost or counted twice, and whoever
//! handed it over stands by.
//!
//! `YEKTA_KILLS` says how often.

use std::time::Instant;

use crate::{
    kills::kills,
    process::{output, printed, yekta},
    times,
    town::{LONG_LEASE_MS, Town},
};

const SEED: u64 = 1_390;
const MORE: usize = 100;
/// Renewed three times in its time: who owns the tenant hears of it at the next.
const LEASE_MS: u64 = 3_000;

impl<S> Town<S> {
    /// `yekta cluster`, as an operator of the first member calls it.
    fn cluster(&self, args: &[&str]) -> std::process::Command {
        let mut command = yekta(["cluster"]);
        command
            .args(args)
            .env("YEKTA_NATS__URL", self.place.urls.join(","))
            .env("YEKTA_CLUSTER__STANDBY", "true")
            .env("YEKTA_CLUSTER__LEASE_MS", self.place.lease_ms.to_string());
        command
    }
}

#[test]
fn a_tenant_is_handed_over_to_whoever_is_named() {
    let town = Town::of_one(LEASE_MS);
    let channels = town.open(SEED);
    let mut took = Vec::new();
    for _ in 0..kills().min(20) {
        channels.wait_for_more(MORE);
        let owner = town.owner();
        let (other, name) = (1 - owner, town.members[1 - owner].name.clone());
        let begun = Instant::now();
        let said = printed(town.cluster(&["hand-over", &name]), b"");
        assert!(said.starts_with(&format!("{name} owns default after ")), "{said}");
        town.wait_until(other, "owner");
        took.push(begun.elapsed());
        town.wait_until(owner, "standby");
    }
    times::tell("from the call of hand-over until the other is ready", &took);
    let events = channels.close();
    town.check(&events);
}

#[test]
fn nobody_is_handed_over_to_who_does_not_stand_by() {
    let town = Town::of_one(LONG_LEASE_MS);
    let owner = town.owner();
    let refused = output(town.cluster(&["hand-over", "nobody"]), b"");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success(), "{said}");
    assert!(said.contains(&town.members[1 - owner].name), "{said}");
    // Whom it is handed to that has it already has it.
    printed(town.cluster(&["hand-over", &town.members[owner].name]), b"");
    assert_eq!(town.owner(), owner);
}
