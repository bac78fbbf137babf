//! Who is in a segment: how many, what share of all, and by their ids, page by page.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    rulebook::{bought, described, looked, members, ruled, rules, settled},
    steward::merge,
    town::Town,
};

#[test]
fn who_is_in_a_segment_is_told_page_by_page_and_counted() {
    let town = Town::keyed(8);
    // Some were there before there were rules: the first sweep counts them.
    town.tell(&["a", "b", "c"].map(bought));
    let town = settled(town.ruled(rules()));
    town.tell(&["d", "e"].map(bought));
    town.tell(&["f", "g", "h"].map(looked));
    let report = |expected: [(u64, f64); 2], profiles: u64| {
        let told = town.get("/v1/reports/segments");
        described(&town, "SegmentReport", &told);
        let segments = ["buyers", "lookers"].into_iter().zip(expected);
        let segments = segments
            .map(|(name, (members, share))| json!({"name": name, "members": members, "share": share}));
        let segments: Vec<Value> = segments.collect();
        assert_eq!(told, json!({"profiles": profiles, "segments": segments}));
    };
    report([(5, 0.625), (8, 1.0)], 8);
    let ids = |names: &[&str]| -> BTreeSet<String> {
        let ids = names.iter().map(|who| town.person("user_id", who).id.to_string());
        ids.collect()
    };
    for (limit, pages) in [(2, 3), (5, 1), (100, 1)] {
        let (told, on) = members(&town, "buyers", limit);
        assert_eq!(told, ids(&["a", "b", "c", "d", "e"]));
        assert!(
            on == pages || on == pages + 1,
            "the last page may find nobody: {on}"
        );
    }
    let page = town.get("/v1/segments/buyers/members?limit=2");
    described(&town, "SegmentMembers", &page);
    // Two are one: one less of each, until it is taken back.
    let word = merge(&town, "user_id:a", "user_id:f");
    report([(5, 0.714_2), (7, 1.0)], 7);
    let undone = town.post("/v1/identity/undo", &json!({"word": word["word"]}));
    assert!(undone["position"].is_number(), "{undone}");
    report([(5, 0.625), (8, 1.0)], 8);
    assert_eq!(members(&town, "buyers", 3).0, ids(&["a", "b", "c", "d", "e"]));
    let shown = town.get("/v1/profiles/user_id:a");
    let names: Vec<&Value> = shown["segments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert_eq!(names, ["buyers", "lookers"]);
    assert!(shown["segments"][0]["since"].is_string(), "{shown}");
}

#[test]
fn a_page_goes_on_although_nobody_was_found_on_the_way() {
    let town = ruled();
    let events: Vec<Value> = (0..5_001).map(|number| looked(&format!("l-{number}"))).collect();
    for events in events.chunks(1_000) {
        town.send(events);
    }
    town.tell(&[bought("sara")]);
    let (told, pages) = members(&town, "buyers", 10);
    let sara = town.person("user_id", "sara").id.to_string();
    assert_eq!((told, pages), (BTreeSet::from([sara]), 2));
}
