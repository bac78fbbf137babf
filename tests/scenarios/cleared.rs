//! What becomes of files that still hold somebody who is erased, and of the ledger that says who was.

use std::time::{Duration, Instant};

use serde_json::json;
use yekta::{
    engine::Opened,
    telemetry::{EngineMetrics, Registry},
};

use crate::{
    erased::{erase, sara},
    town::{NOW, Town},
};

#[test]
fn the_files_of_somebody_who_is_erased_are_cleared_at_once_when_that_is_asked_for_later() {
    let town = Town::new();
    town.tell(&sara());
    let receipt = erase(&town, "user_id:sara");
    assert_ne!(receipt["gone_by"], receipt["erased_at"]);
    let id = receipt["profile"].as_str().unwrap();
    let without = town.call("DELETE", &format!("/v1/profiles/{id}"), &[], Vec::new());
    assert_eq!(
        (without.status, &without.body["code"]),
        (404, &json!("nobody_there"))
    );
    let hastened = erase(&town, &format!("{id}?now=true"));
    assert_eq!(hastened["erasure"], receipt["erasure"]);
    assert_eq!(hastened["gone_by"], receipt["erased_at"]);
    let erasure = format!("/v1/erasures/{}", receipt["erasure"].as_str().unwrap());
    let begun = Instant::now();
    while town.get(&erasure)["gone_at"].is_null() {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "the files still hold her"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    let over = town.call("DELETE", &format!("/v1/profiles/{id}?now=true"), &[], Vec::new());
    assert_eq!(over.status, 404, "no file holds her any more");
}

#[test]
fn a_ledger_that_says_something_unreadable_stops_the_start() {
    let mut town = Town::new();
    town.tell(&sara());
    erase(&town, "user_id:sara");
    town.stop();
    let (config, ledger) = (town.folder(), town.folder().dir.join("erasures"));
    let text = std::fs::read_to_string(&ledger).unwrap();
    let rules = || yekta::app::engine_rules(town.settings());
    let started = |text: &str| {
        std::fs::write(&ledger, text).unwrap();
        let metrics = EngineMetrics::register(&Registry::new("test").unwrap()).unwrap();
        let opened = Opened::open(&config).unwrap();
        opened
            .start(&config, rules(), metrics, || NOW)
            .map(|engine| engine.stop().unwrap())
    };
    let broken = text.replacen('0', "1", 1);
    assert!(
        started(&format!("{broken}{text}"))
            .unwrap_err()
            .to_string()
            .contains("store")
    );
    // What was being written was not acknowledged.
    let begun: String = broken.chars().take(20).collect();
    started(&format!("{text}{begun}")).unwrap();
    // Nor does it stand between others once something is noted behind it: the store has what the ledger lacks.
    started(&begun).unwrap();
    let noted = std::fs::read_to_string(&ledger).unwrap();
    assert_eq!(noted.lines().count(), 1);
    started(&noted).unwrap();
    started(&text).unwrap();
}
