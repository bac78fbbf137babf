//! A shop whose server is a leaf node of headquarters', and the line between them: while it is up the shop knows what the owner
//! knows; while it is down it reads on, takes events and what tills redeemed, also across a kill; afterwards all of it is there,
//! once, and both have the same store.

use async_nats::jetstream::stream::Config;
use serde_json::{Value, json};

use crate::{
    answers::{Answer, readiness, send, try_send},
    broker::{EVENTS, JOURNAL},
    chain::{Chain, command, free_port, shops_broker, shops_server},
    channel::visit,
    process::{fingerprint, wait_for},
    proxy::Way,
    serving::refusal,
};

const REDEEMED: &str = "YEKTA_REDEEMED_default";
const STORE: &str = "tehran-12";
const ELSEWHERE: &str = "isfahan-2";
/// Who is told of, and who has codes: what is told of codes is no visit.
const VISITOR: &str = "u-1";
const HOLDER: &str = "u-2";

/// How many events a customer's profile counts at a service, as far as it knows of them.
fn events_of(url: &str, user: &str) -> Option<u64> {
    let answer = try_send("GET", &format!("{url}/v1/profiles/user_id:{user}"), None)?;
    answer.body["counters"]["events"].as_u64()
}

fn wait_for_events(place: &str, url: &str, count: u64) {
    wait_for(&format!("{count} events of the visitor {place}"), || {
        (events_of(url, VISITOR) == Some(count)).then_some(())
    });
}

impl Chain {
    fn profile(&self) -> Answer {
        self.ask("GET", &format!("/v1/profiles/user_id:{VISITOR}"), None)
    }

    /// Has a till tell the shop of a visit.
    fn visit(&self, id: &str) {
        let taken = self.ask("POST", "/v1/events", Some(&visit(id, VISITOR)));
        assert_eq!(
            (taken.status, &taken.body["status"]),
            (200, &json!("queued")),
            "{taken:?}"
        );
    }

    /// A code that tills can redeem by themselves.
    fn mint(&self, request: &str) -> String {
        let expires = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
        let mint = json!({"identifier": {"kind": "user_id", "value": HOLDER}, "offline": true,
            "benefit": "10% off tea", "expires": expires.to_string(), "request_id": request});
        let minted = send("POST", &format!("{}/v1/qr", self.owner()), Some(&mint));
        assert_eq!(minted.status, 200, "{minted:?}");
        minted.body["token"].as_str().unwrap().to_owned()
    }

    fn code_at(url: &str, token: &str) -> Value {
        send("GET", &format!("{url}/v1/qr/{token}"), None).body
    }

    /// What is known with the line up, on both ends of it.
    fn know_of_all(&self) -> [String; 2] {
        for event in [visit("v-1", VISITOR), visit("h-1", HOLDER)] {
            let url = format!("{}/v1/events?wait=commit", self.owner());
            assert_eq!(send("POST", &url, Some(&event)).status, 200);
        }
        let tokens = ["m-1", "m-2"].map(|request| self.mint(request));
        wait_for_events("in the shop", self.url(), 1);
        for token in &tokens {
            wait_for("the shop to know of a code", || {
                (Self::code_at(self.url(), token)["outcome"] == "valid").then_some(())
            });
        }
        self.visit("v-2");
        wait_for_events("at headquarters, told in the shop", self.owner(), 2);
        wait_for_events("in the shop, told there", self.url(), 2);
        self.wait_until_commands_are(307, "not_owner");
        let told = readiness(self.url()).expect("the shop says how it is");
        assert_eq!((told.code, told.role.as_str()), (200, "shop"));
        self.redeem_over_the_line();
        self.wait_until_level();
        tokens
    }

    /// With the line up a till in the shop hears what the owner says.
    fn redeem_over_the_line(&self) {
        let token = self.mint("m-3");
        let body = json!({"store_id": STORE, "request_id": "t-0"});
        for _ in 0..2 {
            let redeemed = self.ask("POST", &format!("/v1/qr/{token}/redeem"), Some(&body));
            assert_eq!(
                (redeemed.status, &redeemed.body["outcome"]),
                (200, &json!("valid")),
                "a repeat gets the first answer: {redeemed:?}"
            );
        }
        let settle = json!({"store_id": ELSEWHERE,
            "redemptions": [{"token": token, "at": jiff::Timestamp::now().to_string()}]});
        let settled = self.ask("POST", "/v1/qr/settle", Some(&settle));
        let one = &settled.body["settled"][0];
        assert_eq!(
            (settled.status, &one["outcome"], &one["double_use"]),
            (200, &json!("used"), &json!(true)),
            "{settled:?}"
        );
        assert_eq!(one["used"]["store_id"], STORE, "{settled:?}");
        assert_eq!(self.broker.stream(REDEEMED).state.messages, 0);
    }

    /// What is read and taken with the line down, from where the shop was when it was cut.
    fn go_on_alone(&self, before: &Answer, [mine, twice]: &[String; 2]) {
        self.check_reads(before);
        assert_eq!(Self::code_at(self.url(), mine)["outcome"], "valid");
        let keys = self.ask("GET", "/v1/qr/keys", None);
        assert_eq!(keys.body["keys"][0]["kty"], "OKP", "{keys:?}");
        // The same twice, as a till does that had no answer.
        for id in ["v-3", "v-3", "v-4"] {
            self.visit(id);
        }
        let redemption = json!({"store_id": STORE, "request_id": "t-1"});
        for (path, body) in [
            ("/v1/events?wait=commit".to_owned(), visit("v-3", VISITOR)),
            (format!("/v1/qr/{mine}/redeem"), redemption),
        ] {
            let refused = self.ask("POST", &path, Some(&body));
            assert_eq!(
                (refused.status, &refused.body["code"]),
                (503, &json!("no_owner")),
                "{refused:?}"
            );
        }
        let at = jiff::Timestamp::now().to_string();
        let settle = json!({"store_id": STORE,
            "redemptions": [{"token": mine, "at": at}, {"token": twice, "at": at}]});
        for _ in 0..2 {
            let queued = self.ask("POST", "/v1/qr/settle", Some(&settle));
            let one = json!({"outcome": "queued", "used": null, "double_use": false});
            assert_eq!(
                (queued.status, &queued.body),
                (200, &json!({"settled": [one, one], "position": null})),
                "{queued:?}"
            );
        }
        let bad = json!({"redemptions": [{"token": mine, "at": "yesterday"}]});
        let refused = self.ask("POST", "/v1/qr/settle", Some(&bad));
        assert_eq!(
            (refused.status, &refused.body["code"]),
            (400, &json!("bad_time")),
            "{refused:?}"
        );
        assert_eq!(self.broker.stream(REDEEMED).state.messages, 2);
        assert_eq!(self.broker.stream(EVENTS).state.messages, 4);
    }

    /// Reads have the answers and the position that they had.
    fn check_reads(&self, before: &Answer) {
        let read = self.profile();
        assert_eq!((read.status, &read.body), (200, &before.body), "{read:?}");
        assert_eq!(read.position(), before.position(), "{read:?}");
        let asked = json!({"identifiers": [{"kind": "user_id", "value": VISITOR}], "view": "pos"});
        let found = self.ask("POST", "/v1/lookup", Some(&asked));
        assert_eq!(
            (found.status, &found.body["match"]),
            (200, &json!("one")),
            "{found:?}"
        );
        let context = self.ask("GET", &format!("/v1/context/pos/user_id:{VISITOR}"), None);
        assert_eq!(context.status, 200, "{context:?}");
        let who = json!({"who": format!("user_id:{VISITOR}")});
        assert_eq!(self.broker.ask("q.profile", &who), before.body, "over NATS");
    }

    /// What is known once the line is up again, on both ends of it.
    fn check_settled(&self, [mine, twice]: &[String; 2]) {
        wait_for_events("at headquarters, told while the line was down", self.owner(), 5);
        let settled = wait_for("the redemption to be settled at headquarters", || {
            let code = Self::code_at(self.owner(), mine);
            (code["outcome"] == "used").then_some(code)
        });
        assert_eq!(settled["used"]["store_id"], STORE, "{settled}");
        wait_for("all to be settled that waited in the shop", || {
            (self.broker.stream(REDEEMED).state.messages == 0).then_some(())
        });
        // Whoever was first there counts, and the customer's history says that there was a second.
        assert_eq!(Self::code_at(self.owner(), twice)["used"]["store_id"], ELSEWHERE);
        let timeline = format!("{}/v1/profiles/user_id:{HOLDER}/timeline", self.owner());
        let timeline = send("GET", &timeline, None).body.to_string();
        // One of them was told with the line up.
        assert_eq!(timeline.matches("QR Used Twice").count(), 2, "{timeline}");
        wait_for_events("in the shop, told while the line was down", self.url(), 5);
        self.wait_until_commands_are(307, "not_owner");
        self.wait_until_level();
        assert_eq!(events_of(self.owner(), VISITOR), Some(5), "each counts once");
        for user in [VISITOR, HOLDER] {
            let who = format!("/v1/profiles/user_id:{user}");
            let at_headquarters = send("GET", &format!("{}{who}", self.owner()), None);
            assert_eq!(self.ask("GET", &who, None).body, at_headquarters.body);
        }
    }
}

#[test]
fn a_shop_reads_on_and_takes_what_comes_while_the_line_is_down_and_settles_later() {
    let mut chain = Chain::open();
    let tokens = chain.know_of_all();
    let before = chain.profile();
    chain.line.set(Way::Cut);
    chain.wait_until_commands_are(503, "no_owner");
    chain.go_on_alone(&before, &tokens);
    // Somebody takes one of the codes to another store meanwhile.
    let there = format!("{}/v1/qr/{}/redeem", chain.owner(), tokens[1]);
    let body = json!({"store_id": ELSEWHERE, "request_id": "r-1"});
    assert_eq!(send("POST", &there, Some(&body)).body["outcome"], "valid");
    assert_eq!(events_of(chain.owner(), VISITOR), Some(2), "the line is down");

    chain.service.take().unwrap().running.kill();
    chain.start();
    let told = readiness(chain.url()).expect("the shop says how it is");
    assert_eq!((told.code, told.role.as_str()), (200, "shop"));
    chain.check_reads(&before);
    chain.wait_until_commands_are(503, "no_owner");
    chain.visit("v-5");

    chain.line.set(Way::Open);
    chain.check_settled(&tokens);
    chain.service.take().unwrap().stop();
    chain.headquarters.stop(0);
    let owners = fingerprint(chain.headquarters.members[0].data.path());
    assert_eq!(fingerprint(chain.data.path()), owners);
}

#[test]
fn a_shop_says_what_it_lacks() {
    let server = shops_server(&format!("nats://127.0.0.1:{}", free_port()));
    let data = tempfile::tempdir().unwrap();
    let said = refusal(command(&server, &data));
    assert!(
        said.contains("serve a shop: expected the secrets of the tenant in"),
        "{said}"
    );
    // Nobody ever told which journal the mirror is a copy of.
    let folder = data.path().join("default");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("secrets"), "looked at later").unwrap();
    let said = refusal(command(&server, &data));
    let expected = "follow the mirror YEKTA_JOURNAL_default: expected the line to headquarters to be up at the first start";
    assert!(said.contains(expected), "{said}");
    // Headquarters are others than those that were mirrored so far.
    let mut elsewhere = command(&server, &data);
    elsewhere.env("YEKTA_SHOP__HUB", "site-2");
    let said = refusal(elsewhere);
    let expected = "use the stream YEKTA_JOURNAL_default: mirror is YEKTA_JOURNAL_default by $JS.site-1.API (all of it), \
        expected YEKTA_JOURNAL_default by $JS.site-2.API (all of it)";
    assert!(said.contains(expected), "{said}");
    // A stream of its own is not headquarters' journal.
    let broker = shops_broker(&server);
    let removed = broker.runtime.block_on(broker.jetstream.delete_stream(JOURNAL));
    removed.unwrap();
    broker.make(Config {
        name: JOURNAL.to_owned(),
        subjects: vec!["yekta.v1.default.j.>".to_owned()],
        allow_direct: true,
        ..Config::default()
    });
    let said = refusal(command(&server, &data));
    assert!(
        said.contains("subjects is yekta.v1.default.j.>, expected none"),
        "{said}"
    );
}
