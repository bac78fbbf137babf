//! `yekta demo`: the three customers of its story, as it says they are.

use serde_json::Value;

use crate::{
    api::Api,
    process::{PATIENCE, Running, Service, printed, wait_for, yekta},
};

const TOLD: &str = "the story is told";

#[test]
fn the_story_is_told_once_and_leaves_nothing() {
    let temporary = tempfile::tempdir().unwrap();
    let mut demo = yekta(["demo", "--listen", "127.0.0.1:0", "--fast", "--once"]);
    demo.env("TMPDIR", temporary.path());
    let said = printed(demo, b"");
    assert!(said.starts_with("listening on http://127.0.0.1:"), "{said}");
    assert!(said.contains(TOLD), "{said}");
    assert_eq!(
        std::fs::read_dir(temporary.path()).unwrap().count(),
        0,
        "its folder stays"
    );
}

#[test]
fn its_customers_are_known_on_every_channel() {
    let temporary = tempfile::tempdir().unwrap();
    let mut demo = yekta(["demo", "--listen", "127.0.0.1:0", "--fast"]);
    demo.env("TMPDIR", temporary.path());
    let demo = Service::of(demo);
    told(&demo.running);
    let api = Api::of(&demo.url);

    let sara = api.profile("user_id", "story-sara");
    assert_eq!(api.profile("anonymous_id", "story-cookie-sara")["id"], sara["id"]);
    assert_eq!(api.profile("device_id", "story-phone-sara")["id"], sara["id"]);
    assert_eq!(sara["open"]["wishlist"][0]["product_id"], "p-101");
    for view in ["web", "mobile", "pos"] {
        let told = api.lookup("user_id", "story-sara", view);
        assert_eq!(
            told["profiles"][0]["wishlist"]["items"][0]["product_id"], "p-101",
            "{view}: {told}"
        );
    }

    let mina = api.lookup("phone", "0912 000 0107", "callcenter");
    assert_eq!(mina["match"], "one", "{mina}");
    assert_eq!(
        mina["profiles"][0]["profile"],
        api.profile("user_id", "story-mina")["id"]
    );
    let order = find(&mina["profiles"][0]["orders"], "story-order-mina");
    assert!(order.is_some(), "{mina}");

    let daniel = api.profile("user_id", "story-daniel");
    assert_eq!(
        api.profile("device_id", "story-phone-daniel")["id"],
        daniel["id"],
        "he scanned it"
    );
    assert_eq!(daniel["open"]["cart"], Value::from(Vec::<Value>::new()));
    assert_eq!(daniel["totals"]["orders"], 1);
    demo.stop();
    assert_eq!(
        std::fs::read_dir(temporary.path()).unwrap().count(),
        0,
        "its folder stays"
    );
}

/// Waits for the end of the story; the till has to have taken Daniel's code.
fn told(running: &Running) {
    let mut redeemed = false;
    wait_for("the story's end", || {
        let line = running.line(PATIENCE).expect("the story goes on");
        redeemed |= line.contains("outcome: \"valid\"");
        line.contains(TOLD).then_some(())
    });
    assert!(redeemed);
}

/// The text, however deep in a value.
fn find<'a>(value: &'a Value, text: &str) -> Option<&'a Value> {
    match value {
        Value::String(found) => (found == text).then_some(value),
        Value::Array(items) => items.iter().find_map(|item| find(item, text)),
        Value::Object(members) => members.values().find_map(|member| find(member, text)),
        _ => None,
    }
}
