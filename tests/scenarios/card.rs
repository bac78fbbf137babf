//! The link to an agent's card: what it opens, for how long, and what it tells while the call lasts.

use axum::body::BodyDataStream;
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::{
    asked::ten_minutes_later,
    said::{event, identifier, user},
    town::Town,
};

const CARD: &str = "/v1/agent/card";

fn mina(town: &Town) {
    let who = json!([user("mina"), identifier("phone", "09123456789", "verified")]);
    let traits = json!({"traits": {"first_name": "Mina"}});
    town.tell(&[event("1", ["web", "Signed In"], "22T10:00", who, traits)]);
}

fn call(town: &Town, id: &str, name: &str, time: &str) {
    let caller = json!([identifier("phone", "+989123456789", "observed")]);
    let properties = json!({"properties": {"call_id": "k-1"}});
    town.tell(&[event(id, ["callcenter", name], time, caller, properties)]);
}

/// The query of a link to the card of the caller for five minutes.
fn link(town: &Town, call_id: Option<&str>) -> String {
    let asked = json!({"phone": "+98 912 345 6789", "call_id": call_id, "lifetime_s": 300});
    let linked = town.post("/v1/agent/links", &asked);
    let (page, query) = linked["url"].as_str().unwrap().split_once('?').unwrap();
    assert!(page.ends_with("/agent"), "{page}");
    query.to_owned()
}

fn status(town: &Town, query: &str) -> u16 {
    town.call("GET", &format!("{CARD}?{query}"), &[], Vec::new())
        .status
}

/// The next event of a card, its name and its data; comments are passed over.
fn next(town: &Town, stream: &mut BodyDataStream) -> Option<(String, Value)> {
    loop {
        let frame = town.wait(stream.next())?.unwrap();
        let text = std::str::from_utf8(&frame).unwrap();
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
        if let Some((name, data)) = field("event: ").zip(field("data: ")) {
            return Some((name.to_owned(), serde_json::from_str(data).unwrap()));
        }
    }
}

#[test]
fn a_link_opens_the_card_it_was_made_for_and_no_other() {
    let mut town = Town::new();
    mina(&town);
    let query = link(&town, Some("k-1"));
    let card = town.get(&format!("{CARD}?{query}"));
    assert_eq!(
        (&card["view"], &card["person"]["first_name"]),
        (&json!("callcenter"), &json!("Mina"))
    );
    let until = query.split("until=").nth(1).unwrap().split('&').next().unwrap();
    let later = (until.parse::<u64>().unwrap() + 1).to_string();
    for changed in [
        query.replace("912", "913"),
        query.replace("k-1", "k-2"),
        query.replace("&call=k-1", ""),
        query.replace(until, &later),
        query.replace("sig=", "sig=A"),
        format!("{}&sig=", query.split("&sig=").next().unwrap()),
        query.replace(&format!("&until={until}"), ""),
    ] {
        assert_ne!(changed, query);
        assert_eq!(status(&town, &changed), 401);
    }
    town.reopen_at(ten_minutes_later);
    assert_eq!(status(&town, &query), 401, "its five minutes are over");
}

#[test]
fn a_card_is_told_anew_with_each_change_until_the_call_ends() {
    let town = Town::new();
    mina(&town);
    call(&town, "2", "Call Started", "22T11:58");
    let mut stream = town.stream(&format!("{CARD}/live?{}", link(&town, Some("k-1"))), None);
    let (name, card) = next(&town, &mut stream).unwrap();
    assert_eq!((name.as_str(), &card["call"]["running"]), ("card", &json!(true)));
    let bag = json!({"properties": {"product_id": "p-1", "name": "Bag"}});
    town.tell(&[event(
        "3",
        ["web", "Product Added"],
        "22T11:59",
        json!([user("mina")]),
        bag,
    )]);
    let (name, card) = next(&town, &mut stream).unwrap();
    assert_eq!(
        (name.as_str(), &card["cart"]["items"][0]["name"]),
        ("card", &json!("Bag"))
    );
    assert_eq!(card["session"]["running"], true);
    call(&town, "4", "Call Ended", "22T12:00");
    let (name, card) = next(&town, &mut stream).unwrap();
    assert_eq!((name.as_str(), &card["call"]["running"]), ("card", &json!(false)));
    assert_eq!(
        next(&town, &mut stream),
        Some(("ended".to_owned(), json!({"why": "call"})))
    );
    assert_eq!(next(&town, &mut stream), None);
}

/// What another does is no reason to tell it, and the end of another call is not its end.
#[test]
fn a_card_says_nothing_of_what_is_no_change_of_it() {
    let town = Town::new();
    mina(&town);
    call(&town, "2", "Call Started", "22T11:58");
    let mut stream = town.stream(&format!("{CARD}/live?{}", link(&town, None)), None);
    next(&town, &mut stream).unwrap();
    town.tell(&[event(
        "3",
        ["web", "Page Viewed"],
        "22T11:59",
        json!([user("other")]),
        json!({}),
    )]);
    call(&town, "4", "Call Ended", "22T12:00");
    let (_, card) = next(&town, &mut stream).unwrap();
    assert_eq!(card["call"]["running"], false, "one card for two commits: {card}");
}
