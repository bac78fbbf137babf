//! What the operator of a process says over HTTP of which tenants there are, and what no answer to that may hold.

use std::fs;

use serde_json::Value;

use crate::{
    process::{Service, wait_for},
    tenants::{
        brands::{AIRLINE, Brands, NAMES, OPERATOR, SHOP, key_of, readiness, sha256},
        raw::{self, Reply},
    },
};

pub const GARDEN: &str = "garden";
pub const BANK: &str = "bank";
/// Of a test's requests none is given up for the machine being busy: a tenant is waited for half as long.
const REQUEST_TIMEOUT_MS: &str = "50000";

/// Starts the process and waits until all tenants are ready.
pub fn start(brands: &Brands) -> Service {
    let mut command = brands.serve();
    command.env("YEKTA_HTTP__REQUEST_TIMEOUT_MS", REQUEST_TIMEOUT_MS);
    let service = Service::of(command);
    wait_for("all tenants to be ready", || {
        (readiness(&service.url).status == 200).then_some(())
    });
    service
}

/// What is answered to whoever shows a key, or none.
pub fn by(url: &str, key: Option<&str>, [method, target]: [&str; 2], body: &str) -> Reply {
    let bearer = key.map(|key| format!("Bearer {key}"));
    let mut headers = vec![("Content-Type", "application/toml")];
    headers.extend(bearer.iter().map(|bearer| ("Authorization", bearer.as_str())));
    raw::ask(url, [method, target], &headers, body)
}

/// What is answered to the operator, without anything that stands in a file.
pub fn operated(url: &str, line: [&str; 2], body: &str) -> Reply {
    let reply = by(url, Some(OPERATOR), line, body);
    tells_no_key(&reply.text());
    reply
}

/// What is answered to the operator who puts a tenant's file in place.
pub fn put(url: &str, tenant: &str, text: &str) -> Reply {
    operated(url, ["PUT", &of(tenant)], text)
}

pub fn removed(url: &str, tenant: &str) -> Reply {
    operated(url, ["DELETE", &of(tenant)], "")
}

/// How a tenant fares.
pub fn told(url: &str, tenant: &str) -> Reply {
    operated(url, ["GET", &of(tenant)], "")
}

/// How all fare.
pub fn listed(url: &str) -> Vec<Value> {
    let list = operated(url, ["GET", "/v1/tenants"], "").fine();
    list["tenants"].as_array().unwrap().clone()
}

/// The names and how they fare, in the order of the list.
pub fn fares(url: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let listed = listed(url).into_iter();
    listed
        .map(|one| (text(&one["name"]), text(&one["status"])))
        .collect()
}

/// The same as a test expects it of those who are all ready.
pub fn all_ready(names: &[&str]) -> Vec<(String, String)> {
    let one = |name: &&str| ((*name).to_owned(), "ready".to_owned());
    names.iter().map(one).collect()
}

/// Where a tenant is administered.
pub fn of(tenant: &str) -> String {
    format!("/v1/tenants/{tenant}")
}

/// What lies in the folder of the tenants' files, with what it says.
pub fn files(brands: &Brands) -> Vec<(String, String)> {
    let folder = brands.file("x");
    let entries = fs::read_dir(folder.parent().unwrap()).unwrap();
    let mut files: Vec<(String, String)> = entries
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Fails where a key that somebody has, or what it is known by, stands in a text.
#[track_caller]
pub fn tells_no_key(text: &str) {
    let keys = [SHOP, AIRLINE, GARDEN, BANK]
        .into_iter()
        .flat_map(|tenant| NAMES.map(|name| key_of(tenant, name)));
    for key in keys.chain([OPERATOR.to_owned()]) {
        assert!(!text.contains(&key) && !text.contains(&sha256(&key)), "{text}");
    }
}
