//! What many do at once, and what is told in time however long it takes: a thousand redemptions of one code, a menu that
//! may not wait.

use futures_util::future::join_all;
use serde_json::{Value, json};
use yekta::api::{self, QrRedeemRequest, QrSettleRequest};

use crate::{
    said::{cookie, event, identifier, user},
    town::Town,
};

const TILLS: usize = 1_000;

fn known(town: &Town) -> String {
    let who = json!([
        cookie("c"),
        user("mina"),
        identifier("phone", "09123456789", "verified")
    ]);
    let traits = json!({"traits": {"first_name": "Mina"}});
    town.tell(&[event("1", ["web", "Signed In"], "22T10:00", who, traits)]);
    let mint = json!({"identifier": user("mina"), "expires": "2026-11-22T13:00:00Z", "offline": true});
    let minted = town.post("/v1/qr", &mint);
    minted["token"].as_str().unwrap().to_owned()
}

fn outcome(answer: &impl serde::Serialize) -> Value {
    serde_json::to_value(answer).unwrap()
}

#[test]
fn of_a_thousand_redemptions_at_once_one_wins() {
    let town = Town::new();
    let token = known(&town);
    let api = town.api();
    let redeem = |till: usize| {
        let body =
            json!({"token": token, "store_id": format!("till-{till}"), "request_id": format!("r-{till}")});
        let request: QrRedeemRequest = api::read(body.to_string().as_bytes()).unwrap();
        async move { outcome(&api.qr_redeem(request).await.unwrap()) }
    };
    let answers = town.wait(join_all((0..TILLS).map(redeem)));
    let won: Vec<&Value> = answers
        .iter()
        .filter(|answer| answer["outcome"] == "valid")
        .collect();
    let [winner] = won.as_slice() else {
        panic!("{} redemptions won", won.len());
    };
    for answer in &answers {
        assert_eq!(answer["used"], winner["used"]);
        assert!(
            matches!(answer["outcome"].as_str(), Some("valid" | "used")),
            "{answer}"
        );
    }
}

/// Tills that come back at the same time: whoever is taken first counts, each other is a double use.
#[test]
fn of_many_settlements_at_once_one_counts() {
    let town = Town::new();
    let token = known(&town);
    let api = town.api();
    let settle = |till: usize| {
        let redemption = json!({"token": token, "at": "2026-11-22T11:59:00Z"});
        let body = json!({"store_id": format!("till-{till}"), "redemptions": [redemption]});
        let request: QrSettleRequest = api::read(body.to_string().as_bytes()).unwrap();
        async move { outcome(&api.qr_settle(request).await.unwrap())["settled"][0].take() }
    };
    let answers = town.wait(join_all((0..100).map(settle)));
    let counted = answers.iter().filter(|answer| answer["double_use"] == false);
    assert_eq!(counted.count(), 1);
    assert!(
        answers
            .iter()
            .all(|answer| answer["used"]["at"] == "2026-11-22T12:00:00Z")
    );
}

#[test]
fn a_menu_is_told_in_time_what_is_known_by_then() {
    let town = Town::new();
    known(&town);
    // Half of the time it waits; the other half is enough to read on a busy machine, too.
    let path = "/v1/context/callcenter/phone:09123456789?min_position=1000000&deadline_ms=4000";
    let flat = town.get(&format!("{path}&flat=true"));
    let told = [
        &flat["match"],
        &flat["partial"],
        &flat["first_name"],
        &flat["why"],
    ];
    assert_eq!(told, ["one", "true", "Mina", ""]);
    let whole = town.get(path);
    assert_eq!(
        (&whole["match"], &whole["partial"]),
        (&json!("one"), &json!(true))
    );
    let fresh = town.get("/v1/context/callcenter/phone:09123456789?flat=true&deadline_ms=10000");
    assert_eq!(fresh["partial"], "false");
    for ms in ["9", "10001"] {
        let path = format!("/v1/context/callcenter/phone:09123456789?deadline_ms={ms}");
        let refused = town.call("GET", &path, &[], Vec::new());
        assert_eq!(
            (refused.status, &refused.body["code"]),
            (400, &json!("bad_deadline"))
        );
    }
}

/// A disk that does not answer: nothing can be read before the time is over.
#[test]
fn a_menu_is_told_in_time_that_nothing_could_be_read() {
    let town = Town::new();
    known(&town);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(1)
        .enable_time()
        .build()
        .unwrap();
    let (free, stalled) = std::sync::mpsc::channel::<()>();
    let answer = runtime.block_on(async {
        tokio::task::spawn_blocking(move || stalled.recv().ok());
        let body = json!({"view": "callcenter", "who": "phone:09123456789", "deadline_ms": 30, "flat": true});
        let asked = town
            .api()
            .context(api::read(body.to_string().as_bytes()).unwrap());
        outcome(&asked.await.unwrap())
    });
    drop(free);
    let told = [
        &answer["match"],
        &answer["partial"],
        &answer["why"],
        &answer["first_name"],
    ];
    assert_eq!(told, ["none", "true", "deadline", ""]);
    let keys = town.get("/v1/context/callcenter/phone:09123456789?flat=true");
    let names = |flat: &Value| flat.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&answer), names(&keys));
}
