//! What a shop shows a customer: what others have who have the same, coupons, and the ways of contact.

use serde_json::{Value, json};

use crate::{
    asked::{HOUR, decide},
    catalogue::{context, happened, published},
    contact,
    said::{event, user},
    town::{NOW, Town},
};

fn ordered(town: &Town, who: &str, order: &str, products: &[&str]) {
    reported(town, ["web", "Order Completed"], who, order, products);
}

fn reported(town: &Town, [channel, name]: [&str; 2], who: &str, order: &str, products: &[&str]) {
    let products: Vec<Value> = products.iter().map(|id| json!({"product_id": id})).collect();
    let more = json!({"properties": {"order_id": order, "products": products}});
    let id = format!("{order}-{channel}-{name}");
    town.tell(&[event(&id, [channel, name], "20T10:00", json!([user(who)]), more)]);
}

/// The related products of Mina: each with why and for what.
fn related(town: &Town) -> Vec<[String; 3]> {
    let told = context(town, "web")["related"].clone();
    let text = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    let all = told.as_array().unwrap().iter();
    all.map(|one| ["product_id", "why", "with"].map(|name| text(one, name)))
        .collect()
}

fn expected(all: &[[&str; 3]]) -> Vec<[String; 3]> {
    all.iter().map(|one| one.map(str::to_owned)).collect()
}

#[test]
fn what_others_have_who_have_the_same_is_shown_first() {
    let town = contact::town();
    ordered(&town, "a", "o1", &["kettle", "tea"]);
    ordered(&town, "b", "o2", &["kettle", "cup"]);
    ordered(&town, "b", "o3", &["tea"]);
    // Web and till report one order: it counts once.
    reported(&town, ["store", "Order Completed"], "a", "o1", &["kettle", "tea"]);
    ordered(&town, "c", "o4", &["lamp"]);
    assert_eq!(
        related(&town),
        expected(&[
            ["kettle", "popular", ""],
            ["tea", "popular", ""],
            ["cup", "popular", ""],
            ["lamp", "popular", ""],
        ])
    );
    happened(
        &town,
        "cart",
        ["web", "Product Added"],
        "21T10:00",
        json!({"product_id": "kettle"}),
    );
    let told = [
        ["tea", "bought_together", "kettle"],
        ["cup", "bought_together", "kettle"],
        ["lamp", "popular", ""],
    ];
    assert_eq!(related(&town), expected(&told));
    // What is not there is not shown.
    town.tell(&[published(
        "s",
        "Stock Changed",
        "21T10:00",
        json!({"product_id": "tea", "quantity": 0}),
    )]);
    assert_eq!(related(&town), expected(&told[1..]));
    // What was paid back is taken back.
    reported(&town, ["web", "Order Refunded"], "b", "o2", &[]);
    assert_eq!(related(&town), expected(&told[2..]));
}

#[test]
fn coupons_are_those_that_are_for_the_customer_and_the_channel() {
    let town = contact::town();
    let offer = |id: &str, more: Value| {
        let mut properties = json!({"offer_id": id, "coupon": id.to_uppercase()});
        properties
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        published(&format!("offer-{id}"), "Offer Published", "20T10:00", properties)
    };
    town.tell(&[
        offer("all", json!({})),
        offer("soon", json!({"expires": "2026-11-23T00:00:00Z"})),
        offer("over", json!({"expires": "2026-11-22T00:00:00Z"})),
        offer("champions", json!({"segments": ["champions"]})),
        offer("app", json!({"channels": ["mobile"]})),
        offer("used", json!({})),
    ]);
    happened(
        &town,
        "used",
        ["store", "Offer Used"],
        "21T10:00",
        json!({"offer_id": "used"}),
    );
    let codes = |view: &str| {
        let told = context(&town, view)["coupons"]["items"].clone();
        let codes = told.as_array().unwrap().iter().map(|one| one["coupon"].clone());
        Value::Array(codes.collect())
    };
    assert_eq!(codes("web"), json!(["SOON", "ALL"]));
    assert_eq!(codes("mobile"), json!(["SOON", "ALL", "APP"]));
}

#[test]
fn ways_of_contact_are_those_that_the_customer_did_not_refuse() {
    let mut town = contact::town();
    let shown = |town: &Town| {
        let told = context(town, "web")["contact_channels"].clone();
        let ways = told.as_array().unwrap().iter().map(|one| one["channel"].clone());
        Value::Array(ways.collect())
    };
    let told = context(&town, "web")["contact_channels"].clone();
    assert_eq!(
        told[1],
        json!({"channel": "sms", "granted": ["marketing"], "denied": []})
    );
    assert_eq!(shown(&town), json!(["email", "sms", "push", "call"]));
    // Of two decisions of one instant either may be the later one.
    town.reopen_at(|| NOW.saturating_add(HOUR));
    decide(&town, "user_id:mina", "no-more", "denied");
    assert_eq!(shown(&town), json!(["email", "push", "call"]));
}
