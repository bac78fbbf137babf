//! The agent's card, opened by a signed link as a desk's frame opens it: without any key.

use serde_json::{Value, json};

use crate::{
    browser::Browser,
    house::{House, KNOWN, READ_KEY, event, identifier, mina, offer, signed_in},
};

/// A number of two customers.
const SHARED: &str = "+989121112233";
const CALL: &str = "k-1";
/// The line to the service stands.
const LIVE: &str = "#state[data-state=live]";

/// A house that asks for its read key, in which Mina, whose order is on its way, declined an offer and is on the line.
fn open() -> House {
    let house = House::open(Some(READ_KEY));
    let order = json!({"order_id": "o-77", "total": 1_250_000, "currency": "IRR"});
    let about = |properties: Value| json!({"identifiers": [mina()], "properties": properties});
    house.tell(&signed_in());
    house.tell(&[
        event("3", ["web", "Order Completed"], 190, about(order)),
        event(
            "4",
            ["web", "Order Shipped"],
            100,
            about(json!({"order_id": "o-77"})),
        ),
        event("5", ["web", "Offer Declined"], 90, about(offer())),
        call("6", "Call Started"),
    ]);
    house
}

/// Something that happens to the call, of which the exchange knows the number alone.
fn call(id: &str, name: &str) -> Value {
    let caller = identifier("phone", KNOWN, "observed");
    let more = json!({"identifiers": [caller], "properties": {"call_id": CALL}});
    event(id, ["callcenter", name], 0, more)
}

/// A link to the card of whoever calls from `phone`.
fn link(house: &House, phone: &str) -> String {
    let asked = json!({"phone": phone, "call_id": CALL});
    let link = house.post("/v1/agent/links", &asked);
    let url = link["url"].as_str().unwrap().to_owned();
    assert!(!url.contains(READ_KEY), "{url}");
    url
}

/// Whether no part of the page has the number that its address has, however it is written.
fn check_number_is_hidden(browser: &mut Browser, phone: &str) {
    let national = phone.strip_prefix("+98").unwrap();
    let document = browser.document();
    assert!(!document.contains(national), "{document}");
    let seen = browser.text("body").unwrap();
    let digits: String = seen.chars().filter(char::is_ascii_digit).collect();
    assert!(!digits.contains(national), "{seen}");
}

#[test]
fn a_card_follows_its_call_to_the_end() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let house = open();
    browser.go(&link(&house, KNOWN));
    browser.sees(LIVE, &["live"]);
    browser.sees("#person", &["Mina Karimi", "Gold"]);
    browser.sees("#call", &["on the line since"]);
    browser.sees("#step", &["o-77"]);
    browser.sees("#first", &["Do not offer", "10 % off kettles", "declined"]);
    browser.sees("#facts", &["Open orders", "o-77", "shipped"]);
    check_number_is_hidden(&mut browser, KNOWN);

    // A page that loads anew forgets it.
    browser.eval("globalThis.marked = true");
    let ticket = json!({"ticket_id": "t-9", "subject": "The lid is cracked", "complaint": true});
    let more = json!({"identifiers": [mina()], "properties": ticket});
    house.tell(&[event("7", ["store", "Ticket Opened"], 0, more)]);
    browser.sees("#step", &["complaint", "The lid is cracked"]);
    browser.sees("#first", &["Sell nothing"]);
    assert_eq!(browser.eval("globalThis.marked"), true);

    house.tell(&[call("8", "Call Ended")]);
    browser.sees("#state[data-state=over]", &["call over"]);
    browser.sees("#banner", &["The call has ended"]);
    // What was told stays, and no longer claims that anybody is on the line.
    browser.sees("#person", &["Mina Karimi"]);
    assert_eq!(browser.text("#call"), None);
    check_number_is_hidden(&mut browser, KNOWN);
    browser.close();
    house.close();
}

#[test]
fn a_link_that_somebody_changed_opens_nothing() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let house = open();
    let url = link(&house, KNOWN);
    let signature = url.replacen("sig=", "sig=0", 1);
    let number = url.replacen("456789", "456780", 1);
    for forged in [signature, number] {
        assert_ne!(forged, url);
        browser.go(&forged);
        browser.sees("#state[data-state=over]", &["link over"]);
        browser.sees("#banner", &["not made for this card"]);
        assert_eq!(browser.text("#card"), None);
        // A desk has no key to show; it is not asked for one.
        assert_eq!(browser.text("#key"), None);
        assert!(!browser.document().contains("Mina"));
    }
    browser.close();
    house.close();
}

#[test]
fn two_people_behind_one_number_are_told_apart_and_not_told() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let house = open();
    let people = [("ann", "Ann", "Zarrin"), ("bob", "Bob", "Mokhtari")];
    let met = people.map(|(who, first, last)| {
        let identifiers = [
            identifier("user_id", who, "verified"),
            identifier("phone", SHARED, "staff"),
        ];
        let traits = json!({"first_name": first, "last_name": last});
        let more = json!({"identifiers": identifiers, "traits": traits});
        event(who, ["store", "Profile Updated"], 100, more)
    });
    house.tell(&met);
    browser.go(&link(&house, SHARED));
    browser.sees(
        "#card",
        &["Several customers use this number", "Ann Z.", "Bob M."],
    );
    browser.sees("#step", &["Ask who is calling"]);
    let document = browser.document();
    for (_, _, surname) in people {
        assert!(!document.contains(surname), "{document}");
    }
    check_number_is_hidden(&mut browser, SHARED);
    browser.close();
    house.close();
}
