//! Who may not join: a process that does not stand by while another owns the tenant, one whose folder has no secrets while
//! nobody gives them, one that names no server. Each says why in one sentence, and whoever is there goes on.

use std::process::Command;

use serde_json::json;

use crate::{
    channel::visit,
    journal,
    members::Member,
    process::{Running, serve, wait_for},
    server::NatsServer,
    serving::{failure, folder_with_the_secrets_of, refusal, serve_on, wait_until_ready},
    town::{LONG_LEASE_MS, Town},
};

/// A town of one member, and an event in it.
fn town() -> Town<NatsServer> {
    let mut town = Town::without_members(LONG_LEASE_MS);
    town.join("a");
    town.broker.tell(&visit("e-1", "u-1"));
    town.wait_until_level();
    town
}

/// The member that is there goes on, and was never anything else than the owner.
fn goes_on(mut town: Town<NatsServer>) {
    assert_eq!(town.owner(), 0);
    town.broker.tell(&visit("e-2", "u-1"));
    town.wait_until_level();
    let profile = town.broker.ask("q.profile", &json!({"who": "user_id:u-1"}));
    assert_eq!(profile["counters"]["events"], 2);
    assert_eq!(
        journal::owners(&town.broker).len(),
        1,
        "nobody took anything over"
    );
    town.stop_all();
}

#[test]
fn a_second_process_that_does_not_stand_by_is_refused() {
    let town = town();
    let other = folder_with_the_secrets_of(town.members[0].data.path());
    let said = refusal(serve_on(&town.servers, other.path()));
    let told = wait_for("the owner to tell of itself", || town.told_by_all());
    let owner = told["a"]["owner"].as_str().unwrap();
    assert!(said.contains(owner) && said.contains("owns"), "{said}");
    goes_on(town);
}

#[test]
fn a_member_with_an_empty_folder_says_which_secrets_it_needs() {
    let town = town();
    assert_eq!(
        town.shared("secrets.default"),
        None,
        "secrets that nothing wraps are in a bucket"
    );
    let stranger = Member::new("b", &town.place);
    let said = refusal(stranger.command());
    assert!(said.contains("secrets"), "{said}");
    assert!(
        !stranger.data.path().join("default/secrets").exists(),
        "it drew secrets of its own: {said}"
    );
    goes_on(town);
}

/// Secrets of another tenant would hash the same customers otherwise.
#[test]
fn a_member_with_other_secrets_does_not_join() {
    let (town, elsewhere) = (town(), tempfile::tempdir().unwrap());
    crate::process::Service::start(elsewhere.path()).stop();
    let stranger = Member::beside("b", &town.place, elsewhere.path());
    let said = refusal(stranger.command());
    assert!(said.contains("secrets"), "{said}");
    goes_on(town);
}

/// What a process says that ends since its settings cannot be.
fn misconfigured(command: Command) -> String {
    let mut running = Running::start(command);
    let status = running.ended();
    let log = running.log();
    assert_eq!(status.code(), Some(78), "{log}");
    log
}

#[test]
fn settings_of_a_cluster_that_cannot_be_are_refused() {
    let data = tempfile::tempdir().unwrap();
    let with = |settings: &[(&str, &str)]| {
        let mut command = serve(data.path());
        command.envs(settings.iter().copied());
        misconfigured(command)
    };
    let said = with(&[("YEKTA_CLUSTER__STANDBY", "true")]);
    assert!(said.contains("nats.url"), "{said}");
    for wrong in ["999", "60001"] {
        let said = with(&[
            ("YEKTA_NATS__URL", "nats://127.0.0.1:1"),
            ("YEKTA_CLUSTER__STANDBY", "true"),
            ("YEKTA_CLUSTER__LEASE_MS", wrong),
        ]);
        assert!(said.contains("lease_ms"), "{said}");
    }
}

/// Nobody has told yet what the secrets are known by: each draws its own.
#[test]
fn of_two_that_begin_together_with_secrets_of_their_own_one_is_refused() {
    let town = Town::without_members(LONG_LEASE_MS);
    let members = ["a", "b"].map(|name| Member::new(name, &town.place));
    let mut running = members.each_ref().map(|member| Running::start(member.command()));
    let listening = running.each_ref().map(Running::listens);
    let refused = match &listening {
        [None, Some(_)] => 0,
        [Some(_), None] => 1,
        _ => panic!("expected one to be refused: {listening:?}"),
    };
    let said = failure(&mut running[refused]);
    assert!(said.contains("secrets"), "{said}");
    let other = listening.into_iter().flatten().next().unwrap();
    wait_until_ready(&other);
}
