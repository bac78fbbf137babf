//! What is asked over NATS and what is asked on the route that stands for it: the same caller may, the same is read, the same is
//! answered.

use std::{collections::BTreeSet, sync::Arc};

use axum::Router;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    api::{
        Api, AsOne, Following, Limits, OnRoute, Shown,
        guard::{Action, Guard},
    },
    app::{
        engine_config, engine_rules, http_settings,
        tests::{Described, calls::read_by},
    },
    config::{LoadOptions, Settings},
    domain::time::Timestamp,
    engine::{Engine, Opened, writer::intake::Direct},
    http::{
        Http,
        access::Access,
        duty::Duty,
        partitions::{Way, Within, way},
        router::{table, within},
        switch::Switch,
    },
    nats::service::{
        Instance, Owner, Role,
        calls::Call,
        routes::{Body, on_route, row},
    },
    telemetry::{EngineMetrics, HttpMetrics, QueryMetrics, Registry},
};

/// 2026-11-22T12:00:00Z.
const NOW: Timestamp = Timestamp::from_micros(1_795_348_800_000_000);

/// An engine, asked both ways.
struct Both {
    engine: Engine,
    api: Api,
    gateway: Within,
    _dir: TempDir,
}

fn settings(dir: &TempDir) -> Settings {
    let data = dir.path().join("data").to_str().unwrap().to_owned();
    let waits = ["http.request_timeout_ms", "engine.submit_wait_ms"].map(|key| (key.into(), "60000".into()));
    let settings = Settings::load(LoadOptions {
        file: None,
        env: std::iter::empty(),
        overrides: std::iter::once(("data.dir".to_owned(), data))
            .chain(waits)
            .collect(),
    });
    settings.unwrap()
}

impl Both {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (settings, registry) = (settings(&dir), Registry::new("test").unwrap());
        let metrics = EngineMetrics::register(&registry).unwrap();
        let config = engine_config(&settings);
        let opened = Opened::open(&config).unwrap();
        let engine = opened
            .start(&config, engine_rules(&settings), metrics, || NOW)
            .unwrap();
        let rules = Arc::new(settings.decode_rules());
        let api = Api {
            handle: engine.handle.clone(),
            rules: Arc::clone(&rules),
            views: Arc::new(settings.views.clone()),
            limits: Arc::new(Limits::default()),
            metrics: QueryMetrics::register(&registry).unwrap(),
            clock: || NOW,
            audit: None,
            caller: None,
        };
        let direct = Arc::new(Direct::new(engine.handle.clone(), rules));
        let http = Http {
            duty: Duty::Owner,
            gateway: None,
            api: api.clone(),
            following: watch::channel(Following::Nothing).1,
            intake: direct.clone(),
            retry: direct,
            subscribers: Arc::new(Semaphore::new(1)),
            cards: Arc::new(Semaphore::new(1)),
            settings: Arc::new(http_settings(&settings).unwrap()),
            metrics: HttpMetrics::register(&registry).unwrap(),
            registry,
            draining: CancellationToken::new(),
        };
        let switch = Switch::default();
        switch.turn_to(within(http));
        let anybody = Guard::default().admit(None, Action::Profile).unwrap();
        Self {
            api: api.answering(anybody),
            engine,
            gateway: Within::of(switch),
            _dir: dir,
        }
    }

    async fn tell(&self, events: &Value) {
        let asked = OnRoute {
            method: "POST",
            path: "/v1/events".to_owned(),
            body: events.to_string().into_bytes(),
            shown: Shown::default(),
            order: None,
        };
        let told: Value = serde_json::from_slice(&self.gateway.answer(asked).await.unwrap()).unwrap();
        assert_eq!(told["accepted"], events.as_array().unwrap().len(), "{told}");
    }

    /// What is answered over NATS and on the route, which has to be the same but for the position, as each asking has its own.
    async fn asked(&self, call: Call, body: Value) -> Value {
        let [one, other] = self.answers(call, &body).await;
        assert_eq!(one, other, "{call:?} {body}");
        one
    }

    /// The same of an answer that is told by what is known when it is, but for these members.
    async fn same(&self, call: Call, body: Value, members: &[&str]) -> Value {
        let [one, other] = self.answers(call, &body).await;
        for member in members {
            assert!(one.get(member).is_some(), "{call:?} {body}: no {member} in {one}");
            assert_eq!(one[member], other[member], "{call:?} {body}: {member}");
        }
        one
    }

    async fn answers(&self, call: Call, body: &Value) -> [Value; 2] {
        let bytes = body.to_string().into_bytes();
        let instance = Instance {
            owner: Owner {
                id: "o".to_owned(),
                epoch: 1,
            },
            name: "n".to_owned(),
            role: Role::Owner,
        };
        let asked = on_route(call, &bytes, Shown::default()).unwrap().unwrap();
        let over_nats = call.answer(&self.api, &instance, &bytes).await;
        let over_nats = over_nats.map_err(|failure| (failure.status(), failure.to_string()));
        let on_route = self.gateway.answer(asked).await;
        let on_route = on_route.map_err(|refusal| (refusal.status, refusal.to_string()));
        [over_nats, on_route].map(|answered| match answered {
            Ok(answer) => without_position(serde_json::from_slice(&answer).unwrap()),
            Err((status, text)) => json!([status, text]),
        })
    }
}

fn without_position(mut answer: Value) -> Value {
    answer.as_object_mut().unwrap().remove("position");
    answer
}

fn came(who: &str) -> Value {
    json!({"id": format!("came {who}"), "source": "test", "channel": "web", "type": "Signed Up",
    "time": "2026-11-21T10:00:00Z", "identifiers": [
        {"kind": "user_id", "value": who, "trust": "verified"},
        {"kind": "email", "value": format!("{who}@example.com"), "trust": "verified"},
    ]})
}

fn viewed(who: &str) -> Value {
    json!({"id": format!("viewed {who}"), "source": "test", "channel": "web", "type": "Product Viewed",
        "time": "2026-11-21T11:00:00Z", "identifiers": [{"kind": "user_id", "value": who, "trust": "verified"}]})
}

#[test]
fn a_call_is_asked_on_a_route_that_the_same_may_ask() {
    let routes = table();
    for call in Call::ALL {
        for row in [false, true]
            .into_iter()
            .filter_map(|is_of_somebody| row(call, is_of_somebody))
        {
            let is_it = |route: &&crate::http::router::Route| {
                route.method.as_str() == row.method && route.path == row.path
            };
            let route = routes.iter().find(is_it);
            let route = route.unwrap_or_else(|| panic!("{call:?}: no route {} {}", row.method, row.path));
            assert_eq!(Some(route.access), call.action().map(Access::Ask), "{call:?}");
            let decided = way(&route.method, route.path);
            assert!(!matches!(decided, None | Some(Way::Own | Way::Ready)), "{call:?}");
        }
    }
}

#[test]
fn each_member_of_a_request_has_its_place_on_a_route() {
    let described = Described::read();
    for call in Call::ALL {
        let (members, _) = read_by(call);
        let mut placed = BTreeSet::new();
        let mut takes_the_rest = false;
        for row in [false, true]
            .into_iter()
            .filter_map(|is_of_somebody| row(call, is_of_somebody))
        {
            placed.extend(row.named().chain(row.query.iter().copied()));
            match row.body {
                Body::Nothing => {}
                Body::Rest => takes_the_rest = true,
                Body::Of(name) => placed.extend([name]),
            }
            let item = &described.openapi["paths"][row.path];
            let operation = &item[row.method.to_lowercase()];
            let lists = [&item["parameters"], &operation["parameters"]];
            let parameters = lists.into_iter().filter_map(Value::as_array).flatten();
            let parameters = parameters.map(|one| match one["$ref"].as_str() {
                Some(path) => described.openapi.pointer(path.trim_start_matches('#')).unwrap(),
                None => one,
            });
            let read: BTreeSet<&str> = parameters
                .filter(|one| one["in"] == "query")
                .map(|one| one["name"].as_str().unwrap())
                .collect();
            for name in row.query {
                assert!(read.contains(name), "{call:?}: {} reads no {name}", row.path);
            }
        }
        if row(call, false).is_some() {
            assert!(placed.is_subset(&members), "{call:?}: {placed:?} of {members:?}");
            assert!(
                takes_the_rest || placed == members,
                "{call:?}: {placed:?} of {members:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_have_the_same_answer_on_both_edges() {
    let both = Both::new();
    both.tell(&json!([came("ann"), came("ben"), viewed("ann")])).await;
    let (ann, nobody) = ("user_id:ann", "user_id:nobody");
    let days = json!({"from": "2026-11-20", "until": "2026-11-22", "by": "day"});
    for (call, body) in [
        (Call::Profile, json!({"who": ann, "min_position": 1})),
        (Call::Profile, json!({"who": "email:ANN@example.com"})),
        (Call::Profile, json!({"who": nobody})),
        (Call::Profile, json!({"who": "no kind"})),
        (Call::Timeline, json!({"who": ann, "limit": 1})),
        (Call::Timeline, json!({"who": ann, "channel": "store"})),
        (Call::Timeline, json!({"who": ann, "cursor": "none"})),
        (Call::Identity, json!({"who": ann})),
        (Call::Readers, json!({"who": ann, "limit": 1})),
        (Call::Explain, json!({"a": ann, "b": "user_id:ben"})),
        (Call::Explain, json!({"a": ann, "b": nobody})),
        (Call::Merges, json!({"who": ann, "limit": 1})),
        (Call::Matches, json!({"limit": 1})),
        (Call::Matches, json!({"who": ann})),
        (Call::Matches, json!({"cursor": "none"})),
        (Call::Rules, json!({})),
        (
            Call::Lookup,
            json!({"identifiers": [{"kind": "email", "value": "ben@example.com"}], "view": "pos"}),
        ),
        (Call::Lookup, json!({"identifiers": [], "flat": true})),
        (
            Call::Lookup,
            json!({"identifiers": [{"kind": "user_id", "value": 7}], "region": "none"}),
        ),
        (
            Call::Context,
            json!({"view": "callcenter", "who": ann, "flat": true}),
        ),
        (
            Call::Context,
            json!({"view": "callcenter", "who": ann, "region": "none"}),
        ),
        (Call::Context, json!({"view": "none", "who": ann})),
        (
            Call::Context,
            json!({"view": "pos", "identifiers": [{"kind": "user_id", "value": "ben"}], "flat": true}),
        ),
        (Call::Qr, json!({"token": "none", "store_id": "s"})),
        (Call::Scan, json!({"scanned": "ann@example.com", "store_id": "s"})),
        (Call::Rejections, json!({"limit": 1})),
        (Call::Rulebook, json!({})),
        (Call::SegmentReport, json!({})),
        (Call::Members, json!({"segment": "none", "limit": 1})),
        (Call::ContactReport, days.clone()),
        (Call::CxReport, days.clone()),
        (Call::CxReport, json!({"by": "none"})),
        (
            Call::JourneyReport,
            json!({"from": "2026-11-20", "journey": "none"}),
        ),
        (
            Call::GapReport,
            json!({"from": "2026-11-20", "beside_from": "2026-11-01", "beside_until": "2026-11-09"}),
        ),
        (Call::CoverageReport, json!({"until": "2026-11-20"})),
        (Call::Insights, json!({})),
        (Call::Erasure, json!({"erasure": "none"})),
    ] {
        both.asked(call, body).await;
    }
    tokio::task::spawn_blocking(|| both.engine.stop())
        .await
        .unwrap()
        .unwrap();
}

/// A repeat gets the first answer: what the route does is what the call did.
#[tokio::test(flavor = "multi_thread")]
async fn commands_are_the_same_on_both_edges() {
    let both = Both::new();
    both.tell(&json!([came("ann"), came("ben"), came("cyr")])).await;
    let (ann, nobody) = ("user_id:ann", "user_id:nobody");
    let minted = |id: &str| json!({"identifier": {"kind": "user_id", "value": "ann"}, "request_id": id});
    let code = both.asked(Call::MintQr, minted("m-1")).await["token"].clone();
    let other = both.asked(Call::MintQr, minted("m-2")).await["token"].clone();
    assert!(code.is_string() && code != other, "{code} {other}");
    let redeemed = json!({"token": code, "store_id": "s", "request_id": "r-1"});
    assert_eq!(both.asked(Call::RedeemQr, redeemed).await["outcome"], "valid");
    both.asked(Call::RevokeQr, json!({"token": other, "request_id": "v-1"}))
        .await;
    both.asked(
        Call::SettleQr,
        json!({"redemptions": [{"token": "none", "at": "2026-11-22T12:00:00Z"}]}),
    )
    .await;
    let granted = json!({"sms": {"marketing": "granted"}});
    let consent = json!({"who": ann, "consent": granted, "request_id": "c-1"});
    assert_eq!(both.asked(Call::Consent, consent).await["status"], "committed");
    both.asked(Call::Consent, json!({"who": nobody, "consent": granted}))
        .await;
    let contact =
        json!({"who": ann, "channel": "sms", "purpose": "marketing", "team": "t", "request_id": "d-1"});
    both.same(Call::Contact, contact, &["status", "decision", "rule", "profile"])
        .await;
    let routing = json!({"who": ann, "channel": "call", "matter": "order_status", "request_id": "o-1"});
    both.same(Call::Routing, routing, &["status", "route", "rule", "profile"])
        .await;
    both.asked(
        Call::StartFlow,
        json!({"flow": "none", "segment": "none", "request_id": "f-1"}),
    )
    .await;
    both.asked(Call::StartFlow, json!({"flow": "none"})).await;
    both.asked(Call::Rank, json!({"request_id": "k-1"})).await;
    let word = |id: &str, b: &str| json!({"a": ann, "b": b, "by": "me", "why": "so", "request_id": id});
    let merged = both.asked(Call::Merge, word("w-1", "user_id:ben")).await;
    assert_eq!(merged["profiles"].as_array().unwrap().len(), 1, "{merged}");
    both.asked(Call::Separate, word("w-2", "user_id:cyr")).await;
    let undo = json!({"word": merged["word"], "request_id": "u-1"});
    assert_eq!(both.asked(Call::Undo, undo).await["status"], "committed");
    both.asked(Call::Undo, json!({"word": "none"})).await;
    both.asked(Call::Erase, json!({"who": nobody, "now": true})).await;
    // What is removed is removed in the background.
    let erase = json!({"who": ann, "now": false, "request_id": "e-1"});
    let erased = both.same(Call::Erase, erase, &["erasure"]).await;
    both.same(Call::Erasure, json!({"erasure": erased["erasure"]}), &["erasure"])
        .await;
    tokio::task::spawn_blocking(|| both.engine.stop())
        .await
        .unwrap()
        .unwrap();
}

/// Before anything is shown nobody is told that there is nothing.
#[tokio::test]
async fn a_tenant_that_is_not_shown_yet_is_not_served() {
    let switch = Switch::default();
    switch.turn_to(crate::http::switch::closed());
    let asked = on_route(Call::Rulebook, b"", Shown::default()).unwrap().unwrap();
    let refusal = Within::of(switch.clone())
        .answer(asked.clone())
        .await
        .unwrap_err();
    assert_eq!((refusal.status, refusal.code.as_str()), (503, "not_served"));
    switch.turn_to(Router::new().fallback(async || "[]"));
    assert_eq!(Within::of(switch).answer(asked).await.unwrap(), b"[]");
}
