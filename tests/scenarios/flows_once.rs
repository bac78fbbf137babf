//! A flow is carried out once for a customer and what it is about, however often and by whatever way that is told; what is old,
//! imported or read again sets nothing going.

use serde_json::{Value, json};
use yekta::engine::{Position, rebuild};

use crate::{
    asked::HOUR,
    flows::{REMIND, actions, added, expected, going_by, rest, waiting},
    said::{cookie, event, signed_in, user},
    town::{NOW, Town},
};

fn put(id: &str, [channel, time]: [&str; 2], who: Value, product: &str) -> Value {
    let more = json!({"properties": {"product_id": product}});
    event(id, [channel, "Product Added"], time, json!([who]), more)
}

/// What Sara puts into her cart: on a browser that is not known to be hers yet, in the app, and on the browser again.
fn story() -> [Value; 5] {
    let browser = cookie("c");
    [
        put("web-1", ["web", "22T11:30"], browser.clone(), "p-1"),
        put("app-1", ["mobile", "22T11:35"], user("sara"), "p-1"),
        put("app-2", ["mobile", "22T11:36"], user("sara"), "p-2"),
        signed_in("in", "22T11:40", &browser, "sara"),
        put("web-2", ["web", "22T11:45"], browser, "p-1"),
    ]
}

fn tell_again(town: &Town, events: &[Value]) {
    let answer = town.post("/v1/events", &Value::from(events));
    assert_eq!(
        (&answer["accepted"], &answer["duplicates"]),
        (&json!(0), &json!(events.len())),
        "{answer}"
    );
}

fn an_hour_later_she_is_reminded_once_of_each(mut town: Town) {
    assert_eq!(actions(&town), Vec::<[String; 2]>::new(), "it is not time yet");
    town.reopen_at(|| NOW.saturating_add(HOUR));
    rest(&town);
    let of_each = [("remind/remind/p-1", "sara"), ("remind/remind/p-2", "sara")];
    assert_eq!(actions(&town), expected(&town, of_each));
    assert_eq!(waiting(&town), 0);
    // Neither by what comes again, nor by what she does again.
    tell_again(&town, &story());
    town.tell(&[added("sara", "22T12:50", "p-1")]);
    rest(&town);
    town.reopen_at(|| NOW.saturating_add(3 * HOUR));
    rest(&town);
    assert_eq!(actions(&town), expected(&town, of_each));
}

#[test]
fn the_same_by_web_and_app_in_one_batch_is_done_once() {
    let town = going_by(REMIND, "");
    town.tell(&story());
    tell_again(&town, &story());
    an_hour_later_she_is_reminded_once_of_each(town);
}

#[test]
fn the_same_by_web_and_app_told_one_by_one_is_done_once() {
    let town = going_by(REMIND, "");
    for event in story() {
        town.tell(std::slice::from_ref(&event));
        tell_again(&town, &[event]);
        rest(&town);
    }
    an_hour_later_she_is_reminded_once_of_each(town);
}

#[test]
fn what_is_old_or_imported_sets_nothing_going() {
    let mut town = going_by(REMIND, "");
    let mut marked = added("sara", "22T11:31", "marked");
    marked["context"] = json!({"import": true});
    town.tell(&[
        added("sara", "21T11:59", "old"),
        added("sara", "21T12:00", "young"),
        marked,
    ]);
    let import = json!({"batch": [{"type": "track", "messageId": "i-1", "userId": "sara", "event": "Product Added",
        "timestamp": "2026-11-22T11:32:00Z", "properties": {"product_id": "imported"}}]});
    assert_eq!(town.post("/v1/import", &import)["accepted"], 1);
    let sara = town.get("/v1/profiles/user_id:sara");
    let counted = &sara["counters"]["by_type"]["Product Added"];
    assert_eq!(counted, 4, "all of it counts");
    town.reopen_at(|| NOW.saturating_add(2 * HOUR));
    rest(&town);
    assert_eq!(actions(&town), expected(&town, [("remind/remind/young", "sara")]));
    assert_eq!(waiting(&town), 0);
}

/// Builds the store again, and goes on.
fn built_again(town: &mut Town, from_journal: bool) {
    town.stop();
    let built = rebuild(&town.folder(), from_journal).unwrap();
    built.applied().unwrap();
    drop(built);
    town.open();
    rest(town);
}

#[test]
fn a_store_that_is_built_again_does_nothing_again_and_keeps_what_waits() {
    let mut town = going_by(REMIND, "");
    town.tell(&[added("sara", "22T11:10", "p-1"), added("sara", "22T11:50", "p-2")]);
    town.reopen_at(|| NOW.saturating_add(HOUR / 2));
    rest(&town);
    let told = |town: &Town| town.query().updates_after(Position(0), usize::MAX).unwrap();
    let (before, rules) = (told(&town), town.get("/v1/rules"));
    assert_eq!((actions(&town).len(), waiting(&town)), (1, 1));
    for from_journal in [true, false] {
        built_again(&mut town, from_journal);
        assert_eq!(told(&town), before);
        assert_eq!(town.get("/v1/rules"), rules);
    }
    town.reopen_at(|| NOW.saturating_add(2 * HOUR));
    rest(&town);
    let both = [("remind/remind/p-1", "sara"), ("remind/remind/p-2", "sara")];
    assert_eq!(actions(&town), expected(&town, both));
    built_again(&mut town, true);
    assert_eq!(actions(&town), expected(&town, both));
}
