//! What a customer's own telephone shows of a code: where to show it, and nothing else.

use serde_json::json;

use crate::{
    browser::Browser,
    house::{House, READ_KEY, signed_in},
};

/// What the page asked for, once it has all.
const ASKED_FOR: &str = "new Promise((done) => {
  const told = () => done(performance.getEntriesByType('resource').map((one) => new URL(one.name).pathname).sort());
  if (document.readyState === 'complete') told(); else addEventListener('load', told);
})";

#[test]
fn a_code_on_a_telephone_says_where_to_show_it_and_tells_nothing() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let house = House::open(Some(READ_KEY));
    house.tell(&signed_in());
    let minted = house.mint(json!({}));
    let token = minted["token"].as_str().unwrap();
    let url = minted["url"].as_str().unwrap();
    let (_, path) = url.split_once("/Q/").unwrap();
    assert_eq!(path, token, "{url}");
    // As it is on the code, and as some cameras hand it on.
    for address in [format!("/Q/{token}"), format!("/q/{}", token.to_lowercase())] {
        browser.go(&house.page(&address));
        browser.sees(
            "body",
            &[
                "Show this code at the till",
                "این کد را در صندوق فروشگاه نشان دهید",
            ],
        );
        assert_eq!(browser.eval("document.scripts.length"), 0);
        assert!(!browser.document().contains("Mina"));
        assert_eq!(
            browser.eval(ASKED_FOR),
            json!(["/console/pos.css", "/console/style.css"])
        );
    }
    // Looking at it used nothing up.
    assert_eq!(house.code(&minted)["outcome"], "valid");
    browser.close();
    house.close();
}
