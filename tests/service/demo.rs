//! `yekta demo`: the customer of its story, as it says she is, and what the reports tell of the people around her.

use serde_json::Value;

use crate::{
    api::Api,
    process::{PATIENCE, Running, Service, printed, wait_for, yekta},
};

const TOLD: &str = "the story is told";
const NUMBER: &str = "0912 000 0107";
const COMPLAINT: &str = "story-ticket-sara";

#[test]
fn the_story_is_told_once_and_leaves_nothing() {
    let temporary = tempfile::tempdir().unwrap();
    let mut demo = yekta(["demo", "--listen", "127.0.0.1:0", "--fast", "--once"]);
    demo.env("TMPDIR", temporary.path());
    let said = printed(demo, b"");
    assert!(said.starts_with("listening on http://127.0.0.1:"), "{said}");
    for address in [
        "/agent?phone=%2B989120000107",
        "/pos?store_id=tehran-12",
        "/v1/reports/cx",
    ] {
        assert!(said.contains(address), "{address}: {said}");
    }
    let (_, after) = said.split_once(TOLD).unwrap();
    let next = after
        .lines()
        .skip_while(|line| !line.contains("what to try next"));
    assert_eq!(next.skip(1).count(), 5, "{after}");
    assert_eq!(
        std::fs::read_dir(temporary.path()).unwrap().count(),
        0,
        "its folder stays"
    );
}

#[test]
fn its_customer_is_known_on_every_channel_and_what_happened_is_told() {
    let temporary = tempfile::tempdir().unwrap();
    let mut demo = yekta(["demo", "--listen", "127.0.0.1:0", "--fast"]);
    demo.env("TMPDIR", temporary.path());
    let demo = Service::of(demo);
    let said = told(&demo.running);
    let api = Api::of(&demo.url);

    one_person(&api, &said);
    offer_and_till(&api, &said);
    held_while_she_complains(&said);
    made_good(&api);
    reported(&api);

    demo.stop();
    assert_eq!(
        std::fs::read_dir(temporary.path()).unwrap().count(),
        0,
        "its folder stays"
    );
}

fn one_person(api: &Api, said: &[String]) {
    let sara = api.profile("user_id", "story-sara");
    assert_eq!(api.profile("anonymous_id", "story-cookie-sara")["id"], sara["id"]);
    assert_eq!(api.profile("device_id", "story-phone-sara")["id"], sara["id"]);
    assert!(!sara["absorbed"].as_array().unwrap().is_empty(), "{sara}");
    let identity = api.get("/v1/profiles/user_id:story-sara/identity");
    let parts = &identity["members"];
    for value in ["story-cookie-sara", "story-phone-sara"] {
        assert!(find(parts, value).is_some(), "{value}: {identity}");
    }
    let evidence = identity["evidence"].as_array().unwrap();
    let united = evidence
        .iter()
        .filter(|one| one["united"] == true && one["reason"] == "shared");
    assert!(united.count() > 0, "{identity}");
    says(said, "one person: anonymous_id");
    let caller = api.lookup("phone", NUMBER, "callcenter");
    assert_eq!(caller["match"], "one", "{caller}");
    assert_eq!(caller["profiles"][0]["profile"], sara["id"]);
    assert!(
        find(&caller["profiles"][0]["orders"], "story-order-sara").is_some(),
        "{caller}"
    );
}

fn offer_and_till(api: &Api, said: &[String]) {
    says(said, "outcome: \"valid\"");
    let code = said.iter().find_map(|line| line.trim().strip_prefix("code: "));
    let code = api.get(&format!("/v1/qr/{}?store_id=tehran-12", code.unwrap()));
    assert_eq!(code["outcome"], "used", "{code}");
    says(said, "wish list: Leather bag Nava");
    says(said, "coupon: 10 % off bags, two hours only");
    for view in ["web", "mobile", "pos"] {
        let told = api.lookup("user_id", "story-sara", view);
        let wished = &told["profiles"][0]["wishlist"]["items"][0]["product_id"];
        assert_eq!(wished, "p-101", "{view}: {told}");
    }
    let pos = api.lookup("user_id", "story-sara", "pos");
    let offer = find(&pos["profiles"][0]["offers"], "story-autumn-10");
    assert!(offer.is_some(), "{pos}");
    let sara = api.profile("user_id", "story-sara");
    assert_eq!(sara["open"]["cart"], Value::from(Vec::<Value>::new()));
    assert_eq!(sara["totals"]["orders"], 1);
}

/// The same message is allowed before the complaint, and held in it.
fn held_while_she_complains(said: &[String]) {
    let at = |text: &str| said.iter().position(|line| line.trim().starts_with(text));
    let (allowed, held) = (at("allowed"), at("held: open complaint (service_recovery_hold"));
    assert!(allowed.is_some() && allowed < held, "{said:?}");
}

fn made_good(api: &Api) {
    let sara = api.profile("user_id", "story-sara");
    assert_eq!(
        sara["open"]["tickets"],
        Value::from(Vec::<Value>::new()),
        "{sara}"
    );
    let scores = sara["feedback"]["scores"].as_array().unwrap().iter();
    let scores: Vec<u64> = scores.map(|one| one["score"].as_u64().unwrap()).collect();
    assert_eq!(scores, [10, 2], "the latest first");
    assert_eq!(
        sara["feedback"]["frictions"][0]["kind"], "late_delivery",
        "{sara}"
    );
    let journeys = sara["journey"].as_array().unwrap();
    for (name, stage) in [("purchase", "recommend"), ("service", "settled")] {
        let stands = journeys.iter().find(|one| one["name"] == name);
        let stands = stands.unwrap_or_else(|| panic!("{name}: {sara}"));
        assert_eq!(stands["stage"], stage, "{stands}");
        assert_eq!(stands["finished"], true, "{stands}");
    }
    let timeline = api.get("/v1/profiles/user_id:story-sara/timeline?limit=100");
    let tickets = |name: &str| -> Vec<&Value> {
        let events = timeline["events"].as_array().unwrap().iter();
        let those = events.filter(|event| event["type"] == name);
        those.map(|event| &event["properties"]["ticket_id"]).collect()
    };
    let (opened, closed) = (tickets("Ticket Opened"), tickets("Ticket Closed"));
    assert_eq!((opened.len(), closed.len()), (2, 2), "{timeline}");
    assert!(opened.iter().all(|id| closed.contains(id)), "{timeline}");
    assert!(opened.iter().any(|id| *id != COMPLAINT), "{timeline}");
}

fn reported(api: &Api) {
    let cx = api.get("/v1/reports/cx");
    let scores = cx["scores"].as_array().unwrap();
    assert_eq!(scores.len(), 3, "{cx}");
    let answers: u64 = scores.iter().map(|score| score["n"].as_u64().unwrap()).sum();
    assert!(answers > 100, "{cx}");
    let ups = &cx["follow_ups"];
    assert!(
        ups["opened"].as_u64().unwrap() >= 1 && ups["closed"].as_u64().unwrap() >= 1,
        "{ups}"
    );
    let teams = cx["operations"]["teams"].as_array().unwrap();
    assert!(teams.iter().any(|team| team["name"] == "care"), "{cx}");
    assert!(!cx["employees"].as_array().unwrap().is_empty(), "{cx}");

    let journeys = api.get("/v1/reports/journey");
    for name in ["purchase", "service"] {
        let told = journeys["journeys"].as_array().unwrap().iter();
        let told = told.filter(|one| one["name"] == name);
        let points = told.flat_map(|one| one["curve"].as_array().unwrap());
        let felt = points.filter(|point| point["n"].as_u64().unwrap() > 0 && !point["effect"].is_null());
        assert!(felt.count() >= 2, "{name}: {journeys}");
    }
}

/// Waits for the end of the story; gives what was said.
fn told(running: &Running) -> Vec<String> {
    let mut said = Vec::new();
    wait_for("the story's end", || {
        let line = running.line(PATIENCE).expect("the story goes on");
        let is_told = line.contains(TOLD);
        said.push(line);
        is_told.then_some(())
    });
    said
}

fn says(said: &[String], text: &str) {
    assert!(said.iter().any(|line| line.contains(text)), "{text}: {said:#?}");
}

/// The text, however deep in a value.
fn find<'a>(value: &'a Value, text: &str) -> Option<&'a Value> {
    match value {
        Value::String(found) => (found == text).then_some(value),
        Value::Array(items) => items.iter().find_map(|item| find(item, text)),
        Value::Object(members) => members.values().find_map(|member| find(member, text)),
        _ => None,
    }
}
