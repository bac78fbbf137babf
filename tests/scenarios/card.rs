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

/// A colleague is asked meanwhile, and the number turns out to be another's too: the call goes on.
#[test]
fn a_card_ends_with_its_own_call_and_no_other() {
    let town = Town::new();
    mina(&town);
    let leg = |id: &str, name: &str, time: &str, call: &str| {
        let properties = json!({"properties": {"call_id": call}});
        town.tell(&[event(
            id,
            ["callcenter", name],
            time,
            json!([user("mina")]),
            properties,
        )]);
    };
    leg("2", "Call Started", "22T11:50", "k-1");
    for call_id in [Some("k-1"), None] {
        let suffix = call_id.unwrap_or("none");
        let other = format!("k-2 {suffix}");
        let mut stream = town.stream(&format!("{CARD}/live?{}", link(&town, call_id)), None);
        next(&town, &mut stream).unwrap();
        leg(&format!("3-{suffix}"), "Call Started", "22T11:51", &other);
        let (name, card) = next(&town, &mut stream).unwrap();
        assert_eq!((name.as_str(), &card["call"]["id"]), ("card", &json!(other)));
        leg(&format!("4-{suffix}"), "Call Ended", "22T11:52", &other);
        let (name, card) = next(&town, &mut stream).unwrap();
        assert_eq!((name.as_str(), &card["call"]["id"]), ("card", &json!("k-1")));
        // A change that is told shows that the card did not end before it.
        let page = json!([user("mina")]);
        town.tell(&[event(
            &format!("5-{suffix}"),
            ["web", "Page Viewed"],
            "22T11:53",
            page,
            json!({}),
        )]);
        assert_eq!(next(&town, &mut stream).unwrap().0, "card");
    }
    let mut stream = town.stream(&format!("{CARD}/live?{}", link(&town, Some("k-1"))), None);
    next(&town, &mut stream).unwrap();
    let other = json!([user("other"), identifier("phone", "09123456789", "verified")]);
    town.tell(&[event("6", ["web", "Signed In"], "22T11:54", other, json!({}))]);
    let (name, card) = next(&town, &mut stream).unwrap();
    assert_eq!((name.as_str(), &card["match"]), ("card", &json!("many")));
    let third = json!([user("third"), identifier("phone", "09123456789", "verified")]);
    town.tell(&[event("7", ["web", "Signed In"], "22T11:55", third, json!({}))]);
    assert_eq!(next(&town, &mut stream).unwrap().0, "card");
}

/// Who comes back after the call was over is told so, also of a call whose id is as long as one may be.
#[test]
fn a_card_that_is_opened_after_its_call_says_that_it_is_over() {
    let town = Town::new();
    mina(&town);
    let long = "k".repeat(200);
    for (id, name, time) in [("2", "Call Started", "22T11:50"), ("3", "Call Ended", "22T11:51")] {
        let properties = json!({"properties": {"call_id": long}});
        town.tell(&[event(
            id,
            ["callcenter", name],
            time,
            json!([user("mina")]),
            properties,
        )]);
    }
    let mut stream = town.stream(&format!("{CARD}/live?{}", link(&town, Some(&long))), None);
    assert_eq!(next(&town, &mut stream).unwrap().0, "card");
    assert_eq!(next(&town, &mut stream).unwrap().0, "ended");
    assert_eq!(next(&town, &mut stream), None);
}

/// However fast a customer's events come, a card is read a few times a second.
#[test]
fn a_card_keeps_its_pace() {
    let town = Town::new();
    mina(&town);
    let mut stream = town.stream(&format!("{CARD}/live?{}", link(&town, None)), None);
    let begun = std::time::Instant::now();
    let mut cards = 0_u32;
    for number in 0..8 {
        next(&town, &mut stream).unwrap();
        cards += 1;
        let page = json!([user("mina")]);
        town.tell(&[event(
            &format!("p{number}"),
            ["web", "Page Viewed"],
            "22T11:59",
            page,
            json!({}),
        )]);
    }
    // A quarter of a second lies between two readings, however slow the machine.
    assert!(begun.elapsed() >= std::time::Duration::from_millis(250) * (cards - 1));
}
