//! What published messages carry and where they go.

use super::{Cause, Enriched, Membership, Notice, NoticeKind, SegmentsChanged, Subjects, Updated};
use crate::domain::{
    context::{
        Context, View,
        samples::{at, event, profile},
    },
    event::EventId,
};
use crate::wire::out::{
    context::Body,
    event::Event,
    profile::{Document, ProfileView},
    scalar::Time,
};

fn ids(count: usize) -> Vec<EventId> {
    (0..count)
        .map(|n| EventId {
            source: "web/1".to_owned(),
            id: format!("e-{n}"),
        })
        .collect()
}

fn json(shape: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(shape).unwrap()
}

#[test]
fn a_cause_names_ten_events_and_counts_them_all() {
    let ids = ids(12);
    let cause = json(&Cause::of(&ids, "matched"));
    assert_eq!(cause["events"].as_array().map(Vec::len), Some(10));
    assert_eq!(
        cause["events"][0],
        serde_json::json!({"source": "web/1", "id": "e-0"})
    );
    assert_eq!(
        (cause["count"].as_u64(), cause["resolution"].as_str()),
        (Some(12), Some("matched"))
    );
}

#[test]
fn an_update_carries_the_document() {
    let profile = profile(&[event(0, "web", "Page Viewed", &[])]);
    let view = ProfileView {
        journeys: &[],
        segments: &std::collections::BTreeMap::new(),
        id: "pid-1",
        version: 7,
        fingerprint: "c0ffee",
        absorbed: &[],
        pending: false,
        value: None,
        profile: &profile,
    };
    let ids = ids(1);
    let cause = Cause::of(&ids, "created");
    let updated = json(&Updated {
        profile: "pid-1",
        version: 7,
        cause,
        document: Document::of(view),
    });
    assert_eq!(
        (updated["kind"].as_str(), updated["version"].as_u64()),
        (Some("updated"), Some(7))
    );
    assert_eq!(updated["document"], json(&Document::of(view)));
}

#[test]
fn a_notice_names_every_id_it_concerns() {
    let ids = ids(1);
    let (from, into) = (["a".to_owned(), "b".to_owned()], ["a".to_owned()]);
    let cause = Cause::of(&ids, "merged");
    let notice = Notice {
        kind: NoticeKind::Merged,
        profile: "a",
        version: 3,
        from: &from,
        into: &into,
        cause,
    };
    insta::assert_snapshot!(
        serde_json::to_string(&notice).unwrap(),
        @r#"{"kind":"merged","profile":"a","version":3,"from":["a","b"],"into":["a"],"cause":{"events":[{"source":"web/1","id":"e-0"}],"count":1,"resolution":"merged"}}"#
    );
}

#[test]
fn an_enriched_event_tells_both() {
    let viewed = event(0, "web", "Page Viewed", &[]);
    let [_, pos, ..] = View::standard();
    let context = Context::of(
        &profile(std::slice::from_ref(&viewed)),
        ("pid-1", 7),
        &pos,
        &Default::default(),
        at(1),
    );
    let context = serde_json::value::to_raw_value(&Body::one(context)).unwrap();
    let enriched = json(&Enriched {
        event: Event::from(&viewed),
        context: &context,
        profile: "pid-1",
        version: 7,
    });
    assert_eq!(enriched["event"]["type"], "Page Viewed");
    assert_eq!(enriched["context"]["recent"][0]["type"], "Page Viewed");
    assert_eq!(
        (enriched["profile"].as_str(), enriched["version"].as_u64()),
        (Some("pid-1"), Some(7))
    );
}

#[test]
fn subjects_are_made_of_tokens() {
    let subjects = Subjects::of("default");
    assert_eq!(
        subjects.updated("pid-1"),
        "yekta.v1.default.profile.updated.pid-1"
    );
    assert_eq!(
        subjects.notice(NoticeKind::Split, "pid-1"),
        "yekta.v1.default.profile.split.pid-1"
    );
    let context = subjects.context(&"web".to_owned(), &"Order Completed > *".to_owned(), "pid-1");
    assert_eq!(context, "yekta.v1.default.context.web.order_completed.pid-1");
}

#[test]
fn a_change_of_segments_says_what_was_entered_and_left() {
    let of = |name: &'static str| Membership {
        name,
        since: Time(at(0)),
    };
    let ids = ids(1);
    let changed = json(&SegmentsChanged {
        profile: "pid-1",
        version: 7,
        cause: Cause::of(&ids, "matched"),
        from: ["pid-1"],
        into: ["pid-1"],
        entered: vec![of("big_spenders")],
        left: vec![of("silent")],
        segments: vec!["big_spenders", "regulars"],
    });
    let since = changed["left"][0]["since"].clone();
    assert_eq!(
        changed,
        serde_json::json!({
            "kind": "segments", "profile": "pid-1", "version": 7,
            "cause": {"events": [{"source": "web/1", "id": "e-0"}], "count": 1, "resolution": "matched"},
            "from": ["pid-1"], "into": ["pid-1"],
            "entered": [{"name": "big_spenders", "since": since}],
            "left": [{"name": "silent", "since": since}],
            "segments": ["big_spenders", "regulars"],
        })
    );
}

#[test]
fn actions_and_segments_have_subjects_of_their_own() {
    let subjects = Subjects::of("default");
    assert_eq!(
        subjects.action("SMS", "Order Ready!", "p"),
        "yekta.v1.default.action.sms.order_ready.p"
    );
    assert_eq!(subjects.segments("p"), "yekta.v1.default.profile.segments.p");
}
