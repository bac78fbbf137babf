//! What a tenant takes on disks, by the profile and by the event: the store of each member, the streams on each server that keeps
//! them, the snapshot in the object store and in the owner's folder.

use crate::{
    figures::row,
    load::{events, tell},
    member::{Member, store_bytes},
    server::NatsServer,
};

const SEED: u64 = 7;

/// Measures it with `each` events a person.
pub fn measure(people: u32, each: usize) {
    let server = NatsServer::start();
    let count = usize::try_from(people).unwrap() * each;
    let owner = Member::new(&[server.url()], "owner");
    tell(&owner.url, &mut events(SEED, people), count);
    let owner = owner.snapshotted();
    let profiles = owner.wait_for_figure("yekta_engine_profiles");
    row(
        &format!("sizes: {count} events of {people} people"),
        &format!("{profiles:.0} profiles"),
    );
    let (snapshot, streams) = (owner.snapshot_bytes(), owner.streams());
    let store = store_bytes(&owner.stop());
    let told = |what: &str, bytes| row(what, &by_each(bytes, profiles, count));
    told("store", store);
    told("snapshot", snapshot);
    for stream in streams {
        told(&stream.name, stream.bytes);
    }
}

fn by_each(bytes: u64, profiles: f64, events: usize) -> String {
    let bytes = bytes as f64;
    format!(
        "{:.1} MB, {:.0} bytes a profile, {:.0} an event",
        bytes / 1e6,
        bytes / profiles,
        bytes / events as f64
    )
}
