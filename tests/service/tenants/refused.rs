//! Files of tenants that a start refuses, which names the file and the setting and shows no key.

use std::process::Command;

use crate::{
    process::Running,
    tenants::brands::{AIRLINE, Brands, NAMES, SHOP, key_of, keyed, sha256},
};

/// What is the process', as a tenant's file would say it.
const OF_THE_PROCESS: [(&str, &str); 13] = [
    ("data.dir", "[data]\ndir = \"elsewhere\""),
    ("data.key", "[data]\nkey = \"\""),
    ("data.tenant", "[data]\ntenant = \"shop\""),
    ("log.filter", "[log]\nfilter = \"trace\""),
    ("nats.url", "[nats]\nurl = [\"nats://127.0.0.1:4222\"]"),
    ("cluster.standby", "[cluster]\nstandby = true"),
    ("tenants.dir", "[tenants]\ndir = \"elsewhere\""),
    ("http.listen", "[http]\nlisten = \"127.0.0.1:0\""),
    ("http.tls_cert_file", "[http]\ntls_cert_file = \"chain.pem\""),
    ("http.tls_by_proxy", "[http]\ntls_by_proxy = true"),
    ("http.dev_certificate", "[http]\ndev_certificate = true"),
    ("http.connections_max", "[http]\nconnections_max = 7"),
    ("http.idle_timeout_ms", "[http]\nidle_timeout_ms = 20000"),
];

/// Runs what has to be refused; gives what it said.
fn refusal(brands: &Brands, command: Command, code: i32) -> String {
    let mut running = Running::start(command);
    let status = running.ended();
    let log = running.log();
    assert_eq!(status.code(), Some(code), "{log}");
    for tenant in [SHOP, AIRLINE] {
        for name in NAMES {
            assert!(!log.contains(&key_of(tenant, name)), "{log}");
        }
        assert!(!brands.data(tenant).exists(), "a folder was made");
    }
    log
}

/// Fails unless a start beside a sound tenant is refused, and what is said names all of `said`.
fn check(name: &str, text: &str, said: &[&str]) {
    let brands = Brands::of(&[(SHOP, &keyed(SHOP)), (name, text)]);
    let log = refusal(&brands, brands.serve(), 78);
    for what in said {
        assert!(log.contains(what), "{what:?} is not in {log}");
    }
}

/// Whether a text names a setting, or the section where nothing of it is a tenant's.
fn names(text: &str, setting: &str) -> bool {
    let section = setting.split('.').next().unwrap();
    let as_a_section = [
        format!("[{section}]"),
        format!("\"{section}\""),
        format!("`{section}`"),
        format!("{section} ("),
    ];
    let is_whole = section != "http" && as_a_section.iter().any(|way| text.contains(way));
    is_whole || text.contains(setting)
}

#[test]
fn what_is_the_process_own_is_no_tenants_to_say() {
    for (setting, text) in OF_THE_PROCESS {
        let file = format!("{}{text}\n", keyed(AIRLINE));
        let brands = Brands::of(&[(SHOP, &keyed(SHOP)), (AIRLINE, &file)]);
        let log = refusal(&brands, brands.serve(), 78);
        assert!(
            log.contains("airline") && names(&log, setting),
            "{setting}: {log}"
        );
    }
}

#[test]
fn a_file_that_cannot_be_used_is_named_with_what_is_wrong() {
    check("Airline-1", &keyed(AIRLINE), &["Airline-1"]);
    check(&"a".repeat(65), &keyed(AIRLINE), &[&"a".repeat(65)]);
    check(AIRLINE, "[keys.admin\n", &["airline.toml"]);
    check(AIRLINE, "[stroe]\ncache_bytes = 1\n", &["airline.toml", "stroe"]);
    check(
        AIRLINE,
        "[engine]\nbatch_events_max = 0\n",
        &["airline.toml", "engine.batch_events_max"],
    );
    check(
        AIRLINE,
        "[keys.admin]\nrole = \"king\"\nsha256 = \"00\"\n",
        &["airline.toml", "keys.admin"],
    );
}

/// However it is written down: two who show the same are one, and nobody says for whom.
#[test]
fn one_key_opens_one_tenant() {
    let key = key_of(SHOP, "admin");
    let digest = sha256(&key);
    let keys = [
        format!("[keys.other]\nrole = \"agent\"\nsha256 = \"{digest}\"\n"),
        format!("[keys.other]\nchannel = \"web\"\nsha256 = \"{digest}\"\n"),
        format!("[http]\nread_key = \"{key}\"\n"),
        format!("[http]\nwrite_key = \"{key}\"\n"),
    ];
    for (text, said) in keys.iter().zip(["keys.", "keys.", "read_key", "write_key"]) {
        check(AIRLINE, text, &["airline", "shop", said]);
    }
    let files = tempfile::tempdir().unwrap();
    let file = files.path().join("other.key");
    std::fs::write(&file, format!("{key}\n")).unwrap();
    let text = format!("[keys.other]\nrole = \"agent\"\nfile = {file:?}\n");
    check(AIRLINE, &text, &["airline", "shop"]);
}

#[test]
fn a_process_of_several_tenants_is_not_told_to_serve_one() {
    let brands = Brands::two();
    let mut command = brands.serve();
    command.args(["--tenant", SHOP]);
    let log = refusal(&brands, command, 2);
    assert!(log.contains("tenant"), "{log}");
}
