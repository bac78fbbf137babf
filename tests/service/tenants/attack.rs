//! Every route of one tenant, asked by whoever has all keys of another.

use std::collections::BTreeSet;

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::tenants::{
    brands::{AIRLINE, Brands, NAMES, OPERATOR, SHOP, key_of},
    person::{Person, phone_of, user_of},
    raw::{self, Reply},
};

/// What is open to everybody, as the description has it: what says nothing of anybody, and what the SDKs of Segment and
/// RudderStack ask before they send.
const OPEN: [&str; 11] = [
    "/asyncapi.yaml",
    "/healthz",
    "/livez",
    "/metrics",
    "/openapi.json",
    "/projects/{key}/settings",
    "/readyz",
    "/sourceConfig",
    "/v1/projects/{key}/settings",
    "/v1/qr/keys",
    "/version",
];
/// Pages, which ask for what they show by a key that somebody types in.
const PAGES: [&str; 5] = [
    "/",
    "/agent",
    "/pos",
    "/q/ABCDEFGHABCDEFGHABCDEFGH",
    "/Q/ABCDEFGH",
];
/// Routes below those that are described; fewer were not read.
const ROUTES_MIN: usize = 60;

/// How a key is shown.
#[derive(Clone, Copy, Debug)]
enum Way {
    Bearer,
    Basic,
    Query,
    Body,
}

const WAYS: [Way; 4] = [Way::Bearer, Way::Basic, Way::Query, Way::Body];

/// A route of the description.
struct Route {
    method: String,
    path: String,
    is_open: bool,
}

fn routes(url: &str, tenant: &str) -> Vec<Route> {
    let description = raw::ask(url, ["GET", &format!("/t/{tenant}/openapi.json")], &[], "").fine();
    let mut routes = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            routes.push(Route {
                method: method.to_uppercase(),
                path: path.clone(),
                is_open: operation["security"].is_null(),
            });
        }
    }
    assert!(routes.len() > ROUTES_MIN, "{}", routes.len());
    routes
}

/// Where a route is for whoever is after somebody of a tenant, and what is said there.
fn aimed_at(victim: &Person, path: &str) -> (String, Value) {
    let (tenant, id) = (victim.tenant, victim.profile.as_str());
    let (user, phone) = (user_of(tenant), phone_of(tenant));
    let identifiers = json!([{"kind": "user_id", "value": user, "trust": "verified"}]);
    let body = match path {
        "/v1/events" => {
            json!({"id": "forged", "source": "web/pages", "channel": "web", "type": "Page Viewed",
            "identifiers": identifiers})
        }
        "/v1/lookup" | "/v1/context/{view}" => json!({"identifiers": identifiers, "view": "callcenter"}),
        "/v1/identity/explain" | "/v1/identity/merge" | "/v1/identity/separate" => {
            json!({"a": id, "b": format!("user_id:{user}")})
        }
        "/v1/profiles/{who}/consent" => json!({"email": {"marketing": "denied"}}),
        "/v1/contacts/decide" => json!({"who": id, "channel": "email", "purpose": "service"}),
        "/v1/routing/decide" => json!({"who": id, "channel": "call", "matter": "order_status"}),
        "/v1/flows/{flow}/start" => json!({"who": id}),
        "/v1/qr" => json!({"profile": id, "purpose": "lookup"}),
        "/v1/scan" => json!({"scanned": user}),
        "/v1/agent/links" => json!({"phone": phone}),
        "/v1/b" | "/v1/batch" | "/v1/m" | "/v1/import" | "/v1/merge" | "/beacon/v1/batch" => {
            json!({"batch": [{"type": "track", "messageId": "forged", "userId": user, "event": "Page Viewed"}]})
        }
        _ => json!({"messageId": "forged", "userId": user, "event": "Page Viewed", "previousId": "p"}),
    };
    let query = match path {
        "/v1/agent/card" | "/v1/agent/card/live" => format!("?phone={phone}"),
        "/v1/identity/explain" => format!("?a={id}&b={id}"),
        "/v1/updates" => "?cursor=0&snapshot=true".to_owned(),
        "/pixel/v1/track" | "/pixel/v1/page" => format!("?userId={user}&event=x"),
        _ => String::new(),
    };
    let path = path
        .replace("{who}", id)
        .replace("{token}", "ABCDEFGHABCDEFGHABCDEFGHABCDEFGH")
        .replace("{sequence}", &victim.rejection.to_string())
        .replace("{erasure}", id)
        .replace("{flow}", "winback")
        .replace("{segment}", "buyers")
        .replace("{view}", "callcenter")
        .replace("{key}", "some-key");
    assert!(!path.contains('{'), "{path} is not known here");
    (format!("/t/{tenant}{path}{query}"), body)
}

/// The answer to who shows a key in some way, or none.
fn shown(url: &str, [method, target]: [&str; 2], body: &Value, key: Option<(&str, Way)>) -> Reply {
    let (mut target, mut body) = (target.to_owned(), body.clone());
    let mut authorization = None;
    if let Some((key, way)) = key {
        match way {
            Way::Bearer => authorization = Some(format!("Bearer {key}")),
            Way::Basic => {
                let pair = BASE64.encode(format!("{key}:").as_bytes());
                authorization = Some(format!("Basic {pair}"));
            }
            Way::Query => {
                let sign = if target.contains('?') { '&' } else { '?' };
                target = format!("{target}{sign}writeKey={key}");
            }
            Way::Body => body["writeKey"] = json!(key),
        }
    }
    let headers: Vec<(&str, &str)> = authorization
        .iter()
        .map(|value| ("Authorization", value.as_str()))
        .collect();
    let body = if method == "GET" {
        String::new()
    } else {
        body.to_string()
    };
    raw::ask(url, [method, &target], &headers, &body)
}

/// Tries all keys of another tenant on a route, the operator's, and none.
fn check(url: &str, route: &Route, [victim, other]: [&Person; 2]) {
    let (target, body) = aimed_at(victim, &route.path);
    let mut keys: Vec<String> = NAMES.map(|name| key_of(other.tenant, name)).to_vec();
    keys.push(OPERATOR.to_owned());
    let ways = keys
        .iter()
        .flat_map(|key| WAYS.map(|way| Some((key.as_str(), way))));
    for key in ways.chain([None]) {
        let reply = shown(url, [&route.method, &target], &body, key);
        let what = format!("{} {} by {key:?}", route.method, route.path);
        if route.is_open {
            assert_eq!(reply.status, 200, "{what}: {reply:?}");
        } else {
            assert!(matches!(reply.status, 401 | 403), "{what}: {reply:?}");
        }
        victim.is_not_in(&reply.text(), &what);
        other.is_not_in(&reply.text(), &what);
    }
}

#[test]
fn no_key_of_a_tenant_opens_anything_of_another() {
    let brands = Brands::two();
    let service = brands.start();
    let url = &service.url;
    let people = [Person::told(url, SHOP, 2), Person::told(url, AIRLINE, 1)];
    let before = people.each_ref().map(|person| person.as_known(url));
    for (victim, other) in [(0, 1), (1, 0)] {
        let pair = [&people[victim], &people[other]];
        let routes = routes(url, pair[0].tenant);
        let open: BTreeSet<&str> = routes
            .iter()
            .filter(|route| route.is_open)
            .map(|route| route.path.as_str())
            .collect();
        assert_eq!(open, BTreeSet::from(OPEN), "what is open to everybody");
        for route in &routes {
            check(url, route, pair);
        }
        for page in PAGES {
            let target = format!("/t/{}{page}", pair[0].tenant);
            let reply = raw::ask(url, ["GET", &target], &[], "");
            assert_eq!(reply.status, 200, "{target}: {reply:?}");
            people
                .iter()
                .for_each(|person| person.is_not_in(&reply.text(), page));
        }
    }
    let after = people.each_ref().map(|person| person.as_known(url));
    assert_eq!(before, after, "an attack left something behind");
    let log = service.stop();
    people
        .iter()
        .for_each(|person| person.is_not_in(&without_ids(&log, person), "the log"));
    for tenant in [SHOP, AIRLINE] {
        for name in NAMES {
            assert!(!log.contains(&key_of(tenant, name)), "the log tells a key");
        }
    }
    assert!(!log.contains(OPERATOR), "the log tells a key");
}

/// A log may name profiles by their ids, which say nothing.
fn without_ids(log: &str, person: &Person) -> String {
    log.replace(&person.profile, "")
}
