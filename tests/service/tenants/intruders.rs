//! Who is not let in where tenants are administered, and names that are none of a tenant.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::Path,
};

use serde_json::json;

use crate::{
    process::{Service, wait_for},
    tenants::{
        brands::{AIRLINE, Brands, NAMES, OPERATOR, SHOP, key_of, keyed, readiness, sha256},
        operator::{
            BANK, GARDEN, all_ready, by, fares, files, of, operated, put, removed, start, tells_no_key,
        },
        raw,
    },
};

/// Who has a key of the process' own configuration, and is no administrator.
const CLERKS: [&str; 5] = ["agent", "pos", "service", "analyst", "sender"];

/// What is the name of no tenant, as it stands in a path.
const NOBODY: [&str; 42] = [
    "..%2fyekta",
    "%2e%2e%2fyekta",
    "..%2Fyekta",
    "..%2f..%2fyekta",
    "%2e%2e%2f%2e%2e%2fetc%2fx",
    "shop%2f..%2f..%2fyekta",
    "..%5cyekta",
    "..",
    ".",
    "%2e%2e",
    "%2e",
    "%2f",
    "%2fetc%2fyekta",
    "",
    "SHOP",
    "Shop",
    "shop.toml",
    "shop.",
    ".shop",
    "shop%00",
    "shop%00.toml",
    "shop%20",
    "%20shop",
    "shop%0a",
    "sh-op",
    "_shop",
    "shop_",
    "sh__op",
    "shop%2f",
    "shop/",
    "a/b",
    "shop/x",
    "%ff",
    "shop%ff",
    "*",
    "sh*p",
    "%d9%81",
    "shop;x",
    "shop,airline",
    "~",
    "$HOME",
    "%252e%252e%252fyekta",
];

/// Paths that are like those of a tenant that is there.
const BESIDE: [&str; 6] = [
    "/v1/tenants/",
    "/v1//tenants/shop",
    "//v1/tenants/shop",
    "/v1/./tenants/shop",
    "/t/../v1/tenants/shop",
    "/V1/tenants/shop",
];

fn key_of_the(clerk: &str) -> String {
    format!("a-key-of-the-process-for-{clerk}-0123")
}

/// Everything that can be asked or said, of somebody who is there and of somebody who is not.
fn calls() -> Vec<[String; 2]> {
    let mut calls = vec![["GET".to_owned(), "/v1/tenants".to_owned()]];
    for method in ["GET", "PUT", "DELETE"] {
        calls.extend([SHOP, GARDEN].map(|tenant| [method.to_owned(), of(tenant)]));
    }
    calls
}

#[test]
fn nobody_but_an_administrator_of_the_process_is_let_in() {
    let brands = Brands::two();
    let mut config = OpenOptions::new()
        .append(true)
        .open(brands.beside("yekta.toml"))
        .unwrap();
    for clerk in CLERKS {
        let may = match clerk {
            "sender" => "channel = \"web\"".to_owned(),
            role => format!("role = \"{role}\""),
        };
        let digest = sha256(&key_of_the(clerk));
        writeln!(config, "[keys.{clerk}]\n{may}\nsha256 = \"{digest}\"").unwrap();
    }
    let service = start(&brands);
    let url = &service.url;
    let before = files(&brands);
    let mut keys: Vec<(Option<String>, u16)> = CLERKS.map(|clerk| (Some(key_of_the(clerk)), 403)).to_vec();
    // Who only sends is known to nobody who asks.
    keys[CLERKS.len() - 1].1 = 401;
    for tenant in [SHOP, AIRLINE] {
        keys.extend(NAMES.map(|name| (Some(key_of(tenant, name)), 401)));
    }
    keys.extend([
        (None, 401),
        (Some(String::new()), 401),
        (Some(sha256(OPERATOR)), 401),
    ]);
    for (key, expected) in &keys {
        for [method, target] in calls() {
            let reply = by(url, key.as_deref(), [&method, &target], "");
            assert_eq!(reply.status, *expected, "{method} {target} by {key:?}: {reply:?}");
            tells_no_key(&reply.text());
        }
        // In no other way either, and not through a tenant's door.
        let key = key.clone().unwrap_or_default();
        let query = by(url, None, ["GET", &format!("/v1/tenants?writeKey={key}")], "");
        let body = by(
            url,
            None,
            ["DELETE", &of(SHOP)],
            &json!({"writeKey": key}).to_string(),
        );
        assert_eq!((query.status, body.status), (401, 401));
        let inside = by(url, Some(&key), ["GET", "/t/shop/v1/tenants"], "");
        assert_eq!(inside.status, 404, "{inside:?}");
    }
    // What opens the tenants' administration opens no tenant.
    for path in [
        "/t/shop/v1/rejections",
        "/t/shop/v1/profiles/user_id:mina",
        "/t/shop/v1/tenants",
    ] {
        let status = operated(url, ["GET", path], "").status;
        assert!(matches!(status, 401 | 404), "{path}: {status}");
    }
    assert_eq!(operated(url, ["GET", "/t/shop/v1/rejections"], "").status, 401);
    assert_eq!(files(&brands), before);
    assert_eq!(fares(url), all_ready(&[AIRLINE, SHOP]));
    let figures = raw::ask(url, ["GET", "/metrics"], &[], "").body;
    for refused in [
        "yekta_guard_refusals_total{reason=\"forbidden\",role=\"agent\"}",
        "yekta_guard_refusals_total{reason=\"unauthorized\",role=\"none\"}",
    ] {
        assert!(figures.contains(refused), "{refused} is not counted");
    }
    tells_no_key(&service.stop());
}

/// What lies in a folder and below it, but for the tenants' data.
fn lies_in(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("data") {
            found.extend(lies_in(&path));
        }
        found.push(path.display().to_string());
    }
    found.sort();
    found
}

#[test]
fn what_is_no_name_is_nobodys_and_leads_nowhere() {
    let brands = Brands::two();
    let service = start(&brands);
    let url = &service.url;
    let folder = brands.beside("");
    let before = (lies_in(&folder), files(&brands));
    let long = "a".repeat(65);
    for name in NOBODY.into_iter().chain([long.as_str()]) {
        for method in ["PUT", "GET", "DELETE"] {
            let body = if method == "PUT" {
                keyed(GARDEN)
            } else {
                String::new()
            };
            let reply = operated(url, [method, &of(name)], &body);
            let is_refused = matches!((method, reply.status), ("PUT", 422) | (_, 400 | 404));
            assert!(is_refused, "{method} {name:?}: {reply:?}");
        }
    }
    for target in BESIDE {
        for method in ["PUT", "DELETE"] {
            let reply = operated(url, [method, target], &keyed(GARDEN));
            assert!(
                matches!(reply.status, 400 | 404 | 405),
                "{method} {target}: {reply:?}"
            );
        }
    }
    assert_eq!((lies_in(&folder), files(&brands)), before);
    assert_eq!(fares(url), all_ready(&[AIRLINE, SHOP]));
    // The longest name is one.
    let longest = "a".repeat(64);
    assert_eq!(put(url, &longest, &keyed(GARDEN)).status, 201);
    assert_eq!(removed(url, &longest).status, 204);
    service.stop();
}

/// The same tenants' folders in a process whose configuration has no key.
fn without_keys(brands: &Brands) {
    let (data, tenants) = (brands.data("x"), brands.file("x"));
    let [data, tenants] = [&data, &tenants].map(|path| path.parent().unwrap());
    let config = format!("[data]\ndir = {data:?}\n[tenants]\ndir = {tenants:?}\n");
    fs::write(brands.beside("yekta.toml"), config).unwrap();
}

#[test]
fn without_keys_everybody_is_let_in_on_loopback_until_a_tenant_has_some() {
    let brands = Brands::of(&[]);
    without_keys(&brands);
    let service = start(&brands);
    let url = &service.url;
    assert_eq!(by(url, None, ["PUT", &of(GARDEN)], "").status, 201);
    assert_eq!(by(url, None, ["GET", &of(GARDEN)], "").status, 200);
    assert_eq!(by(url, None, ["PUT", &of(BANK)], &keyed(BANK)).status, 201);
    for key in [None, Some(key_of(BANK, "admin")), Some("any".to_owned())] {
        for [method, target] in calls() {
            let reply = by(url, key.as_deref(), [&method, &target], "");
            assert_eq!(
                (reply.status, &reply.json()["code"]),
                (401, &json!("unauthorized")),
                "{method} {target}"
            );
        }
    }
    assert_eq!(files(&brands).len(), 2);
    assert_eq!(raw::ask(url, ["GET", "/t/garden/readyz"], &[], "").status, 200);
    service.stop();
}

#[test]
fn without_keys_nobody_is_let_in_behind_a_proxy() {
    let brands = Brands::of(&[]);
    without_keys(&brands);
    let mut command = brands.serve();
    command.env("YEKTA_HTTP__TLS_BY_PROXY", "true");
    let service = Service::of(command);
    wait_for("the process to be ready", || {
        (readiness(&service.url).status == 200).then_some(())
    });
    for [method, target] in calls() {
        let reply = by(&service.url, None, [&method, &target], "");
        assert_eq!(reply.status, 401, "{method} {target}: {reply:?}");
    }
    assert!(files(&brands).is_empty());
    service.stop();
}
