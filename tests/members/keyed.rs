//! A master key: a member on an empty folder takes the tenant's secrets, wrapped, from the bucket, and has the same store
//! in the end. With another key it takes nothing and says so.

use std::{fs, path::Path, process::Command};

use yekta::cli::generate;

use crate::{
    members::Member,
    process::{PATIENCE, Running, fingerprint_of, printed},
    town::{LONG_LEASE_MS, Town},
    whole::undisturbed,
};

/// How a file of secrets begins that a master key wraps.
const WRAPPED: &[u8] = b"yekta-secrets-1 ";
const EVENTS: usize = 400;
const PEOPLE: u32 = 30;

/// The fingerprint of a folder that no process has, under a key.
fn print_of(folder: &Path, key_file: &str) -> String {
    let mut command = fingerprint_of(folder);
    command.env("YEKTA_DATA__KEY_FILE", key_file);
    printed(command, b"").trim().to_owned()
}

/// What a process says that gives up, for its settings or for what it found.
fn refused(command: Command) -> String {
    let mut running = Running::start(command);
    let (status, log) = (running.ended(), running.log());
    assert!(matches!(status.code(), Some(1 | 78)), "{status}: {log}");
    assert_eq!(running.line(PATIENCE), None, "{log}");
    log
}

#[test]
fn an_empty_member_with_the_master_key_takes_the_secrets_from_the_bucket() {
    let keys = tempfile::tempdir().unwrap();
    let key = |name: &str, digits: &str| {
        let file = keys.path().join(name);
        fs::write(&file, digits.repeat(32) + "\n").unwrap();
        file.to_str().unwrap().to_owned()
    };
    let (right, wrong) = (key("right", "5a"), key("wrong", "a5"));
    let mut town = Town::without_members(LONG_LEASE_MS);
    town.place.more = vec![("YEKTA_DATA__KEY_FILE".to_owned(), right.clone())];
    town.join("a");
    assert!(town.shared("secrets.default").is_some(), "the bucket has them");
    let events = generate::events(1_370, PEOPLE, EVENTS);
    let (former, later) = events.split_at(EVENTS / 2);
    town.broker.deliver(former);

    let mut stranger = Member::new("c", &town.place);
    stranger.own = vec![("YEKTA_DATA__KEY_FILE".to_owned(), wrong)];
    let said = refused(stranger.command());
    assert!(said.contains("key"), "{said}");

    town.members.push(Member::new("b", &town.place));
    town.start(1);
    assert_eq!(town.owner(), 0);
    town.broker.deliver(later);
    town.wait_until_level();
    let folders = [0, 1].map(|member| town.members[member].data.path().to_owned());
    let secrets = fs::read(folders[1].join("default/secrets")).unwrap();
    assert!(secrets.starts_with(WRAPPED), "{} bytes", secrets.len());
    town.stop(1);
    // What it has can be opened by itself, and it owns the tenant with it.
    town.start(1);
    assert_eq!(town.owner(), 0);
    town.stop(0);
    town.wait_until(1, "owner");
    town.broker.deliver(&events);
    town.wait_until_level();
    town.start(0);
    town.wait_until_level();
    town.stop_all();
    let alone = undisturbed(&events);
    for folder in &folders {
        assert_eq!(print_of(folder, &right), alone);
    }
}
