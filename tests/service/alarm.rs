//! Whoever goes through numbers is told of within the minute: by a counter, and by a line in the log that names the key's
//! caller and nobody else.

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use serde_json::json;
use ureq::Agent;

use crate::{
    api::Api,
    measured::sample,
    process::{PATIENCE, Service, serve, wait_for},
};

const DESK: &str = "a-key-of-the-agents-desk";
const SHOP: &str = "a-key-of-the-web-shop-00";
/// Numbers that are tried, of which so many are a customer's.
const NUMBERS: usize = 10_000;
const CUSTOMERS: usize = 200;
/// People an hour.
const HOUR: usize = 50;
/// Within which the alarm has to be there.
const DEADLINE: Duration = Duration::from_secs(60);

fn keyed(folder: &Path) -> Command {
    let mut config = format!("[roles.agent]\nasks_per_minute = 0\npeople_per_hour = {HOUR}\n");
    for (name, key, purpose) in [
        ("desk", DESK, "role = \"agent\""),
        ("shop", SHOP, "channel = \"web\""),
    ] {
        let file = folder.join(format!("{name}.key"));
        fs::write(&file, key).unwrap();
        config.push_str(&format!("[keys.{name}]\n{purpose}\nfile = {file:?}\n"));
    }
    fs::write(folder.join("yekta.toml"), config).unwrap();
    let mut command = serve(&folder.join("data"));
    command.arg("--config").arg(folder.join("yekta.toml"));
    command
}

fn phone(number: usize) -> String {
    format!("+98912{number:07}")
}

fn agent() -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .build();
    config.new_agent()
}

fn posted(agent: &Agent, url: &str, key: &str, body: &serde_json::Value) -> u16 {
    let bearer = format!("Bearer {key}");
    let sent = agent.post(url).header("authorization", &bearer);
    let mut answer = sent.send(body.to_string()).unwrap();
    answer.body_mut().read_to_vec().unwrap();
    answer.status().as_u16()
}

#[test]
fn ten_thousand_numbers_ring_within_the_minute() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::of(keyed(dir.path()));
    let (api, agent) = (Api::of(&service.url), agent());
    let url = |path: &str| format!("{}{path}", service.url);
    let customers: Vec<_> = (0..CUSTOMERS)
        .map(|number| {
            json!({"id": format!("e-{number}"), "type": "Signed In", "identifiers": [
                {"kind": "user_id", "value": format!("customer-{number}"), "trust": "verified"},
                {"kind": "phone", "value": phone(number), "trust": "verified"}]})
        })
        .collect();
    assert_eq!(posted(&agent, &url("/v1/events"), SHOP, &json!(customers)), 200);

    let begun = Instant::now();
    let mut refused = 0;
    for number in 0..NUMBERS {
        let body = json!({"identifiers": [{"kind": "phone", "value": phone(number)}]});
        if posted(&agent, &url("/v1/lookup"), DESK, &body) == 429 {
            refused += 1;
        }
        if refused == 1 {
            let rung = |log: String| log.contains("asks for more than it may").then_some(());
            wait_for("the alarm in the log", || rung(service.running.log()));
            let counted = sample(&api.text("/metrics"), "yekta_guard_refusals_total");
            assert!(counted >= 1.0, "the metric does not tell");
            assert!(begun.elapsed() < DEADLINE, "{:?}", begun.elapsed());
        }
    }
    assert_eq!(refused, NUMBERS - HOUR);
    let counted = sample(
        &api.text("/metrics"),
        "yekta_guard_refusals_total{reason=\"too_many_people\",role=\"agent\"}",
    );
    assert_eq!(counted.to_string(), refused.to_string());
    let minutes = usize::try_from(begun.elapsed().as_secs() / 60).unwrap() + 1;

    let log = service.stop();
    let alarms: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("asks for more"))
        .collect();
    assert!(alarms.len() <= minutes, "{alarms:?}");
    for part in ["WARN", "desk", "agent", "too_many_people"] {
        assert!(alarms[0].contains(part), "{part} in {}", alarms[0]);
    }
    for secret in [DESK, SHOP, "98912000", "customer-"] {
        assert!(!log.contains(secret), "the log tells {secret}");
    }
}
