//! What all customers of a tenant with partitions come to together: what they show, and what each is worth among all. It is what one
//! engine finds.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use yekta::engine::Position;

use crate::{
    divided::Divided,
    divided_asked::code,
    experience::insights::{RULES, added},
    flows::{did, published},
    frames,
    rulebook::until,
    scratch,
    steward::merge,
    town::Town,
    value::{order, rank, value},
};

/// Too few of them are in any partition by themselves to show anything; with the others they are not.
const SHOPPERS: std::ops::Range<usize> = 0..120;
const OTHERS: std::ops::Range<usize> = 120..480;
const BUYERS: u32 = 30;

/// Customers of whom the higher numbers bought later, more often and for more.
fn orders() -> Vec<Value> {
    let orders = (0..BUYERS).flat_map(|buyer| {
        (0..=buyer % 7).map(move |number| order(&format!("c{buyer:02}"), number, 1 + buyer % 20, 90 + buyer))
    });
    orders.collect()
}

/// Has all customers ranked, and waits until each partition has ranked its own.
fn rank_all(divided: &Divided) -> Value {
    let before: Vec<Option<Position>> = divided.parts.iter().map(asked).collect();
    let told = divided.tenant.post("/v1/values/rank", &json!({}));
    assert_eq!(told["status"], "committed", "{told}");
    for (part, before) in divided.parts.iter().zip(before) {
        until(part, |part| asked(part) > before && !is_pending(part));
    }
    told
}

/// Up to where a partition was, where it was ever asked to rank.
fn asked(part: &Town) -> Option<Position> {
    let handle = &part.engine().handle;
    part.query().ranking().unwrap().map(|_| handle.applied())
}

fn is_pending(part: &Town) -> bool {
    part.query()
        .ranking()
        .unwrap()
        .is_none_or(|ranking| ranking.is_pending)
}

fn values(town: &Town) -> Vec<Value> {
    (0..BUYERS)
        .map(|buyer| value(town, &format!("c{buyer:02}")))
        .collect()
}

#[test]
fn who_lives_apart_is_ranked_among_all() {
    let (divided, whole) = (Divided::new(3, ""), Divided::whole(""));
    divided.tell(&orders());
    whole.tell(&orders());
    let buyers: Vec<String> = (0..BUYERS).map(|buyer| format!("c{buyer:02}")).collect();
    let home = |who: &String| divided.place("user_id", who);
    let homes: BTreeSet<Option<u32>> = buyers.iter().map(home).collect();
    assert_eq!(homes.len(), 3, "somebody lives in each partition");
    rank_all(&divided);
    rank(&whole);
    let expected = values(&whole);
    assert!(
        expected.iter().all(|value| value["at"] == "2026-11-22T12:00:00Z"),
        "{expected:?}"
    );
    assert_eq!(values(&divided.tenant), expected);
    let ranking = divided.tenant.query().ranking().unwrap().unwrap();
    assert_eq!(Some(ranking), whole.query().ranking().unwrap());

    // Two who turn out to be one are ranked as one from the next time on, wherever they came to live.
    let one = &buyers[0];
    let other = buyers.iter().find(|other| home(other) != home(one)).unwrap();
    for town in [&divided.tenant, &whole] {
        merge(town, &format!("user_id:{one}"), &format!("user_id:{other}"));
    }
    assert_eq!(home(one), home(other));
    rank_all(&divided);
    rank(&whole);
    assert_eq!(values(&divided.tenant), values(&whole));
}

#[test]
fn a_partition_is_ranked_with_the_others_alone_and_who_repeats_asks_for_nothing() {
    let divided = Divided::new(3, "");
    divided.tell(&orders());
    for part in &divided.parts {
        let reply = part.call("POST", "/v1/values/rank", &[], b"{}".to_vec());
        assert_eq!(code(&(reply.status, reply.body)), (409, "another_part"));
    }
    rank_all(&divided);
    let asked = json!({"request_id": "r"});
    let first = divided.tenant.post("/v1/values/rank", &asked);
    until(&divided.tenant, |town| !is_pending(town));
    assert_eq!(first["status"], "committed", "{first}");
    let through = divided.tenant.engine().handle.applied();
    divided.tenant.post("/v1/values/rank", &asked);
    assert_eq!(divided.tenant.engine().handle.applied(), through);
}

#[test]
fn what_all_of_them_show_is_told_of_once_though_none_shows_it_by_itself() {
    let dir = scratch::folder();
    std::fs::write(dir.path().join("rules.toml"), RULES).unwrap();
    let folder = dir.path().to_str().unwrap();
    let divided = Divided::new(3, &format!("[decide]\nrules = {folder:?}\ninsight_every_s = 1\n"));
    divided.tell(&SHOPPERS.map(added).collect::<Vec<_>>());
    let told = |town: &Town, count: usize| {
        until(town, |town| published(town, ".insight.unmeasured").len() >= count);
        published(town, ".insight.unmeasured")
    };
    let begun = told(&divided.tenant, 1);
    assert_eq!(
        (&begun[0]["about"], &begun[0]["state"]),
        (&json!("purchase/cart"), &json!("begun"))
    );
    assert_eq!(begun[0]["evidence"]["touches"], SHOPPERS.len(), "{begun:?}");
    assert_eq!(divided.tenant.get("/v1/insights")["insights"], json!(begun));
    let heard = frames::until(
        &divided.tenant,
        "/v1/updates?stream=insight",
        Some("0"),
        "insight",
    );
    assert_eq!(heard.last().unwrap().2, begun[0]);

    divided.tell(&OTHERS.map(added).collect::<Vec<_>>());
    let answer = json!({"csat": 4, "touchpoint": "cart"});
    divided.tell(&[did("c-7", "answer", "Survey Answered", "22T11:00", answer)]);
    let all = told(&divided.tenant, 2);
    assert_eq!(all[1]["state"], "over");
    let none = divided.tenant.get("/v1/insights")["insights"].clone();
    assert_eq!(none, json!([]));
    for part in &divided.parts {
        assert_eq!(published(part, ".insight."), Vec::<Value>::new());
    }
}
