//! What is packed beside the program: pages, completions, examples, what watches it; and what `doctor` says of this machine.

use std::{collections::BTreeSet, fs, net::TcpListener, path::Path};

use serde_json::Value;

use crate::{
    api::Api,
    process::{Service, output, printed, yekta},
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const TRADES: [&str; 3] = ["retailer", "bank", "airline"];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The findings of `yekta doctor`, and whether it exited 0.
fn examined(listen: &str, folder: &Path) -> (Vec<Value>, bool) {
    let mut command = yekta(["doctor", "--json", "--listen", listen, "--data-dir"]);
    command.arg(folder);
    let output = output(command, b"");
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let is_well = output.status.success();
    assert_eq!(told["ok"], is_well, "{told}");
    (told["findings"].as_array().unwrap().clone(), is_well)
}

fn verdict<'a>(findings: &'a [Value], what: &str) -> &'a str {
    let finding = findings.iter().find(|finding| finding["what"] == what);
    finding.unwrap_or_else(|| panic!("{what} in {findings:?}"))["verdict"]
        .as_str()
        .unwrap()
}

#[test]
fn a_doctor_measures_this_machine_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (findings, is_well) = examined("127.0.0.1:0", &folder.path().join("data"));
    assert!(is_well, "{findings:?}");
    for what in [
        "port",
        "disk.free",
        "disk.inodes",
        "disk.sync",
        "limit.files",
        "clock.runs",
        "clock.synchronized",
        "nats.server",
    ] {
        assert_ne!(verdict(&findings, what), "fail", "{what}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_doctor_fails_where_somebody_else_has_the_port_or_no_broker_answers() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let (findings, is_well) = examined(&taken.local_addr().unwrap().to_string(), folder.path());
    assert!(!is_well);
    assert_eq!(verdict(&findings, "port"), "fail");

    let service = Service::start(&folder.path().join("data"));
    let address = service.url.strip_prefix("http://").unwrap();
    let (findings, _) = examined(address, folder.path());
    assert_eq!(verdict(&findings, "port"), "warn");

    // Nobody listens on the discard port.
    let mut command = yekta([
        "doctor",
        "--listen",
        "127.0.0.1:0",
        "--nats-url",
        "nats://127.0.0.1:9",
        "--data-dir",
    ]);
    command.arg(folder.path());
    let output = output(command, b"");
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.lines().any(|line| line.starts_with("fail nats.server")),
        "{said}"
    );
}

#[test]
fn pages_and_completions_are_written() {
    let page = printed(yekta(["config", "page"]), b"");
    assert!(
        page.contains("| `listen` | `\"127.0.0.1:8080\"` | `YEKTA_HTTP__LISTEN` |"),
        "{page}"
    );
    assert!(printed(yekta(["man"]), b"").contains(".TH yekta 1"));
    let folder = tempfile::tempdir().unwrap();
    let mut command = yekta(["man", "--dir"]);
    command.arg(folder.path());
    printed(command, b"");
    assert!(folder.path().join("yekta-doctor.1").is_file());
    for shell in ["bash", "zsh", "fish"] {
        assert!(
            printed(yekta(["completions", shell]), b"").contains("doctor"),
            "{shell}"
        );
    }
}

#[test]
fn what_is_packed_as_an_example_is_sound() {
    let path = |path: &str| Path::new(ROOT).join(path);
    for trade in TRADES {
        let mut command = yekta(["config", "check", "--config"]);
        command.arg(path(&format!("config/examples/{trade}/yekta.toml")));
        printed(command, b"");
        let mut command = yekta(["rules", "check"]);
        command.arg(path(&format!("config/examples/{trade}/rules")));
        assert!(printed(command, b"").contains("1 journey"), "{trade}");
        let mut command = yekta(["rules", "test"]);
        command.arg(path(&format!("config/examples/{trade}/rules/tests/flows.yaml")));
        assert!(printed(command, b"").contains("all as expected"), "{trade}");
    }
    for member in ["member-a", "member-b"] {
        let mut command = yekta(["config", "check", "--config"]);
        command.arg(path(&format!("config/examples/cluster/{member}.toml")));
        printed(command, b"");
    }
    let mut command = yekta(["tenant", "list", "--config"]);
    command
        .arg(path("config/examples/tenants/process.toml"))
        .env("YEKTA_TENANTS__DIR", path("config/examples/tenants/tenants"));
    assert_eq!(printed(command, b""), "airline\tok\nretailer\tok\n");
    let mut command = yekta(["config", "check", "--config"]);
    command.arg(path("config/package/deb/yekta.toml"));
    // The folder of the package's data is named by the unit; what is checked here are words and values.
    printed(command, b"");
}

/// The names of metrics in a text.
fn metrics(text: &str) -> BTreeSet<&str> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let named = words.filter(|word| word.starts_with("yekta_"));
    named
        .map(|word| word.strip_suffix("_bucket").unwrap_or(word))
        .collect()
}

#[test]
fn alerts_and_dashboard_ask_for_metrics_that_there_are() {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path());
    let told = Api::of(&service.url).text("/metrics");
    // Those of NATS are registered where there is a broker, those of a cluster where the tenant is shared.
    let elsewhere = ["nats", "cluster"].map(|part| read(&format!("src/telemetry/{part}_metrics.rs")));
    let elsewhere = elsewhere.concat();
    for file in ["alerts.yml", "alerts_test.yml", "grafana.json"] {
        let asked = read(&format!("config/examples/observability/{file}"));
        for name in metrics(&asked) {
            let is_there = told.contains(&format!("# TYPE {name} "))
                || elsewhere.contains(&format!("\"{}\"", name.strip_prefix("yekta_").unwrap()));
            // A metric with labels is told once something was counted.
            let registered = REGISTERED_LATE.contains(&name);
            assert!(is_there || registered, "{file} asks for {name}");
        }
    }
    serde_json::from_str::<Value>(&read("config/examples/observability/grafana.json")).unwrap();
}

#[test]
fn each_alert_says_what_to_do_and_where_that_is_written() {
    let (alerts, runbook) = (
        read("config/examples/observability/alerts.yml"),
        read("config/examples/observability/runbook.md"),
    );
    let rules: Vec<&str> = alerts.split("- alert: ").skip(1).collect();
    let named: Vec<&str> = rules.iter().filter_map(|rule| rule.lines().next()).collect();
    let parts: Vec<&str> = runbook.split("\n## ").skip(1).collect();
    let written: Vec<&str> = parts.iter().filter_map(|part| part.lines().next()).collect();
    assert_eq!(
        named, written,
        "an alert for each part and a part for each alert, in order"
    );
    for (name, rule) in named.iter().zip(&rules) {
        let place = format!("runbook_url: \"runbook.md#{}\"", name.to_lowercase());
        assert_eq!(rule.matches(&place).count(), 1, "{name} has {place}");
        for wanted in ["severity: ", "summary: ", "action: "] {
            assert_eq!(rule.matches(wanted).count(), 1, "{name} has {wanted}");
        }
    }
    for (name, part) in written.iter().zip(&parts) {
        for wanted in ["Means", "Users see", "Look at", "Do", "Escalate"] {
            let said = format!("- **{wanted}**: ");
            assert_eq!(part.matches(&said).count(), 1, "{name} says {wanted}");
        }
    }
}

/// Metrics that have no series before their first label.
const REGISTERED_LATE: [&str; 6] = [
    "yekta_engine_resolutions_total",
    "yekta_engine_rejections_total",
    "yekta_guard_refusals_total",
    "yekta_http_query_seconds",
    "yekta_http_request_seconds",
    "yekta_http_requests_total",
];

#[test]
fn what_is_copied_into_packages_is_there() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let package = &manifest["package"]["metadata"]["deb"];
    let text = |value: &toml::Value| value.as_str().unwrap().to_owned();
    let assets = package["assets"].as_array().unwrap();
    let mut copied: Vec<String> = assets.iter().map(|asset| text(&asset[0])).collect();
    copied.extend([
        text(&package["changelog"]),
        text(&package["license-file"][0]),
        text(&package["maintainer-scripts"]) + "/postinst",
        text(&package["systemd-units"]["unit-scripts"]) + "/yekta.service",
    ]);
    let container = read("config/package/container/Containerfile");
    let lines = container.lines().filter_map(|line| line.strip_prefix("COPY "));
    let of_ours = lines.filter(|line| !line.starts_with("--from="));
    let sources = of_ours.flat_map(|line| line.rsplit_once(' ').unwrap().0.split(' '));
    copied.extend(sources.map(str::to_owned));
    for path in copied {
        let named = path.split('*').next().unwrap();
        // What `.ci/package` makes is there once it ran.
        let is_made = named.starts_with("target/");
        assert!(is_made || Path::new(ROOT).join(named).exists(), "{path}");
    }
    // What Debian calls the version is the program's.
    let version = format!("yekta ({}-", env!("CARGO_PKG_VERSION"));
    assert!(
        read("config/package/deb/changelog").starts_with(&version),
        "{version}"
    );
}

#[test]
fn the_unit_starts_the_service_as_it_is_packed() {
    let unit = read("config/package/systemd/yekta.service");
    for line in [
        "Type=notify",
        "WatchdogSec=60s",
        "RestartPreventExitStatus=78 2",
        "StateDirectory=yekta",
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
    ] {
        assert!(unit.lines().any(|there| there == line), "{line}");
    }
    let start = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart=/usr/bin/yekta "));
    // Help instead of a start: the command line is one that the program knows.
    let args = start.unwrap().split(' ').chain(["--help"]);
    printed(yekta(args), b"");
}
