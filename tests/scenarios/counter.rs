//! At the till: whatever is scanned leads to the customer, or to nobody; a code counts once, wherever and however late its
//! redemptions are told.

use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD, HEXLOWER};
use ed25519_dalek::{Signature, VerifyingKey};
use insta::assert_snapshot;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use yekta::domain::time::Timestamp;

use crate::{
    asked::{HOUR, mint, redeem, ten_minutes_later},
    said::{Names, cookie, event, identifier, signed_in, user, viewed},
    town::{NOW, Town},
};

const HERE: &str = "tehran-12";
const THERE: &str = "shiraz-1";

/// What somebody did: channel, name, time and properties of each event.
pub fn story(of: &str, who: &Value, told: &Value) -> Vec<Value> {
    let told = told.as_array().unwrap().iter().enumerate();
    let events = told.map(|(n, one)| {
        let [channel, name, time] = [0, 1, 2].map(|part| one[part].as_str().unwrap());
        let more = json!({"properties": one[3]});
        event(&format!("{of}-{n}"), [channel, name], time, who.clone(), more)
    });
    events.collect()
}

/// Fails unless `told` has every value of `wanted`, by its pointer.
#[track_caller]
pub fn has(told: &Value, wanted: Value) {
    let found = |pointer: &String| told.pointer(pointer).cloned().unwrap_or_default();
    let wanted = wanted.as_object().unwrap();
    for (pointer, value) in wanted {
        assert_eq!(found(pointer), *value, "{pointer}: {told}");
    }
}

/// Whether no family name is told in full.
pub fn masked(told: &Value) -> bool {
    let told = told.to_string();
    ["Rostamian", "Karimi"].iter().all(|name| !told.contains(name))
}

fn half_an_hour_later() -> Timestamp {
    NOW.saturating_add(HOUR / 2)
}

/// Who it is that has an identifier.
fn id(town: &Town, kind: &str, value: &str) -> String {
    town.person(kind, value).id.to_string()
}

fn scan(town: &Town, scanned: &str) -> Value {
    town.post("/v1/scan", &json!({"scanned": scanned, "store_id": HERE}))
}

/// Daniel left his card, number and address at the till; on the web he did all the rest.
fn daniel() -> Vec<Value> {
    let left = json!([
        user("daniel"),
        identifier("loyalty_id", "L-100", "staff"),
        identifier("phone", "+989123456789", "staff"),
        identifier("email", "daniel@example.org", "staff")
    ]);
    let traits = json!({"traits": {"first_name": "Daniel", "last_name": "Rostamian", "tier": "silver"}});
    let named = event("card", ["store", "Profile Updated"], "21T10:00", left, traits);
    let told = json!([
        ["web", "Order Completed", "21T18:00", {"order_id": "o-9", "total": 2_400_000, "currency": "IRR"}],
        ["web", "Offer Shown", "22T10:05", {"offer_id": "autumn-10", "name": "10 % off coats",
            "expires": "2026-11-22T12:30:00Z", "reason": "a coat is in the basket"}],
        ["web", "Product Added", "22T10:06", {"product_id": "p-301", "name": "Wool coat", "price": 48_000_000,
            "currency": "IRR", "quantity": 1}],
        ["web", "Product Added to Wishlist", "22T10:07", {"product_id": "p-205", "name": "Silk scarf"}],
        ["web", "Order Ready", "22T10:10", {"order_id": "o-9"}],
    ]);
    let at_home = json!([cookie("c"), user("daniel")]);
    [vec![named], story("web", &at_home, &told)].concat()
}

#[test]
fn whatever_is_scanned_leads_to_the_same_customer() {
    let town = Town::new();
    town.tell(&daniel());
    let known = id(&town, "user_id", "daniel");
    for (scanned, by) in [
        ("L-100", "loyalty_id"),
        ("0912 345 6789", "phone"),
        ("tel:+989123456789", "phone"),
        ("o-9", "order_id"),
        ("Daniel@Example.org", "email"),
    ] {
        let told = scan(&town, scanned);
        let wanted = json!({"/kind": "person", "/match": "one", "/by": by, "/qr": null, "/product": null,
            "/context/profile": known, "/context/person/display_name": "Daniel R."});
        has(&told, wanted);
        assert!(masked(&told), "{told}");
    }
    let asked = json!({"profile": known, "expires": "2026-11-22T13:00:00Z"});
    let minted = town.post("/v1/qr", &asked);
    // To look is not to redeem.
    for scanned in ["token", "url", "token"] {
        let told = scan(&town, minted[scanned].as_str().unwrap());
        let wanted = json!({"/kind": "qr", "/match": "one", "/qr/outcome": "valid", "/qr/profile": known});
        has(&told, wanted);
    }
}

#[test]
fn the_seller_is_told_what_a_customer_wants_and_may_have() {
    let town = Town::new();
    town.tell(&daniel());
    let told = scan(&town, "L-100");
    let wanted = json!({"/view": "pos", "/person/first_name": "Daniel", "/person/last_name": "R.",
        "/person/tier": "silver", "/cart/items/0/name": "Wool coat", "/wishlist/items/0/name": "Silk scarf",
        "/offers/items/0/id": "autumn-10", "/offers/items/0/holds": true,
        "/offers/items/0/expires": "2026-11-22T12:30:00Z", "/offers/items/0/reason": "a coat is in the basket",
        "/attention/open": true, "/attention/why": ["order_ready"]});
    has(&told["context"], wanted);
    assert_snapshot!("scanned", Names::default().show(&told));
}

#[test]
fn a_matter_that_is_open_is_flagged() {
    let matters = json!([
        ["ticket", "Ticket Opened", {"ticket_id": "t-1", "subject": "Where is it?"}],
        ["complaint", "Ticket Opened", {"ticket_id": "t-1", "subject": "Rude", "complaint": true}],
        ["order_ready", "Order Ready", {"order_id": "o-1"}],
        ["callback_overdue", "Callback Scheduled", {"callback_id": "b", "due": "2026-11-22T11:00:00Z"}],
    ]);
    for one in matters.as_array().unwrap() {
        let town = Town::new();
        let attention = || town.get("/v1/context/pos/user_id:daniel")["attention"].clone();
        let told = json!([
            ["web", "Page Viewed", "22T09:00", {}],
            ["callcenter", one[1], "22T10:00", one[2]]
        ]);
        let told = story("m", &json!([user("daniel")]), &told);
        town.tell(&told[..1]);
        has(&attention(), json!({"/open": false, "/why": []}));
        town.tell(&told[1..]);
        has(&attention(), json!({"/open": true}));
        assert!(attention()["why"].as_array().unwrap().contains(&one[0]), "{one}");
    }
}

#[test]
fn a_product_is_told_with_what_its_link_says_and_whether_the_customer_has_it_in_mind() {
    let town = Town::new();
    let pens = json!([["web", "Product Added", "22T10:00", {"product_id": "4006381333931", "name": "Pens"}]]);
    town.tell(&story("s", &json!([user("daniel")]), &pens));
    let profile = id(&town, "user_id", "daniel");
    let link = "https://id.gs1.org/01/04006381333931/10/LOT7/21/S42?17=271231";
    let ask = |scanned: &str| town.post("/v1/scan", &json!({"scanned": scanned, "profile": profile}));
    let [linked, bare] = [link, "4006381333931"].map(ask);
    let product = json!({"/kind": "product", "/product/in_cart": true, "/product/on_wishlist": false});
    has(&linked, product.clone());
    has(&bare, product);
    let gtin = linked["product"]["gtin"].as_str().unwrap();
    assert_eq!(gtin.trim_start_matches('0'), "4006381333931");
    assert_eq!(bare["product"]["gtin"], gtin);
    let link = json!({"/lot": "LOT7", "/serial": "S42", "/expires": "271231"});
    has(&linked["product"], link);
    let nothing = json!({"/lot": null, "/serial": null, "/expires": null});
    has(&bare["product"], nothing);
}

#[test]
fn what_is_scanned_and_known_to_nobody_is_said_to_be_so() {
    let town = Town::new();
    town.tell(&daniel());
    for scanned in ["L-999", "o-999", "nobody@example.org", "NOSUCHTOKEN2345", "???"] {
        let nobody = json!({"/match": "none", "/candidates": []});
        has(&scan(&town, scanned), nobody);
    }
    has(&scan(&town, "???"), json!({"/kind": "unknown", "/by": null}));
}

#[test]
fn a_card_of_a_couple_names_both_and_makes_them_nobody_else() {
    let town = Town::new();
    let couple = [("ann", "Anahita"), ("bob", "Behzad")].map(|(who, name)| {
        let shown = json!([user(who), identifier("loyalty_id", "L-7", "staff")]);
        let traits = json!({"traits": {"first_name": name, "last_name": "Rostamian"}});
        event(who, ["store", "Profile Updated"], "22T10:00", shown, traits)
    });
    town.tell(&couple);
    let before = town.profiles();
    assert_eq!(before.len(), 2);
    let told = scan(&town, "L-7");
    let two = json!({"/kind": "person", "/match": "many", "/by": "loyalty_id"});
    has(&told, two);
    assert!(masked(&told), "{told}");
    let candidates = told["candidates"].as_array().unwrap();
    assert_eq!(candidates.len(), 2, "{told}");
    for (who, initial) in [("ann", "A"), ("bob", "B")] {
        let known = id(&town, "user_id", who);
        let one = candidates.iter().find(|one| one["id"] == known).unwrap();
        assert!(one["name"].as_str().unwrap().starts_with(initial), "{one}");
        assert!(one["why"].as_str().unwrap().contains("loyalty_id"), "{one}");
    }
    assert_eq!(town.profiles(), before);
}

#[test]
fn the_order_of_a_guest_is_its_owners_once_claimed() {
    let town = Town::new();
    let own = cookie("own");
    let order = json!({"order_id": "o-5", "total": 5, "currency": "IRR"});
    let order = json!([["web", "Order Completed", "22T10:00", order]]);
    town.tell(&story("guest", &json!([cookie("g-1")]), &order));
    town.tell(&[signed_in("in", "22T10:30", &own, "sara")]);
    let told = || {
        let card = town.get("/v1/context/callcenter/user_id:sara?flat=true&deadline_ms=10000");
        let scanned = scan(&town, "o-5");
        assert_eq!(scanned["by"], "order_id");
        (card["order_id"].clone(), scanned["context"]["profile"].clone())
    };
    let guest = id(&town, "anonymous_id", "g-1");
    assert_eq!(told(), (json!(""), json!(guest)));
    let whose = identifier("order_id", "o-5", "verified");
    let claim = json!([["web", "Order Claimed", "22T11:00", {}]]);
    town.tell(&story("claim", &json!([own, user("sara"), whose]), &claim));
    assert_eq!(town.profiles().len(), 1);
    let sara = id(&town, "user_id", "sara");
    assert_eq!(told(), (json!("o-5"), json!(sara)));
}

#[test]
fn a_code_minted_before_the_sign_in_is_the_customers_afterwards() {
    let mut town = Town::new();
    let browser = cookie("c");
    town.tell(&[viewed("1", "22T11:00", &browser)]);
    let (token, stranger) = (mint(&town, "anonymous_id", "c"), id(&town, "anonymous_id", "c"));
    town.reopen_at(ten_minutes_later);
    assert_eq!(scan(&town, &token)["qr"]["profile"], stranger);
    town.tell(&[signed_in("2", "22T12:05", &browser, "daniel")]);
    let daniel = id(&town, "user_id", "daniel");
    assert_ne!(daniel, stranger);
    let valid = json!({"/outcome": "valid", "/profile": daniel, "/context/profile": daniel});
    has(&scan(&town, &token)["qr"], valid.clone());
    has(&redeem(&town, &token, json!({"store_id": HERE})), valid);
}

#[test]
fn an_offer_that_ends_between_scan_and_redemption_is_told_to_have_ended() {
    let mut town = Town::new();
    town.tell(&daniel());
    let offer = json!({"offer_id": "autumn-10", "expires": "2026-11-22T12:30:00Z"});
    let minted = |expires: &str| {
        let who = json!({"kind": "user_id", "value": "daniel"});
        let asked = json!({"identifier": who, "offer": offer, "expires": expires});
        let minted = town.post("/v1/qr", &asked);
        minted["token"].as_str().unwrap().to_owned()
    };
    let [longer, as_long] = ["2026-11-22T13:00:00Z", "2026-11-22T12:30:00Z"].map(minted);
    town.reopen_at(ten_minutes_later);
    for token in [&longer, &as_long] {
        let holds = json!({"/outcome": "valid", "/context/offers/items/0/holds": true});
        has(&scan(&town, token)["qr"], holds);
    }
    town.reopen_at(|| NOW.saturating_add(2 * HOUR / 3));
    let redeemed = |token: &str| redeem(&town, token, json!({"store_id": HERE}));
    // A code that ends with its offer is not used up by whoever comes too late.
    has(&redeemed(&as_long), json!({"/outcome": "expired", "/used": null}));
    let ended = json!({"/outcome": "valid", "/context/offers/items/0/holds": false});
    has(&redeemed(&longer), ended);
}

#[test]
fn of_two_tills_at_once_one_wins_and_the_other_sees_where_and_when() {
    let mut town = Town::new();
    town.tell(&daniel());
    let token = mint(&town, "loyalty_id", "L-100");
    town.reopen_at(ten_minutes_later);
    let at = |store: &str| redeem(&town, &token, json!({"store_id": store}));
    let [here, there] = std::thread::scope(|scope| {
        let racing = [HERE, THERE].map(|store| scope.spawn(move || at(store)));
        racing.map(|one| one.join().unwrap())
    });
    let (won, lost, store) = match here["outcome"].as_str() {
        Some("valid") => (here, there, HERE),
        _ => (there, here, THERE),
    };
    assert_eq!(won["outcome"], "valid");
    let used = json!({"at": "2026-11-22T12:10:00Z", "store_id": store});
    let used = json!({"/outcome": "used", "/used": used});
    has(&lost, used.clone());
    has(&scan(&town, &token)["qr"], used);
}

/// A code for Daniel that a till can check without us, until one o'clock.
fn signed(town: &Town, store: Option<&str>) -> String {
    town.tell(&daniel());
    let asked = json!({"identifier": {"kind": "user_id", "value": "daniel"}, "expires": "2026-11-22T13:00:00Z",
        "store_id": store, "offline": true, "benefit": "10% off"});
    town.post("/v1/qr", &asked)["token"].as_str().unwrap().to_owned()
}

/// Tells of one redemption that a till made by itself, at this time of the day.
fn settle(town: &Town, store: &str, token: &str, time: &str) -> Value {
    let redemption = json!({"token": token, "at": format!("2026-11-22T{time}:00Z")});
    let told = json!({"store_id": store, "redemptions": [redemption]});
    town.post("/v1/qr/settle", &told)["settled"][0].clone()
}

#[test]
fn a_till_that_was_cut_off_tells_later_and_counts_once() {
    let mut town = Town::new();
    let token = signed(&town, None);
    town.reopen_at(half_an_hour_later);
    let first = settle(&town, HERE, &token, "12:20");
    has(&first, json!({"/outcome": "valid", "/double_use": false}));
    assert_eq!(settle(&town, HERE, &token, "12:20"), first);
    let used = json!({"at": "2026-11-22T12:20:00Z", "store_id": HERE});
    let double = json!({"/outcome": "used", "/double_use": true, "/used": used});
    has(&settle(&town, THERE, &token, "12:25"), double);
    let on_the_line = redeem(&town, &token, json!({"store_id": THERE}));
    has(&on_the_line, json!({"/outcome": "used", "/used": used}));
    // What was told before is told again.
    town.reopen();
    assert_eq!(settle(&town, HERE, &token, "12:20"), first);
}

#[test]
fn a_till_that_was_cut_off_is_told_of_a_use_on_the_line() {
    let mut town = Town::new();
    let token = signed(&town, None);
    town.reopen_at(ten_minutes_later);
    let on_the_line = redeem(&town, &token, json!({"store_id": HERE}));
    assert_eq!(on_the_line["outcome"], "valid");
    town.reopen_at(half_an_hour_later);
    let used = json!({"at": "2026-11-22T12:10:00Z", "store_id": HERE});
    let double = json!({"/outcome": "used", "/double_use": true, "/used": used});
    has(&settle(&town, THERE, &token, "12:20"), double);
}

#[test]
fn it_counts_when_a_code_was_redeemed_and_not_when_that_is_told() {
    for (time, outcome) in [("12:50", "valid"), ("13:10", "expired")] {
        let mut town = Town::new();
        let token = signed(&town, None);
        town.reopen_at(|| NOW.saturating_add(2 * HOUR));
        let told = settle(&town, HERE, &token, time);
        has(&told, json!({"/outcome": outcome, "/double_use": false}));
        assert_eq!(settle(&town, HERE, &token, time), told);
    }
}

#[test]
fn a_till_that_was_cut_off_is_told_every_other_end_by_name() {
    let mut town = Town::new();
    let token = signed(&town, Some(HERE));
    town.reopen_at(ten_minutes_later);
    town.post(&format!("/v1/qr/{token}/revoke"), &json!({}));
    town.reopen_at(half_an_hour_later);
    let revoked = json!({"/outcome": "revoked", "/used": null, "/double_use": false});
    has(&settle(&town, HERE, &token, "12:20"), revoked);
    let mut town = Town::new();
    let token = signed(&town, Some(HERE));
    town.reopen_at(half_an_hour_later);
    for (store, token, outcome) in [
        (THERE, token.as_str(), "wrong_store"),
        (HERE, "NOSUCHTOKEN2345", "unknown"),
        // Neither was a redemption.
        (HERE, &token, "valid"),
    ] {
        assert_eq!(settle(&town, store, token, "12:20")["outcome"], outcome);
    }
}

#[test]
fn a_till_without_a_line_knows_our_codes_by_the_published_key() {
    let town = Town::new();
    let token = signed(&town, Some(HERE));
    let bytes = BASE32_NOPAD.decode(token.as_bytes()).unwrap();
    let (told, signature) = bytes.split_at(bytes.len() - 64);
    let key = town.get("/v1/qr/keys")["keys"][0].clone();
    let kid = HEXLOWER.encode(&told[1..5]);
    let published = json!({"/kty": "OKP", "/crv": "Ed25519", "/use": "sig", "/kid": kid});
    has(&key, published);
    let public = key["x"].as_str().unwrap().as_bytes();
    let public = BASE64URL_NOPAD.decode(public).unwrap();
    let verifying = VerifyingKey::from_bytes(&public[..].try_into().unwrap()).unwrap();
    let message = [&b"yekta-offline-v1"[..], told].concat();
    let signature = Signature::from_slice(signature).unwrap();
    verifying.verify_strict(&message, &signature).unwrap();
    let hash = |bytes: &[u8]| Sha256::digest(bytes)[..4].to_vec();
    assert_eq!((told[0], &told[1..5]), (1, &hash(&public)[..]));
    // One o'clock.
    assert_eq!(told[5..9], 1_795_352_400_u32.to_be_bytes());
    assert_eq!(told[9..13], hash(HERE.as_bytes()));
    assert_eq!((told[13], &told[14..21]), (7, &b"10% off"[..]));
    assert_eq!(told.len(), 21 + 16);
    has(&scan(&town, &token)["qr"], json!({"/outcome": "valid"}));
}
