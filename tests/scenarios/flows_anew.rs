//! A flow that begins anew with what sets it going once more: by whatever way that comes, and in whatever order.

use serde_json::{Value, json};

use crate::{
    asked::HOUR,
    flows::{actions, expected, going_by, rest, waiting},
    said::{cookie, event, signed_in, user},
    town::NOW,
};

/// An hour after something was last put into the cart, the customer is reminded of it: once.
const LEFT: &str = r#"
[flows.left]
on = "Product Added"
restart = true
steps = [{ wait = "1h" }, { ask = { channel = "web", name = "left" } }]
"#;

fn put(time: &str, who: &Value) -> Value {
    let about = json!({"properties": {"product_id": "p-1"}});
    event(
        &format!("put-{time}"),
        ["web", "Product Added"],
        time,
        json!([who]),
        about,
    )
}

/// Sara puts something into the cart in this order, of which the last is at 11:40: she is reminded at 12:40.
fn is_reminded_an_hour_after_the_last(told: [Value; 2]) {
    let mut town = going_by(LEFT, "");
    town.tell(&[signed_in("in", "22T10:00", &cookie("c"), "sara")]);
    for one in told {
        town.tell(&[one]);
        rest(&town);
    }
    town.reopen_at(|| NOW.saturating_add(HOUR / 2));
    rest(&town);
    assert_eq!(actions(&town), Vec::<[String; 2]>::new(), "that is too early");
    town.reopen_at(|| NOW.saturating_add(HOUR));
    rest(&town);
    assert_eq!(actions(&town), expected(&town, [("left/left/", "sara")]));
    assert_eq!(waiting(&town), 0);
}

#[test]
fn on_the_same_browser() {
    let browser = cookie("c");
    is_reminded_an_hour_after_the_last([put("22T11:10", &browser), put("22T11:40", &browser)]);
}

#[test]
fn on_the_web_and_then_in_the_app() {
    is_reminded_an_hour_after_the_last([put("22T11:10", &cookie("c")), put("22T11:40", &user("sara"))]);
}

#[test]
fn also_where_the_earlier_is_told_later() {
    let browser = cookie("c");
    is_reminded_an_hour_after_the_last([put("22T11:40", &browser), put("22T11:10", &browser)]);
}
