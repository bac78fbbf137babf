//! What each standard view tells, hides and keeps the shape of.

use super::{Body, Finding, Why};
use crate::domain::context::{
    Context, View,
    samples::{at, rich},
};

fn known(view: &View) -> String {
    let body = Body::one(Context::of(
        &rich(),
        ("pid-1", 7),
        view,
        &Default::default(),
        at(30),
    ));
    assert!(!format!("{body:?}").contains("Sara"), "names in Debug");
    serde_json::to_string_pretty(&body).unwrap()
}

#[test]
fn each_standard_view_tells_its_consumer_what_it_needs() {
    for view in View::standard() {
        insta::assert_snapshot!(format!("standard_view_{}", view.name), known(&view));
    }
}

#[test]
fn no_standard_view_shows_a_whole_phone_or_address() {
    for view in View::standard() {
        let text = known(&view);
        for secret in ["9123456789", "sara@example.com", "u-102"] {
            assert!(!text.contains(secret), "{} tells {secret}", view.name);
        }
        assert_eq!(text.contains("Ahmadi"), view.name != "pos", "{}", view.name);
        assert!(text.len() < 8192, "{} takes {} bytes", view.name, text.len());
    }
}

#[test]
fn nobody_has_the_shape_of_somebody() {
    let keys = |text: &str| -> Vec<(String, Vec<String>)> {
        let members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).unwrap();
        let fixed = |name: &str| !matches!(name, "consent");
        let inner = |name: &str, value: &serde_json::Value| match value.as_object() {
            Some(object) if fixed(name) => object.keys().cloned().collect(),
            _ => Vec::new(),
        };
        members
            .iter()
            .map(|(name, value)| (name.clone(), inner(name, value)))
            .collect()
    };
    for view in View::standard() {
        let none =
            serde_json::to_string(&Body::of(Finding::nobody(Why::Unknown), Context::empty(&view))).unwrap();
        assert_eq!(keys(&none), keys(&known(&view)), "{}", view.name);
        assert!(
            none.contains(r#""match":"none","why":"unknown","partial":false,"profile":null,"version":null,"candidates":[]"#),
            "{none}"
        );
    }
}

#[test]
fn a_context_stays_the_same_until_something_happens() {
    let [callcenter, ..] = View::standard();
    let at = |minutes| {
        serde_json::to_string(&Body::one(Context::of(
            &rich(),
            ("p", 1),
            &callcenter,
            &Default::default(),
            at(minutes),
        )))
        .unwrap()
    };
    // The visit of the eighth minute is over half an hour later, the offer after ninety minutes.
    assert_eq!(at(30), at(38));
    assert_ne!(at(38), at(39));
    assert_eq!(at(39), at(89));
    assert_ne!(at(89), at(90));
}
