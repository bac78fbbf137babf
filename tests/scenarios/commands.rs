//! Commands: what they say about a person is what the person said already.

use serde_json::json;

use crate::{
    asked::{decide, mint, ten_minutes_later},
    said::{cookie, event, identifier, signed_in, viewed},
    town::Town,
};

/// Asks for something in the name of whoever has an identifier.
type Command = fn(&Town, &str, &str);

const COMMANDS: [Command; 2] = [
    |town, kind, value| drop(decide(town, &format!("{kind}:{value}"), "r-1", "denied")),
    |town, kind, value| drop(mint(town, kind, value)),
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
