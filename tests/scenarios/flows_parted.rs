//! Timers when customers turn out to be one, or not to be: whoever the event that set a flow going is of when it is due.

use serde_json::{Value, json};

use crate::{
    asked::{HOUR, decide},
    contact::asked,
    flows::{FREE, REMIND, actions, added, did, expected, going_by, id, rest, waiting},
    said::{cookie, event, signed_in},
    steward::{merge, undo},
    town::{NOW, Town},
};

const MINA: &str = "user_id:mina";
const SARA: &str = "user_id:sara";

/// A town in which the one put the same into the cart at 11:10 and the other at 11:50.
fn both_added(first: &str, second: &str) -> Town {
    let town = going_by(REMIND, "");
    town.tell(&[added(first, "22T11:10", "p-1"), added(second, "22T11:50", "p-1")]);
    assert_eq!(waiting(&town), 2);
    town
}

/// Half an hour later, when the first is due.
fn half_an_hour_later(town: &mut Town) {
    town.reopen_at(|| NOW.saturating_add(HOUR / 2));
    rest(town);
}

fn an_hour_later(town: &mut Town) {
    town.reopen_at(|| NOW.saturating_add(HOUR));
    rest(town);
    assert_eq!(waiting(town), 0);
}

/// Takes back what a steward said.
fn taken_back(town: &Town, said: &Value) {
    undo(town, json!({"word": said["word"]})).unwrap();
    rest(town);
    assert_ne!(id(town, "mina"), id(town, "sara"));
}

#[test]
fn two_who_become_one_before_the_time_are_reminded_once() {
    let mut town = both_added("mina", "sara");
    town.tell(&[added("sara", "22T11:51", "p-2")]);
    merge(&town, MINA, SARA);
    assert_eq!(id(&town, "mina"), id(&town, "sara"));
    an_hour_later(&mut town);
    // Once for who is left of the two; of what only one of them has, too.
    let once = [("remind/remind/p-1", "mina"), ("remind/remind/p-2", "mina")];
    assert_eq!(actions(&town), expected(&town, once));
}

#[test]
fn who_was_reminded_before_they_became_one_is_not_again() {
    for [first, second] in [["mina", "sara"], ["sara", "mina"]] {
        let mut town = both_added(first, second);
        half_an_hour_later(&mut town);
        let once = expected(&town, [("remind/remind/p-1", first)]);
        assert_eq!(actions(&town), once);
        merge(&town, MINA, SARA);
        an_hour_later(&mut town);
        assert_eq!(actions(&town), once, "{first}");
    }
}

#[test]
fn who_are_two_again_before_the_time_are_reminded_each_of_their_own() {
    let mut town = both_added("mina", "sara");
    town.tell(&[added("sara", "22T11:20", "p-2")]);
    let said = merge(&town, MINA, SARA);
    town.reopen_at(|| NOW.saturating_add(HOUR / 12));
    rest(&town);
    taken_back(&town, &said);
    an_hour_later(&mut town);
    let each = [
        ("remind/remind/p-1", "mina"),
        ("remind/remind/p-2", "sara"),
        ("remind/remind/p-1", "sara"),
    ];
    assert_eq!(actions(&town), expected(&town, each));
}

/// What was done for one while they were one was done for them alone.
fn the_other_is_reminded_after_it(first: &str, second: &str) {
    let mut town = both_added(first, second);
    let said = merge(&town, MINA, SARA);
    half_an_hour_later(&mut town);
    assert_eq!(
        actions(&town),
        expected(&town, [("remind/remind/p-1", first)]),
        "for who is left of the two"
    );
    taken_back(&town, &said);
    an_hour_later(&mut town);
    let told = actions(&town);
    assert_eq!(told.len(), 2, "{told:?}");
    let own = expected(&town, [("remind/remind/p-1", second)]);
    assert_eq!(told[1..], own[..]);
    // And whoever was reminded then is not when they do the same again.
    let again = [added(first, "22T12:55", "p-1"), added(second, "22T12:55", "p-1")];
    town.tell(&again);
    rest(&town);
    assert_eq!(waiting(&town), 0);
}

#[test]
fn what_was_done_for_mina_while_they_were_one_stays_with_her() {
    the_other_is_reminded_after_it("mina", "sara");
}

#[test]
fn what_was_done_for_sara_while_they_were_one_stays_with_her() {
    the_other_is_reminded_after_it("sara", "mina");
}

const OFFER: &str = r#"
[flows.offer]
on = "Product Viewed"
matter = 'event.properties.product_id'
steps = [{ send = { channel = "sms", purpose = "marketing", template = "offer" } }]
"#;

/// A town where nobody hears of more than so many offers a day.
fn offering(most: u64) -> Town {
    let caps = FREE.replace("day]\nmost = 0", &format!("day]\nmost = {most}"));
    let town = going_by(OFFER, &caps);
    for who in ["mina", "sara"] {
        let seen = did(who, &format!("in-{who}"), "Signed In", "22T10:00", json!({}));
        town.tell(&[seen]);
        decide(
            &town,
            &format!("user_id:{who}"),
            &format!("agreed-{who}"),
            "granted",
        );
    }
    town
}

fn viewed(town: &Town, who: &str, product: &str) {
    let id = format!("viewed-{who}-{product}");
    town.tell(&[did(
        who,
        &id,
        "Product Viewed",
        "22T11:00",
        json!({"product_id": product}),
    )]);
    rest(town);
}

fn decision(town: &Town, who: &str) -> String {
    let answer = asked(town, who, json!({}));
    answer["decision"].as_str().unwrap().to_owned()
}

#[test]
fn what_flows_said_to_two_counts_for_both_as_one_and_then_for_each() {
    let town = offering(3);
    viewed(&town, "mina", "p-1");
    viewed(&town, "sara", "p-1");
    viewed(&town, "sara", "p-2");
    assert_eq!(actions(&town).len(), 3);
    let said = merge(&town, MINA, SARA);
    assert_eq!([MINA, SARA].map(|who| decision(&town, who)), ["hold", "hold"]);
    taken_back(&town, &said);
    assert_eq!([(); 2].map(|()| decision(&town, SARA)), ["allow", "hold"]);
    assert_eq!(
        [(); 3].map(|()| decision(&town, MINA)),
        ["allow", "allow", "hold"]
    );
}

/// It was what Sara did that set it going, although her number is that of both then.
#[test]
fn a_message_while_they_were_one_counts_for_whoever_set_it_going() {
    for (of, other) in [("mina", SARA), ("sara", MINA)] {
        let town = offering(1);
        let said = merge(&town, MINA, SARA);
        viewed(&town, of, "p-1");
        assert_eq!(actions(&town).len(), 1);
        taken_back(&town, &said);
        let of = format!("user_id:{of}");
        assert_eq!(
            [decision(&town, &of), decision(&town, other)],
            ["hold", "allow"],
            "{of}"
        );
    }
}

/// What is done on Ann's browser turns out to be Bob's by a sign-in that is told late.
fn bobs_after_all(rules: &str) -> Town {
    let town = going_by(rules, "");
    let browser = cookie("c");
    let put = event(
        "put",
        ["web", "Product Added"],
        "22T11:30",
        json!([browser]),
        json!({"properties": {"product_id": "p-1"}}),
    );
    town.tell(&[signed_in("ann", "22T09:00", &browser, "ann"), put]);
    rest(&town);
    assert_eq!((town.profiles().len(), waiting(&town)), (1, 1));
    town.tell(&[signed_in("bob", "22T11:00", &browser, "bob")]);
    rest(&town);
    assert_eq!((town.profiles().len(), waiting(&town)), (2, 1));
    town
}

#[test]
fn what_waits_goes_with_its_event_to_whoever_that_turns_out_to_be_of() {
    let mut town = bobs_after_all(REMIND);
    an_hour_later(&mut town);
    assert_eq!(actions(&town), expected(&town, [("remind/remind/p-1", "bob")]));
}

#[test]
fn what_waits_for_something_goes_on_at_once_when_its_new_customer_does_it() {
    let town = bobs_after_all(
        r#"
[flows.thank]
on = "Product Added"
matter = 'event.properties.product_id'
steps = [{ for = "Order Completed", within = "1d" }, { ask = { channel = "web", name = "thank" } }]
"#,
    );
    town.tell(&[did(
        "ann",
        "order-ann",
        "Order Completed",
        "22T11:40",
        json!({"order_id": "o-1"}),
    )]);
    rest(&town);
    assert_eq!((actions(&town).len(), waiting(&town)), (0, 1), "it is not Ann's");
    town.tell(&[did(
        "bob",
        "order-bob",
        "Order Completed",
        "22T11:41",
        json!({"order_id": "o-2"}),
    )]);
    rest(&town);
    assert_eq!(actions(&town), expected(&town, [("thank/thank/p-1", "bob")]));
    assert_eq!(waiting(&town), 0);
}
