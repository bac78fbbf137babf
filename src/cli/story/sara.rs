//! Sara puts a bag on her wish list without saying who she is, then signs in with the app: one profile, and why.

use serde_json::{Value, json};

use crate::cli::story::{
    StepKind, USER,
    scribe::{Scene, Scribe},
};

const COOKIE: (&str, &str, &str) = ("anonymous_id", "story-cookie-sara", "");
const PHONE: (&str, &str, &str) = ("device_id", "story-phone-sara", "");

pub(crate) fn tell(scribe: &mut Scribe) {
    look_around(scribe);
    sign_in(scribe);
}

fn look_around(scribe: &mut Scribe) {
    let page = json!({"properties": {"path": "/bags", "title": "Bags"}});
    scribe.event(
        1_500,
        "web: somebody without a name looks at bags",
        web("Page Viewed", page),
    );
    let bag = json!({"properties": bag()});
    scribe.event(
        2_000,
        "web: the leather bag Nava is opened",
        web("Product Viewed", bag.clone()),
    );
    scribe.event(
        2_500,
        "web: the bag goes on a wish list, still without a name",
        web("Product Added to Wishlist", bag),
    );
}

/// The link that signs her in was made by the page she looked at: it carries the browser's cookie onto the telephone.
fn sign_in(scribe: &mut Scribe) {
    let opened = app(
        "Application Opened",
        &[PHONE],
        json!({"context": {"os": "android"}}),
    );
    scribe.event(
        2_500,
        "mobile: a telephone opens the app; nobody knows that it is the same person",
        opened,
    );
    let signed_in = app(
        "Signed In",
        &[
            ("user_id", "story-sara", "verified"),
            ("email", "Sara.Rahimi@example.org", "verified"),
            // As she typed it and a code confirmed it: the same number that the telephone system will show.
            ("phone", "۰۹۱۲ ۰۰۰ ۰۱۰۷", "verified"),
            COOKIE,
            PHONE,
        ],
        json!({
            "traits": {"first_name": "Sara", "last_name": "Rahimi"},
            "consent": {"sms": {"marketing": "granted"}},
        }),
    );
    scribe.event(
        3_000,
        "mobile: Sara signs in by the page's link; browser, telephone and account join",
        signed_in,
    );
    let why = StepKind::Why { identifier: USER };
    scribe.act(1_000, "identity: why that is one person", why);
    let lookup = StepKind::Lookup {
        view: "mobile",
        identifier: USER,
    };
    scribe.act(1_000, "mobile: the app asks who she is and finds the bag", lookup);
}

/// What it is all about.
pub(crate) fn bag() -> Value {
    json!({
        "product_id": "p-101", "name": "Leather bag Nava", "category": "bags", "price": 18_500_000,
        "currency": "IRR", "quantity": 1,
    })
}

fn web(name: &'static str, members: Value) -> Scene {
    Scene {
        channel: "web",
        source: "story/web",
        name,
        identifiers: &[COOKIE],
        members,
    }
}

fn app(
    name: &'static str,
    identifiers: &'static [(&'static str, &'static str, &'static str)],
    members: Value,
) -> Scene {
    Scene {
        channel: "mobile",
        source: "story/app",
        name,
        identifiers,
        members,
    }
}

/// What Sara does in the app once she is signed in.
pub(crate) fn signed_in(name: &'static str, members: Value) -> Scene {
    app(name, &[("user_id", "story-sara", ""), PHONE], members)
}
