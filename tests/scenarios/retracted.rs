//! Events that are taken back: what is left is what would be had they never come.

use serde_json::json;
use yekta::engine::queries::query::{Address, Found};

use crate::{
    follower::Follower,
    said::{event, identifier},
    steward::{at, email, followed, phone, undo, user},
    town::Town,
};

#[test]
fn the_middle_of_a_chain_is_taken_out_and_what_was_around_it_is_as_if_it_had_never_come() {
    let mut town = Town::new();
    town.tell(&[
        at("1", 1, json!([email("a")]), json!({"first_name": "Ann"})),
        at("3", 3, json!([phone("09124445566")]), json!({})),
    ]);
    let before = town.profiles();
    let middle = at("2", 2, json!([email("a"), phone("09124445566")]), json!({}));
    town.tell(std::slice::from_ref(&middle));
    assert_eq!(town.profiles().len(), 1);
    undo(&town, json!({"event": {"source": "test", "id": "2"}})).unwrap();
    assert_eq!(town.profiles(), before);
    // It does not come back when it is delivered again.
    town.reopen();
    let again = town.post("/v1/events", &middle);
    assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(0), &json!(1)));
    assert_eq!(town.profiles(), before);
    followed(&town);
}

#[test]
fn a_claim_that_counts_again_holds_apart_by_what_it_holds() {
    let told = |with_the_first: bool| {
        let town = Town::with("[identifiers]\nclaims_max = 1\n");
        let claims = [
            at(
                "1",
                1,
                json!([user("u"), identifier("device_id", "d", "observed")]),
                json!({}),
            ),
            at("2", 2, json!([user("u"), email("k")]), json!({})),
            at("3", 3, json!([user("w"), email("k")]), json!({})),
            at("4", 4, json!([phone("09124445566"), email("k")]), json!({})),
        ];
        town.tell(&claims[usize::from(!with_the_first)..]);
        town
    };
    let town = told(true);
    // The second of u's claims does not count: the address is w's alone.
    assert_eq!(town.find("phone", "+989124445566"), town.find("user_id", "w"));
    undo(&town, json!({"event": {"source": "test", "id": "1"}})).unwrap();
    let never_came = told(false);
    assert_ne!(town.find("phone", "+989124445566"), town.find("user_id", "w"));
    let fingerprints = |town: &Town| {
        let mut all: Vec<[u8; 32]> = town.profiles().into_values().collect();
        all.sort_unstable();
        all
    };
    assert_eq!(fingerprints(&town), fingerprints(&never_came));
}

#[test]
fn who_is_left_without_events_is_no_more_and_everybody_hears_of_it() {
    let town = Town::new();
    town.tell(&[
        at("1", 1, json!([email("a")]), json!({})),
        event(
            "2",
            ["callcenter", "Call Started"],
            "21T10:02",
            json!([identifier("email", "a@example.com", "observed")]),
            json!({}),
        ),
    ]);
    let person = town.person("email", "a@example.com");
    assert_eq!(person.profile.whole.events, 2, "the call is attributed");
    undo(&town, json!({"event": {"source": "test", "id": "1"}})).unwrap();
    assert!(!town.profiles().contains_key(&person.id));
    assert_eq!(town.profiles().len(), 1, "the call stands by itself");
    let query = town.query();
    assert_eq!(
        query.find(&Address::Id(person.id)).unwrap(),
        Found::None,
        "and is not who called for them"
    );
    undo(&town, json!({"event": {"source": "test", "id": "2"}})).unwrap();
    assert_eq!(town.profiles().len(), 0);
    let mut follower = Follower::default();
    follower.catch_up(&town.query());
    assert_eq!(
        (follower.documents.len(), follower.notices.get("erased")),
        (0, Some(&2))
    );
}

#[test]
fn a_log_in_that_is_taken_back_returns_what_it_took() {
    let town = Town::new();
    let cookie = identifier("anonymous_id", "c", "observed");
    let on_web = |id, name, minute, identifiers| {
        event(
            id,
            ["web", name],
            &format!("21T10:{minute:02}"),
            identifiers,
            json!({}),
        )
    };
    town.tell(&[
        on_web("1", "Signed In", 0, json!([cookie, user("ann")])),
        on_web("2", "Page Viewed", 10, json!([cookie])),
        on_web("3", "Page Viewed", 30, json!([cookie])),
    ]);
    let before = town.profiles();
    town.tell(&[on_web("4", "Signed In", 20, json!([cookie, user("bob")]))]);
    assert_eq!(town.person("user_id", "bob").profile.whole.events, 2);
    undo(&town, json!({"event": {"source": "test", "id": "4"}})).unwrap();
    assert_eq!(town.profiles(), before);
    followed(&town);
}
