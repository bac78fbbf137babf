//! What is asked and commanded of a tenant with partitions: answered as one engine with everybody would, or refused.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::{
    divided::Divided,
    roles::key_of,
    said::{event, identifier, user},
};

pub const PEOPLE: [&str; 8] = ["ann", "ben", "cyr", "dan", "eve", "fay", "gil", "hal"];

/// Somebody who signs up with an e-mail.
pub fn came(who: &str) -> Value {
    event(
        &format!("came {who}"),
        ["web", "Signed Up"],
        "21T10:00",
        json!([
            user(who),
            identifier("email", &format!("{who}@example.com"), "verified")
        ]),
        json!({"traits": {"first_name": who}}),
    )
}

pub fn divided() -> Divided {
    let divided = Divided::new(3, "");
    divided.tell(&PEOPLE.map(came));
    divided
}

/// Two who live apart.
pub fn apart(divided: &Divided) -> [&'static str; 2] {
    let place = |who: &str| divided.place("user_id", who).unwrap();
    let other = PEOPLE.iter().find(|who| place(who) != place(PEOPLE[0]));
    [PEOPLE[0], other.unwrap()]
}

pub fn id(divided: &Divided, who: &str) -> String {
    let told = divided.tenant.get(&format!("/v1/profiles/user_id:{who}"));
    told["id"].as_str().unwrap().to_owned()
}

pub fn code(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1["code"].as_str().unwrap_or_default())
}

#[test]
fn everybody_is_found_by_whatever_names_them_as_in_one_engine() {
    let (divided, whole) = (divided(), Divided::whole(""));
    whole.tell(&PEOPLE.map(came));
    let places: BTreeSet<_> = PEOPLE.iter().map(|who| divided.place("user_id", who)).collect();
    assert!(places.len() > 1 && !places.contains(&None), "{places:?}");
    for who in PEOPLE {
        let id = id(&divided, who);
        for path in [
            format!("/v1/profiles/user_id:{who}"),
            format!("/v1/profiles/EMAIL:{who}@EXAMPLE.com").replace("EMAIL", "email"),
            format!("/v1/profiles/{id}"),
            format!("/v1/profiles/{id}/timeline"),
            format!("/v1/profiles/{id}/identity"),
            format!("/v1/context/callcenter/user_id:{who}"),
            format!("/v1/identity/explain?a={id}&b=user_id:{who}"),
        ] {
            assert_eq!(divided.tenant.get(&path), whole.get(&path), "{path}");
        }
        let asked = json!({"identifiers": [{"kind": "email", "value": format!("{who}@example.com")}]});
        for path in ["/v1/lookup", "/v1/context/callcenter"] {
            let told = divided.tenant.post(path, &asked);
            assert_eq!(told["match"], "one", "{told}");
            assert_eq!(told, whole.post(path, &asked), "{path}");
        }
        let scanned = divided
            .tenant
            .post("/v1/scan", &json!({"scanned": format!("{who}@example.com")}));
        assert_eq!(scanned["match"], "one", "{scanned}");
    }
}

#[test]
fn who_is_nobody_is_nobody_everywhere() {
    let divided = divided();
    for path in [
        "/v1/profiles/user_id:nobody".to_owned(),
        format!("/v1/profiles/{}", "0".repeat(32)),
        "/v1/erasures/00".to_owned(),
    ] {
        assert_eq!(divided.asked("GET", &path, &Value::Null).0, 404, "{path}");
    }
    let consent = json!({"sms": {"marketing": "granted"}});
    let told = divided.asked("PUT", "/v1/profiles/user_id:nobody/consent", &consent);
    assert_eq!(code(&told), (404, "nobody_there"));
    let nobody = json!({"identifiers": [{"kind": "user_id", "value": "nobody"}]});
    assert_eq!(divided.tenant.post("/v1/lookup", &nobody)["match"], "none");
    for body in ["[", "{\"identifiers\":7}"] {
        let reply = divided
            .tenant
            .call("POST", "/v1/lookup", &[], body.as_bytes().to_vec());
        assert_eq!(reply.status, 400, "{body}");
    }
}

/// What a command did is to be seen behind its position, and what was posted behind that of its answer.
#[test]
fn a_position_says_whose_it_is() {
    let divided = divided();
    for who in PEOPLE {
        let consent = json!({"sms": {"marketing": "granted"}});
        let path = format!("/v1/profiles/user_id:{who}");
        let (status, told) = divided.asked("PUT", &format!("{path}/consent"), &consent);
        assert_eq!(status, 200, "{told}");
        let position = told["position"].as_u64().unwrap();
        assert!(position > 1 << 46, "{told}");
        let read = divided.tenant.get(&format!("{path}?min_position={position}"));
        assert_eq!(read["consent"]["sms"]["marketing"], "granted", "{read}");
        // Whoever asks of another waits for both.
        divided
            .tenant
            .get(&format!("/v1/profiles/user_id:ann?min_position={position}"));
    }
    let more = event(
        "more",
        ["web", "Product Viewed"],
        "21T11:00",
        json!([user("ann")]),
        json!({}),
    );
    let posted = divided.tenant.post("/v1/events", &json!([more]));
    let path = format!(
        "/v1/profiles/user_id:ann/timeline?min_position={}",
        posted["position"]
    );
    let told = divided.tenant.get(&path);
    // The newest comes first, and that is the consent.
    let types = [0, 1].map(|at| &told["events"][at]["type"]);
    assert_eq!(types, ["Consent Changed", "Product Viewed"], "{told}");
}

#[test]
fn a_code_is_found_where_its_holder_is_and_whoever_scans_it_comes_there() {
    let divided = divided();
    for who in apart(&divided) {
        for holder in [
            json!({"identifier": {"kind": "user_id", "value": who}}),
            json!({"profile": id(&divided, who)}),
        ] {
            let minted = divided.tenant.post("/v1/qr", &holder);
            let token = minted["token"].as_str().unwrap();
            let read = divided.tenant.get(&format!("/v1/qr/{token}"));
            assert_eq!(read["outcome"], "valid", "{read}");
            assert_eq!(read["profile"], id(&divided, who).as_str(), "{read}");
            let scanned = divided.tenant.post("/v1/scan", &json!({"scanned": token}));
            assert_eq!(scanned["qr"]["outcome"], "valid", "{scanned}");
            let used = divided
                .tenant
                .post(&format!("/v1/qr/{token}/redeem"), &json!({"store_id": "s"}));
            assert_eq!(used["outcome"], "valid", "{used}");
        }
        let holder = json!({"identifier": {"kind": "user_id", "value": who}});
        let minted = divided.tenant.post("/v1/qr", &holder);
        let device = format!("phone-of-{who}");
        let scanned = json!([
            identifier("device_id", &device, "observed"),
            {"kind": "qr_token", "value": minted["token"]}
        ]);
        let name = ["mobile", "QR Scanned"];
        divided.tell(&[event(&device, name, "22T12:00", scanned, json!({}))]);
        let (there, holder) = (divided.place("device_id", &device), divided.place("user_id", who));
        assert_eq!(there, holder, "whoever scans a code comes to its holder");
    }
    assert_eq!(divided.tenant.get("/v1/qr/none")["outcome"], "unknown");
}

#[test]
fn codes_of_several_are_settled_in_the_order_in_which_they_were_sent() {
    let divided = divided();
    let [one, other] = apart(&divided);
    let mut redemptions = Vec::new();
    for who in [one, other, one] {
        let holder = json!({"identifier": {"kind": "user_id", "value": who}, "offline": true});
        let minted = divided.tenant.post("/v1/qr", &holder);
        redemptions.push(json!({"token": minted["token"], "at": "2026-11-22T12:00:00Z"}));
    }
    redemptions.insert(1, json!({"token": "never-minted", "at": "2026-11-22T12:00:00Z"}));
    let told = divided.tenant.post(
        "/v1/qr/settle",
        &json!({"store_id": "s", "redemptions": redemptions}),
    );
    let outcomes: Vec<&str> = told["settled"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["valid", "unknown", "valid", "valid"], "{told}");
}

#[test]
fn two_who_live_apart_are_one_once_a_steward_says_so_until_that_is_taken_back() {
    let divided = divided();
    let [one, other] = apart(&divided);
    let both = json!({"a": format!("user_id:{one}"), "b": format!("user_id:{other}")});
    let told = divided.asked("POST", "/v1/identity/explain", &both);
    assert_eq!(code(&told), (409, "several_partitions"));
    let both = json!({"a": id(&divided, one), "b": format!("user_id:{other}")});
    let (status, said) = divided.asked("POST", "/v1/identity/merge", &both);
    assert_eq!(status, 200, "{said}");
    assert_eq!(said["profiles"].as_array().unwrap().len(), 1, "{said}");
    assert_eq!(id(&divided, one), id(&divided, other));
    assert_eq!(
        divided.place("user_id", one),
        divided.place("user_id", other),
        "they are in one partition"
    );
    let undone = divided.asked("POST", "/v1/identity/undo", &json!({"word": said["word"]}));
    assert_eq!(undone.0, 200, "{undone:?}");
    assert_ne!(id(&divided, one), id(&divided, other));
    let nothing = divided.asked("POST", "/v1/identity/undo", &json!({"word": "none"}));
    assert_eq!(code(&nothing), (404, "nothing_to_undo"));
    let event = json!({"event": {"source": "test", "id": format!("came {other}")}});
    let undone = divided.asked("POST", "/v1/identity/undo", &event);
    assert_eq!(undone.0, 200, "{undone:?}");
}

#[test]
fn identifiers_of_two_are_no_question_about_one() {
    let divided = divided();
    let [one, other] = apart(&divided).map(|who| json!({"kind": "user_id", "value": who}));
    let nobody = json!({"kind": "user_id", "value": "nobody"});
    let several = divided.asked(
        "POST",
        "/v1/lookup",
        &json!({"identifiers": [&one, &other, &nobody]}),
    );
    assert_eq!(code(&several), (409, "several_partitions"));
    let told = divided
        .tenant
        .post("/v1/lookup", &json!({"identifiers": [&nobody, &other]}));
    assert_eq!(told["match"], "one", "{told}");
}

#[test]
fn who_is_erased_is_gone_and_the_receipt_is_found() {
    let divided = divided();
    for who in apart(&divided) {
        let path = format!("/v1/profiles/user_id:{who}");
        let (status, receipt) = divided.asked("DELETE", &path, &Value::Null);
        assert_eq!(status, 200, "{receipt}");
        let erasure = receipt["erasure"].as_str().unwrap();
        let read = divided.tenant.get(&format!("/v1/erasures/{erasure}"));
        assert_eq!(read["removed"], receipt["removed"], "{read}");
        assert_eq!(divided.asked("GET", &path, &Value::Null).0, 404);
    }
}

#[test]
fn what_is_counted_is_added_up() {
    let divided = divided();
    let report = divided.tenant.get("/v1/reports/segments");
    assert_eq!(report["segments"], json!([]), "{report}");
    for who in PEOPLE {
        let asked =
            json!({"who": format!("user_id:{who}"), "channel": "sms", "purpose": "service", "team": "t"});
        divided.tenant.post("/v1/contacts/decide", &asked);
    }
    let report = divided
        .tenant
        .get("/v1/reports/contacts?from=2026-11-22&until=2026-11-22");
    assert_eq!(report["total"]["decided"], PEOPLE.len(), "{report}");
    for path in ["cx", "journey", "gap", "coverage"] {
        divided.tenant.get(&format!("/v1/reports/{path}"));
    }
}

#[test]
fn what_was_refused_is_told_of_all_of_them() {
    let divided = divided();
    let refused = json!([{"id": "no-type", "source": "test", "channel": "web"}]);
    divided.tenant.post("/v1/events", &refused);
    // Whoever was erased is refused by the partition that they were in.
    let [one, other] = apart(&divided);
    for who in [one, other] {
        divided.asked("DELETE", &format!("/v1/profiles/user_id:{who}"), &Value::Null);
        divided.tell(&[came(who)]);
    }
    let told = divided.tenant.get("/v1/rejections");
    let numbers: BTreeMap<u64, &Value> = told["rejections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["sequence"].as_u64().unwrap(), one))
        .collect();
    assert_eq!(numbers.len(), 3, "{told}");
    for (number, one) in numbers {
        assert_eq!(&divided.tenant.get(&format!("/v1/rejections/{number}")), one);
    }
}

#[test]
fn what_was_refused_and_names_who_is_erased_is_kept_by_nobody() {
    let divided = divided();
    let [one, other] = apart(&divided);
    let refused =
        [one, other].map(|who| json!({"id": who, "channel": "web", "email": format!("{who}@example.com")}));
    divided.tenant.post("/v1/events", &Value::from(refused.to_vec()));
    let kept = || {
        let told = divided.tenant.get("/v1/rejections");
        let listed = told["rejections"].as_array().unwrap().iter();
        let bodies: Vec<String> = listed.map(|one| one["body"].to_string()).collect();
        [one, other].map(|who| bodies.iter().any(|body| body.contains(&format!("{who}@"))))
    };
    assert_eq!(kept(), [true, true]);
    // Nobody is erased who is only asked for.
    divided.asked("DELETE", "/v1/profiles/user_id:nobody", &Value::Null);
    assert_eq!(kept(), [true, true]);
    // By their id, and by what the refused item does not say of them.
    let id = id(&divided, one);
    for (whom, expected) in [(id, [false, true]), (format!("user_id:{other}"), [false, false])] {
        let (status, receipt) = divided.asked("DELETE", &format!("/v1/profiles/{whom}"), &Value::Null);
        assert_eq!(status, 200, "{receipt}");
        assert_eq!(kept(), expected, "{receipt}");
    }
}

/// Nobody who may not ask is told whether there is anybody, nor which partitions are served.
#[test]
fn a_stranger_learns_of_nobody() {
    let digest = yekta::wire::digest::Digest::of(key_of("admin").as_bytes());
    let divided = Divided::new(
        2,
        &format!("[keys.admin]\nrole = \"admin\"\nsha256 = \"{digest}\"\n"),
    );
    divided.seats.iter().for_each(yekta::engine::parting::Seat::leave);
    for (method, path) in [
        ("GET", "/v1/profiles/user_id:ann"),
        ("GET", "/v1/profiles/00000000000000000000000000000000"),
        ("POST", "/v1/identity/merge"),
        ("GET", "/v1/qr/any"),
        ("GET", "/v1/updates"),
        ("POST", "/v1/scan"),
        ("GET", "/v1/reports/segments"),
        ("GET", "/v1/rejections"),
        ("GET", "/v1/agent/card?phone=%2B491700000001"),
        ("GET", "/v1/agent/card/live?phone=%2B491700000001"),
    ] {
        assert_eq!(
            divided.asked(method, path, &Value::Null).0,
            401,
            "{method} {path}"
        );
        let bearer = format!("Bearer {}", key_of("admin"));
        let headers = [("authorization", bearer.as_str())];
        let known = divided.tenant.call(method, path, &headers, Vec::new());
        assert_eq!(known.status, 503, "{method} {path}: {}", known.body);
    }
    // Nor does anybody wait for a position by a link that was never given out.
    let forged = "/v1/agent/card?phone=%2B491700000001&until=99999999999&sig=AAAA&min_position=1000000";
    assert_eq!(divided.asked("GET", forged, &Value::Null).0, 401);
}

#[test]
fn a_partition_that_is_away_is_missed_by_its_customers_and_whoever_asks_of_all() {
    let divided = divided();
    assert_eq!(divided.asked("GET", "/readyz", &Value::Null).0, 200);
    let [one, other] = apart(&divided);
    let seat = usize::try_from(divided.place("user_id", one).unwrap()).unwrap();
    divided.seats[seat].leave();
    let by = |who: &str| divided.asked("GET", &format!("/v1/profiles/user_id:{who}"), &Value::Null);
    assert_eq!(code(&by(one)), (503, "not_served"));
    assert_eq!(by(other).0, 200);
    for path in ["/v1/reports/contacts", "/v1/rules", "/readyz"] {
        let told = divided.asked("GET", path, &Value::Null);
        assert_eq!(code(&told), (503, "not_served"), "{path}");
    }
    divided.seats[seat].take(&divided.parts[seat].engine().handle);
    assert_eq!(by(one).0, 200);
}
