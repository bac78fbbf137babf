//! Keys that are put in place of others while a service runs: who is let in, who no longer is, and who notices nothing.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::Command,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use ureq::Agent;

use crate::{
    api::Api,
    measured::sample,
    process::{PATIENCE, Service, serve, wait_for},
};

/// Within which a key that was put in place opens, and the one before it does not: a look is ten seconds away at most, and
/// the machine may be busy.
const DEADLINE: Duration = Duration::from_secs(30);
/// Within which a stream that says nothing ends: at the next look, and the next sign of life.
const STREAM_DEADLINE: Duration = Duration::from_secs(50);
const ROLES: [(&str, &str); 3] = [("desk", "agent"), ("other", "agent"), ("copy", "service")];

fn key(name: &str, number: u32) -> String {
    format!("a-key-of-{name}-no-{number:04}")
}

/// Puts a key in place, whole or not at all.
fn put(folder: &Path, name: &str, text: &str) {
    let draft = folder.join(format!("{name}.draft"));
    fs::write(&draft, text).unwrap();
    fs::rename(&draft, folder.join(format!("{name}.key"))).unwrap();
}

fn keyed(folder: &Path) -> Command {
    let mut config = "[roles.agent]\nasks_per_minute = 0\npeople_per_hour = 0\n".to_owned();
    for (name, role) in ROLES {
        put(folder, name, &key(name, 1));
        let file = folder.join(format!("{name}.key"));
        config.push_str(&format!("[keys.{name}]\nrole = \"{role}\"\nfile = {file:?}\n"));
    }
    fs::write(folder.join("yekta.toml"), config).unwrap();
    let mut command = serve(&folder.join("data"));
    command.arg("--config").arg(folder.join("yekta.toml"));
    command
}

fn agent() -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_recv_response(Some(PATIENCE))
        .timeout_per_read(Some(PATIENCE))
        .build();
    config.new_agent()
}

/// The status of a question by whoever shows `key`.
fn asked(agent: &Agent, url: &str, key: &str) -> u16 {
    let path = format!("{url}/v1/context/callcenter/user_id:nobody");
    let bearer = format!("Bearer {key}");
    let mut answer = agent.get(path).header("authorization", &bearer).call().unwrap();
    answer.body_mut().read_to_vec().unwrap();
    answer.status().as_u16()
}

/// Opens the stream of updates by a key; ends when it does, or fails.
fn follow(url: &str, key: &str, is_open: &AtomicBool) {
    let request = agent().get(format!("{url}/v1/updates"));
    let opened = request.header("authorization", format!("Bearer {key}")).call();
    let opened = opened.unwrap();
    assert_eq!(opened.status().as_u16(), 200);
    let mut lines = BufReader::new(opened.into_body().into_reader()).lines();
    lines.next().unwrap().unwrap();
    is_open.store(true, Ordering::Relaxed);
    // Where it does not end the test fails by that.
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE * 2 && matches!(lines.next(), Some(Ok(_))) {}
}

#[test]
fn a_key_is_changed_under_load_and_nobody_else_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::of(keyed(dir.path()));
    let (url, asking) = (service.url.as_str(), agent());
    let (stop, answered, is_open) = (
        AtomicBool::new(false),
        AtomicUsize::new(0),
        AtomicBool::new(false),
    );
    let metric = || sample(&Api::of(url).text("/metrics"), "yekta_guard_keys_refused_total");
    thread::scope(|scope| {
        let load = scope.spawn(|| {
            let (agent, begun) = (agent(), Instant::now());
            while !stop.load(Ordering::Relaxed) && begun.elapsed() < PATIENCE * 2 {
                assert_eq!(asked(&agent, url, &key("other", 1)), 200);
                answered.fetch_add(1, Ordering::Relaxed);
            }
        });
        let stream = scope.spawn(|| follow(url, &key("copy", 1), &is_open));
        wait_for("the stream", || is_open.load(Ordering::Relaxed).then_some(()));

        for number in 2..4 {
            assert_eq!(asked(&asking, url, &key("desk", number - 1)), 200);
            put(dir.path(), "desk", &key("desk", number));
            let begun = Instant::now();
            wait_for("the new key", || {
                (asked(&asking, url, &key("desk", number)) == 200).then_some(())
            });
            assert!(begun.elapsed() < DEADLINE, "{:?}", begun.elapsed());
            assert_eq!(asked(&asking, url, &key("desk", number - 1)), 401);
        }

        // What cannot be used is told, and changes nothing.
        put(dir.path(), "desk", "short");
        wait_for("the count", || (metric() >= 1.0).then_some(()));
        assert_eq!(asked(&asking, url, &key("desk", 3)), 200);

        // A key that is gone opens nothing, and what it had opened ends.
        assert!(!stream.is_finished());
        fs::remove_file(dir.path().join("copy.key")).unwrap();
        let begun = Instant::now();
        wait_for("the end of the stream", || stream.is_finished().then_some(()));
        assert!(begun.elapsed() < STREAM_DEADLINE, "{:?}", begun.elapsed());
        stream.join().unwrap();
        assert_eq!(asked(&asking, url, &key("copy", 1)), 401);

        stop.store(true, Ordering::Relaxed);
        load.join().unwrap();
    });
    assert!(answered.load(Ordering::Relaxed) > 100);
    let log = service.stop();
    for part in [
        "desk.key",
        "expected a key of 16 to 256",
        "the file of a key is gone",
    ] {
        assert!(log.contains(part), "{part} in {log}");
    }
    assert!(!log.contains("a-key-of-"), "{log}");
}
