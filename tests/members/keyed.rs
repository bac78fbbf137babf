//! A master key: a member on an empty folder takes the tenant's secrets, wrapped, from the bucket, and has the same store
//! in the end. With another key it takes nothing and says so. When the key is replaced all of them go by the new one, and by
//! the data key that the owner drew.

use std::{fs, path::Path, process::Command};

use yekta::{cipher::MasterKeys, cli::generate, engine::secrets_open};

use crate::{
    members::Member,
    process::{PATIENCE, Running, fingerprint_of, printed, wait_for},
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

/// Puts a file of keys in place, whole or not at all; where it is.
fn put(folder: &Path, name: &str, lines: &[&str]) -> String {
    let (file, draft) = (folder.join(name), folder.join("draft"));
    let lines: Vec<String> = lines.iter().map(|digits| digits.repeat(32) + "\n").collect();
    fs::write(&draft, lines.concat()).unwrap();
    fs::rename(&draft, &file).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn a_new_master_key_reaches_the_bucket_and_a_member_that_knows_no_other() {
    let keys = tempfile::tempdir().unwrap();
    let put = |name: &str, lines: &[&str]| put(keys.path(), name, lines);
    let (all, new) = (put("all", &["5a"]), put("new", &["c3"]));
    let mut town = Town::without_members(LONG_LEASE_MS);
    town.place.more = vec![("YEKTA_DATA__KEY_FILE".to_owned(), all.clone())];
    town.join("a");
    town.members.push(Member::new("b", &town.place));
    town.start(1);
    assert_eq!(town.owner(), 0);
    let events = generate::events(1_371, PEOPLE, EVENTS);
    let (former, later) = events.split_at(EVENTS / 2);
    town.broker.deliver(former);
    town.wait_until_level();
    let before = town.shared_bytes("secrets.default").unwrap();

    put("all", &["c3", "5a"]);
    let secrets = town.members[0].data.path().join("default/secrets");
    wait_for(
        "the owner to give the former data key up, and to say so to all",
        || {
            let is_done = town.members[0]
                .service()
                .running
                .log()
                .contains("encrypted under the newest data key");
            let shared = town.shared_bytes("secrets.default")?;
            (is_done && shared != before && shared == fs::read(&secrets).unwrap()).then_some(())
        },
    );
    put("all", &["c3"]);

    // What it finds is wrapped by the new key alone, and so is the snapshot that the owner made anew.
    let mut third = Member::new("c", &town.place);
    third.own = vec![("YEKTA_DATA__KEY_FILE".to_owned(), new.clone())];
    town.members.push(third);
    town.start(2);
    assert_eq!(town.owner(), 0);
    let said = town.members[2].service().running.log();
    assert!(said.contains("built the store from a snapshot"), "{said}");
    assert!(!said.contains("no key here opens it"), "{said}");

    // The one that stood by all the time goes by the new key, too, and by no data key of its own: it takes over with it.
    let standby = town.members[1].data.path().join("default/secrets");
    let reads_by = |digits: &str| {
        let master = MasterKeys::parse(&digits.repeat(32)).unwrap();
        secrets_open(&fs::read(&standby).unwrap(), &master)
    };
    wait_for("the standby's secrets to be wrapped by the new key", || {
        reads_by("c3").then_some(())
    });
    assert!(!reads_by("5a"));
    town.broker.deliver(later);
    town.wait_until_level();
    for member in [1, 2] {
        town.stop(member);
        town.start(member);
    }
    assert_eq!(town.owner(), 0);
    town.stop(0);
    let owner = town.owner();
    assert_ne!(owner, 0);
    town.broker.deliver(&events);
    town.wait_until_level();
    town.start(0);
    town.wait_until_level();
    town.stop_all();
    let alone = undisturbed(&events);
    for member in &town.members {
        assert_eq!(print_of(member.data.path(), &new), alone, "{}", member.name);
    }
}
