//! What a tenant with partitions publishes, as one stream: each change once, in the order in which one engine tells it, wherever its
//! customer was and is.

use std::{collections::BTreeMap, time::Duration};

use futures_util::StreamExt;
use serde_json::{Value, json};
use yekta::engine::Position;

use crate::{
    divided::Divided,
    divided_asked::{PEOPLE, apart, came, code, divided},
    frames::{self, Frame},
    said::{cookie, event, identifier, user},
    town::Town,
};

const BROWSERS: [&str; 6] = ["b-1", "b-2", "b-3", "b-4", "b-5", "b-6"];
const ALL: &str = "/v1/updates?stream=updates,context,dlq";
const LOOKS: usize = 200;
/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longer than whoever is not held back takes.
const A_WHILE: Duration = Duration::from_millis(300);

/// A look at a product, by whom the identifiers name.
fn looked(id: &str, who: Value) -> Value {
    event(id, ["web", "Product Viewed"], "21T11:00", who, json!({}))
}

/// Somebody and a browser that live apart turn out to be one, and so do two others who stay two; they go on, and something is refused.
fn story(divided: &Divided) -> Vec<Value> {
    let [one, other] = apart(divided);
    let home = divided.place("user_id", one);
    let elsewhere = BROWSERS
        .iter()
        .find(|browser| divided.place("anonymous_id", browser) != home);
    let browser = cookie(elsewhere.unwrap());
    let email = |who: &str| identifier("email", &format!("{who}@example.com"), "observed");
    vec![
        looked("one looks", json!([user(one)])),
        looked("other looks", json!([user(other)])),
        json!({"id": "no-type", "source": "test", "channel": "web"}),
        looked("the browser is one's", json!([user(one), browser])),
        looked("one looks again", json!([user(one)])),
        looked("the browser looks", json!([browser])),
        looked("one knows the other", json!([user(one), email(other)])),
        looked("other looks again", json!([user(other)])),
    ]
}

/// Tells one after the other, each behind all that came of the one before.
fn tell(town: &Town, events: &[Value]) {
    for event in events {
        let told = town.post("/v1/events", &json!([event]));
        town.get(&format!("/v1/rules?min_position={}", told["position"]));
    }
}

/// All that a stream tells until it tells of an event that is told last, somebody else's.
fn told(town: &Town, last: Option<&str>) -> Vec<Frame> {
    let mut stream = town.stream(ALL, last);
    let mut told = Vec::new();
    loop {
        let frame = frames::next(town, &mut stream);
        if frame.2["event"]["id"] == "end" {
            return told;
        }
        told.push(frame);
    }
}

fn without_ids(frames: &[Frame]) -> Vec<(&str, &Value)> {
    let told = frames.iter();
    told.map(|(name, _, data)| (name.as_str(), data)).collect()
}

/// What is told of each profile and of none, in its order, without where the subscriber is.
fn by_profile(frames: &[Frame]) -> BTreeMap<String, Vec<(&str, &Value)>> {
    let mut told: BTreeMap<String, Vec<(&str, &Value)>> = BTreeMap::new();
    for (name, _, data) in frames {
        let profile = data["profile"].as_str().unwrap_or_default().to_owned();
        told.entry(profile).or_default().push((name.as_str(), data));
    }
    told
}

#[test]
fn each_change_is_told_once_in_the_order_of_one_engine() {
    let (divided, whole) = (Divided::new(3, ""), Divided::whole(""));
    let mut people = PEOPLE.map(came).to_vec();
    people.extend(BROWSERS.map(|browser| looked(browser, json!([cookie(browser)]))));
    tell(&divided.tenant, &people);
    let mut story = story(&divided);
    story.push(looked("end", json!([user("somebody else")])));
    tell(&divided.tenant, &story);
    for some in [&people, &story] {
        tell(&whole, some);
    }
    let (united, alone) = (told(&divided.tenant, Some("0")), told(&whole, Some("0")));
    assert_eq!(by_profile(&united), by_profile(&alone));
    assert!(united.iter().any(|(name, ..)| name == "dlq"), "what was refused");
    let is_merged = |(_, _, data): &Frame| data["kind"] == "merged";
    assert!(united.iter().any(is_merged), "two were one");
    // The browser, and one or the other, went elsewhere, which is told of beside what comes.
    let departed = |index: usize| {
        let told = divided.parts[index]
            .query()
            .updates_after(Position(0), usize::MAX);
        let told = told.unwrap().into_iter();
        told.filter(|update| update.words().nth(1) == Some("departed"))
            .count()
    };
    while (0..3).map(departed).sum::<usize>() < 2 {
        std::thread::yield_now();
    }
    // Whoever comes back is told what follows, wherever they were.
    for (number, (_, id, _)) in united.iter().enumerate() {
        let rest = told(&divided.tenant, Some(id));
        assert_eq!(
            without_ids(&rest),
            without_ids(&united[number + 1..]),
            "behind {id}"
        );
    }
}

#[test]
fn nobody_is_told_what_comes_later_while_a_partition_is_behind() {
    let divided = divided();
    let [late, early] = apart(&divided);
    let mut stream = divided.tenant.stream(ALL, None);
    let here = divided.tenant.wait(stream.next()).unwrap().unwrap();
    assert_eq!(frames::read(&here), None, "it says where it is");
    divided.hold(divided.place("user_id", late));
    let events = [
        looked("late", json!([user(late)])),
        looked("early", json!([user(early)])),
    ];
    divided.tenant.post("/v1/events", &Value::from(&events[..]));
    let place = usize::try_from(divided.place("user_id", early).unwrap()).unwrap();
    let timeline = format!("/v1/profiles/user_id:{early}/timeline");
    while !divided.parts[place].get(&timeline).to_string().contains("early") {
        std::thread::yield_now();
    }
    let hearing = async { tokio::time::timeout(A_WHILE, stream.next()).await };
    let heard = divided.tenant.wait(hearing);
    assert!(heard.is_err(), "what was written later came first: {heard:?}");
    divided.hold(None);
    let mut events = Vec::new();
    while events.len() < 2 {
        let (name, _, data) = frames::next(&divided.tenant, &mut stream);
        if name == "context" {
            events.push(data["event"]["id"].clone());
        }
    }
    assert_eq!(events, ["late", "early"]);
}

#[test]
fn whoever_listens_hears_of_each_event_while_others_are_silent() {
    let divided = divided();
    let mut stream = divided.tenant.stream("/v1/updates?stream=context", None);
    for (number, who) in PEOPLE.iter().cycle().take(LOOKS).enumerate() {
        let id = format!("look {number}");
        divided
            .tenant
            .post("/v1/events", &json!([looked(&id, json!([user(who)]))]));
        let hearing = async {
            loop {
                let frame = stream.next().await.unwrap().unwrap();
                if let Some((_, _, data)) = frames::read(&frame) {
                    return data;
                }
            }
        };
        // Whoever misses that a journal went on says nothing until it goes on once more.
        let heard = divided
            .tenant
            .wait(async { tokio::time::timeout(PATIENCE, hearing).await });
        assert_eq!(heard.unwrap()["event"]["id"], *id);
    }
}

#[test]
fn a_position_of_one_journal_says_nothing_of_the_others() {
    let divided = divided();
    for cursor in ["7", "7/", "p1.2.3.4.5", "p1/2"] {
        let told = divided.asked("GET", &format!("/v1/updates?cursor={cursor}"), &Value::Null);
        assert_eq!(code(&told), (400, "bad_cursor"), "{cursor}");
    }
}

#[test]
fn who_cannot_go_on_begins_anew_with_all_of_them() {
    let divided = divided();
    // Positions that the journals never had.
    let told = frames::until(&divided.tenant, ALL, Some("p0.900000.0.0"), "reset");
    let (_, id, data) = told.last().unwrap();
    let first = 1 << 46;
    assert!(data["first"].as_u64().unwrap() >= first && data["position"].as_u64().unwrap() >= first);
    divided.tell(&[
        looked("behind", json!([user(PEOPLE[0])])),
        looked("end", json!([user("else")])),
    ]);
    let behind = self::told(&divided.tenant, Some(id));
    let is_behind = |(_, _, data): &Frame| data["event"]["id"] == "behind";
    assert_eq!(behind.iter().filter(|frame| is_behind(frame)).count(), 1);
    assert!(
        behind
            .iter()
            .all(|(_, _, data)| data["event"].is_null() || data["event"]["id"] == "behind")
    );
}
