//! What one value does to many is carried out in small steps, and ends as if it had been done at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

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

/// Visitors who typed a number: more than are looked at again while somebody says the next.
const VISITORS: usize = 40;

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

/// A town in which one is looked at again with what comes, with a caller and visitors.
fn visited_town() -> Town {
    let town = Town::with("[engine]\nrepairs_max = 1\n");
    called_and_visited(&town);
    town
}

/// Some visitors look at another page.
fn visits(id: &'static str, visitors: Range<usize>) -> impl DoubleEndedIterator<Item = Value> {
    visitors.map(move |visitor| visited(id, visitor))
}

/// Says these at once, and then each of the visitors one after the other, who were there before; fails unless each is told once,
/// with the version of somebody that it made. Gives of whom each was told.
fn told_once(
    town: &Town,
    at_once: Vec<Value>,
    one_by_one: impl Iterator<Item = Value>,
) -> BTreeMap<String, String> {
    let before = town.engine().handle.applied();
    town.tell(&at_once);
    let mut ids: Vec<Value> = at_once.iter().map(|event| event["id"].clone()).collect();
    for visit in one_by_one {
        town.tell(std::slice::from_ref(&visit));
        ids.push(visit["id"].clone());
    }
    town.settle();
    let (mut told, mut versions, mut causes) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for one in town.query().updates_after(before, 10_000).unwrap() {
        let body: Value = serde_json::from_slice(&one.body).unwrap();
        let whose = (body["profile"].to_string(), body["version"].to_string());
        if one.subject.contains(".context.") {
            let id = body["event"]["id"].as_str().unwrap().to_owned();
            *versions.entry(whose).or_insert(0) += 1;
            let again = told.insert(id, body["profile"].as_str().unwrap().to_owned());
            assert_eq!(again, None, "told twice: {body}");
        } else if one.subject.contains(".profile.updated.") {
            causes.insert(whose, body["cause"]["count"].as_u64().unwrap());
        }
    }
    causes.retain(|_, count| *count > 0);
    assert_eq!(versions, causes);
    let ids: BTreeSet<String> = ids.iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    assert_eq!(told.keys().cloned().collect::<BTreeSet<_>>(), ids);
    told
}

/// Whoever listens hears of each event once, also of those whose turn to be looked at again comes in a later commit.
#[test]
fn what_somebody_does_who_is_left_for_later_is_told_at_once_of_who_they_are() {
    let town = visited_town();
    let at_once = [caller_signs_in()]
        .into_iter()
        .chain(visits("n", 0..10))
        .collect();
    let told = told_once(&town, at_once, visits("p", 0..VISITORS).rev());
    let sara = town.person("user_id", "sara").id.to_string();
    assert!(told.values().all(|whose| *whose == sara), "{told:?}");
}

/// The caller's own id ends, and lives again before those who were shown with it are looked at.
#[test]
fn what_somebody_does_who_was_shown_with_an_id_that_lives_again_is_told() {
    let town = visited_town();
    let caller = town.person("phone", "+989123456789").id;
    town.tell(&[caller_signs_in()]);
    let who = json!([number("verified"), user("reza")]);
    let reza = event("3", ["mobile", "Signed In"], "21T10:05", who, json!({}));
    let told = told_once(&town, vec![reza], visits("p", 0..VISITORS).rev());
    assert!(
        town.query().portrait(caller).unwrap().is_some(),
        "what two customers hold leads to nobody, and the caller is by themselves again"
    );
    let caller = caller.to_string();
    assert!(told.values().all(|whose| *whose != caller), "{told:?}");
}

/// Whom a steward had said to be the caller turns out to be somebody else, and of the caller's old id nobody is left.
#[test]
fn what_somebody_does_who_was_shown_with_whom_all_leave_is_told() {
    let town = Town::with("[engine]\nrepairs_max = 1\n");
    let typed = json!([identifier("email", "reza@example.org", "stated")]);
    town.tell(&[event("0", ["web", "Page Viewed"], "21T08:00", typed, json!({}))]);
    called_and_visited(&town);
    let known_by = [("email", "reza@example.org"), ("phone", "+989123456789")];
    let [mail, caller] = known_by.map(|(kind, value)| town.person(kind, value).id.to_string());
    town.post("/v1/identity/merge", &json!({"a": mail, "b": caller}));
    town.settle();
    town.post("/v1/identity/undo", &json!({"absorbed": caller}));
    let verified = identifier("email", "reza@example.org", "verified");
    let who = json!([verified, user("reza")]);
    let reza = event("3", ["mobile", "Signed In"], "21T10:05", who, json!({}));
    let at_once = [reza].into_iter().chain(visits("n", 0..VISITORS)).collect();
    told_once(&town, at_once, visits("p", 0..VISITORS));
}
