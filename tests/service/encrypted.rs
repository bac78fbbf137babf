//! A key for what is kept: no file holds what was said, with the key all of it is there, with another or none the folder is
//! left as it is. Keys are put in place of others while the service runs; a folder that had none is written anew under one.

mod damaged;
mod refused;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use yekta::cli::generate;

use crate::{
    api::Api,
    canary,
    encrypted::refused::check_refused,
    folder::files,
    load,
    measured::sample,
    process::{Running, Service, fingerprint, fingerprint_of, output, printed, serve, wait_for, yekta},
};

const SEED: u64 = 60;
const PEOPLE: u32 = 60;
/// Events of the load beside which the master key is changed.
const EVENTS: usize = 4_000;
/// Within which a key that was put in place is used: a look is ten seconds away at most, and the machine may be busy.
const LOOKED_AT: Duration = Duration::from_secs(30);
/// Within which a folder that had no key is encrypted.
const ENCRYPTED: Duration = Duration::from_secs(60);
/// How often a service is killed while it encrypts one, and within how many milliseconds.
const KILLS: usize = 4;
const KILL_MS_MAX: u64 = 400;
/// How a file of secrets begins that a master key wraps.
const WRAPPED: &[u8] = b"yekta-secrets-1 ";
/// What stands in every key here, and in nothing else.
const IN_EACH_KEY: &str = "5eed5eed5eed";

/// A key of 64 digits, by its number.
fn key(number: u8) -> String {
    format!("{number:04x}") + &"5eed".repeat(15)
}

/// Puts keys in place, all or none; gives the file.
fn put(folder: &Path, numbers: &[u8]) -> PathBuf {
    let (draft, file) = (folder.join("master.draft"), folder.join("master.key"));
    let lines: String = numbers.iter().map(|number| key(*number) + "\n").collect();
    fs::write(&draft, lines).unwrap();
    fs::rename(draft, &file).unwrap();
    file
}

/// A command under the keys of a file, or under none.
fn keyed(mut command: Command, key_file: Option<&Path>) -> Command {
    command.envs(key_file.map(|path| ("YEKTA_DATA__KEY_FILE", path)));
    command
}

/// A command on a folder.
fn on(folder: &Path, command: &str) -> Command {
    let mut command = yekta([command, "--data-dir"]);
    command.arg(folder);
    command
}

/// The fingerprint of a folder that no process has.
fn print_of(folder: &Path, key_file: Option<&Path>) -> String {
    printed(keyed(fingerprint_of(folder), key_file), b"")
        .trim()
        .to_owned()
}

fn check_sound(folder: &Path, key_file: Option<&Path>) {
    let verified = output(keyed(on(folder, "verify"), key_file), b"");
    assert!(verified.status.success(), "{verified:?}");
}

fn secrets(folder: &Path) -> PathBuf {
    folder.join("default/secrets")
}

fn check_wrapped(folder: &Path) {
    let secrets = fs::read(secrets(folder)).unwrap();
    assert!(secrets.starts_with(WRAPPED), "{} bytes", secrets.len());
}

/// The profile of whoever is marked.
fn person(service: &Service) -> Value {
    Api::of(&service.url).profile("user_id", "canaryuser7731")
}

/// Has somebody marked do everything, and makes a snapshot; gives their profile.
fn lived_in(folder: &Path, key_file: Option<&Path>) -> Value {
    let service = Service::of(keyed(canary::command(folder), key_file));
    canary::lived(&service);
    let profile = person(&service);
    let log = service.stop();
    assert!(!log.contains(IN_EACH_KEY), "{log}");
    printed(keyed(on(folder, "snapshot"), key_file), b"");
    profile
}

/// Where no file holds a mark: something. Files may come and go meanwhile: then it has to be looked again.
fn unmarked(folder: &Path) -> Option<()> {
    for entry in fs::read_dir(folder).ok()? {
        let path = entry.ok()?.path();
        if path.is_dir() {
            unmarked(&path)?;
        } else {
            let marks = canary::marks_in(&fs::read(path).ok()?);
            marks.is_empty().then_some(())?;
        }
    }
    Some(())
}

#[test]
fn no_file_holds_what_was_said_and_with_the_key_all_of_it_is_there() {
    let [plain, data, keys] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    // The journal and snapshots are compressed: without a key it shows that marks can be seen in each all the same.
    lived_in(plain.path(), None);
    for part in ["store", "journal", "snapshots"] {
        let part = plain.path().join("default").join(part);
        assert!(!canary::marked(&part).is_empty(), "{}", part.display());
    }

    let (folder, key_file) = (data.path(), put(keys.path(), &[1]));
    let key_file = Some(key_file.as_path());
    let profile = lived_in(folder, key_file);
    let before = print_of(folder, key_file);
    check_wrapped(folder);
    check_sound(folder, key_file);
    assert_eq!(canary::marked(folder), []);

    let service = Service::of(keyed(canary::command(folder), key_file));
    assert_eq!(person(&service), profile);
    service.stop();
    assert_eq!(print_of(folder, key_file), before);
    // What the store is built of can be read, too.
    for more in [&[] as &[&str], &["--from-journal"]] {
        let mut rebuild = on(folder, "rebuild");
        rebuild.args(more);
        printed(keyed(rebuild, key_file), b"");
        assert_eq!(print_of(folder, key_file), before, "{more:?}");
    }
    check_sound(folder, key_file);
    assert_eq!(canary::marked(folder), []);
}

#[test]
fn a_backup_is_restored_with_the_key_alone() {
    let [data, new, keys] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let key_file = put(keys.path(), &[1]);
    let key_file = Some(key_file.as_path());
    lived_in(data.path(), key_file);
    let snapshot = files(&data.path().join("default/snapshots"))
        .into_iter()
        .find(|path| path.extension().is_some_and(|end| end == "snapshot"));
    let restore = || {
        let mut restore = on(new.path(), "restore");
        restore.arg("--snapshot").arg(snapshot.as_ref().unwrap());
        restore.arg("--secrets").arg(secrets(data.path()));
        restore
    };
    let refused = output(restore(), b"");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success() && said.contains("data.key_file"),
        "{said}"
    );
    // Nothing is left that stands in the way.
    printed(keyed(restore(), key_file), b"");
    assert_eq!(print_of(new.path(), key_file), print_of(data.path(), key_file));
    check_wrapped(new.path());
    assert_eq!(canary::marked(new.path()), []);
}

#[test]
fn a_folder_that_was_kept_without_a_key_is_encrypted_by_a_service_with_one() {
    let [data, keys] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let folder = data.path();
    lived_in(folder, None);
    let service = Service::of(canary::command(folder));
    load::send_all(&service.url, &generate::events(SEED, PEOPLE, 500));
    let profile = person(&service);
    service.stop();
    let before = fingerprint(folder);
    let key_file = put(keys.path(), &[1]);
    let key_file = Some(key_file.as_path());
    // Killed on its way, it goes on from wherever it was.
    let mut dice = ChaCha8Rng::seed_from_u64(SEED);
    for _ in 0..KILLS {
        let begun = Instant::now();
        let moment = Duration::from_millis(dice.random_range(0..KILL_MS_MAX));
        let running = Running::start(keyed(canary::command(folder), key_file));
        wait_for("the moment", || (begun.elapsed() >= moment).then_some(()));
        running.kill();
    }

    let service = Service::of(keyed(canary::command(folder), key_file));
    let begun = Instant::now();
    assert_eq!(person(&service), profile);
    wait_for("no file to hold a mark", || unmarked(folder));
    assert!(begun.elapsed() < ENCRYPTED, "{:?}", begun.elapsed());
    assert_eq!(person(&service), profile);
    let log = service.stop();
    assert_eq!(canary::marked(folder), [], "{log}");
    check_wrapped(folder);
    assert_eq!(print_of(folder, key_file), before);
    check_sound(folder, key_file);
    check_refused(serve(folder), folder, &["data.key_file", "secrets"]);
}

/// A service that took the events once, in peace and without a key.
fn undisturbed(events: &[Value]) -> String {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path());
    load::send_all(&service.url, events);
    service.stop();
    fingerprint(data.path())
}

#[test]
fn a_master_key_is_changed_while_events_come() {
    let [data, keys] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let (folder, key_file) = (data.path(), put(keys.path(), &[1]));
    let serving = || Service::of(keyed(serve(folder), Some(&key_file)));
    let read = || fs::read(secrets(folder)).unwrap();
    let events = generate::events(SEED + 1, PEOPLE, EVENTS);
    let (former, later) = events.split_at(EVENTS / 4);
    let service = serving();
    load::send_all(&service.url, former);

    let (before, api, begun) = (read(), Api::of(&service.url), Instant::now());
    put(keys.path(), &[2, 1]);
    let mut meanwhile = later.iter();
    wait_for("the secrets to be wrapped by the new key", || {
        if let Some(event) = meanwhile.next() {
            api.post("/v1/events", event);
        }
        (read() != before).then_some(())
    });
    assert!(begun.elapsed() < LOOKED_AT, "{:?}", begun.elapsed());
    check_wrapped(folder);
    load::send_all(&service.url, meanwhile.as_slice());
    // That keys are looked at brings no snapshot that was not due.
    let snapshots = sample(&api.text("/metrics"), "yekta_engine_snapshot_seconds_count");
    assert!(snapshots < 1.0, "{snapshots}");
    let log = service.stop();
    assert!(!log.contains(IN_EACH_KEY), "{log}");

    put(keys.path(), &[2]);
    let whole = undisturbed(&events);
    assert_eq!(print_of(folder, Some(&key_file)), whole);
    let service = serving();
    assert_eq!(load::send_all(&service.url, &events), 0);
    service.stop();
    put(keys.path(), &[1]);
    let refusal = ["data.key_file", "secrets"];
    check_refused(keyed(serve(folder), Some(&key_file)), folder, &refusal);

    // The same at a start, where nobody had to wait for a look.
    let before = read();
    put(keys.path(), &[3, 2]);
    let service = serving();
    wait_for("the secrets to be wrapped by the third key", || {
        (read() != before).then_some(())
    });
    service.stop();
    put(keys.path(), &[3]);
    assert_eq!(print_of(folder, Some(&key_file)), whole);
}
