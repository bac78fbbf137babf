//! What becomes of the ids of profiles: where an id leads that is no more, and who says to have absorbed it.

use std::collections::BTreeSet;

use serde_json::json;

use crate::{
    follower::Follower,
    said::{cookie, signed_in, signed_out, viewed},
    steward::{at, merge, undo, user},
    town::Town,
};

fn id(town: &Town, kind: &str, value: &str) -> String {
    town.person(kind, value).id.to_string()
}

/// The ids that a customer's profile says to have absorbed.
fn absorbed(town: &Town, who: &str) -> BTreeSet<String> {
    let absorbed = town.person("user_id", who).absorbed;
    absorbed.iter().map(ToString::to_string).collect()
}

/// The ids that `/v1/profiles` names for one that was absorbed and then parted.
fn named(town: &Town, id: &str) -> BTreeSet<String> {
    let reply = town.call("GET", &format!("/v1/profiles/{id}"), &[], Vec::new());
    assert_eq!(reply.status, 409, "{}", reply.body);
    let profiles = reply.body["profiles"].as_array().unwrap().iter();
    profiles.map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_id_whose_events_went_to_two_customers_in_turn_names_both() {
    let town = Town::new();
    let browser = cookie("c");
    town.tell(&[
        viewed("1", "21T09:00", &browser),
        viewed("2", "21T13:00", &browser),
    ]);
    let nobody = id(&town, "anonymous_id", "c");
    town.tell(&[signed_in("3", "21T12:00", &browser, "ann")]);
    let ann = id(&town, "user_id", "ann");
    assert_eq!(town.get(&format!("/v1/profiles/{nobody}"))["id"], ann);
    // Of what became Ann's then, the morning is Bob's; the afternoon stays hers.
    town.tell(&[signed_in("4", "21T10:00", &browser, "bob")]);
    let bob = id(&town, "user_id", "bob");
    assert_eq!(named(&town, &nobody), BTreeSet::from([ann.clone(), bob.clone()]));
    // What is left of Ann's becomes Eva's: the way leads on from there too.
    town.tell(&[signed_in("5", "21T12:30", &browser, "eva")]);
    let eva = id(&town, "user_id", "eva");
    assert_eq!(named(&town, &nobody), BTreeSet::from([bob, eva]));
}

/// Declares that two customer ids are the same person; the profile is that of the smaller.
fn alias(town: &Town, user: &str, former: &str) {
    let message = json!({"messageId": format!("{former} is {user}"), "userId": user, "previousId": former});
    let headers = [("x-yekta-source", "crm/import")];
    let reply = town.call("POST", "/v1/alias", &headers, message.to_string().into_bytes());
    assert_eq!(reply.status, 200, "{}", reply.body);
}

#[test]
fn who_absorbs_lists_whom_the_absorbed_had_absorbed_until_one_of_them_lives_again() {
    let town = Town::new();
    let (browser, mut follower) = (cookie("c"), Follower::default());
    town.tell(&[viewed("1", "21T16:00", &browser)]);
    let nobody = town.person("anonymous_id", "c");
    town.tell(&[signed_in("2", "21T14:00", &browser, "cleo")]);
    let cleo = id(&town, "user_id", "cleo");
    alias(&town, "bea", "cleo");
    let bea = id(&town, "user_id", "bea");
    alias(&town, "ann", "bea");
    let former = nobody.id.to_string();
    let all = [&former, &cleo, &bea].map(Clone::clone);
    assert_eq!(absorbed(&town, "ann"), BTreeSet::from(all));
    follower.catch_up(&town.query());
    // She had signed out: whoever looked at something afterwards is nobody known again.
    town.tell(&[signed_out("3", "21T15:00", &browser, "cleo")]);
    assert_eq!(absorbed(&town, "ann"), BTreeSet::from([cleo, bea]));
    let again = town.query().portrait(nobody.id).unwrap().unwrap();
    assert_eq!(
        (again.version, again.profile.whole.events),
        (nobody.version + 1, 1)
    );
    assert!(again.absorbed.is_empty());
    // The follower checks that the versions of each id have no gap.
    follower.catch_up(&town.query());
    assert_eq!(follower.now_at(&former), BTreeSet::from([former]));
}

#[test]
fn nobody_lists_an_id_that_lives_again_though_its_events_were_anothers_meanwhile() {
    let town = Town::new();
    let browser = cookie("c");
    town.tell(&[viewed("1", "21T16:00", &browser)]);
    let nobody = id(&town, "anonymous_id", "c");
    town.tell(&[signed_in("2", "21T14:00", &browser, "ann")]);
    assert_eq!(absorbed(&town, "ann"), BTreeSet::from([nobody.clone()]));
    town.tell(&[signed_in("3", "21T15:00", &browser, "bob")]);
    assert_eq!(
        town.get(&format!("/v1/profiles/{nobody}"))["id"],
        id(&town, "user_id", "bob")
    );
    town.tell(&[signed_out("4", "21T15:30", &browser, "bob")]);
    assert_eq!(
        town.get(&format!("/v1/profiles/{nobody}"))["counters"]["events"],
        1
    );
    for who in ["ann", "bob"] {
        assert_eq!(absorbed(&town, who), BTreeSet::new(), "{who}");
    }
}

#[test]
fn whoever_comes_to_a_browser_after_a_log_out_has_the_id_that_it_had_before_the_log_in() {
    let town = Town::new();
    let (browser, mut follower) = (cookie("c"), Follower::default());
    town.tell(&[viewed("1", "21T09:00", &browser)]);
    let nobody = town.person("anonymous_id", "c");
    town.tell(&[
        signed_in("2", "21T10:00", &browser, "ann"),
        signed_out("3", "21T15:00", &browser, "ann"),
    ]);
    assert_eq!(absorbed(&town, "ann"), BTreeSet::from([nobody.id.to_string()]));
    let before = town.person("user_id", "ann").version;
    // Nothing of hers changes, but for the list.
    town.tell(&[viewed("4", "21T16:00", &browser)]);
    let again = town.query().portrait(nobody.id).unwrap().unwrap();
    assert_eq!(
        (again.version, again.profile.whole.events),
        (nobody.version + 1, 1)
    );
    let ann = town.person("user_id", "ann");
    assert_eq!((ann.version, ann.profile.whole.events), (before + 1, 3));
    assert_eq!(ann.absorbed, []);
    follower.catch_up(&town.query());
    let told = &follower.documents[&ann.id.to_string()];
    assert_eq!(
        (&told["version"], &told["absorbed"]),
        (&json!(ann.version), &json!([]))
    );
}

#[test]
fn who_is_asked_about_while_they_become_one_and_two_again_is_always_there() {
    let town = Town::new();
    town.tell(&[
        at("1", 1, json!([user("ann")]), json!({"first_name": "Ann"})),
        at("2", 2, json!([user("bea")]), json!({"first_name": "Bea"})),
    ]);
    std::thread::scope(|scope| {
        let stewards = scope.spawn(|| {
            for _ in 0..60 {
                let said = merge(&town, "user_id:ann", "user_id:bea");
                undo(&town, json!({"word": said["word"]})).unwrap();
            }
        });
        while !stewards.is_finished() {
            for customer in ["ann", "bea"] {
                let path = format!("/v1/context/callcenter/user_id:{customer}");
                let reply = town.call("GET", &path, &[], Vec::new());
                assert_eq!(reply.status, 200, "{}", reply.body);
                assert_eq!(reply.body["match"], "one", "{}", reply.body);
            }
        }
    });
}
