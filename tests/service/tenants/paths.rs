//! Requests whose paths, targets and headers try to lead past the door of one tenant into the rooms of another, as bytes that
//! no client would send.

use serde_json::json;

use crate::tenants::{
    brands::{AIRLINE, Brands, NAMES, OPERATOR, SHOP, got, key_of},
    person::{Person, user_of},
    raw::{self, Reply},
};

/// What stands before a route, where somebody with the airline's keys wants to be at the shop.
const WAYS_IN: [&str; 42] = [
    "/t/shop",
    "/t/airline/../shop",
    "/t/airline/../../t/shop",
    "/t/airline/./../shop",
    "/t/airline/%2e%2e/shop",
    "/t/airline/%2E%2E/shop",
    "/t/airline/.%2e/shop",
    "/t/airline/%252e%252e/shop",
    "/t/airline/..%2fshop",
    "/t/airline/..%2Fshop",
    "/t/airline%2F..%2Fshop",
    "/t/airline%2f%2e%2e%2fshop",
    "/t/airline/..%5cshop",
    "/t/airline/..\\shop",
    "/t/airline\\..\\shop",
    "/t/airline/..;/shop",
    "/t/airline;/shop",
    "/t/airline/shop",
    "/t/airline/t/shop",
    "/t/airline//t/shop",
    "/t/airline//shop",
    "/t/airline/%2ft%2fshop",
    "/t/airline/v1/../../shop",
    "/t/airline/console/../../shop",
    "//t/shop",
    "/t//shop",
    "/t/shop/",
    "/t/shop//",
    "/t/./shop",
    "/t/%73hop",
    "/t/sho%70",
    "/%74/shop",
    "/T/shop",
    "/T/SHOP",
    "/t/SHOP",
    "/t/shop.",
    "/t/shop..",
    "/t/shop%00",
    "/t/shop%20",
    "/t/airline%00/../shop",
    "/t/airline,shop",
    "/t/shop;airline",
];
/// Whole targets: with a host, without a path, with two of them.
const TARGETS: [&str; 14] = [
    "http://127.0.0.1/t/shop{}",
    "http://shop/t/shop{}",
    "http://shop/t/airline{}",
    "http://shop{}",
    "https://127.0.0.1/t/shop{}",
    "http://127.0.0.1/t/airline/../shop{}",
    "http://airline@shop/t/shop{}",
    "http://x/t/airline#/../shop{}",
    "/t/airline?/../shop{}",
    "/t/airline{}#/t/shop",
    "/t/airline/v1/profiles/..%2f..%2f..%2fshop{}",
    "t/shop{}",
    "shop{}",
    "{}",
];
/// What proxies say of where a request was meant for, on the way to the airline.
const HEADERS: [(&str, &str); 12] = [
    ("Host", "shop"),
    ("Host", "shop/t/shop"),
    ("Host", "127.0.0.1/../t/shop"),
    ("Host", ""),
    ("X-Forwarded-Host", "shop"),
    ("X-Forwarded-Prefix", "/t/shop"),
    ("X-Forwarded-Path", "/t/shop"),
    ("X-Original-URL", "/t/shop/v1/rejections"),
    ("X-Rewrite-URL", "/t/shop/v1/rejections"),
    ("Forwarded", "host=shop;proto=http"),
    ("X-Tenant", "shop"),
    ("Yekta-Tenant", "shop"),
];

/// Somebody with keys of one tenant, or none.
struct Intruder<'a> {
    url: &'a str,
    victim: &'a Person,
    /// One who belongs where the keys are from.
    own: &'a Person,
}

impl Intruder<'_> {
    /// Asks for the victim and tells an event of somebody, at a target that `at` makes of a route.
    fn tries(&self, at: impl Fn(&str) -> String, header: Option<(&str, &str)>) {
        let user = user_of(self.victim.tenant);
        let forged = json!({"id": "forged", "source": "web/pages", "channel": "web", "type": "Page Viewed",
            "identifiers": [{"kind": "user_id", "value": FORGED, "trust": "verified"}]});
        let mut keys: Vec<String> = NAMES.map(|name| key_of(self.own.tenant, name)).to_vec();
        keys.extend([OPERATOR.to_owned(), String::new()]);
        for key in &keys {
            let bearer = format!("Bearer {key}");
            let mut headers: Vec<(&str, &str)> = header.into_iter().collect();
            if !key.is_empty() {
                headers.push(("Authorization", &bearer));
            }
            for route in [
                format!("/v1/profiles/{}", self.victim.profile),
                format!("/v1/profiles/user_id:{user}/timeline"),
                "/v1/rejections".to_owned(),
                "/v1/reports/contacts?by=team".to_owned(),
            ] {
                self.check(["GET", &at(&route)], &headers, "");
            }
            let lookup = json!({"identifiers": [{"kind": "user_id", "value": user}], "view": "callcenter"});
            self.check(["POST", &at("/v1/lookup")], &headers, &lookup.to_string());
            self.check(["POST", &at("/v1/events")], &headers, &forged.to_string());
            self.check(
                ["DELETE", &at(&format!("/v1/profiles/{}", self.victim.profile))],
                &headers,
                "",
            );
        }
    }

    fn check(&self, line: [&str; 2], headers: &[(&str, &str)], body: &str) {
        let reply = raw::ask(self.url, line, headers, body);
        let what = format!("{line:?} with {headers:?}");
        assert!(reply.status < 500, "{what}: {reply:?}");
        self.victim.is_not_in(&reply.text(), &what);
    }
}

/// Who is told of to whoever listens; an event that the airline's sender tells the airline is the airline's.
const FORGED: &str = "forged7731";

#[test]
fn no_path_leads_from_one_tenant_into_another() {
    let brands = Brands::two();
    let service = brands.start();
    let url = service.url.as_str();
    let [shop, airline] = [Person::told(url, SHOP, 2), Person::told(url, AIRLINE, 1)];
    let before = shop.as_known(url);
    assert!(shop.found_in(&before.concat()).is_some(), "nothing to be seen");
    let intruder = Intruder {
        url,
        victim: &shop,
        own: &airline,
    };
    for way_in in WAYS_IN {
        intruder.tries(|route| format!("{way_in}{route}"), None);
    }
    for target in TARGETS {
        intruder.tries(|route| target.replace("{}", route), None);
    }
    for header in HEADERS {
        intruder.tries(|route| format!("/t/{AIRLINE}{route}"), Some(header));
    }
    assert_eq!(shop.as_known(url), before, "an intruder left something behind");
    let forged = format!("/v1/profiles/user_id:{FORGED}");
    assert_eq!(got(url, SHOP, &forged).status, 404);
    // Some of it came to the airline: the requests were read.
    assert_eq!(got(url, AIRLINE, &forged).status, 200);
    service.stop();
}

/// What is not well-formed by itself: heads that two readers would read as different requests.
#[test]
fn no_head_is_read_as_two_requests() {
    let brands = Brands::two();
    let service = brands.start();
    let url = service.url.as_str();
    let [shop, airline] = [Person::told(url, SHOP, 2), Person::told(url, AIRLINE, 1)];
    let before = shop.as_known(url);
    let key = key_of(AIRLINE, "admin");
    let route = format!("/v1/profiles/{}", shop.profile);
    let keyed = format!("Authorization: Bearer {key}\r\nConnection: close\r\n");
    let second = format!("GET /t/{SHOP}{route} HTTP/1.1\r\nHost: x\r\n{keyed}\r\n");
    let length = second.len();
    for head in [
        format!("GET /t/{AIRLINE}{route} HTTP/1.1\r\nHost: x\r\nHost: {SHOP}\r\n{keyed}\r\n"),
        format!("GET /t/{SHOP}{route}\0/t/{AIRLINE} HTTP/1.1\r\nHost: x\r\n{keyed}\r\n"),
        format!("GET /t/{AIRLINE}\t/t/{SHOP}{route} HTTP/1.1\r\nHost: x\r\n{keyed}\r\n"),
        format!("GET /t/{AIRLINE} /t/{SHOP}{route} HTTP/1.1\r\nHost: x\r\n{keyed}\r\n"),
        format!("GET /t/{AIRLINE}{route} HTTP/1.1\r\n /t/{SHOP}{route}: x\r\nHost: x\r\n{keyed}\r\n"),
        format!("GET /t/{SHOP}{route} HTTP/1.0\r\n{keyed}\r\n"),
        format!("GET /t/{SHOP}{route}\r\n"),
        // A body that is a request is a body; a request behind another one shows its own key.
        format!(
            "POST /t/{AIRLINE}/v1/lookup HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\
             Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{second}"
        ),
        format!("GET /t/{AIRLINE}/readyz HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n{second}"),
    ] {
        let mut head = head.into_bytes();
        // What does not end by itself is ended here: nobody waits for the rest.
        head.extend_from_slice(b"\r\n\r\n");
        let reply: Reply = raw::answer(url, &head);
        let what = String::from_utf8_lossy(&head).into_owned();
        shop.is_not_in(&reply.text(), &what);
        airline.is_not_in(&reply.text(), &what);
        assert!(reply.status < 500, "{what}: {reply:?}");
    }
    assert_eq!(shop.as_known(url), before);
    service.stop();
}

#[test]
fn what_is_at_no_tenant_is_said_to_be_there_by_nobody() {
    let brands = Brands::two();
    let service = brands.start();
    let url = service.url.as_str();
    for path in [
        "/v1/events",
        "/v1/rejections",
        "/asyncapi.yaml",
        "/v1/qr/keys",
        "/v1/tenants/shop/readyz",
        "/t/nobody/v1/events",
        "/t/nobody/readyz",
        "/t/operator/readyz",
        "/t/default/readyz",
        "/t//readyz",
        "/shop/readyz",
        "/tt/shop/readyz",
    ] {
        for key in [OPERATOR.to_owned(), key_of(SHOP, "admin")] {
            let bearer = format!("Bearer {key}");
            let reply = raw::ask(url, ["GET", path], &[("Authorization", &bearer)], "");
            assert_eq!(reply.status, 404, "{path}: {reply:?}");
            assert_eq!(reply.json()["code"], "no_tenant", "{path}: {reply:?}");
        }
    }
    for path in [
        "/livez",
        "/readyz",
        "/healthz",
        "/version",
        "/metrics",
        "/openapi.json",
    ] {
        assert_eq!(raw::ask(url, ["GET", path], &[], "").status, 200, "{path}");
    }
    let ready = raw::ask(url, ["GET", "/readyz"], &[], "").fine();
    assert_eq!(ready, json!({"status": "ready", "tenants": 2, "ready": 2}));
    assert_eq!(got(url, SHOP, "/readyz").fine()["status"], "ready");
    service.stop();
}
