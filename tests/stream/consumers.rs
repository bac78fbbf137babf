//! The examples for consumers, as their users run them: publish, look up and follow, in Python and in TypeScript, and a
//! copy of all profiles out of JetStream that is right after its owner was away.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use crate::{
    api::Api,
    broker::{Broker, PROFILES},
    installed::{are_there, install, python, succeeds, without_proxies},
    process::{Service, output, wait_for},
    server::NatsServer,
    serving::start_ready,
};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/config/examples");

/// The programs of one language.
struct Programs {
    run: Box<dyn Fn(&str) -> Command>,
    look_up: &'static str,
}

/// Those in Python, of which only the one for NATS needs a package.
fn in_python(interpreter: PathBuf) -> Programs {
    let run = move |name: &str| {
        let mut command = Command::new(&interpreter);
        // Nothing is left beside the sources.
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command.arg(format!("{EXAMPLES}/python/{name}.py"));
        command
    };
    Programs {
        run: Box::new(run),
        look_up: "look_up",
    }
}

/// Those in TypeScript, compiled by what their `package.json` says.
fn in_typescript() -> Programs {
    let sources = Path::new(EXAMPLES).join("typescript");
    let files: Vec<String> = fs::read_dir(&sources)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".ts") || name.ends_with(".json"))
        .collect();
    let mut manifests: Vec<&str> = files.iter().map(String::as_str).collect();
    manifests.sort_unstable();
    let folder = install("examples-typescript", &sources, &manifests, |folder| {
        for args in [
            &["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"][..],
            &["node", "node_modules/typescript/bin/tsc", "--outDir", "out"],
        ] {
            let mut command = Command::new(args[0]);
            command.args(&args[1..]).current_dir(folder);
            succeeds(command);
        }
    });
    let run = move |name: &str| {
        let mut command = Command::new("node");
        command.arg(folder.join(format!("out/{name}.js")));
        command
    };
    Programs {
        run: Box::new(run),
        look_up: "look-up",
    }
}

/// What a program printed that has to succeed.
fn printed(mut program: Command, args: &[&str], env: &[(&str, &str)]) -> String {
    without_proxies(&mut program);
    program.args(args).envs(env.iter().copied());
    String::from_utf8(succeeds(program)).unwrap()
}

/// The profiles of a copy.
fn copied(file: &Path) -> Map<String, Value> {
    let copy: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    assert_eq!(copy["complete"], true);
    copy["profiles"].as_object().unwrap().clone()
}

fn event(id: &str, [channel, name]: [&str; 2], minutes_ago: i64, identifiers: &Value) -> Value {
    let time = Timestamp::now() - SignedDuration::from_mins(minutes_ago);
    json!({"id": id, "source": "test", "channel": channel, "type": name, "time": time.to_string(),
        "identifiers": identifiers})
}

fn cookie(value: &str) -> Value {
    json!({"kind": "anonymous_id", "value": value, "trust": "observed"})
}

fn viewed(id: &str, minutes_ago: i64, on: &str) -> Value {
    event(id, ["web", "Product Viewed"], minutes_ago, &json!([cookie(on)]))
}

fn signed_in(id: &str, minutes_ago: i64, on: &str, who: &str) -> Value {
    let user = json!({"kind": "user_id", "value": who, "trust": "verified"});
    event(id, ["web", "Signed In"], minutes_ago, &json!([cookie(on), user]))
}

fn work_on_a_service(programs: &Programs) {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(&data.path().join("data"));
    let (api, url) = (Api::of(&service.url), service.url.clone());
    let env = [("YEKTA_URL", url.as_str())];
    let run = |name: &str, args: &[&str]| printed((programs.run)(name), args, &env);
    assert_eq!(run("publish", &[]).trim(), "committed: 2 new, 0 known before");
    assert_eq!(run("publish", &[]).trim(), "committed: 0 new, 2 known before");
    let found = run(programs.look_up, &["phone", "00989123456789"]);
    assert!(found.starts_with("match: one\nSara Rahimi, profile "), "{found}");
    assert_eq!(
        run(programs.look_up, &["user_id", "nobody"]).trim(),
        "match: none"
    );

    let file = data.path().join("profiles.json");
    let follow = [file.to_str().unwrap(), "--once"];
    assert_eq!(run("follow", &follow).trim(), "1 profiles");
    // While it is away: somebody new, and two who become one.
    let told = json!([
        viewed("1", 60, "c-1"),
        viewed("2", 60, "c-2"),
        signed_in("3", 30, "c-1", "mina")
    ]);
    api.post("/v1/events", &told);
    assert_eq!(run("follow", &follow).trim(), "3 profiles");
    for (id, document) in copied(&file) {
        assert_eq!(api.get(&format!("/v1/profiles/{id}")), document);
    }
    service.stop();
    // Nobody is there: that is said, and not waited for.
    let mut nobody = (programs.run)(programs.look_up);
    without_proxies(&mut nobody);
    nobody.args(["user_id", "sara"]).envs(env);
    assert_eq!(output(nobody, b"").status.code(), Some(1));
}

#[test]
fn the_examples_in_python_publish_look_up_and_follow() {
    if are_there(&["python3"]) {
        work_on_a_service(&in_python("python3".into()));
    }
}

#[test]
fn the_examples_in_typescript_publish_look_up_and_follow() {
    if are_there(&["node", "npm"]) {
        work_on_a_service(&in_typescript());
    }
}

/// Three merges and a split happen while a copy's owner is away; and the bucket is emptied, so that only the stream can
/// say what happened.
#[test]
fn a_copy_is_repaired_from_the_stream_alone_after_three_merges_and_a_split() {
    if !are_there(&["python3"]) {
        return;
    }
    let sources = Path::new(EXAMPLES).join("python");
    let programs = in_python(python("examples-python", &sources));
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let service = start_ready(&server, &data.path().join("data"));
    let (api, broker) = (Api::of(&service.url), Broker::of(&server));
    let file = data.path().join("profiles.json");
    let (url, args) = (server.url(), [file.to_str().unwrap(), "--once"]);
    let follow = || printed((programs.run)("follow_nats"), &args, &[("YEKTA_NATS_URL", &url)]);
    let browsers = ["c-1", "c-2", "c-3", "c-4"];
    let seen = browsers.map(|on| viewed(on, 600, on));
    broker.tell_all(&seen);
    wait_for("the bucket to follow", || {
        (broker.keys().len() == browsers.len()).then_some(())
    });
    assert_eq!(follow().trim(), "4 profiles");

    for on in &browsers[..3] {
        broker.tell_all(&[signed_in(&format!("in-{on}"), 500, on, "ann")]);
    }
    broker.tell_all(&[viewed("later", 100, "c-1")]);
    // Told late, it takes what was done on the first browser since from her.
    broker.tell_all(&[signed_in("bob", 200, "c-1", "bob")]);
    let ids = |who: &str| api.profile("user_id", who)["id"].as_str().unwrap().to_owned();
    let stays = api.profile("anonymous_id", "c-4")["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let live = BTreeSet::from([ids("ann"), ids("bob"), stays]);
    // Bucket and stream are filled from the journal by the server, in its own time.
    wait_for("the bucket to have all of it", || {
        let is_there = |id: &String| {
            let entry = broker.entry(id)?;
            (entry["document"] == api.get(&format!("/v1/profiles/{id}"))).then_some(())
        };
        (broker.keys().len() == live.len() && live.iter().all(|id| is_there(id).is_some())).then_some(())
    });
    let bucket = format!("KV_{PROFILES}");
    broker.purge_before(&bucket, broker.last_sequence(&bucket) + 1);
    assert!(broker.keys().is_empty());
    wait_for("the copy to be right", || {
        follow();
        let copy = copied(&file);
        let is_right = copy.keys().eq(&live)
            && copy
                .iter()
                .all(|(id, document)| api.get(&format!("/v1/profiles/{id}")) == *document);
        is_right.then_some(())
    });
    service.stop();
}
