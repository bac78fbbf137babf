//! The telephone rings: who it is, whatever the exchange makes of the number; what an agent has to know of them; and
//! that a number alone makes nobody one with anybody.

use insta::assert_snapshot;
use serde_json::{Map, Value, json};

use crate::{
    asked::HOUR,
    counter::{has, masked, story},
    said::{Names, cookie, event, identifier, user},
    town::{NOW, Town},
};

/// Sara's number.
const NUMBER: &str = "+989123456789";
const MINUTE: u64 = HOUR / 60;
/// What a flat answer has at least, whoever is asked about.
const KEYS: &str = "view match why partial profile first_name last_name display_name tier language call_running call_id \
    session_running session_channel session_viewed orders_open order_id order_state order_worth order_since \
    tickets_open tickets_count ticket_id ticket_subject mood last_channel last_type last_time last_about cart_count \
    cart_products wishlist_count wishlist_products offer_id offer_name offer_expires promises consent_granted \
    consent_denied avoid next_step next_about orders_count revenue last_seen loyalty_id phone candidates_count candidates";

fn phone(trust: &str) -> Value {
    identifier("phone", NUMBER, trust)
}

fn sara() -> Value {
    json!([user("sara"), phone("verified")])
}

/// What the desk is told of whoever calls by `number`.
fn ask(town: &Town, number: &str) -> Value {
    let asked = json!({"identifiers": [{"kind": "phone", "value": number}]});
    town.post("/v1/context/callcenter", &asked)
}

/// The same for a telephone menu, however busy the machine is.
fn flat(town: &Town, number: &str) -> Value {
    let caller = json!([{"kind": "phone", "value": number}]);
    let asked = json!({"identifiers": caller, "flat": true, "deadline_ms": 10_000});
    town.post("/v1/context/callcenter", &asked)
}

/// The entry of a section that has this id.
fn entry<'a>(section: &'a Value, id: &str) -> &'a Value {
    let mut items = section["items"].as_array().unwrap().iter();
    let found = items.find(|one| one["id"] == id);
    found.unwrap_or_else(|| panic!("{id}: {section}"))
}

/// A clerk takes down a customer who has the number.
fn taken_down(who: &str, [first, last]: [&str; 2]) -> Value {
    let traits = json!({"traits": {"first_name": first, "last_name": last}});
    let held = json!([user(who), phone("staff")]);
    event(who, ["store", "Profile Updated"], "22T09:00", held, traits)
}

/// The exchange tells of a call, with the number alone.
fn rung(time: &str) -> Value {
    let caller = json!([phone("observed")]);
    let more = json!({"properties": {"call_id": "k-2"}});
    let mut call = event("call", ["callcenter", "Call Started"], time, caller, more);
    call["source"] = json!("exchange");
    call
}

#[test]
fn a_caller_is_known_however_the_exchange_writes_the_number() {
    let town = Town::new();
    town.tell(&[taken_down("sara", ["Sara", "Rostamian"])]);
    let id = town.person("user_id", "sara").id.to_string();
    for written in [
        "00989123456789",
        "0912 345 6789",
        "۰۹۱۲ ۳۴۵ ۶۷۸۹",
        "tel:+98-912-345-6789;ext=4",
        "sip:+989123456789@pbx.example",
        "sip:+989123456789@pbx.example;user=phone",
    ] {
        let told = ask(&town, written);
        assert_eq!(told["profile"], id, "{written}: {told}");
        has(&told, json!({"/match": "one", "/why": null, "/partial": false}));
    }
    let path = "/v1/context/callcenter/phone:tel%3A%2B989123456789%3Bext%3D4";
    assert_eq!(town.get(path)["profile"], id);
}

#[test]
fn a_national_number_is_one_of_the_country_that_the_question_names() {
    let town = Town::new();
    let held = json!([user("jens"), identifier("phone", "+49 151 23456789", "staff")]);
    let told = json!([["store", "Profile Updated", "22T09:00", {}]]);
    town.tell(&story("j", &held, &told));
    let id = town.person("user_id", "jens").id.to_string();
    let path = "/v1/context/callcenter/phone:0151%2023456789";
    assert_eq!(town.get(&format!("{path}?region=DE"))["profile"], id);
    let asked = json!({"identifiers": [{"kind": "phone", "value": "0151 23456789"}], "region": "DE"});
    assert_eq!(town.post("/v1/context/callcenter", &asked)["profile"], id);
    // The call centre itself is in another country.
    assert_eq!(town.get(path)["match"], "none");
}

#[test]
fn who_hides_the_number_or_is_not_known_is_said_to_be_so() {
    let town = Town::new();
    town.tell(&[taken_down("sara", ["Sara", "Rostamian"])]);
    let caller = json!([{"kind": "phone", "value": "anonymous"}, {"kind": "call_id", "value": "k-1"}]);
    let call = json!([["callcenter", "Call Started", "22T11:00", {}]]);
    town.tell(&story("call", &caller, &call));
    for (number, why) in [
        ("anonymous", "withheld"),
        ("Anonymous", "withheld"),
        ("sip:anonymous@anonymous.invalid", "withheld"),
        ("+266696687", "withheld"),
        ("+989351112233", "unknown"),
        ("hello", "malformed"),
    ] {
        let nobody = json!({"/match": "none", "/why": why, "/profile": null, "/candidates": []});
        has(&ask(&town, number), nobody);
        let nobody = json!({"/match": "none", "/why": why, "/profile": "", "/candidates_count": "0"});
        has(&flat(&town, number), nobody);
    }
    assert_eq!(town.person("user_id", "sara").profile.whole.events, 1);
}

#[test]
fn two_behind_one_number_are_named_in_part_and_stay_two() {
    let town = Town::new();
    let ann = taken_down("ann", ["Anahita", "Rostamian"]);
    town.tell(&[ann, taken_down("bob", ["Behzad", "Karimi"])]);
    let people = || ["ann", "bob"].map(|who| town.person("user_id", who));
    let ids = people().map(|one| one.id.to_string());
    town.tell(&[rung("22T11:00")]);
    // The call can be either's, so it is neither's.
    assert_eq!(people().map(|one| one.id.to_string()), ids);
    assert_eq!(people().map(|one| one.profile.whole.events), [1, 1]);
    let told = ask(&town, NUMBER);
    has(&told, json!({"/match": "many", "/why": "shared"}));
    let candidates = told["candidates"].as_array().unwrap();
    assert_eq!(candidates.len(), 2, "{told}");
    for (id, initial) in ids.iter().zip(["A", "B"]) {
        let one = candidates.iter().find(|one| one["id"] == *id).unwrap();
        assert!(one["why"].as_str().unwrap().contains("phone"), "{one}");
        assert!(one["name"].as_str().unwrap().starts_with(initial), "{one}");
    }
    assert!(masked(&told["candidates"]), "{told}");
    let menu = flat(&town, NUMBER);
    assert!(masked(&menu), "{menu}");
    let two = json!({"/match": "many", "/candidates_count": "2", "/first_name": "", "/profile": ""});
    has(&menu, two);
}

#[test]
fn a_call_is_told_of_the_holder_and_makes_nobody_one() {
    let town = Town::new();
    let typed = json!([cookie("c"), phone("stated")]);
    let typed = event("typed", ["web", "Form Submitted"], "22T09:10", typed, json!({}));
    town.tell(&[taken_down("ann", ["Anahita", "Rostamian"]), typed]);
    let people = || [("user_id", "ann"), ("anonymous_id", "c")].map(|(kind, value)| town.person(kind, value));
    let (ids, before) = (people().map(|one| one.id), town.profiles());
    town.tell(&[rung("22T11:00")]);
    assert_eq!(people().map(|one| one.id), ids);
    assert_eq!(people().map(|one| one.absorbed.len()), [0, 0]);
    assert_eq!(people().map(|one| one.profile.whole.events), [2, 1]);
    let now = town.profiles();
    assert!(before.keys().all(|id| now.contains_key(id)), "nobody is gone");
    let timeline = town.get("/v1/profiles/user_id:ann/timeline");
    has(&timeline, json!({"/events/0/id": "call", "/events/1/id": "ann"}));
    let card = town.get("/v1/context/callcenter/user_id:ann");
    has(&card, json!({"/call/running": true, "/call/id": "k-2"}));
}

#[test]
fn a_session_is_told_to_run_until_it_is_over() {
    let devices = [cookie("c"), identifier("device_id", "d", "observed")];
    for (channel, device) in ["web", "mobile"].into_iter().zip(devices) {
        let seen = |time: &str| {
            let viewed = json!({"product_id": "p-3", "name": "Silk scarf"});
            let told = json!([
                [channel, "Signed In", "22T11:50", {}],
                [channel, "Product Viewed", time, viewed]
            ]);
            let who = json!([device, user("sara"), phone("verified")]);
            let town = Town::new();
            town.tell(&story("s", &who, &told));
            town
        };
        let is_running = |town: &Town| ask(town, NUMBER)["session"]["running"].clone();
        let mut town = seen("22T12:00");
        let running = json!({"/running": true, "/channel": channel, "/viewed": ["Silk scarf"]});
        has(&ask(&town, NUMBER)["session"], running);
        town.reopen_at(|| NOW.saturating_add(29 * MINUTE));
        assert_eq!(is_running(&town), true, "{channel}");
        town.reopen_at(|| NOW.saturating_add(31 * MINUTE));
        assert_eq!(is_running(&town), false, "{channel}");
        // Who signs out has no session any more, however short a time ago it began.
        let town = seen("22T11:58");
        assert_eq!(is_running(&town), true, "{channel}");
        let out = json!([[channel, "Signed Out", "22T11:59", {}]]);
        town.tell(&story("out", &json!([device, user("sara")]), &out));
        assert_eq!(is_running(&town), false, "{channel}");
        assert_eq!(flat(&town, NUMBER)["session_running"], "false");
    }
}

/// All that there is to tell of Sara: what she did at home, and what was done for her.
fn eventful() -> Vec<Value> {
    let at_home = json!([cookie("c"), user("sara"), phone("verified")]);
    let more = json!({"traits": {"first_name": "Sara", "last_name": "Rostamian", "language": "fa", "tier": "gold"},
        "consent": {"sms": {"marketing": "granted"}, "email": {"marketing": "denied"}}});
    let named = event("in", ["web", "Signed In"], "21T18:00", at_home.clone(), more);
    let web = json!([
        ["web", "Order Completed", "21T18:10", {"order_id": "o-9", "total": 2_400_000, "currency": "IRR",
            "products": [{"product_id": "p-1", "name": "Lamp"}]}],
        ["web", "Offer Shown", "21T18:20", {"offer_id": "winter-5", "name": "5 % off lamps"}],
        ["web", "Offer Declined", "21T18:21", {"offer_id": "winter-5"}],
        ["web", "Offer Shown", "21T18:30", {"offer_id": "autumn-10", "name": "10 % off coats",
            "expires": "2026-11-25T20:30:00Z", "reason": "looked at coats twice"}],
        ["web", "Price Quoted", "21T18:40", {"quote_id": "q-1", "name": "Wool coat", "price": 48_000_000,
            "currency": "IRR", "expires": "2026-11-30T12:00:00Z"}],
        ["web", "Product Viewed", "22T11:45", {"product_id": "p-3", "name": "Silk scarf"}],
        ["web", "Product Added", "22T11:48", {"product_id": "p-3", "name": "Silk scarf", "price": 6_200_000,
            "currency": "IRR", "quantity": 1}],
        ["web", "Product Added to Wishlist", "22T11:50", {"product_id": "p-4", "name": "Leather bag"}],
    ]);
    let desk = json!([
        ["store", "Order Ready", "22T09:00", {"order_id": "o-9"}],
        ["callcenter", "Ticket Opened", "22T09:20", {"ticket_id": "t-1", "subject": "The lamp flickers"}],
        ["callcenter", "Callback Scheduled", "22T09:25", {"callback_id": "b-1", "reason": "the bulb is there",
            "due": "2026-11-22T15:00:00Z"}],
        ["callcenter", "Call Ended", "22T09:40", {"call_id": "k-1", "sentiment": "angry"}],
    ]);
    let [web, desk] = [story("web", &at_home, &web), story("desk", &sara(), &desk)];
    [vec![named, rung("22T11:58")], web, desk].concat()
}

#[test]
fn the_card_tells_all_that_an_agent_has_to_know() {
    let town = Town::new();
    town.tell(&eventful());
    let card = ask(&town, NUMBER);
    let wanted = json!({"/person/display_name": "Sara Rostamian", "/person/tier": "gold", "/person/language": "fa",
        "/call/running": true, "/call/id": "k-2", "/session/running": true, "/session/since": "2026-11-22T11:45:00Z",
        "/orders/open/count": 1, "/orders/latest/id": "o-9", "/orders/latest/state": "ready",
        "/tickets/items/0/subject": "The lamp flickers", "/tickets/items/0/complaint": false,
        "/mood/now": "negative", "/mood/items/0/type": "Call Ended", "/cart/items/0/name": "Silk scarf",
        "/wishlist/items/0/name": "Leather bag", "/recent/0/type": "Call Started", "/promises/count": 3,
        "/consent": {"sms": {"marketing": "granted"}, "email": {"marketing": "denied"}},
        "/next_step/step": "follow_up_ticket", "/totals/revenue/IRR": "2400000"});
    has(&card, wanted);
    let recent = card["recent"].as_array().unwrap().iter();
    let channels: Vec<&str> = recent.map(|one| one["channel"].as_str().unwrap()).collect();
    assert_eq!(channels, ["callcenter", "web", "web", "web", "callcenter"]);
    let wanted = json!([
        ["offers", "autumn-10", {"/holds": true, "/reason": "looked at coats twice", "/expires": "2026-11-25T20:30:00Z"}],
        ["promises", "autumn-10", {"/kind": "offer", "/overdue": false}],
        ["promises", "q-1", {"/kind": "price", "/about": "Wool coat", "/price": "48000000", "/overdue": false}],
        ["promises", "b-1", {"/kind": "callback", "/until": "2026-11-22T15:00:00Z", "/overdue": false}],
        ["avoid", "winter-5", {"/what": "offer", "/why": "declined"}],
        ["avoid", "p-1", {"/what": "product", "/why": "bought"}],
    ]);
    for one in wanted.as_array().unwrap() {
        let [section, id] = [&one[0], &one[1]].map(|text| text.as_str().unwrap());
        has(entry(&card[section], id), one[2].clone());
    }
    let avoid = card["avoid"]["items"].as_array().unwrap();
    let denied = avoid.iter().find(|one| one["what"] == "contact").unwrap();
    has(denied, json!({"/why": "denied"}));
    assert_snapshot!("card", Names::default().show(&card));
}

#[test]
fn the_next_step_is_the_most_pressing_of_what_is_open() {
    let town = Town::new();
    let told = json!([
        ["web", "Profile Updated", "21T10:00", {}],
        ["web", "Product Added to Wishlist", "21T10:01", {"product_id": "p-1", "name": "Leather bag"}],
        ["web", "Offer Shown", "21T10:02", {"offer_id": "a", "name": "A tenth off", "expires": "2026-11-23T10:00:00Z"}],
        ["web", "Product Viewed", "22T11:55", {"product_id": "p-3", "name": "Silk scarf"}],
        ["web", "Order Completed", "21T10:03", {"order_id": "o-1", "total": 5, "currency": "IRR"}],
        ["store", "Order Ready", "21T10:04", {"order_id": "o-1"}],
        ["callcenter", "Ticket Opened", "21T10:05", {"ticket_id": "t-1", "subject": "Where is it?"}],
        ["callcenter", "Callback Scheduled", "21T10:06", {"callback_id": "b", "due": "2026-11-22T11:00:00Z"}],
        ["callcenter", "Ticket Opened", "21T10:07", {"ticket_id": "t-2", "subject": "Rude", "complaint": true}],
    ]);
    let steps = "greet ask_about_wishlist remind_of_offer help_with_session tell_order_state tell_order_ready \
        follow_up_ticket call_back resolve_complaint";
    let told = story("s", &sara(), &told);
    assert_eq!(told.len(), steps.split_whitespace().count());
    for (event, step) in told.iter().zip(steps.split_whitespace()) {
        town.tell(std::slice::from_ref(event));
        assert_eq!(ask(&town, NUMBER)["next_step"]["step"], step);
        assert_eq!(flat(&town, NUMBER)["next_step"], step);
    }
}

#[test]
fn nothing_is_sold_to_whoever_has_a_complaint() {
    let town = Town::new();
    let told = json!([
        ["web", "Offer Shown", "22T09:00", {"offer_id": "a", "name": "A tenth off"}],
        ["web", "Offer Declined", "22T09:01", {"offer_id": "a"}],
        ["store", "Ticket Opened", "22T10:00", {"ticket_id": "t-2", "subject": "Rude", "kind": "complaint"}],
    ]);
    town.tell(&story("s", &sara(), &told));
    let card = ask(&town, NUMBER);
    has(entry(&card["tickets"], "t-2"), json!({"/complaint": true}));
    let first = json!({"/what": "selling", "/why": "open_complaint"});
    has(&card["avoid"]["items"][0], first);
    assert_eq!(card["next_step"]["step"], "resolve_complaint");
    let avoid = flat(&town, NUMBER)["avoid"].clone();
    assert!(avoid.as_str().unwrap().starts_with("selling"), "{avoid}");
}

#[test]
fn a_promised_call_is_overdue_from_its_time_on_until_it_is_made() {
    let mut town = Town::new();
    let due = json!({"callback_id": "b-1", "reason": "the bulb is there", "due": "2026-11-22T12:30:00Z"});
    let promised = json!([["callcenter", "Callback Scheduled", "22T09:25", due]]);
    town.tell(&story("s", &sara(), &promised));
    let card = ask(&town, NUMBER);
    let until = json!({"/overdue": false, "/until": "2026-11-22T12:30:00Z"});
    has(entry(&card["promises"], "b-1"), until);
    assert_ne!(card["next_step"]["step"], "call_back");
    town.reopen_at(|| NOW.saturating_add(HOUR));
    let card = ask(&town, NUMBER);
    has(entry(&card["promises"], "b-1"), json!({"/overdue": true}));
    assert_eq!(card["next_step"]["step"], "call_back");
    let made = json!([["callcenter", "Callback Completed", "22T12:50", {"callback_id": "b-1"}]]);
    town.tell(&story("made", &sara(), &made));
    let card = ask(&town, NUMBER);
    assert_eq!(card["promises"]["count"], 0);
    assert_ne!(card["next_step"]["step"], "call_back");
}

#[test]
fn the_mood_is_that_of_the_last_contacts() {
    let contacts = json!([
        ["negative", "Call Ended", {"call_id": "k", "sentiment": "angry"}],
        ["negative", "Call Ended", {"call_id": "k", "sentiment": -0.8}],
        ["positive", "Call Ended", {"call_id": "k", "sentiment": 0.8}],
        ["negative", "Survey Answered", {"style": "nps", "score": 3}],
    ]);
    for one in contacts.as_array().unwrap() {
        let town = Town::new();
        let told = json!([["callcenter", one[1], "22T11:00", one[2]]]);
        town.tell(&story("s", &sara(), &told));
        let mood = json!({"/now": one[0], "/items/0/mood": one[0]});
        has(&ask(&town, NUMBER)["mood"], mood);
        assert_eq!(flat(&town, NUMBER)["mood"], one[0]);
    }
}

/// Sara again, with more of everything, in words that are far too long.
fn endless() -> Vec<Value> {
    // As long as a trait may be, and longer than a flat text.
    let long = "گفتگوی بسیار دراز ".repeat(20);
    let mut told = vec![taken_down("sara", [&long, &long])];
    for n in 0..20 {
        let all = json!({"product_id": format!("p-{n}"), "ticket_id": format!("t-{n}"), "offer_id": format!("f-{n}"),
            "order_id": format!("o-{n}"), "name": long, "subject": long, "total": n, "currency": "IRR"});
        let more = json!([
            ["web", "Order Completed", "22T11:51", all],
            ["web", "Product Added", "22T11:52", all],
            ["web", "Product Added to Wishlist", "22T11:53", all],
            ["web", "Product Viewed", "22T11:54", all],
            ["web", "Offer Shown", "22T11:55", all],
            ["web", "Ticket Opened", "22T11:56", all],
        ]);
        told.extend(story(&format!("more-{n}"), &sara(), &more));
    }
    [eventful(), told].concat()
}

#[test]
fn a_flat_answer_has_the_same_keys_and_fits_whoever_is_asked_about() {
    const SHARED: &str = "+989121112233";
    let town = Town::new();
    town.tell(&endless());
    let held = |who: &str| json!([user(who), identifier("phone", SHARED, "staff")]);
    let told = json!([["store", "Profile Updated", "22T09:00", {}]]);
    let [ann, bob] = ["ann", "bob"].map(|who| story(who, &held(who), &told));
    town.tell(&[ann, bob].concat());
    let keys = |flat: &Map<String, Value>| flat.keys().cloned().collect::<Vec<_>>();
    let known = keys(flat(&town, NUMBER).as_object().unwrap());
    assert!(known.len() <= 50, "{known:?}");
    for (number, wanted) in [(NUMBER, "one"), (SHARED, "many"), ("anonymous", "none")] {
        let told = flat(&town, number);
        let answer = told.as_object().unwrap();
        assert_eq!((&told["match"], keys(answer)), (&json!(wanted), known.clone()));
        let mut always = KEYS.split_whitespace();
        assert!(always.all(|key| answer.contains_key(key)), "{told}");
        for (key, text) in answer {
            assert!(text.as_str().unwrap().chars().count() <= 255, "{key}: {text}");
        }
        assert!(told.to_string().len() < 8 << 10, "{told}");
    }
}
