//! Somebody is erased while members stand by: no file of theirs holds what was said either, also where one was away. A member
//! with an empty disk comes up although the journal no longer goes back to its beginning.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    api::Api,
    process::{printed, wait_for, yekta},
    town::{LONG_LEASE_MS, Town},
};

pub const MARK: &[u8] = b"canarynote7731";

pub fn said(id: &str, who: &str, note: &str) -> Value {
    json!({"id": id, "source": "web/shop", "channel": "web", "type": "Note Taken",
        "identifiers": [{"kind": "user_id", "value": who, "trust": "verified"}],
        "properties": {"note": note}})
}

/// Whether a file in a folder holds the mark. Files come and go while a process runs.
pub fn holds(folder: &Path) -> bool {
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        match path.is_dir() {
            true => holds(&path),
            false => fs::read(&path)
                .unwrap_or_default()
                .windows(MARK.len())
                .any(|part| part == MARK),
        }
    })
}

pub fn erase(url: &str) {
    let mut erase = yekta(["erase", "user_id:canary", "--now", "--wait", "230", "--url"]);
    erase.arg(url);
    printed(erase, b"");
}

#[test]
fn no_member_keeps_what_was_erased_and_a_new_one_comes_up_behind_it() {
    let mut town = Town::of_one(LONG_LEASE_MS);
    town.join("c");
    let events = [
        said("e-1", "canary", "canarynote7731"),
        said("e-2", "keeper", "keepernote4242"),
    ];
    town.broker.tell_all(&events);
    town.wait_until_level();
    let folders = [0, 1, 2].map(|member| town.members[member].data.path().to_owned());
    for folder in &folders {
        wait_for("what was said to be written", || holds(folder).then_some(()));
    }
    // One is away while it happens.
    town.stop(2);
    let owner = town.owner();
    erase(town.members[owner].url());
    for folder in &folders[..2] {
        wait_for("a member to clear its files", || (!holds(folder)).then_some(()));
    }
    town.start(2);
    wait_for("the one that was away to clear its files", || {
        (!holds(&folders[2])).then_some(())
    });

    // The journal begins behind what was erased; what is left came by the snapshot.
    town.join("d");
    town.wait_until_level();
    let new = Api::of(town.members[3].url());
    assert_eq!(new.profile("user_id", "keeper")["counters"]["events"], 1);
    assert_eq!(new.try_get("/v1/profiles/user_id:canary").0, 404);
    assert!(!holds(town.members[3].data.path()));
    town.stop_all();
}

#[test]
fn an_owner_that_shares_its_tenant_no_longer_removes_the_snapshot_that_others_found() {
    const SNAPSHOTS: &str = "OBJ_YEKTA_SNAPSHOTS_default";
    let mut town = Town::without_members(LONG_LEASE_MS);
    town.place.more = vec![("YEKTA_SNAPSHOTS__INTERVAL_S".to_owned(), "1".to_owned())];
    town.join("a");
    town.broker.tell_all(&[said("e-1", "canary", "canarynote7731")]);
    town.wait_until_level();
    wait_for("a snapshot in the object store", || {
        town.broker.has(SNAPSHOTS).then_some(())
    });
    town.stop(0);

    let own = [("STANDBY", "false"), ("NAME", ""), ("URL", "")];
    town.members[0].own = own
        .map(|(key, value)| (format!("YEKTA_CLUSTER__{key}"), value.to_owned()))
        .to_vec();
    town.start(0);
    assert!(town.broker.has(SNAPSHOTS), "nothing needs it gone yet");
    erase(town.members[0].url());
    assert!(!town.broker.has(SNAPSHOTS), "it held what was said");
    let log = town.stop(0);
    assert!(log.contains("removed the object store of snapshots"), "{log}");
}
