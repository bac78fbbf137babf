//! The same keys for everybody, and the bounds of the strictest reader.

use proptest::prelude::*;

use super::{BYTES_MAX, Finding, Flat, KEYS_MAX, LETTERS_MAX};
use crate::domain::{
    context::{
        Context, Mask, Section, View,
        samples::{at, event, profile, rich},
    },
    profile::Profile,
    value::Value,
};
use crate::wire::out::context::Why;

fn widest() -> View {
    View {
        name: "all".to_owned(),
        sections: Section::ALL.to_vec(),
        recent_max: 5,
        lines_max: 5,
        mask: Mask::None,
        roles: Vec::new(),
        purpose: None,
    }
}

fn keys(flat: &Flat) -> Vec<&'static str> {
    flat.entries().map(|(key, _)| key).collect()
}

fn known(profile: &Profile, view: &View) -> Flat {
    Flat::of(
        &Finding::ONE,
        &Context::of(profile, ("pid-1", 7), view, &Default::default(), at(30)),
    )
}

fn nobody(finding: &Finding, view: &View) -> Flat {
    Flat::of(finding, &Context::empty(view))
}

#[test]
fn a_call_centre_reads_flat_texts() {
    let [callcenter, pos, ..] = View::standard();
    insta::assert_snapshot!(serde_json::to_string_pretty(&known(&rich(), &callcenter)).unwrap());
    let till = serde_json::to_string(&known(&rich(), &pos)).unwrap();
    assert!(
        till.contains(r#""display_name":"Sara A.""#) && !till.contains("Ahmadi"),
        "{till}"
    );
}

#[test]
fn the_keys_are_those_of_the_view_whoever_is_found() {
    for view in View::standard().into_iter().chain([widest()]) {
        let rich = keys(&known(&rich(), &view));
        assert_eq!(keys(&known(&Profile::default(), &view)), rich);
        for finding in [Finding::nobody(Why::Unknown), Finding::several(Vec::new())] {
            let nobody = nobody(&finding, &view);
            assert_eq!(keys(&nobody), rich);
            let told = nobody
                .entries()
                .filter(|(_, text)| !text.is_empty())
                .collect::<Vec<_>>();
            let (outcome, why) = (finding.outcome.as_str(), finding.why.unwrap().as_str());
            let expected = [
                ("view", view.name.as_str()),
                ("match", outcome),
                ("why", why),
                ("partial", "false"),
                ("candidates_count", "0"),
            ];
            assert_eq!(told, expected);
        }
        let mut unique = rich.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), rich.len(), "{} repeats a key", view.name);
        assert!(rich.len() <= KEYS_MAX);
    }
}

#[test]
fn debug_shows_keys_alone() {
    let text = format!("{:?}", known(&rich(), &widest()));
    assert!(text.contains("first_name") && !text.contains("Sara"), "{text}");
}

/// Texts that are long, wide or escaped in JSON.
fn text() -> impl Strategy<Value = String> {
    let letter = prop_oneof!["[\"\\\\\n\t]", "[🧺🎁]", "[ا-ی]", "[a-z]", "\\PC"];
    (letter, 0..400_usize).prop_map(|(letter, times)| letter.repeat(times))
}

fn busy(texts: &[String]) -> Profile {
    let text = |index: usize| texts.get(index % texts.len().max(1)).cloned().unwrap_or_default();
    let types = [
        "Product Added",
        "Product Added to Wishlist",
        "Order Completed",
        "Offer Shown",
        "Ticket Opened",
        "Call Started",
    ];
    let names = [
        "product_id",
        "name",
        "order_id",
        "currency",
        "offer_id",
        "ticket_id",
        "subject",
        "call_id",
    ];
    let mut events = Vec::new();
    for (minutes, name) in (0..).zip(types.iter().cycle().take(18)) {
        let mut event = event(minutes, "web", name, &[("total", "999999999999.99")]);
        for (index, name) in names.iter().enumerate() {
            event.properties.insert(
                (*name).to_owned(),
                Value::Text(text(index) + &minutes.to_string()),
            );
        }
        for (index, name) in ["first_name", "last_name", "tier", "language"].iter().enumerate() {
            event.traits.insert((*name).to_owned(), Value::Text(text(index)));
        }
        events.push(event);
    }
    profile(&events)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_profile_breaks_a_bound(texts in prop::collection::vec(text(), 1..6)) {
        let flat = known(&busy(&texts), &widest());
        let json = serde_json::to_string(&flat).unwrap();
        prop_assert!(json.len() <= BYTES_MAX, "{} bytes", json.len());
        prop_assert!(flat.entries().all(|(_, text)| text.chars().count() <= LETTERS_MAX));
        prop_assert_eq!(keys(&flat), keys(&nobody(&Finding::nobody(Why::Unknown), &widest())));
    }
}

#[test]
fn the_widest_letters_still_fit() {
    let json = serde_json::to_string(&known(&busy(&["🧺".repeat(128)]), &widest())).unwrap();
    assert!((2048..=BYTES_MAX).contains(&json.len()), "{} bytes", json.len());
}
