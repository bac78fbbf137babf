//! Commands: what they say about a person is what the person said already.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    asked::{decide, mint, redeem, ten_minutes_later},
    said::{cookie, event, identifier, signed_in, viewed},
    town::Town,
};

/// Asks for something in the name of whoever has an identifier.
type Command = fn(&Town, &str, &str);

const COMMANDS: [Command; 3] = [
    |town, kind, value| drop(decide(town, &format!("{kind}:{value}"), "r-1", "denied")),
    |town, kind, value| drop(mint(town, kind, value)),
    |town, kind, value| {
        let who = format!("{kind}:{value}");
        let asked = json!({"who": who, "channel": "sms", "purpose": "marketing"});
        drop(town.post("/v1/contacts/decide", &asked));
    },
];

#[test]
fn a_command_about_a_customer_is_no_log_in_on_a_device_they_once_used() {
    for command in COMMANDS {
        let mut town = Town::new();
        let browser = cookie("c");
        town.tell(&[
            signed_in("1", "21T09:00", &browser, "ann"),
            signed_in("2", "22T11:00", &browser, "bob"),
        ]);
        command(&town, "user_id", "ann");
        town.reopen_at(ten_minutes_later);
        town.tell(&[viewed("3", "22T12:05", &browser)]);
        let [ann, bob] = ["ann", "bob"].map(|who| town.person("user_id", who).profile.whole.events);
        // Hers is the log-in and the command; what was looked at after it is his.
        assert_eq!((ann, bob), (2, 2));
    }
}

#[test]
fn commands_about_two_cards_at_one_till_do_not_join_their_holders() {
    for command in COMMANDS {
        let town = Town::new();
        let till = identifier("device_id", "till-1", "observed");
        for card in ["a", "b"] {
            let shown = json!([identifier("loyalty_id", card, "stated"), till]);
            town.tell(&[event(
                card,
                ["store", "Order Completed"],
                "22T11:00",
                shown,
                json!({}),
            )]);
        }
        for card in ["a", "b"] {
            command(&town, "loyalty_id", card);
        }
        let [a, b] = ["a", "b"].map(|card| town.person("loyalty_id", card));
        assert_ne!(a.id, b.id);
        assert_eq!((a.profile.whole.events, b.profile.whole.events), (2, 2));
    }
}

#[test]
fn one_request_id_for_two_customers_is_two_requests() {
    let town = Town::new();
    let devices = ["c", "d"].map(cookie);
    town.tell(&[
        signed_in("1", "22T09:00", &devices[0], "ann"),
        signed_in("2", "22T09:00", &devices[1], "bob"),
    ]);
    let profile = |who: &str| town.person("user_id", who).id.to_string();
    for who in ["ann", "bob"] {
        let decided = decide(&town, &format!("user_id:{who}"), "r-1", "denied");
        assert_eq!(decided["profile"], profile(who));
        let consent = &town.get(&format!("/v1/profiles/user_id:{who}"))["consent"];
        assert_eq!(consent["sms"]["marketing"], "denied", "{who}");
    }
    let by_name = |who: &str| json!({"identifier": {"kind": "user_id", "value": who}, "request_id": "r-1"});
    let by_id = |who: &str| json!({"profile": profile(who), "request_id": "r-1"});
    let asked = ["ann", "bob"]
        .into_iter()
        .flat_map(|who| [(who, by_name(who)), (who, by_id(who))]);
    let asked: Vec<(&str, Value)> = asked.collect();
    let token = |request: &Value| town.post("/v1/qr", request)["token"].as_str().unwrap().to_owned();
    let tokens: Vec<String> = asked.iter().map(|(_, request)| token(request)).collect();
    for ((who, request), token_before) in asked.iter().zip(&tokens) {
        assert_eq!(token(request), *token_before);
        assert_eq!(
            town.get(&format!("/v1/qr/{token_before}"))["profile"],
            profile(who)
        );
        // Two codes are two redemptions, too.
        let redeemed = || redeem(&town, token_before, json!({"request_id": "r-1"}))["outcome"].clone();
        assert_eq!([redeemed(), redeemed()], ["valid", "valid"]);
        assert_eq!(town.get(&format!("/v1/qr/{token_before}"))["outcome"], "used");
    }
}

#[test]
fn one_request_id_for_two_wishes_is_two_requests() {
    let mut town = Town::new();
    town.tell(&[signed_in("1", "22T09:00", &cookie("c"), "ann")]);
    let consent = |town: &Town| town.get("/v1/profiles/user_id:ann")["consent"]["sms"]["marketing"].clone();
    decide(&town, "user_id:ann", "r-1", "denied");
    assert_eq!(consent(&town), "denied");
    town.reopen_at(ten_minutes_later);
    // A repeat of the first wish does not bring it back.
    for decision in ["granted", "denied"] {
        decide(&town, "user_id:ann", "r-1", decision);
        assert_eq!(consent(&town), "granted");
    }
    let token = |store: &str, purpose: &str| {
        let request = json!({"identifier": {"kind": "user_id", "value": "ann"}, "request_id": "r-1",
            "store_id": store, "purpose": purpose});
        town.post("/v1/qr", &request)["token"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let asked = [("north", "handoff"), ("south", "handoff"), ("north", "lookup")];
    let tokens = asked.map(|(store, purpose)| token(store, purpose));
    assert_eq!(tokens, asked.map(|(store, purpose)| token(store, purpose)));
    assert_eq!(BTreeSet::from(tokens.clone()).len(), tokens.len());
    let at = |store: &str| {
        redeem(&town, &tokens[0], json!({"store_id": store, "request_id": "r-2"}))["outcome"].clone()
    };
    assert_eq!(
        ["south", "north", "north"].map(at),
        ["wrong_store", "valid", "valid"]
    );
    // Taking it back is another wish than redeeming it.
    let back = town.post(
        &format!("/v1/qr/{}/revoke", tokens[0]),
        &json!({"request_id": "r-2"}),
    );
    assert_eq!(back["outcome"], "used");
}
