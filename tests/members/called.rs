//! A tenant with partitions, asked over NATS while two processes own the partitions between them: one tenant, whoever owns what it
//! takes. Nobody is sent anywhere, and who may not ask is told nothing.

use std::fs;

use serde_json::{Value, json};
use yekta::wire::digest::Digest;

use crate::{
    answers::{follow, try_send},
    broker::{Broker, Refusal, asking, said},
    channel::visit,
    giant::Giant,
    process::{PATIENCE, wait_for},
    town::connected,
};

/// Customers, of whom each partition has some.
const USERS: usize = 12;

fn user(number: usize) -> String {
    format!("u-{number}")
}

/// A tenant whose customers were all seen once, and whoever asks it.
fn giant() -> (Giant, Broker) {
    let giant = Giant::with(&["a", "b"], &[]);
    let broker = connected(&[giant.servers.url()]);
    let visits: Vec<Value> = (0..USERS)
        .map(|number| visit(&format!("v-{number}"), &user(number)))
        .collect();
    giant.post(&visits);
    for number in 0..USERS {
        wait_for("a customer to be known", || {
            let profile = ask(
                &broker,
                "q.profile",
                &json!({"who": format!("user_id:{}", user(number))}),
            );
            profile.ok().filter(|profile| profile["counters"]["events"] == 1)
        });
    }
    (giant, broker)
}

/// What is answered to whoever shows a key, if they show one; asked again where nobody answers just then.
fn ask_by(broker: &Broker, secret: Option<&str>, call: &str, body: &Value) -> Result<Value, Refusal> {
    wait_for("an answer over NATS", || {
        let request = asking(secret, body).timeout(Some(PATIENCE));
        let subject = format!("yekta.v1.giant.{call}");
        let sent = broker.client.send_request(subject, request);
        let told = said(&broker.runtime.block_on(sent).ok()?);
        // As a client does while a partition changes hands.
        let is_passing = matches!(&told, Err((status, _)) if [429, 503, 504].contains(status));
        (!is_passing).then_some(told)
    })
}

fn ask(broker: &Broker, call: &str, body: &Value) -> Result<Value, Refusal> {
    ask_by(broker, None, call, body)
}

/// Which partition has a customer, by where it was told that they were seen.
fn place(giant: &Giant, number: usize) -> usize {
    wait_for("a visit to be told", || {
        (0..2).find(|partition| {
            let told = giant.told(*partition, "context");
            told.iter()
                .any(|message| message.json()["event"]["id"] == format!("v-{number}"))
        })
    })
}

/// Two customers of two partitions.
fn apart(giant: &Giant) -> [usize; 2] {
    let first = place(giant, 0);
    let other = (1..USERS).find(|number| place(giant, *number) != first);
    [0, other.expect("each partition has somebody")]
}

fn who(number: usize) -> Value {
    json!(format!("user_id:{}", user(number)))
}

#[test]
fn every_customer_is_asked_for_and_commanded_by_one_name() {
    let (giant, broker) = giant();
    // So that what one of them takes another carries out.
    wait_for("both processes to own something", || {
        let owners = giant.wait_until_whole();
        let first = owners["giant"];
        owners.values().any(|owner| *owner != first).then_some(())
    });
    let both = apart(&giant);
    for number in both {
        let identifiers =
            json!({"identifiers": [{"kind": "user_id", "value": user(number)}], "view": "callcenter"});
        assert_eq!(ask(&broker, "q.lookup", &identifiers).unwrap()["match"], "one");
        let granted = json!({"who": who(number), "consent": {"sms": {"marketing": "granted"}},
            "request_id": format!("c-{number}")});
        let [first, again] = [(); 2].map(|()| ask(&broker, "c.consent", &granted).unwrap());
        assert_eq!(
            [&first["status"], &again["status"]],
            ["committed"; 2],
            "{first} {again}"
        );
        // Behind its position each process knows of it.
        for _ in 0..4 {
            let read = json!({"who": who(number), "min_position": first["position"]});
            let read = ask(&broker, "q.profile", &read).unwrap();
            assert_eq!(read["consent"]["sms"]["marketing"], "granted", "{read}");
        }
    }
    let nobody = json!({"who": "user_id:nobody", "consent": {"sms": {"marketing": "granted"}}});
    let (status, told) = ask(&broker, "c.consent", &nobody).unwrap_err();
    assert!(
        status == 404 && told.starts_with("nobody_there: "),
        "{status} {told}"
    );
    assert_eq!(
        ask(&broker, "q.insights", &json!({})).unwrap(),
        json!({"insights": []})
    );
}

#[test]
fn customers_are_ranked_among_all_whoever_owns_where_they_live() {
    let (giant, broker) = giant();
    // Of just now: what was bought long ago counts no longer.
    let orders: Vec<Value> = (0..USERS)
        .map(|number| {
            let properties = json!({"order_id": format!("o-{number}"), "total": 10 + number, "currency": "IRR"});
            let who = json!([{"kind": "user_id", "value": user(number)}]);
            json!({"id": format!("o-{number}"), "source": "web/shop", "channel": "web", "type": "Order Completed",
                "identifiers": who, "properties": properties})
        })
        .collect();
    giant.post(&orders);
    for number in 0..USERS {
        wait_for("an order to be known", || {
            let profile = ask(&broker, "q.profile", &json!({"who": who(number)})).ok()?;
            (profile["counters"]["events"] == 2).then_some(())
        });
    }
    let asked = ask(&broker, "c.values", &json!({"request_id": "r"})).unwrap();
    assert_eq!(asked["status"], "committed", "{asked}");
    let monetary: Vec<u64> = (0..USERS)
        .map(|number| {
            wait_for("a customer to be ranked", || {
                let profile = ask(&broker, "q.profile", &json!({"who": who(number)})).ok()?;
                profile["value"]["monetary"].as_u64()
            })
        })
        .collect();
    // Twelve of whom each paid more than the one before, in fifths of all twelve.
    assert_eq!(monetary, [1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5]);
}

#[test]
fn codes_are_minted_redeemed_and_settled_wherever_their_holders_are() {
    let (giant, broker) = giant();
    let both = apart(&giant);
    let mint = |number: usize, request: &str| {
        let body = json!({"identifier": {"kind": "user_id", "value": user(number)}, "offline": true,
            "request_id": request});
        ask(&broker, "c.qr.mint", &body).unwrap()["token"].clone()
    };
    for number in both {
        let token = mint(number, &format!("m-{number}"));
        assert_eq!(token, mint(number, &format!("m-{number}")), "the same request");
        let read = ask(
            &broker,
            "c.qr.redeem",
            &json!({"token": token, "request_id": "t-1"}),
        )
        .unwrap();
        assert_eq!(read["outcome"], "valid", "{read}");
        let again = ask(
            &broker,
            "c.qr.redeem",
            &json!({"token": token, "request_id": "t-2"}),
        )
        .unwrap();
        assert_eq!(again["outcome"], "used", "{again}");
    }
    let redemptions: Vec<Value> = both
        .iter()
        .map(|number| json!({"token": mint(*number, &format!("s-{number}")), "at": "2026-01-01T10:00:00Z"}))
        .collect();
    let settled = ask(
        &broker,
        "c.qr.settle",
        &json!({"store_id": "s", "redemptions": redemptions}),
    )
    .unwrap();
    assert_eq!(settled["settled"].as_array().map(Vec::len), Some(2), "{settled}");
    let known = |one: &Value| one["outcome"] != "unknown";
    assert!(
        settled["settled"].as_array().unwrap().iter().all(known),
        "{settled}"
    );
}

#[test]
fn two_are_said_to_be_one_and_parted_again_and_one_is_erased() {
    let (giant, broker) = giant();
    let [one, other] = apart(&giant);
    let word = json!({"a": who(one), "b": who(other), "by": "clerk", "request_id": "w-1"});
    let said = ask(&broker, "c.merge", &word).unwrap();
    assert_eq!(said["profiles"].as_array().map(Vec::len), Some(1), "{said}");
    let events = |number: usize| {
        let read = json!({"who": who(number), "min_position": said["position"]});
        ask(&broker, "q.profile", &read).unwrap()["counters"]["events"].clone()
    };
    assert_eq!([one, other].map(events), [json!(2), json!(2)]);
    // At once, wherever the word was said.
    let undone = ask(
        &broker,
        "c.undo",
        &json!({"word": said["word"], "request_id": "n-1"}),
    )
    .unwrap();
    assert_eq!(undone["status"], "committed", "{undone}");

    let refused = json!([{"id": "x-1", "channel": "web", "userId": user(other)}]);
    let url = format!("{}/t/giant/v1/events", giant.running["a"].url);
    assert_eq!(try_send("POST", &url, Some(&refused)).unwrap().status, 200);
    let receipt = ask(
        &broker,
        "c.erase",
        &json!({"who": who(other), "request_id": "e-1"}),
    )
    .unwrap();
    let erasure = json!({"erasure": receipt["erasure"]});
    wait_for("the receipt to be found", || {
        ask(&broker, "q.erasure", &erasure).ok()
    });
    wait_for("nobody to know of them", || {
        let gone = ask(&broker, "q.profile", &json!({"who": who(other)}));
        gone.is_err_and(|(status, _)| status == 404).then_some(())
    });
    // Over HTTP it is the same tenant.
    let path = format!(
        "{}/t/giant/v1/profiles/user_id:{}",
        giant.running["b"].url,
        user(other)
    );
    wait_for("nobody to know of them over HTTP", || {
        (try_send("GET", &path, None)?.status == 404).then_some(())
    });
    let first = format!(
        "{}/t/giant/v1/profiles/user_id:{}",
        giant.running["b"].url,
        user(one)
    );
    assert_eq!(follow("GET", &first, None).status, 200);
}

#[test]
fn a_wrong_key_opens_nothing_and_a_right_one_what_its_role_may() {
    let (giant, broker) = giant();
    let file = giant.files.path().join("giant.toml");
    let mut text = fs::read_to_string(&file).unwrap();
    for role in ["admin", "analyst"] {
        let digest = Digest::of(format!("a-key-of-the-{role}-0123456789").as_bytes());
        text.push_str(&format!(
            "[keys.{role}]\nrole = \"{role}\"\nsha256 = \"{digest}\"\n"
        ));
    }
    fs::write(&file, text).unwrap();
    wait_for("keys to be asked for by each process", || {
        let mut urls = giant.running.values().flat_map(|service| {
            let tenants = ["giant", "giant-p0", "giant-p1"];
            tenants.map(|tenant| format!("{}/t/{tenant}/v1/profiles/user_id:u-0", service.url))
        });
        let asks = |url: String| try_send("GET", &url, None).is_some_and(|told| told.status == 401);
        urls.all(asks).then_some(())
    });
    giant.wait_until_whole();
    let profile = json!({"who": who(0)});
    let consent = json!({"who": who(0), "consent": {"sms": {"marketing": "granted"}}});
    let erase = json!({"who": who(0)});
    let calls = [
        ("q.profile", &profile),
        ("c.consent", &consent),
        ("c.erase", &erase),
        ("q.rules", &json!({})),
    ];
    for (call, body) in calls {
        for secret in [None, Some("a-key-of-nobody-0123456789")] {
            let (status, told) = ask_by(&broker, secret, call, body).unwrap_err();
            assert!(
                status == 401 && told.starts_with("unauthorized: "),
                "{call}: {status} {told}"
            );
        }
    }
    // Whoever may not ask is told so before anybody looks at what they ask.
    let (status, _) = ask_by(&broker, Some("wrong"), "q.profile", &json!({})).unwrap_err();
    assert_eq!(status, 401);
    let analyst = Some("a-key-of-the-analyst-0123456789");
    assert_eq!(ask_by(&broker, analyst, "c.erase", &erase).unwrap_err().0, 403);
    let admin = Some("a-key-of-the-admin-0123456789");
    for number in apart(&giant) {
        let consent = json!({"who": who(number), "consent": {"sms": {"marketing": "granted"}}});
        let told = ask_by(&broker, admin, "c.consent", &consent).unwrap();
        assert_eq!(told["status"], "committed", "{told}");
    }
}
