//! Partitions that another process owns, for whoever cannot be sent there: this process has it done by the owner, and all that goes
//! with it besides.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header::LOCATION},
    response::IntoResponse,
};
use serde_json::{Map, Value, json};
use tower::ServiceExt;
use yekta::api::{Delivering, Order, Positions, Refusal, Shown, ToPartition, Undelivered};

use crate::{
    divided::Divided,
    divided_asked::{apart, came, code},
    rulebook::{looked, rules, start, until},
    town::Town,
};

const PARTITIONS: u32 = 3;
const PEOPLE: [&str; 8] = ["ann", "ben", "cyr", "dan", "eve", "fay", "gil", "hal"];

/// Other processes that own partitions, each with the engine that this one has of it.
#[derive(Debug, Default)]
struct Neighbours {
    owned: Mutex<BTreeMap<u32, Router>>,
    asked: Mutex<Vec<(u32, Order, Shown)>>,
}

impl ToPartition for Neighbours {
    fn ask(&self, partition: u32, order: Order, shown: Shown) -> Delivering<'_> {
        let owner = self.owned.lock().unwrap().get(&partition).cloned();
        self.asked.lock().unwrap().push((partition, order.clone(), shown));
        Box::pin(async move {
            let owner = owner.ok_or(Undelivered::NoOwner)?;
            let (method, path, body) = on_route(order);
            let request = Request::builder().method(method).uri(path);
            let request = request.header("content-type", "application/json");
            let response = owner.oneshot(request.body(Body::from(body.to_string())).unwrap());
            let (parts, body) = response.await.unwrap().into_parts();
            let bytes = to_bytes(body, 1 << 20).await.unwrap();
            if parts.status == StatusCode::OK {
                return Ok(bytes.to_vec());
            }
            let problem: Value = serde_json::from_slice(&bytes).unwrap();
            let text = |name: &str| problem[name].as_str().unwrap().to_owned();
            Err(Undelivered::Refused(Refusal {
                status: parts.status.as_u16(),
                code: text("code"),
                message: text("message"),
            }))
        })
    }

    fn positions(&self) -> Positions<'_> {
        Box::pin(async { Ok(BTreeMap::new()) })
    }
}

/// Where an owner carries out an order.
fn on_route(Order { call, mut members }: Order) -> (&'static str, String, Value) {
    let mut named = |name: &str| members.remove(name).unwrap().as_str().unwrap().to_owned();
    let (method, path) = match call {
        "c.flow.start" => ("POST", format!("/v1/flows/{}/start", named("flow"))),
        "c.qr.mint" => ("POST", "/v1/qr".to_owned()),
        "c.qr.settle" => ("POST", "/v1/qr/settle".to_owned()),
        "c.merge" => ("POST", "/v1/identity/merge".to_owned()),
        "c.erase" => ("DELETE", format!("/v1/profiles/{}", named("who"))),
        "c.consent" => {
            let path = format!("/v1/profiles/{}/consent", named("who"));
            return ("PUT", path, members.remove("consent").unwrap());
        }
        other => panic!("nobody is to ask for {other}"),
    };
    (method, path, members.into())
}

/// A tenant of which one partition is another process' after the other.
struct Street {
    divided: Divided,
    neighbours: Arc<Neighbours>,
}

impl Street {
    fn new() -> Self {
        let neighbours = Arc::new(Neighbours::default());
        let divided = Divided::ruled(PARTITIONS, rules, Some(neighbours.clone()));
        divided.tell(&PEOPLE.map(came));
        Self { divided, neighbours }
    }

    /// Has another process own these partitions.
    fn give(&self, partitions: impl IntoIterator<Item = u32>) {
        for partition in partitions {
            let index = usize::try_from(partition).unwrap();
            let own = self.divided.parts[index].router();
            self.neighbours.owned.lock().unwrap().insert(partition, own);
            self.send_away(partition);
        }
    }

    /// Has this process own a partition no longer.
    fn send_away(&self, partition: u32) {
        let there = format!("https://b.example/t/default-p{partition}/v1/qr");
        // Questions are answered here.
        let own = self.divided.parts[usize::try_from(partition).unwrap()].router();
        let router =
            Router::new().fallback(
                async move |request: Request<Body>| match request.method() == "GET" {
                    true => own.oneshot(request).await.unwrap(),
                    false => (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, there)]).into_response(),
                },
            );
        self.divided
            .have_asked(usize::try_from(partition).unwrap(), Some(router));
    }

    fn place(&self, who: &str) -> u32 {
        self.divided.place("user_id", who).unwrap()
    }

    /// What whoever cannot be sent elsewhere is answered.
    fn ordered(&self, call: &'static str, members: &Value) -> (u16, Value) {
        let members: Map<String, Value> = members.as_object().unwrap().clone();
        let order = Order { call, members };
        let (method, path, body) = on_route(order.clone());
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .header("authorization", "Bearer a-key")
            .header("yekta-purpose", "a call")
            .body(Body::from(body.to_string()))
            .unwrap();
        request.extensions_mut().insert(order);
        let town: &Town = &self.divided.tenant;
        let (parts, body) = town.wait(town.router().oneshot(request)).unwrap().into_parts();
        let bytes = town.wait(to_bytes(body, 1 << 20)).unwrap();
        (parts.status.as_u16(), serde_json::from_slice(&bytes).unwrap())
    }

    /// Which owners were asked for what.
    fn asked(&self) -> Vec<(u32, &'static str)> {
        let asked = std::mem::take(&mut *self.neighbours.asked.lock().unwrap());
        let asked = asked.into_iter().map(|(partition, order, shown)| {
            assert_eq!(shown.purpose.as_deref(), Some("a call"));
            assert_eq!(shown.secret.as_deref(), Some("a-key"));
            (partition, order.call)
        });
        asked.collect()
    }
}

#[test]
fn an_owner_elsewhere_carries_out_what_this_process_cannot() {
    let street = Street::new();
    let [one, other] = apart(&street.divided);
    street.give([street.place(other)]);
    for who in [one, other] {
        let consent = json!({"who": format!("user_id:{who}"), "consent": {"sms": {"marketing": "granted"}}});
        let (status, told) = street.ordered("c.consent", &consent);
        assert_eq!((status, &told["status"]), (200, &json!("committed")), "{told}");
        // Its position says whose it is.
        let path = format!("/v1/profiles/user_id:{who}?min_position={}", told["position"]);
        let read = street.divided.tenant.get(&path);
        assert_eq!(read["consent"]["sms"]["marketing"], "granted", "{read}");
    }
    assert_eq!(street.asked(), [(street.place(other), "c.consent")]);
    // Whoever can be sent there is.
    let path = format!("/v1/profiles/user_id:{other}/consent");
    let sent = street.divided.asked("PUT", &path, &json!({}));
    assert_eq!((sent.0, street.asked().len()), (307, 0));
}

#[test]
fn what_an_owner_refuses_is_told_and_that_there_is_none() {
    let street = Street::new();
    street.give(0..PARTITIONS);
    let who = format!("user_id:{}", PEOPLE[0]);
    let bad = json!({"who": who, "consent": {"sms": {"marketing": "perhaps"}}});
    let (status, told) = street.ordered("c.consent", &bad);
    assert_eq!(status, 400, "{told}");
    assert!(told["code"].is_string() && told["message"].is_string(), "{told}");
    street.neighbours.owned.lock().unwrap().clear();
    let good = json!({"who": who, "consent": {"sms": {"marketing": "granted"}}});
    assert_eq!(code(&street.ordered("c.consent", &good)), (503, "no_owner"));
}

#[test]
fn a_code_that_an_owner_minted_is_known_to_the_tenant_and_codes_of_several_are_settled() {
    let street = Street::new();
    street.give(0..PARTITIONS);
    let both = apart(&street.divided);
    let mint = |who: &str| json!({"identifier": {"kind": "user_id", "value": who}, "offline": true});
    let tokens = both.map(|who| {
        let (status, told) = street.ordered("c.qr.mint", &mint(who));
        assert_eq!(status, 200, "{told}");
        told["token"].clone()
    });
    for (who, token) in both.iter().zip(&tokens) {
        let read = street
            .divided
            .tenant
            .get(&format!("/v1/qr/{}", token.as_str().unwrap()));
        assert_eq!(read["outcome"], "valid", "{who}: {read}");
    }
    let used = |token: &Value| json!({"token": token, "at": "2026-11-22T12:00:00Z"});
    let redemptions: Vec<Value> = tokens.iter().chain([&json!("none")]).map(used).collect();
    let body = json!({"store_id": "s", "redemptions": redemptions});
    let (status, told) = street.ordered("c.qr.settle", &body);
    assert_eq!(status, 200, "{told}");
    let outcomes: Vec<&Value> = told["settled"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["outcome"])
        .collect();
    assert_eq!(outcomes, ["valid", "valid", "unknown"], "{told}");
}

#[test]
fn two_of_several_partitions_are_said_to_be_one_wherever_they_are_owned() {
    let street = Street::new();
    street.give(0..PARTITIONS);
    let [a, b] = apart(&street.divided).map(|who| format!("user_id:{who}"));
    let (status, told) = street.ordered("c.merge", &json!({"a": a, "b": b}));
    assert_eq!(
        (status, told["profiles"].as_array().map(Vec::len)),
        (200, Some(1)),
        "{told}"
    );
}

#[test]
fn what_was_refused_is_erased_before_whoever_it_names_by_an_owner_elsewhere() {
    let street = Street::new();
    street.give(0..PARTITIONS);
    let who = PEOPLE[0];
    let refused = json!([{"id": who, "channel": "web", "email": format!("{who}@example.com")}]);
    street.divided.tenant.post("/v1/events", &refused);
    let kept = || {
        street
            .divided
            .tenant
            .get("/v1/rejections")
            .to_string()
            .contains(&format!("{who}@"))
    };
    assert!(kept());
    let (status, told) = street.ordered("c.erase", &json!({"who": format!("user_id:{who}")}));
    assert_eq!(status, 200, "{told}");
    assert!(!kept(), "{told}");
    assert_eq!(street.asked().len(), 1);
}

/// Over HTTP as well: nobody can be sent to several processes.
#[test]
fn a_flow_is_started_in_all_partitions_whoever_owns_them() {
    let street = Street::new();
    street.divided.tell(&PEOPLE.map(looked));
    for part in &street.divided.parts {
        until(part, |part| part.get("/v1/rules")["sweeping"] == false);
    }
    street.give([1]);
    let body = json!({"segment": "lookers", "request_id": "r-1"});
    let (status, told) = start(&street.divided.tenant, "greet", &body);
    assert_eq!((status, &told["members"]), (200, &json!(PEOPLE.len())), "{told}");
    let asked = std::mem::take(&mut *street.neighbours.asked.lock().unwrap());
    let [(1, order, _)] = asked.as_slice() else {
        panic!("{asked:?}")
    };
    let said = json!({"flow": "greet", "segment": "lookers", "request_id": "r-1"});
    assert_eq!(
        (order.call, Value::from(order.members.clone())),
        ("c.flow.start", said)
    );
    // Nobody has it now: what is left is done later.
    street.neighbours.owned.lock().unwrap().clear();
    let later = json!({"segment": "lookers", "request_id": "r-2"});
    assert_eq!(
        code(&start(&street.divided.tenant, "greet", &later)),
        (503, "no_owner")
    );
}
