//! What one tenant gave out, shown to another by who may ask there: ids, codes, links, numbers and cursors.

use serde_json::{Value, json};

use crate::tenants::{
    brands::{AIRLINE, Brands, SHOP, asked, got, key_of, posted, sent},
    person::{Person, phone_of, user_of},
    raw::{self, Line},
};

/// Somebody of one tenant, and somebody of the tenant where what is known of them is tried.
#[derive(Clone, Copy)]
struct Pair<'a> {
    url: &'a str,
    of: &'a Person,
    at: &'a Person,
}

impl Pair<'_> {
    /// What the other tenant's administrator is answered, who is told nothing.
    #[track_caller]
    fn tried(self, line: [&str; 2], body: &Value) -> raw::Reply {
        let key = key_of(self.at.tenant, "admin");
        let reply = asked(self.url, [self.at.tenant, &key], line, body);
        self.of.is_not_in(&reply.text(), line[1]);
        reply
    }

    /// Fails unless the other tenant's administrator is told that there is no such thing.
    #[track_caller]
    fn is_not_there(self, line: [&str; 2], body: &Value) {
        let reply = self.tried(line, body);
        assert_eq!(reply.status, 404, "{line:?}: {reply:?}");
    }

    fn profile_is_nobody(self) {
        let path = |rest: &str| format!("/v1/profiles/{}{rest}", self.of.profile);
        for rest in [
            "",
            "/timeline",
            "/identity",
            "/export",
            "/readers",
            "/merges",
            "/matches",
        ] {
            assert_eq!(got(self.url, self.of.tenant, &path(rest)).status, 200, "{rest}");
            self.is_not_there(["GET", &path(rest)], &Value::Null);
        }
        self.is_not_there(["DELETE", &path("")], &Value::Null);
        self.is_not_there(["DELETE", &path("?now=true")], &Value::Null);
        let denied = json!({"email": {"marketing": "denied"}});
        self.is_not_there(["PUT", &path("/consent")], &denied);
        let both = json!({"a": self.of.profile, "b": self.at.profile});
        for path in ["explain", "merge", "separate"] {
            self.is_not_there(["POST", &format!("/v1/identity/{path}")], &both);
        }
        let mint = json!({"profile": self.of.profile, "purpose": "lookup"});
        self.is_not_there(["POST", "/v1/qr"], &mint);
        let decide = json!({"who": self.of.profile, "channel": "email", "purpose": "service"});
        let decided = self.tried(["POST", "/v1/contacts/decide"], &decide).fine();
        assert_eq!(decided["profile"], Value::Null, "{decided}");
        for who in [
            format!("user_id:{}", user_of(self.of.tenant)),
            format!("phone:{}", phone_of(self.of.tenant)),
        ] {
            let context = got(self.url, self.at.tenant, &format!("/v1/context/web/{who}")).fine();
            assert_eq!(
                (&context["match"], &context["profile"]),
                (&json!("none"), &Value::Null)
            );
        }
    }

    fn code_is_unknown(self) {
        let mint = |tenant: &str, offline: bool| {
            let whose = json!({"identifier": {"kind": "user_id", "value": user_of(tenant)}, "purpose": "lookup",
                "basket": {"items": [format!("{tenant}basket7731")]}, "offline": offline,
                "request_id": format!("mint-{offline}")});
            posted(self.url, tenant, "/v1/qr", &whose).fine()
        };
        for offline in [true, false] {
            let minted = mint(self.of.tenant, offline);
            let token = minted["token"].as_str().unwrap();
            let base = format!("{}/t/{}/", self.url, self.of.tenant);
            let code = minted["url"].as_str().unwrap();
            assert!(code.to_lowercase().starts_with(&base), "{code}");
            let own = got(self.url, self.of.tenant, &format!("/v1/qr/{token}")).fine();
            assert_eq!(own["outcome"], "valid", "{own}");
            // The first answer to a request's id is whose it was.
            assert_ne!(mint(self.at.tenant, offline)["token"], minted["token"]);
            let now = own["expires"].as_str().unwrap();
            let redemption = json!({"redemptions": [{"token": token, "at": now}]});
            for (line, body, pointer) in [
                (["GET", ""], Value::Null, "/outcome"),
                (["POST", "/redeem"], json!({}), "/outcome"),
                (["POST", "/revoke"], json!({}), "/outcome"),
            ] {
                let path = format!("/v1/qr/{token}{}", line[1]);
                let reply = self.tried([line[0], &path], &body).fine();
                assert_eq!(reply.pointer(pointer), Some(&json!("unknown")), "{path}: {reply}");
            }
            let settled = self.tried(["POST", "/v1/qr/settle"], &redemption).fine();
            assert_eq!(settled["settled"][0]["outcome"], "unknown", "{settled}");
            for scanned in [token, code] {
                let reply = self
                    .tried(["POST", "/v1/scan"], &json!({"scanned": scanned}))
                    .fine();
                let outcome = &reply["qr"]["outcome"];
                assert!(*outcome == "unknown" || outcome.is_null(), "{reply}");
                assert_eq!(reply["match"], "none", "{reply}");
            }
            // None of it has used the code up.
            let own = got(self.url, self.of.tenant, &format!("/v1/qr/{token}")).fine();
            assert_eq!(own["outcome"], "valid", "{own}");
        }
    }

    fn link_opens_nothing(self) {
        let phone = json!({"phone": phone_of(self.of.tenant)});
        let linked = posted(self.url, self.of.tenant, "/v1/agent/links", &phone).fine();
        let (page, query) = linked["url"].as_str().unwrap().split_once('?').unwrap();
        assert_eq!(page, format!("{}/t/{}/agent", self.url, self.of.tenant));
        let card = |tenant: &str, live: &str| {
            let target = format!("/t/{tenant}/v1/agent/card{live}?{query}");
            raw::request(["GET", &target], &[], "")
        };
        let own = raw::answer(self.url, &card(self.of.tenant, "")).fine();
        assert_eq!(own["match"], "one", "{own}");
        for live in ["", "/live"] {
            let reply = raw::answer(self.url, &card(self.at.tenant, live));
            assert!(matches!(reply.status, 401 | 403), "{reply:?}");
            self.of.is_not_in(&reply.text(), "a card");
        }
    }

    fn receipt_is_unknown(self) {
        let who = format!("gone{}", self.of.tenant);
        let path = format!("/v1/profiles/user_id:{who}");
        let gone = json!({"id": who, "source": "web/pages", "channel": "web", "type": "Page Viewed",
            "identifiers": [{"kind": "user_id", "value": who, "trust": "verified"}]});
        sent(self.url, self.of.tenant, &gone).fine();
        sent(self.url, self.at.tenant, &gone).fine();
        let key = key_of(self.of.tenant, "admin");
        let receipt = asked(self.url, [self.of.tenant, &key], ["DELETE", &path], &Value::Null).fine();
        let erasure = format!("/v1/erasures/{}", receipt["erasure"].as_str().unwrap());
        got(self.url, self.of.tenant, &erasure).fine();
        self.is_not_there(["GET", &erasure], &Value::Null);
        // Who is erased by one tenant is known to the other still.
        assert_eq!(got(self.url, self.at.tenant, &path).status, 200);
        assert_eq!(got(self.url, self.of.tenant, &path).status, 404);
    }

    fn numbers_and_cursors_lead_nowhere(self) {
        let refused = format!("/v1/rejections/{}", self.of.rejection);
        let own = got(self.url, self.of.tenant, &refused).body;
        assert!(self.of.found_in(&own).is_some(), "{own}");
        for line in [
            ["GET", refused.as_str()],
            ["POST", &format!("{refused}/retry")],
            ["GET", "/v1/rejections?limit=500"],
        ] {
            self.tried(line, &json!({}));
        }
        let timeline = |whose: &Person, more: &str| {
            let path = format!("/v1/profiles/{}/timeline?limit=1{more}", whose.profile);
            got(self.url, whose.tenant, &path)
        };
        let next = timeline(self.of, "").fine()["next"].as_str().unwrap().to_owned();
        let reply = timeline(self.at, &format!("&cursor={next}"));
        self.of.is_not_in(&reply.text(), "a timeline");
    }

    /// Follows the tenant's stream from where the other's stands until it tells of somebody new.
    fn stream_tells_its_own(self, cursor: &str, new: &str) {
        // A cursor that is ahead of all that there is begins with a reset, behind which the stream goes on.
        let is_ahead = cursor
            .parse()
            .is_ok_and(|at: u64| at > position(self.url, self.at.tenant));
        let first = if is_ahead { "event: reset" } else { "retry:" };
        let bearer = format!("Bearer {}", key_of(self.at.tenant, "admin"));
        let target = format!(
            "/t/{}/v1/updates?stream=updates,context,action,insight,dlq&cursor={cursor}",
            self.at.tenant
        );
        let asked = raw::request(["GET", &target], &[("Authorization", &bearer)], "");
        let mut line = Line::open(self.url, &asked);
        let begun = line.until(|said| said.contains(first));
        assert!(begun.starts_with("HTTP/1.1 200 "), "{begun}");
        for tenant in [self.of.tenant, self.at.tenant] {
            let event = json!({"id": format!("{tenant}-{new}"), "source": "web/pages", "channel": "web",
                "type": "Page Viewed",
                "identifiers": [{"kind": "user_id", "value": format!("{tenant}{new}"), "trust": "verified"}]});
            sent(self.url, tenant, &event).fine();
        }
        let mark = format!("{}{new}", self.at.tenant);
        let said = line.until(|said| said.contains(&mark));
        assert!(said.contains(&mark), "{said}");
        // A cursor is told as it was shown.
        let said = said.replace(&format!("/{}", self.of.profile), "");
        self.of.is_not_in(&said, "the stream");
        assert!(!said.contains(&format!("{}{new}", self.of.tenant)), "{said}");
    }
}

/// The position of a tenant's journal.
fn position(url: &str, tenant: &str) -> u64 {
    let head = got(url, tenant, "/v1/rejections").head;
    let position = head
        .lines()
        .find_map(|line| line.strip_prefix("yekta-position: "));
    position.unwrap().parse().unwrap()
}

#[test]
fn what_a_tenant_gave_out_is_worth_nothing_at_another() {
    let brands = Brands::two();
    let service = brands.start();
    let url = service.url.as_str();
    let [shop, airline] = [Person::told(url, SHOP, 3), Person::told(url, AIRLINE, 1)];
    let keys = [SHOP, AIRLINE].map(|tenant| got(url, tenant, "/v1/qr/keys").fine());
    assert_ne!(
        keys[0], keys[1],
        "one tenant signs what the other's tills believe"
    );
    for (of, at) in [(&shop, &airline), (&airline, &shop)] {
        let pair = Pair { url, of, at };
        let before = at.as_known(url);
        pair.profile_is_nobody();
        pair.numbers_and_cursors_lead_nowhere();
        assert_eq!(at.as_known(url), before);
        pair.code_is_unknown();
        pair.link_opens_nothing();
        pair.receipt_is_unknown();
    }
    service.stop();
}

#[test]
fn a_cursor_of_another_tenant_tells_what_is_ones_own() {
    let brands = Brands::two();
    let service = brands.start();
    let url = service.url.as_str();
    let [shop, airline] = [Person::told(url, SHOP, 3), Person::told(url, AIRLINE, 1)];
    let bearer = format!("Bearer {}", key_of(SHOP, "admin"));
    let target = format!("/t/{SHOP}/v1/updates?cursor=0");
    let asked = raw::request(["GET", &target], &[("Authorization", &bearer)], "");
    let own =
        Line::open(url, &asked).until(|said| said.contains(&shop.profile) && said.ends_with("\n\n\r\n"));
    let last = own
        .lines()
        .filter_map(|line| line.strip_prefix("id: "))
        .next_back();
    let last = last.unwrap().to_owned();
    let copied = format!("0/{}", shop.profile);
    let (of, at) = (&shop, &airline);
    for (number, cursor) in ["0", "1", &last, "999999", &copied].into_iter().enumerate() {
        Pair { url, of, at }.stream_tells_its_own(cursor, &format!("new{number}"));
    }
    service.stop();
}
