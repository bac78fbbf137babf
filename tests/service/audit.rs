//! The audit log of a service that is killed again and again: whoever was told of somebody stands in it.

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};
use ureq::Agent;

use crate::process::{Service, output, printed, serve, wait_for, yekta};

pub const AGENT: &str = "a-key-of-the-agents-desk";
pub const SHOP: &str = "a-key-of-the-web-shop-00";
pub const ANALYST: &str = "a-key-of-who-counts-0000";
pub const ADMIN: &str = "a-key-of-who-answers-000";
const PHONE: &str = "09123456789";

pub fn keyed(folder: &Path) -> Command {
    for (name, key) in [
        ("agent.key", AGENT),
        ("shop.key", SHOP),
        ("analyst.key", ANALYST),
        ("admin.key", ADMIN),
    ] {
        fs::write(folder.join(name), key).unwrap();
    }
    let file = |name: &str| folder.join(name).display().to_string();
    let config = format!(
        "[keys.desk]\nrole = \"agent\"\nfile = {:?}\n[keys.shop]\nchannel = \"web\"\nfile = {:?}\n\
         [keys.figures]\nrole = \"analyst\"\nfile = {:?}\n[keys.office]\nrole = \"admin\"\nfile = {:?}\n",
        file("agent.key"),
        file("shop.key"),
        file("analyst.key"),
        file("admin.key")
    );
    fs::write(folder.join("yekta.toml"), config).unwrap();
    let mut command = serve(&folder.join("data"));
    command.arg("--config").arg(folder.join("yekta.toml"));
    // Regions are a matter of the configuration: this number is Iranian.
    command.env("YEKTA_CHANNELS__WEB__REGION", "IR");
    command.env("YEKTA_CHANNELS__CALLCENTER__REGION", "IR");
    command
}

pub fn ask(service: &Service, key: &str, path: &str, body: Option<&Value>) -> Option<Value> {
    let agent = Agent::new_with_defaults();
    let (url, bearer) = (format!("{}{path}", service.url), format!("Bearer {key}"));
    let answer = match body {
        Some(body) => agent
            .post(&url)
            .header("authorization", &bearer)
            .send(body.to_string()),
        None => agent
            .get(&url)
            .header("authorization", &bearer)
            .header("yekta-purpose", "call 4711")
            .call(),
    };
    let text = answer.ok()?.body_mut().read_to_string().ok()?;
    serde_json::from_str(&text).ok()
}

fn verify(folder: &Path) -> Command {
    let mut command = yekta(["audit", "verify", "--json", "--data-dir"]);
    command.arg(folder.join("data"));
    command
}

fn verified(folder: &Path) -> Value {
    serde_json::from_str(&printed(verify(folder), b"")).unwrap()
}

fn records(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("data/default/audit/00000001.audit")).unwrap();
    let json = |line: &str| serde_json::from_str(line.split_once(' ').unwrap().1).unwrap();
    text.lines().map(json).collect()
}

#[test]
fn whoever_was_told_of_somebody_stands_in_the_log_whatever_kills_the_service() {
    let dir = tempfile::tempdir().unwrap();
    let mut told = 0;
    let mut person = String::new();
    for round in 0..5 {
        let service = Service::of(keyed(dir.path()));
        if round == 0 {
            let mina = json!({"id": "e-1", "type": "Signed In", "identifiers": [
                {"kind": "user_id", "value": "mina-7731", "trust": "verified"},
                {"kind": "phone", "value": PHONE, "trust": "verified"}]});
            assert_eq!(
                ask(&service, SHOP, "/v1/events", Some(&mina)).unwrap()["accepted"],
                1
            );
        }
        for _ in 0..10 {
            let path = format!("/v1/context/callcenter/phone:{PHONE}");
            let context = ask(&service, AGENT, &path, None).unwrap();
            assert_eq!(context["match"], "one", "{context}");
            person = context["profile"].as_str().unwrap().to_owned();
            let profile = ask(&service, AGENT, &format!("/v1/profiles/{person}"), None).unwrap();
            assert_eq!(profile["id"], person);
            told += 2;
            // Nobody is told of: nothing to note.
            let nobody = ask(&service, AGENT, "/v1/context/callcenter/phone:09120000000", None).unwrap();
            assert_eq!(nobody["match"], "none");
        }
        service.running.kill();
        assert_eq!(verified(dir.path())["records"], told, "round {round}");
    }
    let records = records(dir.path());
    let [context, profile] = [&records[0], &records[1]];
    let expected = json!({"at": context["at"], "who": "desk", "role": "agent", "action": "read contexts",
        "purpose": "call 4711", "view": "callcenter", "shown": "all", "people": [person]});
    assert_eq!(context, &expected);
    assert_eq!(
        (&profile["action"], &profile["shown"]),
        (&json!("read profiles"), &json!("masked"))
    );
    let text = fs::read_to_string(dir.path().join("data/default/audit/00000001.audit")).unwrap();
    for secret in ["mina-7731", "9123456789", AGENT, SHOP] {
        assert!(!text.contains(secret), "{secret} stands in the audit log");
    }
}

/// A service in whose log an agent asked about one customer three times.
fn asked_about_mina(dir: &Path) -> Service {
    let service = Service::of(keyed(dir));
    let mina =
        json!({"id": "e-1", "type": "Signed In", "identifiers": [{"kind": "user_id", "value": "mina"}]});
    ask(&service, SHOP, "/v1/events", Some(&mina)).unwrap();
    for _ in 0..3 {
        ask(&service, AGENT, "/v1/profiles/user_id:mina", None).unwrap();
    }
    service
}

#[test]
fn a_head_that_was_kept_elsewhere_shows_that_the_end_was_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let service = asked_about_mina(dir.path());
    let audit = |command: &str, more: &[&str]| {
        let mut audit = yekta(["audit", command, "--json", "--data-dir"]);
        audit.arg(dir.path().join("data")).args(more);
        audit
    };
    let told = |command: Command| serde_json::from_str::<Value>(&printed(command, b"")).unwrap();
    let head = told(audit("head", &[]));
    assert_eq!(head["records"], 3);
    let hash = head["head"].as_str().unwrap();
    ask(&service, AGENT, "/v1/profiles/user_id:mina", None).unwrap();
    let verified = told(audit("verify", &["--head", hash]));
    assert_eq!((&verified["records"], &verified["kept"]), (&json!(4), &json!(3)));
    service.stop();
    // Whoever starts it is told the head, as whoever collects log lines is once a day.
    let service = Service::of(keyed(dir.path()));
    let line = wait_for("the head in the log", || {
        let log = service.running.log();
        log.lines()
            .find(|line| line.contains("audit head"))
            .map(str::to_owned)
    });
    let last = told(audit("head", &[]))["head"].as_str().unwrap().to_owned();
    assert!(
        line.contains("INFO") && line.contains("records=4") && line.contains(&last),
        "{line}"
    );
    service.stop();

    let file = dir.path().join("data/default/audit/00000001.audit");
    let text = fs::read_to_string(&file).unwrap();
    let some: Vec<&str> = text.split_inclusive('\n').take(2).collect();
    fs::write(&file, some.concat()).unwrap();
    assert_eq!(verified_count(dir.path()), 2, "what is left is a sound log");
    let cut = output(audit("verify", &["--head", hash]), b"");
    assert_eq!(cut.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&cut.stderr).contains(hash));
    let nothing = output(audit("verify", &["--head", "4711"]), b"");
    assert_eq!(nothing.status.code(), Some(2));
}

fn verified_count(folder: &Path) -> u64 {
    verified(folder)["records"].as_u64().unwrap()
}

#[test]
fn a_log_that_was_changed_is_found_and_not_gone_on_with() {
    let dir = tempfile::tempdir().unwrap();
    let service = asked_about_mina(dir.path());
    service.stop();
    let file = dir.path().join("data/default/audit/00000001.audit");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("desk", "till", 1)).unwrap();
    let found = output(verify(dir.path()), b"");
    let said = String::from_utf8_lossy(&found.stderr);
    assert_eq!(found.status.code(), Some(1));
    assert!(
        said.contains("read line 1 of") && said.contains("00000001.audit"),
        "{said}"
    );
    let started = output(keyed(dir.path()), b"");
    assert_eq!(started.status.code(), Some(1));
    fs::write(&file, text).unwrap();
    Service::of(keyed(dir.path())).stop();
    assert_eq!(verified(dir.path())["records"], 3);
}
