//! A wish list made anonymously, sign-in on mobile: one profile, nothing lost, web and store see it.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::{
    said::{Names, cookie, event, identifier, user},
    town::Town,
};

/// Sara's anonymous evening on the web and morning in the app.
fn without_a_name(town: &Town, phone: &Value) {
    let bag = json!({"properties": {"product_id": "p-101", "name": "Leather bag", "price": 18_500_000, "currency": "IRR"}});
    let scarf = json!({"properties": {"product_id": "p-205", "name": "شال ابریشم", "price": 6_200_000, "currency": "IRR"}});
    town.tell(&[
        event(
            "1",
            ["web", "Product Viewed"],
            "21T18:00",
            json!([cookie("c")]),
            bag.clone(),
        ),
        event(
            "2",
            ["web", "Product Added to Wishlist"],
            "21T18:01",
            json!([cookie("c")]),
            bag,
        ),
        event(
            "3",
            ["mobile", "Product Added to Wishlist"],
            "22T07:00",
            json!([phone]),
            scarf,
        ),
        event(
            "4",
            ["mobile", "Deep Link Opened"],
            "22T07:05",
            json!([cookie("c"), phone]),
            json!({}),
        ),
    ]);
}

#[test]
fn a_wish_list_without_a_name_follows_its_owner() {
    let town = Town::new();
    let phone = identifier("device_id", "phone-sara", "observed");
    without_a_name(&town, &phone);
    let before = town.person("anonymous_id", "c");
    let signed_in = json!([
        user("sara"),
        identifier("email", "Sara.Rahimi@Example.org", "verified"),
        phone
    ]);
    let named = json!({"traits": {"first_name": "Sara", "last_name": "Rahimi"}});
    town.tell(&[event("5", ["mobile", "Signed In"], "22T07:10", signed_in, named)]);

    let profile = town.get("/v1/profiles/user_id:sara");
    let id = profile["id"].as_str().unwrap();
    assert_eq!(town.profiles().len(), 1);
    assert_eq!(
        (&profile["counters"]["events"], before.profile.whole.events),
        (&json!(5), 4)
    );
    for address in [
        "anonymous_id:c".to_owned(),
        "device_id:phone-sara".to_owned(),
        before.id.to_string(),
    ] {
        assert_eq!(
            town.get(&format!("/v1/profiles/{address}"))["id"],
            id,
            "{address}"
        );
    }
    let mut names = Names::default();
    assert_snapshot!("profile", names.show(&profile));
    for view in ["web", "mobile", "pos"] {
        let context = town.get(&format!("/v1/context/{view}/email:sara.rahimi@example.org"));
        assert_eq!(context["wishlist"]["count"], 2, "{view}");
        assert_snapshot!(view, names.show(&context));
    }
    let timeline = town.get(&format!("/v1/profiles/{id}/timeline"));
    let ids: Vec<&Value> = timeline["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["id"])
        .collect();
    assert_eq!(ids, ["5", "4", "3", "2", "1"]);
}
