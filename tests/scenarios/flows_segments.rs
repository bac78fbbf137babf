//! Segments over time and identities: who is in them is published, told and counted, also where nothing but time goes by.

use serde_json::{Value, json};

use crate::{
    asked::HOUR,
    flows::{did, going_by, id, published, rest},
    steward::{merge, undo},
    town::{NOW, Town},
};

const MINUTE: u64 = HOUR / 60;
const DAY: u64 = 24 * HOUR;

/// When the first of the visits below is a week old: on the 27th at ten.
const A_WEEK_ON: u64 = 5 * DAY - 2 * HOUR;
/// When the order below is ninety days old.
const NINETY_DAYS_ON: u64 = 90 * DAY - HOUR;

const SEGMENTS: &str = r#"
[segments.frequent]
when = 'visits("7d") >= 3'
[segments.silent]
when = 'totals.orders > 0 && quiet("Order Completed", "90d")'
"#;

fn visited(who: &str, day: u32) -> Value {
    let time = format!("{day}T10:00");
    did(
        who,
        &format!("visit-{who}-{day}"),
        "Page Viewed",
        &time,
        json!({}),
    )
}

fn names(told: &Value) -> Vec<String> {
    let told = told.as_array().unwrap().iter();
    told.map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

/// The segments that a customer's profile tells of.
fn inside(town: &Town, who: &str) -> Vec<String> {
    let profile = town.get(&format!("/v1/profiles/user_id:{who}"));
    names(&profile["segments"])
}

fn version(town: &Town, who: &str) -> u64 {
    town.person("user_id", who).version
}

/// What was published last of a customer under subjects with this in them.
fn last(town: &Town, who: &str, part: &str) -> Value {
    let id = id(town, who);
    let told = published(town, part);
    told.iter().rfind(|one| one["profile"] == id).unwrap().clone()
}

/// How many are in a segment, as it is reported.
fn size(town: &Town, segment: &str) -> u64 {
    let report = town.get("/v1/reports/segments");
    let mut all = report["segments"].as_array().unwrap().iter();
    all.find(|one| one["name"] == segment).unwrap()["members"]
        .as_u64()
        .unwrap()
}

fn no_segment() -> Vec<String> {
    Vec::new()
}

#[test]
fn who_comes_and_goes_is_published_and_leaves_by_time_alone_to_the_minute() {
    let mut town = going_by(SEGMENTS, "");
    town.tell(&[20, 21].map(|day| visited("sara", day)));
    assert_eq!(inside(&town, "sara"), no_segment());
    town.tell(&[visited("sara", 22)]);
    assert_eq!(
        (inside(&town, "sara"), size(&town, "frequent")),
        (vec!["frequent".to_owned()], 1)
    );
    let entered = last(&town, "sara", ".profile.segments.");
    let since = json!([{"name": "frequent", "since": "2026-11-22T12:00:00Z"}]);
    assert_eq!(
        [
            &entered["kind"],
            &entered["entered"],
            &entered["left"],
            &entered["segments"]
        ],
        [&json!("segments"), &since, &json!([]), &json!(["frequent"])]
    );
    let before = version(&town, "sara");
    assert_eq!(entered["version"], before);

    town.reopen_at(|| NOW.saturating_add(A_WEEK_ON - MINUTE));
    rest(&town);
    assert_eq!(
        (inside(&town, "sara"), version(&town, "sara")),
        (vec!["frequent".to_owned()], before)
    );
    assert_eq!(published(&town, ".profile.segments.").len(), 1);

    town.reopen_at(|| NOW.saturating_add(A_WEEK_ON));
    rest(&town);
    assert_eq!(
        (inside(&town, "sara"), size(&town, "frequent")),
        (no_segment(), 0)
    );
    let left = last(&town, "sara", ".profile.segments.");
    assert_eq!(
        [
            &left["entered"],
            &left["left"],
            &left["segments"],
            &left["cause"]["resolution"]
        ],
        [&json!([]), &since, &json!([]), &json!("segments")]
    );
    // It is another version of the profile, which tells so.
    assert_eq!(
        (version(&town, "sara"), &left["version"]),
        (before + 1, &json!(before + 1))
    );
    let updated = last(&town, "sara", ".profile.updated.");
    assert_eq!(
        (&updated["version"], &updated["document"]["segments"]),
        (&json!(before + 1), &json!([]))
    );
    assert_eq!(updated["document"], town.get("/v1/profiles/user_id:sara"));

    // Nothing comes of looking again.
    town.reopen_at(|| NOW.saturating_add(A_WEEK_ON + DAY));
    rest(&town);
    assert_eq!(version(&town, "sara"), before + 1);
    assert_eq!(published(&town, ".profile.segments.").len(), 2);
}

#[test]
fn who_has_not_ordered_for_ninety_days_is_found_on_the_day_and_leaves_with_the_next_order() {
    let mut town = going_by(SEGMENTS, "");
    let order = |id: &str, time: &str| {
        let about = json!({"order_id": id, "total": 5, "currency": "IRR"});
        let mut order = did("sara", id, "Order Completed", "22T11:00", about);
        order["time"] = json!(time);
        order
    };
    town.tell(&[order("o-1", "2026-11-22T11:00:00Z")]);
    town.reopen_at(|| NOW.saturating_add(NINETY_DAYS_ON - MINUTE));
    rest(&town);
    assert_eq!(inside(&town, "sara"), no_segment());
    town.reopen_at(|| NOW.saturating_add(NINETY_DAYS_ON));
    rest(&town);
    assert_eq!(
        (inside(&town, "sara"), size(&town, "silent")),
        (vec!["silent".to_owned()], 1)
    );
    let entered = last(&town, "sara", ".profile.segments.");
    assert_eq!(
        (&entered["cause"]["resolution"], &entered["entered"][0]["since"]),
        (&json!("segments"), &json!("2027-02-20T11:00:00Z"))
    );
    town.tell(&[order("o-2", "2027-02-20T10:59:00Z")]);
    assert_eq!((inside(&town, "sara"), size(&town, "silent")), (no_segment(), 0));
    assert_eq!(
        names(&last(&town, "sara", ".profile.segments.")["left"]),
        ["silent"]
    );
}

#[test]
fn two_who_are_one_are_in_a_segment_once_and_then_each_in_their_own() {
    let mut town = going_by(SEGMENTS, "");
    town.tell(&[visited("mina", 20), visited("sara", 21), visited("sara", 22)]);
    town.tell(&[20, 21, 22].map(|day| visited("eva", day)));
    let all = |town: &Town| {
        let each = ["mina", "sara", "eva"].map(|who| !inside(town, who).is_empty());
        (each, size(town, "frequent"))
    };
    assert_eq!(all(&town), ([false, false, true], 1));
    // Neither of the two was there often enough; both together were.
    let both = merge(&town, "user_id:mina", "user_id:sara");
    assert_eq!(all(&town), ([true; 3], 2));
    assert_eq!(
        names(&last(&town, "sara", ".profile.segments.")["entered"]),
        ["frequent"]
    );
    let three = merge(&town, "user_id:sara", "user_id:eva");
    assert_eq!(all(&town), ([true; 3], 1));
    town.reopen();
    undo(&town, json!({"word": three["word"]})).unwrap();
    assert_eq!(all(&town), ([true; 3], 2));
    undo(&town, json!({"word": both["word"]})).unwrap();
    assert_eq!(all(&town), ([false, false, true], 1));
    let told = town.get("/v1/segments/frequent/members");
    assert_eq!(told["profiles"], json!([id(&town, "eva")]));
    let profiles = town.get("/v1/reports/segments")["profiles"].clone();
    assert_eq!(profiles, 3);
    // What was to be looked at for who is no more changes nothing of who is there.
    town.reopen_at(|| NOW.saturating_add(A_WEEK_ON - MINUTE));
    rest(&town);
    assert_eq!(all(&town), ([false, false, true], 1));
    town.reopen_at(|| NOW.saturating_add(A_WEEK_ON));
    rest(&town);
    assert_eq!(all(&town), ([false; 3], 0));
}

/// Merged at the time at which one of them would have left.
#[test]
fn time_goes_by_for_who_became_one() {
    let mut town = going_by(SEGMENTS, "");
    town.tell(&[20, 21, 22].map(|day| visited("mina", day)));
    town.tell(&[visited("sara", 19)]);
    merge(&town, "user_id:mina", "user_id:sara");
    // Four visits: without the first there are still three.
    town.reopen_at(|| NOW.saturating_add(A_WEEK_ON - MINUTE));
    rest(&town);
    assert_eq!(
        (inside(&town, "sara"), size(&town, "frequent")),
        (vec!["frequent".to_owned()], 1)
    );
    town.reopen_at(|| NOW.saturating_add(A_WEEK_ON));
    rest(&town);
    assert_eq!(
        (inside(&town, "sara"), size(&town, "frequent")),
        (no_segment(), 0)
    );
    assert_eq!(
        names(&last(&town, "mina", ".profile.segments.")["left"]),
        ["frequent"]
    );
}
