//! What only the owner can do: a standby says where the owner is, whatever is asked for, and a client that follows gets it
//! done. Over NATS the owner alone takes it.

use serde_json::json;

use crate::{
    answers::{Answer, behind, committed, follow, send},
    asked::town,
    channel::visit,
};

/// Every route that changes something, as the table of routes has them.
const COMMANDS: [(&str, &str); 17] = [
    ("POST", "/v1/events?wait=commit"),
    ("PUT", "/v1/profiles/user_id:u-1/consent"),
    ("PUT", "/v1/profiles/user_id:u-1/consent?request_id=r-1"),
    ("POST", "/v1/contacts/decide"),
    ("POST", "/v1/values/rank"),
    ("POST", "/v1/routing/decide"),
    ("DELETE", "/v1/profiles/user_id:u-1"),
    ("POST", "/v1/identity/merge"),
    ("POST", "/v1/identity/separate"),
    ("POST", "/v1/identity/undo"),
    ("POST", "/v1/qr"),
    ("POST", "/v1/qr/abc/redeem"),
    ("POST", "/v1/qr/abc/revoke"),
    ("POST", "/v1/qr/settle"),
    ("POST", "/v1/rejections/1/retry"),
    ("POST", "/v1/flows/welcome/start"),
    ("POST", "/v1/identity/merge?request_id=%41"),
];

fn sent(method: &str, url: &str) -> Answer {
    let body = json!({});
    send(method, url, (method != "DELETE").then_some(&body))
}

#[test]
fn a_standby_says_where_each_command_is_taken() {
    let (mut town, owner, standby) = town();
    for (method, path) in COMMANDS {
        let answer = sent(method, &format!("{standby}{path}"));
        assert_eq!(answer.status, 307, "{method} {path}: {answer:?}");
        let there = format!("{owner}{path}");
        assert_eq!(answer.header("location"), Some(there.as_str()), "{answer:?}");
        assert_eq!(answer.body["code"], "not_owner", "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        // The owner sends nobody away: what it says is about what was asked.
        let done = sent(method, &there);
        assert!(
            done.status != 307 && done.status < 500,
            "{method} {path}: {done:?}"
        );
    }
    town.stop_all();
}

#[test]
fn whoever_follows_gets_it_done_once() {
    let (mut town, owner, standby) = town();
    committed(&standby, &visit("e-1", "u-1"));
    let consent = json!({"sms": {"marketing": "granted"}});
    let decided = follow(
        "PUT",
        &format!("{standby}/v1/profiles/user_id:u-1/consent?request_id=c-1"),
        Some(&consent),
    );
    assert_eq!(
        (decided.status, &decided.body["status"]),
        (200, &json!("committed")),
        "{decided:?}"
    );
    let position = decided.body["position"].as_u64().unwrap();
    let profile = behind(&format!("{standby}/v1/profiles/user_id:u-1"), position);
    assert_eq!(
        profile.body["consent"]["sms"]["marketing"], "granted",
        "{profile:?}"
    );

    let mint = json!({"identifier": {"kind": "user_id", "value": "u-1"}, "request_id": "m-1"});
    let [minted, again] = [(); 2].map(|()| follow("POST", &format!("{standby}/v1/qr"), Some(&mint)));
    assert_eq!(minted.status, 200, "{minted:?}");
    assert_eq!(
        minted.body["token"], again.body["token"],
        "the same request at another door"
    );
    let token = minted.body["token"].as_str().unwrap();
    let position = minted.body["position"].as_u64().unwrap();
    // A standby reads a code that the owner minted; one redemption wins, whichever member it is asked of.
    let read = behind(&format!("{standby}/v1/qr/{token}"), position);
    assert_eq!(read.body["outcome"], "valid", "{read:?}");
    let redeem = |url: &str, request: &str| {
        let body = json!({"request_id": request});
        follow("POST", &format!("{url}/v1/qr/{token}/redeem"), Some(&body)).body["outcome"].clone()
    };
    assert_eq!(
        [redeem(&standby, "t-1"), redeem(&owner, "t-2")],
        ["valid", "used"]
    );
    town.stop_all();
}

/// Questions are answered by any member, commands by the owner alone: so many were asked that each member had some.
#[test]
fn over_nats_the_owner_alone_takes_commands() {
    let (mut town, ..) = town();
    town.broker.tell(&visit("e-1", "u-1"));
    town.wait_until_level();
    let who = json!({"who": "user_id:u-1"});
    for _ in 0..40 {
        assert_eq!(town.broker.ask("q.profile", &who)["counters"]["events"], 1);
    }
    let consent = json!({"who": "user_id:u-1", "consent": {"sms": {"marketing": "granted"}}});
    for _ in 0..20 {
        let done = town.broker.ask("c.consent", &consent);
        assert_eq!(done["status"], "committed", "{done}");
    }
    town.stop_all();
}
