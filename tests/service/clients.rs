//! Segment's own clients, unmodified: what they send is taken, and makes one profile whoever sent it.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    api::Api,
    installed::{are_there, install, python, succeeds, without_proxies},
    process::Service,
    updates::Updates,
};

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/service/clients");
const USER: &str = "customer-7";

#[test]
fn what_segments_own_clients_send_makes_one_profile() {
    if !are_there(&["node", "npm", "python3"]) {
        return;
    }
    let (node, python) = (node_clients(), python("python", Path::new(SOURCES)));
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path());
    let mut updates = Updates::after(&service.url, "updates", 0);
    let mut by_node = Command::new("node");
    by_node.arg(source("node.mjs")).current_dir(node);
    let mut by_python = Command::new(python);
    by_python.arg(source("python.py"));
    for mut client in [by_node, by_python] {
        without_proxies(&mut client);
        client.args([&service.url, USER]);
        succeeds(client);
    }

    let told = updates.until(|message| message.data["document"]["counters"]["events"] == 4);
    let profile = Api::of(&service.url).profile("user_id", USER);
    let last = &told.last().unwrap().data;
    assert_eq!(
        last["document"], profile,
        "the stream and the answer tell the same"
    );
    assert!(
        told.iter()
            .all(|message| message.data["profile"] == profile["id"])
    );
    assert_eq!(profile["traits"]["first_name"], "Sara");
    assert_eq!(profile["traits"]["last_name"], "Rahimi");
    assert_eq!(profile["open"]["wishlist"][0]["product_id"], "p-1");
    assert_eq!(profile["totals"]["orders"], 1);
    let identifiers = profile["identifiers"].as_array().unwrap();
    assert!(
        identifiers
            .iter()
            .any(|one| one["kind"] == "user_id" && one["value"] == USER)
    );
}

/// The folder in which node finds Segment's client.
fn node_clients() -> PathBuf {
    let manifests = ["package.json", "package-lock.json"];
    install("node", Path::new(SOURCES), &manifests, |folder| {
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts"])
            .current_dir(folder);
        succeeds(npm);
    })
}

fn source(file: &str) -> PathBuf {
    Path::new(SOURCES).join(file)
}
