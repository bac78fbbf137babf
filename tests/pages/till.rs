//! The till as a cashier uses it: with a scanner that types, and two keys.

use serde_json::{Value, json};

use crate::{
    browser::Browser,
    house::{House, READ_KEY, STORE, TEA_MAKER, event, mina, offer, signed_in, tea_maker},
};

/// A code of Mina's with her basket and her offer.
fn mint(house: &House) -> Value {
    house.mint(json!({"basket": [tea_maker()], "offer": offer()}))
}

#[test]
fn a_cashier_redeems_what_is_scanned_once() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let house = House::open(Some(READ_KEY));
    house.tell(&signed_in());
    let added = json!({"identifiers": [mina()], "properties": tea_maker()});
    house.tell(&[event("3", ["web", "Product Added"], 5, added)]);
    let (first, second) = (mint(&house), mint(&house));
    browser.go(&house.page(&format!("/pos?store_id={STORE}")));
    browser.sees("#state[data-state=live]", &["connected"]);

    // What is scanned waits for the key, and need not be scanned again.
    browser.scan(first["token"].as_str().unwrap());
    browser.sees("#key", &["read key"]);
    browser.scan(READ_KEY);
    let basket_and_offer = ["Tea maker", "10 % off kettles"];
    browser.sees("#answer", &["Valid", "Mina K.", "Gold", "Redeem"]);
    browser.sees("#answer .panel dl", &basket_and_offer);
    assert!(!browser.document().contains("Karimi"));
    assert_eq!(house.code(&first)["outcome"], "valid", "it was only looked at");

    // An Enter that comes right behind the scanner's own is taken for one of it, so it may have to be pressed again.
    browser.sees_pressing(Some("Enter"), "#answer", &["Redeemed", "It counts"]);
    let used = house.code(&first);
    assert_eq!(
        (&used["outcome"], &used["used"]["store_id"]),
        (&json!("used"), &json!(STORE))
    );
    browser.scan(first["url"].as_str().unwrap());
    let seen = browser.sees("#answer", &["Already used", &format!("in store {STORE}")]);
    assert!(!seen.contains("Redeem"), "{seen}");

    // The other key, and a code as a camera sees it: an address.
    browser.scan(second["url"].as_str().unwrap());
    browser.sees("#answer", &["Valid", "Redeem"]);
    browser.press("F2");
    browser.sees("#answer", &["Redeemed", "It counts"]);
    assert_eq!(house.code(&second)["outcome"], "used");
    browser.close();
    house.close();
}

#[test]
fn a_card_shows_the_customer_and_a_product_whether_it_is_theirs() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let house = House::open(None);
    house.tell(&signed_in());
    let added = json!({"identifiers": [mina()], "properties": tea_maker()});
    house.tell(&[event("3", ["web", "Product Added"], 5, added)]);
    browser.go(&house.page(&format!("/pos?store_id={STORE}")));
    browser.sees("#state[data-state=live]", &["connected"]);

    let link = |gtin: &str| format!("https://id.gs1.org/01/0{gtin}/10/A1");
    browser.scan(&link(TEA_MAKER));
    browser.sees("#answer", &["A product, and no customer"]);
    browser.scan("L-1001");
    browser.sees("#answer", &["Mina K.", "Gold"]);
    browser.sees("[data-name=cart]", &["Tea maker"]);
    browser.sees("[data-name=offers]", &["10 % off kettles"]);
    assert!(!browser.document().contains("Karimi"));
    browser.scan(&link(TEA_MAKER));
    // The customer stays while a product is looked at.
    browser.sees("#answer", &["It is in their basket", "lot A1", "Mina K."]);
    browser.scan(&link("4006381333948"));
    browser.sees("#answer", &["Neither in their basket", "Mina K."]);
    for (date, words) in [
        ("200101", "This product’s date is over"),
        ("200200", "This product’s date is over"),
        ("991200", "It is in their basket"),
    ] {
        browser.scan(&format!("{}?17={date}", link(TEA_MAKER)));
        browser.sees("#answer", &[words, &format!("expires {date}")]);
    }
    browser.press("Escape");
    let seen = browser.sees("#answer", &["Scan a customer"]);
    assert!(!seen.contains("Mina"), "{seen}");
    browser.close();
    house.close();
}
