//! A tenant that nobody owns: the one member left may not take the lease, since its account of NATS does not let it. It
//! answers questions over HTTP and NATS, takes events, says that there is no owner to whoever wants something done, and
//! says where the owner is as soon as there is one again.

use std::collections::BTreeSet;

use async_nats::ConnectOptions;
use serde_json::json;

use crate::{
    answers::{committed, follow, send},
    api::Api,
    broker::Broker,
    channel::visit,
    process::wait_for,
    server::NatsServer,
    town::{LONG_LEASE_MS, SHORT_LEASE_MS, Town},
};

/// Who may do everything, and who may do everything but take a lease.
const USERS: &str = "authorization { users: [
    { user: owner, password: p }
    { user: watcher, password: p, permissions: { publish: { deny: [\"$KV.YEKTA_CLUSTER.owner.>\"] } } } ] }";
const OWNER: usize = 0;
const WATCHER: usize = 1;

fn user(name: &str) -> Vec<(String, String)> {
    [("YEKTA_NATS__USER", name), ("YEKTA_NATS__PASSWORD", "p")]
        .map(|(variable, value)| (variable.to_owned(), value.to_owned()))
        .into()
}

/// A town whose second member never owns it.
fn town() -> Town<NatsServer> {
    let server = NatsServer::with(USERS, &["-js"]);
    let options = ConnectOptions::with_user_and_password("owner".to_owned(), "p".to_owned());
    let broker = Broker::with(&server, options);
    let mut town = Town::beside(server, broker, SHORT_LEASE_MS);
    town.place.more = user("owner");
    town.join("a");
    town.add("b");
    town.members[WATCHER].own = user("watcher");
    town.start(WATCHER);
    assert_eq!(town.owner(), OWNER);
    town
}

#[test]
fn a_tenant_without_an_owner_is_read_and_told_and_commands_come_again_later() {
    let mut town = town();
    let standby = town.members[WATCHER].url().to_owned();
    let wait_for_commit = format!("{standby}/v1/events?wait=commit");
    committed(&standby, &visit("e-1", "u-1"));
    town.wait_until_level();
    town.kill(OWNER);
    let consent = json!({"sms": {"marketing": "granted"}});
    let command = format!("{standby}/v1/profiles/user_id:u-1/consent");
    let refused = wait_for("the lease to lapse", || {
        let answer = send("PUT", &command, Some(&consent));
        // Until then it is where it was.
        (answer.status != 307).then_some(answer)
    });
    for answer in [
        refused,
        send("POST", &wait_for_commit, Some(&visit("e-2", "u-1"))),
    ] {
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (503, &json!("no_owner")),
            "{answer:?}"
        );
        assert_eq!(answer.header("retry-after"), Some("1"), "{answer:?}");
    }

    // Questions have answers, and the stream takes events.
    let api = Api::of(&standby);
    assert_eq!(api.profile("user_id", "u-1")["counters"]["events"], 1);
    assert_eq!(api.post("/v1/events", &visit("e-3", "u-1"))["status"], "queued");
    let who = json!({"who": "user_id:u-1"});
    assert_eq!(town.broker.ask("q.profile", &who)["counters"]["events"], 1);
    let consenting = json!({"who": "user_id:u-1", "consent": consent});
    assert_eq!(town.broker.try_ask("c.consent", &consenting), None);
    town.wait_until(WATCHER, "standby");

    town.start(OWNER);
    assert_eq!(town.owner(), OWNER);
    wait_for("the standby to know where the owner is", || {
        let answer = send("PUT", &command, Some(&consent));
        let there = format!("{}/v1/profiles/user_id:u-1/consent", town.members[OWNER].url());
        (answer.header("location") == Some(there.as_str())).then_some(())
    });
    assert_eq!(follow("PUT", &command, Some(&consent)).status, 200);
    town.wait_until_level();
    let profile = api.profile("user_id", "u-1");
    assert_eq!(profile["consent"]["sms"]["marketing"], "granted");
    // That of e-2 was refused, and not kept by halves.
    let timeline = api.get("/v1/profiles/user_id:u-1/timeline");
    let ids: BTreeSet<&str> = timeline["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|event| event["id"].as_str())
        .filter(|id| id.starts_with("e-"))
        .collect();
    assert_eq!(ids, BTreeSet::from(["e-1", "e-3"]));
    town.stop_all();
}

/// While the owner is dead and its lease not lapsed, nobody else may: questions are answered all the same, and a command is
/// never taken by who does not own the tenant.
#[test]
fn a_lease_that_has_not_lapsed_is_respected() {
    let mut town = Town::of_one(LONG_LEASE_MS);
    let owner = town.owner();
    town.broker.tell(&visit("e-1", "u-1"));
    town.wait_until_level();
    let lease = town.lease().unwrap();
    town.kill(owner);
    let standby = &town.members[1 - owner];
    let merge = send(
        "POST",
        &format!("{}/v1/identity/merge", standby.url()),
        Some(&json!({})),
    );
    assert!([307, 503].contains(&merge.status), "{merge:?}");
    let who = json!({"who": "user_id:u-1"});
    // The server may not know yet that the one is gone, and have it answer.
    let profile = wait_for("the other to answer", || town.broker.try_ask("q.profile", &who));
    assert_eq!(profile.unwrap()["counters"]["events"], 1);
    assert_eq!(
        Api::of(standby.url()).profile("user_id", "u-1")["counters"]["events"],
        1
    );
    town.wait_until(1 - owner, "standby");
    assert_eq!(
        town.lease().unwrap()["id"],
        lease["id"],
        "nobody else took it meanwhile"
    );
    town.stop(1 - owner);
}
