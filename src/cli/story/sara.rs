//! Sara puts a bag on her wish list without saying who she is, then signs in with the app: one profile.

use serde_json::json;

use crate::cli::story::{
    StepKind,
    scribe::{Scene, Scribe},
};

const COOKIE: (&str, &str, &str) = ("anonymous_id", "story-cookie-sara", "");
const PHONE: (&str, &str, &str) = ("device_id", "story-phone-sara", "");

pub(crate) fn tell(scribe: &mut Scribe) {
    let page = json!({"properties": {"path": "/bags", "title": "Bags"}});
    scribe.event(
        2_000,
        "web: somebody without a name looks at bags",
        web("Page Viewed", page),
    );
    let bag = json!({"properties": {
        "product_id": "p-101", "name": "Leather bag Nava", "category": "bags", "price": 18_500_000,
        "currency": "IRR",
    }});
    scribe.event(
        3_000,
        "web: the leather bag Nava is opened",
        web("Product Viewed", bag.clone()),
    );
    scribe.event(
        4_000,
        "web: the bag goes on a wish list, still without a name",
        web("Product Added to Wishlist", bag),
    );
    let opened = Scene {
        channel: "mobile",
        source: "story/app",
        name: "Deep Link Opened",
        identifiers: &[COOKIE, PHONE],
        members: json!({"properties": {"url": "https://shop.example.org/bags"}}),
    };
    scribe.event(
        5_000,
        "mobile: the page's link opens the app on a telephone",
        opened,
    );
    let signed_in = Scene {
        channel: "mobile",
        source: "story/app",
        name: "Signed In",
        identifiers: &[
            ("user_id", "story-sara", "verified"),
            ("email", "Sara.Rahimi@example.org", "verified"),
            COOKIE,
            PHONE,
        ],
        members: json!({"traits": {"first_name": "Sara", "last_name": "Rahimi"}}),
    };
    scribe.event(
        5_000,
        "mobile: Sara signs in; cookie, telephone and account become one profile",
        signed_in,
    );
    let lookup = |view| StepKind::Lookup {
        view,
        identifier: ("user_id", "story-sara"),
    };
    scribe.act(
        1_000,
        "mobile: the app asks who she is and finds the bag",
        lookup("mobile"),
    );
    scribe.act(1_000, "store: so does a till", lookup("pos"));
}

fn web(name: &'static str, members: serde_json::Value) -> Scene {
    Scene {
        channel: "web",
        source: "story/web",
        name,
        identifiers: &[COOKIE],
        members,
    }
}
