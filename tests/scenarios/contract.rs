//! The public contract without an edge: the same request, read from one body, has the same answer as over HTTP.

use std::{sync::Arc, time::Duration};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use yekta::api::{Api, Failure, Limits, read};

use crate::{
    said::{event, identifier, user},
    town::Town,
};

/// Ann has a cart, a late phone number that Ben mentions too, and a rejection stands in between.
fn town() -> Town {
    let town = Town::new();
    let stated = identifier("phone", "09123456789", "stated");
    town.tell(&[
        event(
            "1",
            ["web", "Product Added"],
            "22T10:00",
            json!([user("ann"), stated]),
            json!({"properties": {"product_id": "p-1", "quantity": 2}}),
        ),
        event(
            "2",
            ["store", "Store Visit Started"],
            "22T10:30",
            json!([user("ann")]),
            json!({}),
        ),
        event(
            "3",
            ["web", "Page Viewed"],
            "22T11:00",
            json!([user("ben"), stated]),
            json!({}),
        ),
    ]);
    town.post("/v1/events", &json!({"id": "4", "channel": "fax"}));
    town
}

fn request<T: DeserializeOwned>(body: &Value) -> T {
    read(body.to_string().as_bytes()).unwrap()
}

/// The answer, or the problem.
fn told<A: Serialize>(answered: Result<A, Failure>) -> Value {
    match answered {
        Ok(answer) => serde_json::to_value(answer).unwrap(),
        Err(failure) => serde_json::to_value(failure.problem()).unwrap(),
    }
}

/// Asks `question` with the members of `body`.
async fn ask(api: &Api, question: &str, body: &Value) -> Value {
    match question {
        "profile" => told(api.profile(request(body)).await),
        "timeline" => told(api.timeline(request(body)).await),
        "identity" => told(api.identity(request(body)).await),
        "readers" => told(api.readers(request(body)).await),
        "lookup" => told(api.lookup(request(body)).await),
        "context" => told(api.context(request(body)).await),
        "qr" => told(api.qr_read(request(body)).await),
        "rejections" => told(api.rejections(request(body)).await),
        "rulebook" => told(api.rulebook(request(body)).await),
        "segment_report" => told(api.segment_report(request(body)).await),
        "members" => told(api.members(request(body)).await),
        "contact_report" => told(api.contact_report(request(body)).await),
        other => panic!("no question is called {other}"),
    }
}

#[test]
fn a_question_has_the_answer_that_it_has_over_http() {
    let town = town();
    let check = |question: &str, body: Value, path: &str| {
        let answer = town.wait(ask(town.api(), question, &body));
        let reply = town.call("GET", path, &[], Vec::new());
        assert_eq!(answer, reply.body, "{path}");
        if reply.status != 200 {
            assert_eq!(answer["status"], reply.status, "{path}");
        }
    };
    let ann = town.person("user_id", "ann").id.to_string();
    check(
        "profile",
        json!({"who": "user_id:ann"}),
        "/v1/profiles/user_id:ann",
    );
    check("profile", json!({"who": ann}), &format!("/v1/profiles/{ann}"));
    check("profile", json!({"who": "ann"}), "/v1/profiles/ann");
    check(
        "profile",
        json!({"who": "user_id:eve"}),
        "/v1/profiles/user_id:eve",
    );
    check(
        "profile",
        json!({"who": "phone:09123456789"}),
        "/v1/profiles/phone:09123456789",
    );
    check(
        "timeline",
        json!({"who": "user_id:ann", "limit": 1}),
        "/v1/profiles/user_id:ann/timeline?limit=1",
    );
    check(
        "timeline",
        json!({"who": "user_id:ann", "channel": "store", "min_position": 1}),
        "/v1/profiles/user_id:ann/timeline?channel=store&min_position=1",
    );
    check(
        "timeline",
        json!({"who": "user_id:ann", "cursor": "x"}),
        "/v1/profiles/user_id:ann/timeline?cursor=x",
    );
    check(
        "identity",
        json!({"who": "user_id:ann"}),
        "/v1/profiles/user_id:ann/identity",
    );
    for (flat, query) in [(false, ""), (true, "?flat=true")] {
        check(
            "context",
            json!({"view": "web", "who": "user_id:ann", "flat": flat}),
            &format!("/v1/context/web/user_id:ann{query}"),
        );
    }
    check(
        "context",
        json!({"view": "fax", "who": "user_id:ann"}),
        "/v1/context/fax/user_id:ann",
    );
    check("qr", json!({"token": "ABCDEFGH"}), "/v1/qr/ABCDEFGH");
    check("rejections", json!({"limit": 1}), "/v1/rejections?limit=1");
    check("rulebook", json!({}), "/v1/rules");
    check("segment_report", json!({}), "/v1/reports/segments");
    check("members", json!({"segment": "x"}), "/v1/segments/x/members");
    check(
        "contact_report",
        json!({"by": "team"}),
        "/v1/reports/contacts?by=team",
    );
}

#[test]
fn who_was_told_of_somebody_is_asked_as_over_http() {
    let town = town();
    for (body, query) in [
        (
            json!({"who": "user_id:ann", "limit": 2, "min_position": 1}),
            "ann/readers?limit=2&min_position=1",
        ),
        (
            json!({"who": "user_id:ann", "cursor": "x"}),
            "ann/readers?cursor=x",
        ),
        (json!({"who": "user_id:eve"}), "eve/readers"),
    ] {
        let answer = town.wait(ask(town.api(), "readers", &body));
        let reply = town.call("GET", &format!("/v1/profiles/user_id:{query}"), &[], Vec::new());
        assert_eq!(answer, reply.body, "{query}");
    }
    let nobody = town.get("/v1/profiles/user_id:ann/readers");
    assert_eq!((&nobody["kept"], &nobody["readers"]), (&json!(false), &json!([])));
}

#[test]
fn who_holds_identifiers_is_told_as_over_http() {
    let town = town();
    let phone = json!([{"kind": "phone", "value": "۰۹۱۲۳۴۵۶۷۸۹"}]);
    for identifiers in [json!([{"kind": "user_id", "value": "ann"}]), phone, json!([])] {
        for flat in [false, true] {
            let body = json!({"identifiers": identifiers, "view": "pos", "flat": flat});
            assert_eq!(
                town.wait(ask(town.api(), "lookup", &body)),
                town.post("/v1/lookup", &body)
            );
            assert_eq!(
                town.wait(ask(town.api(), "context", &body)),
                town.post("/v1/context/pos", &body)
            );
        }
    }
    let nobody_or_two = [
        json!({"view": "pos"}),
        json!({"view": "pos", "who": "user_id:ann", "identifiers": []}),
    ];
    for body in nobody_or_two {
        assert_eq!(
            town.wait(ask(town.api(), "context", &body))["code"],
            "bad_address"
        );
    }
}

#[test]
fn every_question_waits_for_its_position() {
    let town = town();
    let impatient = Api {
        limits: Arc::new(Limits {
            position_wait: Duration::from_millis(1),
            ..Limits::default()
        }),
        ..town.api().clone()
    };
    let body = |position: u64| json!({"who": "user_id:ann", "view": "pos", "token": "ABCDEFGH", "min_position": position});
    let here = town.query().applied().0;
    for question in [
        "profile",
        "timeline",
        "identity",
        "readers",
        "context",
        "lookup",
        "qr",
        "rejections",
        "rulebook",
        "segment_report",
        "contact_report",
    ] {
        let ask = |position| {
            let mut body = body(position);
            if question == "lookup" {
                body["identifiers"] = json!([]);
            }
            town.wait(ask(&impatient, question, &body))
        };
        let late = ask(here + 1);
        assert_eq!(
            (&late["status"], &late["code"]),
            (&json!(504), &json!("position_not_reached")),
            "{question}"
        );
        assert_eq!(ask(here)["code"], Value::Null, "{question}");
    }
}

#[test]
fn a_command_is_the_same_command_on_every_edge() {
    let town = town();
    let api = town.api();
    let mint = json!({"identifier": {"kind": "user_id", "value": "ann"}, "request_id": "m-1"});
    let minted = told(town.wait(api.qr_mint(request(&mint))));
    assert_eq!(minted["status"], "committed", "{minted}");
    assert_eq!(town.post("/v1/qr", &mint)["token"], minted["token"]);
    let token = minted["token"].as_str().unwrap();
    let redeem = json!({"token": token, "store_id": "s-1", "request_id": "r-1"});
    let redeemed = told(town.wait(api.qr_redeem(request(&redeem))));
    assert_eq!(redeemed["outcome"], "valid", "{redeemed}");
    assert_eq!(redeemed["basket"]["items"][0]["product_id"], "p-1", "{redeemed}");
    assert_eq!(
        town.post(&format!("/v1/qr/{token}/redeem"), &redeem)["outcome"],
        "valid"
    );
    assert_eq!(
        told(town.wait(api.qr_redeem(request(&json!({"token": token})))))["outcome"],
        "used"
    );
    let revoked = told(town.wait(api.qr_revoke(request(&json!({"token": token})))));
    assert_eq!(revoked["outcome"], "used", "{revoked}");
    let decisions = json!({"sms": {"marketing": "denied"}});
    let consent = json!({"who": "user_id:ann", "consent": decisions, "request_id": "c-1"});
    let consented = told(town.wait(api.consent(request(&consent))));
    assert_eq!(consented["status"], "committed", "{consented}");
    let ann = town.get("/v1/profiles/user_id:ann");
    assert_eq!(ann["consent"]["sms"]["marketing"], "denied");
    // A repeat on the other edge adds nothing.
    let put = "/v1/profiles/user_id:ann/consent?request_id=c-1";
    let again = town.call("PUT", put, &[], decisions.to_string().into_bytes());
    assert_eq!(again.body["profile"], consented["profile"]);
    assert_eq!(town.get("/v1/profiles/user_id:ann")["version"], ann["version"]);
    let contact = json!({"who": "user_id:ann", "channel": "sms", "purpose": "service", "request_id": "k-1"});
    let decided = told(town.wait(api.contact(request(&contact))));
    assert_eq!(decided["decision"], "allow", "{decided}");
    assert_eq!(
        town.post("/v1/contacts/decide", &contact)["matter"],
        decided["matter"]
    );
    let ranked = json!({"request_id": "v-1"});
    let asked = told(town.wait(api.rank(request(&ranked))));
    assert_eq!(asked["status"], town.post("/v1/values/rank", &ranked)["status"]);
    let nobody = json!({"who": "user_id:eve", "consent": decisions});
    let refused = town.wait(api.consent(request(&nobody))).unwrap_err();
    assert_eq!((refused.status(), refused.code()), (404, "nobody_there"));
}
