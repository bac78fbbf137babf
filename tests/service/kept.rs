//! Snapshots: made while the service works, enough to go on from without the store and the beginning of the journal.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use serde_json::Value;
use tempfile::TempDir;
use yekta::{
    cli::generate,
    store::{Order, Store, StoreConfig, View},
};

use crate::{
    folder::{copied, files},
    load::{self, Load},
    process::{Service, fingerprint, output, printed, serve, wait_for, yekta},
    updates::Updates,
};

/// Events of one round of the load.
const EVENTS: usize = 2_000;
const PEOPLE: u32 = 200;

/// A folder, and settings by which its service makes snapshots as often as it can.
struct Kept {
    data: TempDir,
    settings: TempDir,
}

impl Kept {
    fn new() -> Self {
        let settings = tempfile::tempdir().unwrap();
        let text = "[snapshots]\ninterval_s = 1\nkeep = 2\nforget_journal = true\n[journal]\nsegment_bytes = 65536\n";
        fs::write(settings.path().join("yekta.toml"), text).unwrap();
        let data = tempfile::tempdir().unwrap();
        Self { data, settings }
    }

    fn command(&self) -> Command {
        let mut command = serve(self.data.path());
        command
            .arg("--config")
            .arg(self.settings.path().join("yekta.toml"));
        command
    }
}

fn snapshots(folder: &Path) -> Vec<PathBuf> {
    let mut found = named(folder, "snapshots", "snapshot");
    found.reverse();
    found
}

/// The files of a folder of the tenant's with this ending, in the order of their names.
fn named(folder: &Path, within: &str, ending: &str) -> Vec<PathBuf> {
    let within = folder.join("default").join(within);
    let mut found = if within.exists() {
        files(&within)
    } else {
        Vec::new()
    };
    found.retain(|path| path.extension().is_some_and(|end| end == ending));
    found.sort();
    found
}

/// All keys of the store and their values.
fn keys(folder: &Path) -> Vec<(Vec<u8>, Vec<u8>)> {
    let cache_bytes = 16 << 20;
    let store = Store::open(&folder.join("default/store"), StoreConfig::caching(cache_bytes)).unwrap();
    let mut found = Vec::new();
    let mut take = |key: &[u8], value: &[u8]| {
        found.push((key.to_vec(), value.to_vec()));
        Ok(std::ops::ControlFlow::Continue(()))
    };
    store.scan(&[], &[], Order::Ascending, &mut take).unwrap();
    found
}

fn on(folder: &Path, command: &str, more: &[&str]) -> Command {
    let mut command = yekta([command, "--data-dir"]);
    command.arg(folder).args(more);
    command
}

fn remove_store(folder: &Path) {
    fs::remove_dir_all(folder.join("default/store")).unwrap();
}

/// Kills a service under load, after it made snapshots and its journal forgot, and has another bring the store up to the
/// journal.
fn kill_under_load(kept: &Kept) {
    let folder = kept.data.path();
    let service = Service::of(kept.command());
    let first = wait_for("the journal's first segment", || {
        named(folder, "journal", "journal").into_iter().next()
    });
    let mut seeds = 31..;
    let load = wait_for("snapshots, and a journal that forgot", || {
        let events = generate::events(seeds.next().unwrap(), PEOPLE, EVENTS);
        let load = Load::begin(&service.url, &Arc::new(load::bodies(&events)), &BTreeSet::new());
        load.wait_until_acknowledged(1);
        if snapshots(folder).len() == 2 && !first.exists() {
            return Some(load);
        }
        load.end();
        None
    });
    service.running.kill();
    load.end();
    Service::start(folder).stop();
}

#[test]
fn what_a_snapshot_and_the_journal_behind_it_hold_is_all_there_was() {
    let kept = Kept::new();
    let folder = kept.data.path();
    kill_under_load(&kept);
    let (store, before) = (keys(folder), fingerprint(folder));

    // The newest, and where it is damaged the one before; both of them key by key.
    for damaged in [false, true] {
        let copy = copied(folder);
        remove_store(copy.path());
        if damaged {
            let newest = snapshots(copy.path()).remove(0);
            let mut bytes = fs::read(&newest).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(&newest, bytes).unwrap();
        }
        let log = Service::start(copy.path()).stop();
        assert!(log.contains("built the store from a snapshot"), "{log}");
        assert_eq!(log.contains("does not serve"), damaged, "{log}");
        assert_eq!(fingerprint(copy.path()), before);
        assert!(keys(copy.path()) == store, "the store is another one");
    }

    // Without them the journal alone is not enough, and that is said.
    let copy = copied(folder);
    let refused = output(on(copy.path(), "rebuild", &["--from-journal"]), b"");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success() && said.contains("the first that is kept"),
        "{said}"
    );
    Service::start(copy.path()).stop();
    assert!(
        keys(copy.path()) == store,
        "a rebuild that failed changed the store"
    );
}

#[test]
fn a_lost_folder_is_made_again_of_a_snapshot_and_goes_on() {
    let (lost, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let events = generate::events(32, 40, 1_500);
    let (former, later) = events.split_at(1_000);
    let service = Service::start(lost.path());
    load::send_all(&service.url, former);
    service.stop();
    let told: Value = serde_json::from_str(&printed(on(lost.path(), "snapshot", &["--json"]), b"")).unwrap();
    let secrets = lost.path().join("default/secrets");
    let arguments = [
        "--snapshot",
        told["path"].as_str().unwrap(),
        "--secrets",
        secrets.to_str().unwrap(),
    ];
    printed(on(new.path(), "restore", &arguments), b"");
    assert_eq!(fingerprint(new.path()), fingerprint(lost.path()));
    let again = output(on(new.path(), "restore", &arguments), b"");
    assert!(String::from_utf8_lossy(&again.stderr).contains("is there already"));
    // Who was told more than the snapshot knows begins anew.
    let service = Service::start(new.path());
    let beyond = told["position"].as_u64().unwrap() + 1;
    assert_eq!(
        Updates::after(&service.url, "updates", beyond).next().stream,
        "reset"
    );
    service.stop();

    for folder in [lost.path(), new.path()] {
        let service = Service::start(folder);
        load::send_all(&service.url, former);
        load::send_all(&service.url, later);
        service.stop();
    }
    assert_eq!(fingerprint(new.path()), fingerprint(lost.path()));
    let store = keys(new.path());
    // And what came behind it outlives the store.
    remove_store(new.path());
    Service::start(new.path()).stop();
    assert!(keys(new.path()) == store, "what came behind the snapshot is lost");
}

#[test]
fn nothing_is_looked_for_under_other_secrets() {
    let [data, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    for (folder, seed) in [(data.path(), 35), (other.path(), 36)] {
        let service = Service::start(folder);
        load::send_all(&service.url, &generate::events(seed, 10, 200));
        service.stop();
    }
    printed(on(data.path(), "snapshot", &[]), b"");
    let snapshot = snapshots(data.path()).remove(0);
    let secrets = other.path().join("default/secrets");
    let new = tempfile::tempdir().unwrap();
    let arguments = [
        "--snapshot",
        snapshot.to_str().unwrap(),
        "--secrets",
        secrets.to_str().unwrap(),
    ];
    let refused = output(on(new.path(), "restore", &arguments), b"");
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("restore that file"),
        "{refused:?}"
    );
    fs::copy(&secrets, data.path().join("default/secrets")).unwrap();
    let refused = output(on(data.path(), "fingerprint", &[]), b"");
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("restore that file"),
        "{refused:?}"
    );
}

#[test]
fn damage_that_nobody_meets_is_found_and_healed() {
    let kept = Kept::new();
    let folder = kept.data.path();
    let service = Service::start(folder);
    load::send_all(&service.url, &generate::events(34, 40, 1_000));
    service.stop();
    let (store, before) = (keys(folder), fingerprint(folder));
    damage(folder, &store);
    let mut service = Service::of(kept.command());
    assert_eq!(
        service.running.ended().code(),
        Some(1),
        "{}",
        service.running.log()
    );
    let log = Service::start(folder).stop();
    assert!(log.contains("set the store aside"), "{log}");
    assert_eq!(fingerprint(folder), before);
    assert!(keys(folder) == store, "the store is another one");
}

#[test]
fn a_snapshot_of_a_store_that_lost_a_profile_is_not_kept() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path();
    let service = Service::start(folder);
    load::send_all(&service.url, &generate::events(37, 40, 500));
    service.stop();
    let (store, before) = (keys(folder), fingerprint(folder));
    let lost = store.iter().find(|(key, _)| key.starts_with(b"P")).unwrap();
    let cache_bytes = 16 << 20;
    let opened = Store::open(&folder.join("default/store"), StoreConfig::caching(cache_bytes)).unwrap();
    opened
        .apply(
            opened.applied().unwrap(),
            std::iter::once((lost.0.as_slice(), None)),
        )
        .unwrap();
    opened.flush().unwrap();
    drop(opened);
    let refused = output(on(folder, "snapshot", &[]), b"");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("not those that the journal states"), "{said}");
    assert_eq!(snapshots(folder), Vec::<PathBuf>::new());
    // It is known to be damaged now.
    printed(on(folder, "snapshot", &[]), b"");
    assert_eq!(fingerprint(folder), before);
}

/// Changes a value that is still where it was.
fn damage(folder: &Path, store: &[(Vec<u8>, Vec<u8>)]) {
    let cache_bytes = 16 << 20;
    let opened = Store::open(&folder.join("default/store"), StoreConfig::caching(cache_bytes)).unwrap();
    let (key, mut value) = store
        .iter()
        .rfind(|(_, value)| value.len() > 20)
        .cloned()
        .unwrap();
    value[10] ^= 1;
    let change = (key.as_slice(), Some(value.as_slice()));
    opened
        .apply(opened.applied().unwrap(), std::iter::once(change))
        .unwrap();
    opened.flush().unwrap();
}

#[test]
fn a_folder_is_verified_and_its_store_made_again() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path();
    let service = Service::start(folder);
    load::send_all(&service.url, &generate::events(33, 40, 1_000));
    service.stop();
    printed(on(folder, "snapshot", &[]), b"");
    let verify = |folder: &Path| output(on(folder, "verify", &["--json"]), b"");
    let sound = verify(folder);
    assert!(sound.status.success(), "{sound:?}");
    let sound: Value = serde_json::from_slice(&sound.stdout).unwrap();
    let (store, before) = (keys(folder), fingerprint(folder));
    assert_eq!(sound["keys"], store.len());
    assert_eq!(
        (&sound["snapshots"], sound["damage"].as_array().map(Vec::len)),
        (&Value::from(1), Some(0))
    );

    damage(folder, &store);
    let damaged = verify(folder);
    assert_eq!(damaged.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&damaged.stdout).contains("1 values of the store"),
        "{damaged:?}"
    );

    for more in [&[][..], &["--from-journal"]] {
        printed(on(folder, "rebuild", more), b"");
        assert_eq!(fingerprint(folder), before);
        assert!(keys(folder) == store, "the store is another one");
    }
    let journal = named(folder, "journal", "journal").remove(0);
    let mut bytes = fs::read(&journal).unwrap();
    bytes[200] ^= 1;
    fs::write(&journal, bytes).unwrap();
    let damaged = verify(folder);
    assert!(
        String::from_utf8_lossy(&damaged.stdout).contains("of the journal at byte"),
        "{damaged:?}"
    );
}
