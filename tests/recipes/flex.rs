//! Twilio Flex: the Function, run with a context and an event, and the card that its address opens.

use std::process::Command;

use serde_json::{Value, json};

use crate::{
    asking::{get, recipe},
    customers::{HIDDEN, House, KNOWN, READ_KEY, SHARED},
    installed::{are_there, without_proxies},
    process::{printed, wait_for},
};

/// What the attributes of a task may take.
const BYTES_MAX: usize = 4 << 10;

/// Calls the handler as the platform does and prints what it calls back with.
const RUNTIME: &str = r#"
const { context, event } = JSON.parse(require("fs").readFileSync(0, "utf8"));
require(process.argv[1]).handler(context, event, (error, answer) => {
  console.log(JSON.stringify({ error, answer }));
});
"#;

/// The attributes that the Function gives a task.
fn attributes(url: &str, key: &str, event: &Value) -> Value {
    let mut node = Command::new("node");
    without_proxies(&mut node);
    node.args(["-e", RUNTIME]).arg(recipe("twilio_flex.js"));
    let given = json!({"context": {"YEKTA_URL": url, "YEKTA_READ_KEY": key}, "event": event});
    let called_back: Value = serde_json::from_str(&printed(node, given.to_string().as_bytes())).unwrap();
    assert_eq!(called_back["error"], Value::Null);
    let attributes = called_back["answer"].clone();
    assert!(attributes.to_string().len() <= BYTES_MAX, "{attributes}");
    attributes
}

/// The address of a caller's card; the Function gives up in time, which a busy machine may make it do.
fn card_of(house: &House, number: &str) -> String {
    let call = json!({"From": number, "To": "+982100000001", "CallSid": "CA0123456789"});
    wait_for("an address", || {
        let given = attributes(house.url(), READ_KEY, &call);
        let url = given["yekta_card"].as_str().unwrap().to_owned();
        (!url.is_empty()).then_some(url)
    })
}

/// What a card tells; no key is shown for it.
fn card(url: &str) -> (u16, Value) {
    let (status, body) = get(&url.replacen("/agent?", "/v1/agent/card?", 1), None);
    (status, serde_json::from_str(&body).unwrap())
}

#[test]
fn a_task_gets_a_signed_address_that_opens_the_callers_card() {
    if !are_there(&["node"]) {
        return;
    }
    let house = House::open();
    let url = card_of(&house, KNOWN);
    assert!(!url.contains(READ_KEY), "{url}");
    assert_eq!(get(&url, None).0, 200, "the page");
    let (status, known) = card(&url);
    assert_eq!((status, &known["match"]), (200, &json!("one")), "{known}");
    assert_eq!(known["person"]["first_name"], "Mina");
    assert_eq!(known["orders"]["latest"]["state"], "shipped");
    let (_, shared) = card(&card_of(&house, SHARED));
    assert_eq!(
        (&shared["match"], &shared["why"]),
        (&json!("many"), &json!("shared"))
    );
    // It opens that one card.
    let forged = url.replacen("sig=", "sig=0", 1);
    assert_ne!(forged, url);
    assert_eq!(card(&forged).0, 401);
    house.close();
}

#[test]
fn a_call_goes_on_without_a_card() {
    if !are_there(&["node"]) {
        return;
    }
    let house = House::open();
    let none = json!({"yekta_card": "", "yekta_card_expires": ""});
    let call = json!({"From": KNOWN, "CallSid": "CA0123456789"});
    assert_eq!(attributes(house.url(), "another key", &call), none);
    assert_eq!(attributes("not an address", READ_KEY, &call), none);
    assert_eq!(
        attributes(house.url(), READ_KEY, &json!({"CallSid": "CA1"})),
        none
    );
    // Whoever hides the number has no card, or an empty one.
    let given = attributes(house.url(), READ_KEY, &json!({"From": HIDDEN, "CallSid": "CA1"}));
    let url = given["yekta_card"].as_str().unwrap();
    if !url.is_empty() {
        let (_, hidden) = card(url);
        assert_eq!(
            (&hidden["match"], &hidden["why"]),
            (&json!("none"), &json!("withheld"))
        );
    }
    house.close();
}
