//! Somebody who lived in two partitions is erased: what they said is in no stream any more, neither where they lived last, nor
//! where they lived before, nor in the journal that brought it to both.

use serde_json::{Value, json};

use crate::{
    channel::visit,
    erased::{MARK, holds},
    giant::{Giant, asked},
    process::{printed, wait_for, yekta},
};

/// Within so many seconds nothing is to be left of who is erased without haste: the journal of the resolver would hold what was
/// said for a quarter of them, and all look for who was erased elsewhere many times.
const HORIZON: (&str, &str) = ("YEKTA_ERASE__HORIZON_S", "1200");
/// Customers who live wherever it falls out, each with more events than who is erased.
const OTHERS: usize = 12;
const EVENTS: usize = 6;

fn canary() -> &'static str {
    std::str::from_utf8(MARK).unwrap()
}

fn other(number: usize) -> String {
    format!("u-{number}")
}

/// An event of theirs on a device.
fn on_device(id: &str, user: &str, device: &str) -> Value {
    let mut event = visit(id, user);
    event["identifiers"] = json!([
        {"kind": "user_id", "value": user},
        {"kind": "device_id", "value": device},
    ]);
    event
}

/// The partition that has told of an event.
fn where_told(giant: &Giant, id: &str) -> usize {
    wait_for("an event to be told", || {
        (0..2).find(|partition| {
            let told = giant.told(*partition, "context");
            told.iter().any(|message| message.json()["event"]["id"] == id)
        })
    })
}

#[test]
fn what_was_said_is_nowhere_whatever_partitions_they_lived_in() {
    let giant = Giant::with(&["a", "b"], &[HORIZON]);
    giant.post(&[visit("c-0", canary())]);
    for number in 0..OTHERS {
        let (user, device) = (other(number), format!("d-{number}"));
        let events = (0..EVENTS).map(|event| on_device(&format!("o-{number}-{event}"), &user, &device));
        giant.post(&events.collect::<Vec<_>>());
    }
    let before = where_told(&giant, "c-0");
    let elsewhere = (0..OTHERS).find(|number| where_told(&giant, &format!("o-{number}-0")) != before);
    let number = elsewhere.expect("nobody lives in the other partition");
    // On the device of somebody who lives elsewhere, and has more events: both are to be looked at together from now on.
    giant.post(&[on_device("c-1", canary(), &format!("d-{number}"))]);
    let now = where_told(&giant, "c-1");
    assert_ne!(now, before, "they did not move");
    let journals = ["", "-p0", "-p1"].map(|engine| format!("YEKTA_JOURNAL_giant{engine}"));
    let streams = giant.servers.folder().join("store/jetstream");
    let stream = |name: &str| streams.join("$G/streams").join(name);
    for journal in &journals {
        wait_for("a journal to hold what was said", || {
            holds(&stream(journal)).then_some(())
        });
    }
    let owner = giant.wait_until_whole()[&format!("giant-p{now}")];
    let url = format!("{}/t/giant-p{now}", giant.running[owner].url);
    let mut erase = yekta(["erase", &format!("user_id:{}", canary()), "--now", "--url"]);
    erase.arg(url);
    printed(erase, b"");
    for journal in &journals {
        wait_for("a journal to forget what was said", || {
            (!holds(&stream(journal))).then_some(())
        });
    }
    wait_for("the server's files to hold nothing of it", || {
        (!holds(&streams)).then_some(())
    });
    // All others are there, at each process.
    for service in giant.running.values() {
        for number in 0..OTHERS {
            let url = format!("{}/t/giant/v1/profiles/user_id:{}", service.url, other(number));
            asked(&url, |answer| {
                answer.status == 200 && answer.body["counters"]["events"] == json!(EVENTS)
            });
        }
    }
}
