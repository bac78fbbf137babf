//! What one value does to many is carried out in small steps, and ends as if it had been done at once.

use serde_json::{Value, json};
use yekta::{domain::identifier::Kind, engine::Position};

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

/// Visitors who typed a number.
const VISITORS: usize = 6;

/// A number that somebody is known by.
fn number(trust: &str) -> Value {
    identifier("phone", "+989123456789", trust)
}

/// A visitor who typed it looks at a page.
fn visited(id: &str, visitor: usize) -> Value {
    let typed = identifier("email", &format!("e{visitor}@example.org"), "stated");
    let (id, who) = (format!("{id}{visitor}"), json!([number("stated"), typed]));
    event(&id, ["web", "Page Viewed"], "21T09:30", who, json!({}))
}

/// A caller's number, known to staff, which visitors type who are only shown with them.
fn called_and_visited(town: &Town) {
    let who = json!([number("staff")]);
    town.tell(&[event(
        "1",
        ["callcenter", "Call Started"],
        "21T09:00",
        who,
        json!({}),
    )]);
    for visitor in 0..VISITORS {
        town.tell(&[visited("m", visitor)]);
    }
}

/// The caller signs in.
fn caller_signs_in() -> Value {
    let who = json!([number("verified"), user("sara")]);
    event("2", ["mobile", "Signed In"], "21T10:00", who, json!({}))
}

/// What was told of merges where the caller signs in, and what becomes of taking the merge back.
fn signed_in_with_mentions(town: &Town) -> (Vec<Value>, Value) {
    called_and_visited(town);
    let before = town.person("phone", "+989123456789").id.to_string();
    town.tell(&[caller_signs_in()]);
    town.settle();
    let updates = town.query().updates_after(Position(0), 10_000).unwrap();
    let told = updates
        .iter()
        .filter(|update| update.subject.contains(".profile.merged."));
    let told = told.map(|update| serde_json::from_slice(&update.body).unwrap());
    let told: Vec<Value> = told.collect();
    let undo = json!({"absorbed": before}).to_string().into_bytes();
    let undone = town.call("POST", "/v1/identity/undo", &[], undo);
    (told, json!([undone.status, undone.body["code"]]))
}

#[test]
fn a_merge_that_is_carried_out_step_by_step_is_told_once_and_taken_back_as_any_other() {
    let (at_once, by_one) = (Town::new(), Town::with("[engine]\nrepairs_max = 1\n"));
    let [(told, undone), (told_by_one, undone_by_one)] = [&at_once, &by_one].map(signed_in_with_mentions);
    assert_eq!((told.len(), told_by_one.len()), (1, 1), "{told_by_one:?}");
    assert_eq!(undone_by_one, undone);
}

/// Whoever listens hears of each event once, also of those whose turn to be looked at again comes in a later commit.
#[test]
fn what_somebody_does_who_is_left_for_later_is_told_at_once_of_who_they_are() {
    let town = Town::with("[engine]\nrepairs_max = 1\n");
    called_and_visited(&town);
    let before = town.engine().handle.applied();
    let visits = |id| (0..VISITORS).map(move |visitor| visited(id, visitor));
    // All at once, then while they are looked at one after the other.
    town.tell(
        &[caller_signs_in()]
            .into_iter()
            .chain(visits("n"))
            .collect::<Vec<_>>(),
    );
    let sara = town.person("user_id", "sara").id.to_string();
    for visit in visits("p") {
        town.tell(&[visit]);
    }
    town.settle();
    let told = town.query().updates_after(before, 10_000).unwrap();
    let contexts = told.iter().filter(|one| one.subject.contains(".context."));
    let mut contexts: Vec<(String, String)> = contexts
        .map(|one| {
            let told: Value = serde_json::from_slice(&one.body).unwrap();
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&told["event"]["id"]), text(&told["profile"]))
        })
        .collect();
    contexts.sort_unstable();
    let ids = ["n", "p"]
        .into_iter()
        .flat_map(|id| (0..VISITORS).map(move |visitor| format!("{id}{visitor}")));
    let mut expected: Vec<(String, String)> = ["2".to_owned()]
        .into_iter()
        .chain(ids)
        .map(|id| (id, sara.clone()))
        .collect();
    expected.sort_unstable();
    assert_eq!(contexts, expected);
}
