//! What a standby answers: every question, with the position it was answered from; and who says how far they wrote sees
//! what they wrote. What is posted it takes, too. Metrics and the service on NATS tell who it is.

use serde_json::{Value, json};

use crate::{
    answers::{behind, committed, send},
    api::Api,
    channel::visit,
    measured::sample,
    process::wait_for,
    server::NatsServer,
    town::{LONG_LEASE_MS, Town},
};

/// How often somebody reads what they wrote.
const VISITS: u64 = 20;

/// A town, and where its owner and its standby are.
pub fn town() -> (Town<NatsServer>, String, String) {
    let town = Town::of_one(LONG_LEASE_MS);
    let owner = town.owner();
    let [owner, standby] = [owner, 1 - owner].map(|member| town.members[member].url().to_owned());
    (town, owner, standby)
}

#[test]
fn whoever_wrote_through_the_owner_sees_it_at_a_standby() {
    let (mut town, owner, standby) = town();
    for number in 1..=VISITS {
        let written = committed(&owner, &visit(&format!("v-{number}"), "u-1"));
        let position = written.body["position"].as_u64().unwrap();
        let seen = behind(&format!("{standby}/v1/profiles/user_id:u-1"), position);
        assert_eq!(seen.status, 200, "{seen:?}");
        assert_eq!(seen.body["counters"]["events"], number, "{seen:?}");
        assert!(seen.position() >= position, "{seen:?} of {position}");
    }
    town.stop_all();
}

#[test]
fn every_answer_to_a_question_says_the_position_of_its_store() {
    let (mut town, owner, standby) = town();
    let written = committed(&owner, &visit("v-1", "u-1"));
    let position = written.body["position"].as_u64().unwrap();
    town.wait_until_level();
    let asked = json!({"identifiers": [{"kind": "user_id", "value": "u-1"}], "view": "callcenter"});
    for (method, path, body) in [
        ("GET", "/v1/profiles/user_id:u-1", None),
        ("GET", "/v1/profiles/user_id:u-1/timeline", None),
        ("GET", "/v1/profiles/user_id:u-1/identity", None),
        ("GET", "/v1/context/callcenter/user_id:u-1", None),
        ("POST", "/v1/lookup", Some(&asked)),
        ("GET", "/v1/rejections", None),
        ("GET", "/v1/reports/cx", None),
    ] {
        let [of_owner, of_standby] = [&owner, &standby].map(|url| {
            let answer = send(method, &format!("{url}{path}"), body);
            assert_eq!(answer.status, 200, "{path} at {url}: {answer:?}");
            let told = answer.position();
            assert!(told >= position, "{path} at {url}: {told}, not {position}");
            answer
        });
        if path.starts_with("/v1/profiles") {
            assert_eq!(of_owner.body, of_standby.body, "{path}");
        }
    }
    town.stop_all();
}

#[test]
fn what_is_posted_to_a_standby_is_in_the_stream_and_counts_once() {
    let (mut town, owner, standby) = town();
    let (own, other) = (Api::of(&standby), Api::of(&owner));
    let answer = own.post(
        "/v1/events",
        &json!([visit("v-1", "u-1"), visit("v-2", "u-1"), {"id": "bad"}]),
    );
    assert_eq!(
        (&answer["status"], &answer["accepted"], &answer["position"]),
        (&json!("queued"), &json!(2), &Value::Null),
        "{answer}"
    );
    assert_eq!(answer["rejected"][0]["index"], 2, "{answer}");
    let track = json!({"messageId": "m-1", "userId": "u-1", "event": "Product Viewed"});
    assert_eq!(own.post("/v1/track", &track)["status"], "queued");
    // The same at the owner.
    assert_eq!(other.post("/v1/events", &visit("v-2", "u-1"))["status"], "queued");
    town.wait_until_level();
    for api in [own, other] {
        assert_eq!(api.profile("user_id", "u-1")["counters"]["events"], 3);
    }
    // Whoever wants to wait for the commit is sent to who commits.
    let waited = committed(&standby, &visit("v-4", "u-1"));
    let count = |name: &str| waited.body[name].as_u64().unwrap();
    // Known before where it was sent again.
    assert_eq!(count("accepted") + count("duplicates"), 1, "{waited:?}");
    town.stop_all();
}

#[test]
fn metrics_and_the_service_on_nats_say_who_owns_and_who_stands_by() {
    let (mut town, owner, standby) = town();
    committed(&owner, &visit("v-1", "u-1"));
    town.wait_until_level();
    let [of_owner, of_standby] = [&owner, &standby].map(|url| Api::of(url).text("/metrics"));
    let owners = [&of_owner, &of_standby].map(|metrics| sample(metrics, "yekta_cluster_owner") > 0.5);
    assert_eq!(owners, [true, false], "{of_owner}\n{of_standby}");
    assert!(sample(&of_owner, "yekta_cluster_epoch") > 0.5, "{of_owner}");
    wait_for("a standby to measure how far it is behind", || {
        let metrics = Api::of(&standby).text("/metrics");
        let shown = sample(&metrics, "yekta_cluster_standby_lag_seconds_count");
        (shown > 0.5 && sample(&metrics, "yekta_cluster_standby_position") > 0.5).then_some(())
    });

    let number = town.owner();
    let told = wait_for("both to tell of the same position", || {
        let told = town.told_by_all()?;
        let mut positions = told.values().map(|one| &one["position"]);
        let first = positions.next()?;
        positions.all(|other| other == first).then_some(told.clone())
    });
    let of = |member: usize| &told[&town.members[member].name];
    let (one, other) = (of(number), of(1 - number));
    assert_eq!(
        (&one["role"], &other["role"]),
        (&json!("owner"), &json!("standby")),
        "{told:?}"
    );
    assert!(one["epoch"].as_u64().unwrap() > 0, "{told:?}");
    // It has no term of its own.
    assert_eq!(other["epoch"], 0, "{told:?}");
    town.stop_all();
}
