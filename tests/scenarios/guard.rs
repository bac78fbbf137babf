//! Who may ask for what, and how much of the answer they see: every route that asks, by every role.

use std::fmt::Write as _;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::{
    roles::{ROLES, asked, guarded, guarded_with, key_of, mina, sample, verdict},
    said::identifier,
    town::Town,
};

/// Every route that asks for a key, as the description has it, with the method.
fn routes_that_ask(town: &Town) -> Vec<(String, String)> {
    let description = town.get("/openapi.json");
    let mut routes = Vec::new();
    for (route, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let security = &operation["security"][0];
            if !security["readKey"].is_null() || !security["link"].is_null() {
                routes.push((method.to_uppercase(), route.clone()));
            }
        }
    }
    assert!(routes.len() > 25, "{}", routes.len());
    routes
}

/// Questions, which may be asked twice.
fn is_question(method: &str, route: &str) -> bool {
    let posted = [
        "/v1/lookup",
        "/v1/context/{view}",
        "/v1/scan",
        "/v1/identity/explain",
    ];
    method == "GET" || posted.contains(&route)
}

#[test]
fn every_route_shows_every_role_what_the_table_says() {
    let town = guarded();
    mina(&town);
    let found = asked(
        &town,
        "admin",
        ["GET", "/v1/profiles/user_id:mina-7731"],
        &Value::Null,
    );
    let id = found.body["id"].as_str().unwrap().to_owned();
    let mut matrix = String::new();
    for (method, route) in routes_that_ask(&town) {
        // Streams: who may open one is told by another test.
        if ["/v1/updates", "/v1/agent/card/live"].contains(&route.as_str()) {
            continue;
        }
        writeln!(matrix, "{method} {route}").unwrap();
        for role in ROLES {
            let token = match route.contains("{token}") {
                true => minted(&town, &id),
                false => String::new(),
            };
            let (mut path, body) = sample(&route, &id, &token);
            if method == "DELETE" {
                // Whoever may erase does: somebody who is not there.
                path = path.replace(&id, &"0".repeat(32));
            } else if method == "GET" && route == "/v1/identity/explain" {
                path.push_str("?a=user_id:mina-7731&b=anonymous_id:another-cookie");
            } else if role == "pos" && route == "/v1/context/{view}/{who}" {
                path = path.replace("callcenter", "pos");
            }
            let ask = |role| asked(&town, role, [&method, &path], &body);
            let verdict = match is_question(&method, &route) {
                true => verdict(&ask(role), &ask("admin")),
                false if ask(role).status == 403 => "no".to_owned(),
                false => "may".to_owned(),
            };
            writeln!(matrix, "    {role:8}{verdict}").unwrap();
        }
    }
    assert_snapshot!(matrix);
}

fn minted(town: &Town, id: &str) -> String {
    let body = json!({"profile": id, "purpose": "lookup"});
    let minted = asked(town, "admin", ["POST", "/v1/qr"], &body).body;
    minted["token"].as_str().unwrap().to_owned()
}

#[test]
fn nobody_who_is_not_known_is_told_anything() {
    let town = guarded();
    mina(&town);
    for (method, route) in routes_that_ask(&town) {
        let (path, body) = sample(&route, &"0".repeat(32), "ABCDEFGH");
        for authorization in ["", "Bearer nobodys-key-0123456789", "Bearer a.b.c", "Basic Og=="] {
            let headers = [("authorization", authorization)];
            let reply = town.call(&method, &path, &headers, body.to_string().into_bytes());
            let told = (reply.status, &reply.body["code"]);
            assert_eq!(told, (401, &json!("unauthorized")), "{method} {route}");
        }
        // A key that sends asks for nothing.
        assert_eq!(
            asked(&town, "shop", [&method, &path], &body).status,
            401,
            "{method} {route}"
        );
    }
}

#[test]
fn a_stream_is_opened_to_whom_the_table_says() {
    let town = guarded();
    for (path, allowed) in [
        ("/v1/updates", [false, false, true, false, true]),
        (
            "/v1/agent/card/live?phone=09123456789",
            [true, false, true, false, true],
        ),
    ] {
        for (role, allowed) in ROLES.into_iter().zip(allowed) {
            let status = town.opened(path, &format!("Bearer {}", key_of(role)));
            assert_eq!(status, if allowed { 200 } else { 403 }, "{role} {path}");
        }
    }
}

#[test]
fn a_role_is_told_by_its_own_views_and_of_no_other() {
    let town = guarded();
    mina(&town);
    let seen = |role: &str, view: &str| {
        let path = format!("/v1/context/{view}/phone:09123456789");
        let context = asked(&town, role, ["GET", &path], &Value::Null);
        let body = json!({"view": view, "identifiers": [{"kind": "phone", "value": "09123456789"}]});
        let lookup = asked(&town, role, ["POST", "/v1/lookup"], &body);
        assert_eq!(context.status, lookup.status, "{role} {view}");
        (context.status, context.body)
    };
    for (role, view, status) in [
        ("agent", "callcenter", 200),
        ("agent", "pos", 200),
        ("agent", "web", 404),
        ("pos", "pos", 200),
        ("pos", "callcenter", 404),
        ("service", "mobile", 200),
        ("admin", "web", 200),
    ] {
        assert_eq!(seen(role, view).0, status, "{role} {view}");
    }
    // A view that is for others is answered as one that there is not.
    let (_, refused) = seen("pos", "callcenter");
    assert_eq!(refused, seen("pos", "nothing").1);
    assert_eq!(refused["message"], "expected one of the views pos");
}

#[test]
fn who_sees_no_identifiers_learns_of_none_by_guessing() {
    let town = guarded();
    mina(&town);
    for path in ["", "/timeline", "/identity", "/merges", "/matches"] {
        for who in ["phone:09123456789", "phone:09000000000"] {
            let path = format!("/v1/profiles/{who}{path}");
            let reply = asked(&town, "analyst", ["GET", &path], &Value::Null);
            assert_eq!(
                (reply.status, &reply.body["code"]),
                (403, &json!("forbidden")),
                "{path}"
            );
        }
    }
}

/// The tag of an answer tells nothing of what is not shown, and stands for what is.
#[test]
fn an_answer_that_is_shown_in_part_has_a_tag_of_its_own() {
    let town = guarded();
    mina(&town);
    let profile = "/v1/profiles/user_id:mina-7731";
    let whole = asked(&town, "admin", ["GET", profile], &Value::Null);
    let part = asked(&town, "agent", ["GET", profile], &Value::Null);
    assert_ne!(whole.headers["etag"], part.headers["etag"]);
    let bearer = format!("Bearer {}", key_of("agent"));
    let again = |tag: &str| {
        town.call(
            "GET",
            profile,
            &[("authorization", &bearer), ("if-none-match", tag)],
            Vec::new(),
        )
    };
    assert_eq!(again(part.headers["etag"].to_str().unwrap()).status, 304);
    let other = again(whole.headers["etag"].to_str().unwrap());
    assert_eq!((other.status, other.body), (200, part.body));
}

#[test]
fn a_sender_sends_for_its_own_channel_alone() {
    let town = guarded();
    let send = |name: &str, channel: Value| {
        let mut event = json!({"id": format!("{name}-{channel}"), "type": "Product Viewed",
            "identifiers": [{"kind": "user_id", "value": "u"}]});
        if channel.is_string() {
            event["channel"] = channel;
        }
        asked(&town, name, ["POST", "/v1/events"], &event).body
    };
    for (name, channel) in [
        ("shop", json!("web")),
        ("shop", Value::Null),
        ("till_12", json!("store")),
    ] {
        assert_eq!(send(name, channel)["accepted"], 1, "{name}");
    }
    for (name, channel) in [("shop", "store"), ("till_12", "web"), ("till_12", "callcenter")] {
        let answer = send(name, json!(channel));
        assert_eq!(
            answer["rejected"][0]["code"], "foreign_channel",
            "{name}: {answer}"
        );
    }
    let timeline = asked(
        &town,
        "admin",
        ["GET", "/v1/profiles/user_id:u/timeline"],
        &Value::Null,
    )
    .body;
    let mut sources: Vec<_> = timeline["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            (
                event["source"].as_str().unwrap(),
                event["channel"].as_str().unwrap(),
            )
        })
        .collect();
    sources.sort_unstable();
    assert_eq!(sources, [("shop", "web"), ("shop", "web"), ("till_12", "store")]);
    let reader = asked(&town, "admin", ["POST", "/v1/events"], &json!({}));
    assert_eq!(reader.status, 401, "a key that asks sends nothing");
}

/// Customers with the telephone numbers 09120000000 and on.
fn many(town: &Town, count: usize) {
    let events: Vec<Value> = (0..count)
        .map(|number| {
            let phone = identifier("phone", &phone_of(number), "verified");
            let who = identifier("user_id", &format!("u-{number}"), "verified");
            json!({"id": format!("m-{number}"), "type": "Signed In", "identifiers": [who, phone]})
        })
        .collect();
    for some in events.chunks(500) {
        assert_eq!(
            asked(town, "shop", ["POST", "/v1/events"], &json!(some)).status,
            200
        );
    }
}

fn phone_of(number: usize) -> String {
    format!("0912{number:07}")
}

#[test]
fn who_asks_too_often_waits_and_keeps_nobody_else_waiting() {
    let town = guarded_with("[roles.agent]\nasks_per_minute = 3\npeople_per_hour = 0");
    mina(&town);
    let ask = |role: &str| {
        asked(
            &town,
            role,
            ["GET", "/v1/context/callcenter/phone:09120000000"],
            &Value::Null,
        )
    };
    for _ in 0..3 {
        assert_eq!(ask("agent").status, 200);
    }
    let refused = ask("agent");
    assert_eq!(
        (refused.status, &refused.body["code"]),
        (429, &json!("too_many_questions"))
    );
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(ask("service").status, 200);
}

/// Whoever goes through numbers to see who is a customer.
#[test]
fn ten_thousand_numbers_tell_of_no_more_people_than_an_hour_allows() {
    let town = guarded_with("[roles.agent]\nasks_per_minute = 0\npeople_per_hour = 50");
    many(&town, 1_000);
    let mut known = String::new();
    for number in 0..10_000 {
        let body = json!({"identifiers": [{"kind": "phone", "value": phone_of(number)}]});
        let reply = match number % 4 {
            0 => asked(&town, "agent", ["POST", "/v1/lookup"], &body),
            1 => asked(&town, "agent", ["POST", "/v1/context/callcenter"], &body),
            2 => {
                let mint = json!({"identifier": {"kind": "phone", "value": phone_of(number)}});
                asked(&town, "agent", ["POST", "/v1/qr"], &mint)
            }
            _ => {
                let path = format!("/v1/profiles/phone:{}", phone_of(number));
                asked(&town, "agent", ["GET", &path], &Value::Null)
            }
        };
        // Whether there is a customer behind a number or not, the answer is the same.
        let expected = if number < 50 { 200 } else { 429 };
        assert_eq!(reply.status, expected, "{number}: {}", reply.body);
        if number == 3 {
            known = reply.body["id"].as_str().unwrap().to_owned();
        }
    }
    let refusals = "yekta_guard_refusals_total{reason=\"too_many_people\",role=\"agent\"} 9950";
    let (_, metrics) = town.text("/metrics");
    assert!(metrics.lines().any(|line| line == refusals), "{metrics}");
    // Whom they know already they may go on serving.
    let path = format!("/v1/context/callcenter/{known}");
    assert_eq!(
        asked(&town, "agent", ["GET", &path], &Value::Null).body["match"],
        "one"
    );
}

/// A till whose hour is full redeems all the same; whose code it was it is not told.
#[test]
fn a_code_that_was_used_is_answered_whatever_was_asked_before() {
    let town = guarded_with("[roles.pos]\nasks_per_minute = 0\npeople_per_hour = 1");
    many(&town, 2);
    for number in 0..2 {
        let mint = json!({"identifier": {"kind": "phone", "value": phone_of(number)}, "purpose": "lookup"});
        let token = asked(&town, "admin", ["POST", "/v1/qr"], &mint).body["token"]
            .as_str()
            .unwrap()
            .to_owned();
        let path = format!("/v1/qr/{token}/redeem");
        let redeemed = asked(&town, "pos", ["POST", &path], &json!({})).body;
        assert_eq!(redeemed["outcome"], "valid", "{redeemed}");
        assert_eq!(redeemed["profile"].is_string(), number == 0);
        assert_eq!(redeemed["context"].is_object(), number == 0);
    }
}

/// As many callers as there are, each has a card, and each is counted for whoever made its link.
#[test]
fn a_link_is_counted_for_whoever_made_it() {
    let town = guarded_with("[roles.agent]\nasks_per_minute = 0\npeople_per_hour = 2");
    many(&town, 3);
    let link = |number: usize| {
        asked(
            &town,
            "agent",
            ["POST", "/v1/agent/links"],
            &json!({"phone": phone_of(number)}),
        )
    };
    for number in 0..2 {
        let url = link(number).body["url"].as_str().unwrap().to_owned();
        let query = url.split_once('?').unwrap().1;
        for _ in 0..3 {
            let card = town.call("GET", &format!("/v1/agent/card?{query}"), &[], Vec::new());
            assert_eq!((card.status, &card.body["match"]), (200, &json!("one")));
        }
    }
    assert_eq!(
        (link(2).status, &link(2).body["code"]),
        (429, &json!("too_many_people"))
    );
}
