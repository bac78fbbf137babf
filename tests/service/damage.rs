//! Damaged folders: a store is built again by itself, a journal that lacks what was acknowledged is a matter for people.

use std::{
    collections::BTreeSet,
    fs::{self, OpenOptions},
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::{Value, json};
use yekta::cli::generate;

use crate::{
    api::Api,
    folder::{copied, files},
    load::{self, Load},
    process::{Running, Service, fingerprint, fingerprint_of, output, serve},
};

const EVENTS: usize = 1_500;
/// How much of a file is overwritten at a time. Each part of it is, in turn: which pages are read only later, and where they lie,
/// differs from run to run.
const SPOILED_BYTES: usize = 1 << 16;

/// A folder that a service filled and left in order.
fn filled(folder: &Path) -> String {
    let service = Service::start(folder);
    load::send_all(&service.url, &generate::events(9, 40, EVENTS));
    service.stop();
    fingerprint(folder)
}

/// Starts a service on the folder, which has to heal by itself.
fn check_heals(folder: &Path, before: &str) {
    let service = Service::start(folder);
    let log = service.stop();
    assert!(log.contains("set the store aside"), "{log}");
    assert_eq!(fingerprint(folder), before);
    assert!(folder.join("default/store.damaged-1").exists());
}

#[test]
fn a_store_of_garbage_is_built_again() {
    let data = tempfile::tempdir().unwrap();
    let before = filled(data.path());
    let store = files(&data.path().join("default/store"));
    // A mark of garbage says that power was lost, and then nothing is kept to look at.
    for file in store.into_iter().filter(|file| !file.ends_with("unsettled")) {
        let length = fs::metadata(&file).unwrap().len();
        fs::write(file, vec![0xa5; usize::try_from(length).unwrap()]).unwrap();
    }
    check_heals(data.path(), &before);
}

/// Garbage over a part of the file that holds the store's pages.
fn spoil(folder: &Path, at: u64) {
    let mut file = OpenOptions::new()
        .write(true)
        .open(folder.join("default/store/db"))
        .unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(&[0xa5; SPOILED_BYTES]).unwrap();
}

/// Asks for everybody, and brings an event after each: the writer looks then whether that met a broken page.
fn ask_for_all(api: &Api, events: &[Value]) {
    for event in events {
        let identifiers = event["identifiers"].as_array().into_iter().flatten();
        for one in identifiers.filter(|one| one["value"].is_string()) {
            let asked = json!({"identifiers": [{"kind": one["kind"], "value": one["value"]}], "view": "web"});
            let is_there = ["/v1/lookup", "/v1/events"]
                .iter()
                .zip([&asked, event])
                .all(|(path, body)| api.try_post(path, &body.to_string()).is_ok());
            if !is_there {
                return;
            }
        }
    }
}

/// sled meets a broken page only when it reads it, which may be long after it opened the store.
#[test]
fn a_store_with_broken_pages_is_built_again_once_one_is_met() {
    let data = tempfile::tempdir().unwrap();
    let before = filled(data.path());
    let length = fs::metadata(data.path().join("default/store/db")).unwrap().len();
    let mut met = None;
    for at in (0..length).step_by(SPOILED_BYTES) {
        let copy = copied(data.path());
        spoil(copy.path(), at);
        let first = output(fingerprint_of(copy.path()), b"");
        if first.status.success() {
            assert_eq!(
                String::from_utf8_lossy(&first.stdout).trim(),
                before,
                "spoiled at {at}"
            );
        } else {
            met = Some(at);
            assert_eq!(fingerprint(copy.path()), before, "spoiled at {at}");
        }
    }
    let at = met.expect("no broken page was met");

    // The same to a service at work, which may be at work before it listens: it ends, and starts again on a sound store.
    spoil(data.path(), at);
    let mut running = Running::start(serve(data.path()));
    if let Some(url) = running.listens() {
        let bodies = Arc::new(load::bodies(&generate::events(9, 40, EVENTS)));
        Load::begin(&url, &bodies, &BTreeSet::new()).end();
        ask_for_all(&Api::of(&url), &generate::events(9, 40, EVENTS));
    }
    let status = running.ended();
    assert_eq!(status.code(), Some(1), "{}", running.log());
    check_heals(data.path(), &before);
}

#[test]
fn a_store_that_is_gone_is_built_again() {
    let data = tempfile::tempdir().unwrap();
    let before = filled(data.path());
    fs::remove_dir_all(data.path().join("default/store")).unwrap();
    Service::start(data.path()).stop();
    assert_eq!(fingerprint(data.path()), before);
}

#[test]
fn a_store_that_was_rewritten_is_found_by_whoever_opens_the_folder() {
    let data = tempfile::tempdir().unwrap();
    let before = filled(data.path());
    let store = data.path().join("default/store");
    let beside = data.path().join("default/store.rewritten");
    fs::rename(&store, &beside).unwrap();
    fs::write(beside.join("whole"), b"").unwrap();
    assert_eq!(fingerprint(data.path()), before);
    assert!(store.exists() && !beside.exists() && !store.join("whole").exists());
    // One that was not filled to the end goes.
    fs::create_dir(&beside).unwrap();
    Service::start(data.path()).stop();
    assert!(!beside.exists());
    assert_eq!(fingerprint(data.path()), before);
}

/// The journal's last segment.
fn segment(folder: &Path) -> PathBuf {
    let segments = files(&folder.join("default/journal"));
    let mut segments: Vec<_> = segments
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "journal"))
        .collect();
    segments.sort();
    segments.pop().unwrap()
}

/// Leaves so much of the journal's last segment, in percent, and cuts off some bytes more.
fn cut_journal(folder: &Path, percent: u64) {
    let file = OpenOptions::new().write(true).open(segment(folder)).unwrap();
    let left = file.metadata().unwrap().len() * percent / 100;
    file.set_len(left - 7).unwrap();
}

#[test]
fn a_journal_behind_its_store_is_not_gone_on_with() {
    let data = tempfile::tempdir().unwrap();
    filled(data.path());
    // More than one commit is missing: nobody knows how many more there were.
    cut_journal(data.path(), 60);
    let mut running = Running::start(serve(data.path()));
    let status = running.ended();
    let log = running.log();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("restore the journal folder"), "{log}");
}

#[test]
fn a_damaged_journal_is_no_matter_where_the_store_has_all_of_it() {
    let cut = |folder: &Path| cut_journal(folder, 100);
    let flipped = |folder: &Path| {
        let path = segment(folder);
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    for damage in [&cut as &dyn Fn(&Path), &flipped] {
        let data = tempfile::tempdir().unwrap();
        let before = filled(data.path());
        damage(data.path());
        let service = Service::start(data.path());
        load::send_all(&service.url, &generate::events(10, 40, EVENTS));
        let log = service.stop();
        assert!(log.contains("a new one goes on behind it"), "{log}");
        assert!(data.path().join("default/journal.damaged-1").exists());
        // What came before is known still, and outlives the store with what came since.
        let after = fingerprint(data.path());
        fs::remove_dir_all(data.path().join("default/store")).unwrap();
        let service = Service::start(data.path());
        assert_eq!(load::send_all(&service.url, &generate::events(9, 40, EVENTS)), 0);
        service.stop();
        assert_eq!(fingerprint(data.path()), after);
        assert_ne!(after, before);
    }
}

#[test]
fn a_commit_that_was_not_written_whole_is_cut_off() {
    let data = tempfile::tempdir().unwrap();
    let before = filled(data.path());
    cut_journal(data.path(), 100);
    fs::remove_dir_all(data.path().join("default/store")).unwrap();
    let service = Service::start(data.path());
    // What was cut off was never acknowledged, as far as anybody can tell: it is sent again.
    let accepted = load::send_all(&service.url, &generate::events(9, 40, EVENTS));
    let log = service.stop();
    assert!(log.contains("cut off an unfinished commit"), "{log}");
    // As much as one commit holds by default, `batch_events_max`.
    assert!((1..=512).contains(&accepted), "{accepted}");
    assert_eq!(fingerprint(data.path()), before);
}
