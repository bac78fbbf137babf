//! What one value does to many is carried out in small steps, and ends as if it had been done at once.

use serde_json::{Value, json};
use yekta::domain::identifier::Kind;

use crate::{
    follower::Follower,
    said::{cookie, event, identifier, user},
    town::Town,
};

/// Claims that one number may have here.
const CLAIMS: usize = 60;
/// So few are looked at again with what came that the rest has to wait.
const SMALL_STEPS: &str = "[identifiers]\natoms_max = 60\n[identifiers.kinds.anonymous_id]\nper_profile = 0\n\
                           [engine]\nrepairs_max = 4\n";

/// Somebody on a browser of their own who showed that the number of a switchboard is theirs.
fn caller(number: usize) -> Value {
    let who = json!([
        cookie(&format!("c{number}")),
        identifier("phone", "+982188776655", "staff")
    ]);
    event(
        &format!("e{number}"),
        ["web", "Page Viewed"],
        "21T09:00",
        who,
        json!({}),
    )
}

/// A town in which so many hold one number that one more makes it say nothing.
fn full() -> Town {
    let town = Town::with(SMALL_STEPS);
    town.tell(&(0..CLAIMS).map(caller).collect::<Vec<_>>());
    assert_eq!(town.profiles().len(), 1, "so many may hold one number");
    town
}

#[test]
fn who_held_a_number_that_turns_out_to_say_nothing_is_parted_step_by_step() {
    let (town, mut follower) = (full(), Follower::default());
    let last = town.engine().handle.applied();
    town.tell(&[caller(CLAIMS)]);
    town.settle();
    assert_eq!(town.profiles().len(), CLAIMS + 1);
    let told = town.query().updates_after(last, 10_000).unwrap();
    let repaired: Vec<bool> = told
        .iter()
        .map(|update| {
            serde_json::from_slice::<Value>(&update.body).unwrap()["cause"]["resolution"] == "repaired"
        })
        .collect();
    let with_the_event = repaired.iter().position(|is_repaired| *is_repaired).unwrap();
    assert!(
        with_the_event < CLAIMS / 2,
        "{with_the_event} were told with the event itself"
    );
    assert!(repaired[with_the_event..].iter().all(|is_repaired| *is_repaired));
    // Whoever follows comes to the same.
    follower.catch_up(&town.query());
    follower.has_what_is_in(&town);
}

#[test]
fn what_was_left_when_the_service_stopped_is_done_by_the_next() {
    let mut town = full();
    town.tell(&[caller(CLAIMS)]);
    town.reopen();
    town.settle();
    assert_eq!(town.profiles().len(), CLAIMS + 1);
}

#[test]
fn what_does_to_others_more_than_a_commit_holds_is_taken_all_the_same() {
    let town = Town::adjusted(|settings| {
        settings.identifiers.atoms_max = CLAIMS;
        let cookies = settings.identifiers.kinds.get_mut(&Kind::ANONYMOUS_ID).unwrap();
        cookies.per_profile = None;
        settings.engine.repairs_max = 10 * CLAIMS;
        settings.journal.commit_bytes_max = 24_576;
    });
    town.tell(&(0..=CLAIMS).map(caller).collect::<Vec<_>>());
    town.settle();
    assert_eq!(town.profiles().len(), CLAIMS + 1);
}

#[test]
fn what_a_steward_says_in_between_is_said_of_who_is_left() {
    let town = full();
    let callers = town.person("anonymous_id", "c0").id.to_string();
    town.tell(&[event(
        "bob",
        ["web", "Page Viewed"],
        "21T10:00",
        json!([user("bob")]),
        json!({}),
    )]);
    town.tell(&[caller(CLAIMS)]);
    town.post("/v1/identity/merge", &json!({"a": callers, "b": "user_id:bob"}));
    town.settle();
    assert_eq!(town.profiles().len(), CLAIMS + 1, "one of so many is bob");
    let bob = town.person("user_id", "bob");
    assert_eq!(bob.profile.whole.events, 2);
}

#[test]
fn taken_back_in_between_it_is_as_if_it_had_never_come() {
    let town = full();
    let before = town.person("anonymous_id", "c0").fingerprint;
    town.tell(&[caller(CLAIMS)]);
    let undo = json!({"event": {"source": "test", "id": format!("e{CLAIMS}")}});
    town.post("/v1/identity/undo", &undo);
    town.settle();
    assert_eq!(town.profiles().len(), 1);
    assert_eq!(town.person("anonymous_id", "c0").fingerprint, before);
}
