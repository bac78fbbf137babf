//! The till while it is cut off: what carries a signature of the service is redeemed all the same, and settled later.

use std::process::Command;

use serde_json::{Value, json};

use crate::{
    browser::Browser,
    house::{House, STORE, signed_in},
    installed::{are_there, succeeds, without_proxies},
    process::wait_for,
};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pages/offline.mjs");
const ELSEWHERE: &str = "isfahan-2";
/// Whether the browser itself knows the signatures, whatever the page makes of it.
const KNOWS_SIGNATURES: &str =
    "crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']).then(() => true, () => false)";

fn signed(house: &House, benefit: &str) -> Value {
    house.mint(json!({"offline": true, "benefit": benefit}))
}

fn token(minted: &Value) -> &str {
    minted["token"].as_str().unwrap()
}

/// Scans a code at the till that is cut off, and redeems it.
fn redeem(browser: &mut Browser, minted: &Value, benefit: &str) {
    browser.scan(token(minted));
    browser.sees("#answer", &["Good offline, settled later", benefit, "Redeem"]);
    browser.press("F2");
    browser.sees("#answer", &["Redeemed offline, settled later", benefit]);
}

/// A browser that knows no such signatures says so, and has nothing redeemed.
fn check_says_so(browser: &mut Browser, minted: &Value) {
    browser.sees("#state", &["not connected: nothing can be redeemed"]);
    browser.scan(token(minted));
    let seen = browser.sees("#answer", &["Cannot be verified now", "Ed25519"]);
    assert!(!seen.contains("Redeem"), "{seen}");
}

#[test]
fn what_is_redeemed_meanwhile_is_settled_when_the_service_is_back() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let house = House::open(None);
    house.tell(&signed_in());
    let (mine, twice) = (signed(&house, "10PCT-OFF"), signed(&house, "FREE-TEA"));
    // A code without a signature is worth nothing here.
    let plain = house.mint(json!({}));
    browser.go(&house.page(&format!("/pos?store_id={STORE}")));
    browser.sees("#state[data-state=live]", &["connected"]);
    let can_verify = browser.eval(KNOWS_SIGNATURES) == true;
    browser.cut_off(true);
    browser.sees("#state[data-state=lost]", &["not connected"]);
    if !can_verify {
        check_says_so(&mut browser, &mine);
        browser.close();
        return house.close();
    }
    redeem(&mut browser, &mine, "10PCT-OFF");
    redeem(&mut browser, &twice, "FREE-TEA");
    browser.sees("#waiting", &["2 to settle"]);
    browser.scan(mine["url"].as_str().unwrap());
    browser.sees("#answer", &["Already used", &format!("in store {STORE}")]);
    browser.scan(token(&plain));
    browser.sees("#answer", &["The service cannot be reached", "this is none"]);
    // Nobody was told, so that another store takes one of them too.
    assert_eq!(house.code(&mine)["outcome"], "valid");
    let attempt = json!({"store_id": ELSEWHERE, "request_id": "r-1"});
    let there = house.post(&format!("/v1/qr/{}/redeem", token(&twice)), &attempt);
    assert_eq!(there["outcome"], "valid");

    browser.cut_off(false);
    let settled = wait_for("the code to be settled", || {
        let code = house.code(&mine);
        (code["outcome"] == "used").then_some(code)
    });
    assert_eq!(settled["used"]["store_id"], STORE);
    let doubt = format!("in store {ELSEWHERE}");
    let doubts = browser.sees("#doubts", &["FREE-TEA", "used twice", &doubt]);
    assert!(!doubts.contains("10PCT-OFF"), "{doubts}");
    browser.sees("#state[data-state=live]", &["connected"]);
    assert_eq!(browser.text("#waiting"), None);
    browser.close();
    house.close();
}

#[test]
fn a_token_of_the_service_is_verified_without_it_and_no_other_is() {
    if !are_there(&["node"]) {
        return;
    }
    let house = House::open(None);
    house.tell(&signed_in());
    let minted = house.mint(json!({"offline": true, "benefit": "10PCT-OFF", "store_id": STORE}));
    let mut node = Command::new("node");
    without_proxies(&mut node);
    node.arg(SCRIPT)
        .args([house.service.url.as_str(), token(&minted), STORE]);
    let told: Value = serde_json::from_slice(&succeeds(node)).unwrap();
    assert_eq!(told["hindrance"], Value::Null, "{told}");
    assert_eq!(
        (&told["here"], &told["benefit"]),
        (&json!({"outcome": "valid"}), &json!("10PCT-OFF"))
    );
    // Whole seconds, and not one more than the service holds it for.
    let expires: jiff::Timestamp = minted["expires"].as_str().unwrap().parse().unwrap();
    assert_eq!(told["expires"], expires.as_second());
    assert_eq!(told["elsewhere"], json!({"outcome": "wrong_store"}));
    assert_eq!(told["late"], json!({"outcome": "expired"}));
    assert_eq!(told["keyless"], json!({"outcome": "unknown", "why": "key"}));
    assert_eq!(told["again"], "used");
    // Every letter of it was another once.
    assert!(told["letters"].as_u64().unwrap() > 150, "{told}");
    assert_eq!(told["taken"], json!([]));
    house.close();
}
