//! Somebody whom one tenant knows and no other, all marked, so that it is seen where anything of them comes out.

use serde_json::{Value, json};

use crate::tenants::brands::{SHOP, asked, got, key_of, posted, sent};

/// A customer of one tenant.
pub struct Person {
    pub tenant: &'static str,
    /// The id of their profile.
    pub profile: String,
    /// A number of what was refused of them, the last.
    pub rejection: u64,
    marks: Vec<String>,
}

impl Person {
    /// Tells the tenant of somebody: three events, and as many as `refused` that are refused.
    pub fn told(url: &str, tenant: &'static str, refused: usize) -> Self {
        let mut marks = [
            "user", "mail", "cookie", "ensis", "page", "team", "refused", "basket",
        ]
        .map(|what| format!("{tenant}{what}7731"))
        .to_vec();
        marks.push(phone_of(tenant).trim_start_matches('+').to_owned());
        let [user, cookie] = [user_of(tenant), format!("{tenant}cookie7731")];
        let who = json!([
            {"kind": "user_id", "value": user, "trust": "verified"},
            {"kind": "anonymous_id", "value": cookie},
            {"kind": "email", "value": format!("{tenant}mail7731@example.com"), "trust": "verified"},
            {"kind": "phone", "value": phone_of(tenant), "trust": "verified"}]);
        let event = |id: &str, name: &str, properties: Value| {
            json!({"id": id, "source": "web/pages", "channel": "web", "type": name, "identifiers": who,
                "traits": {"first_name": format!("{tenant}ensis7731")}, "properties": properties})
        };
        let mut events = vec![
            event("e-1", "Signed In", json!({})),
            event(
                "e-2",
                "Page Viewed",
                json!({"url": format!("https://pages.example/{tenant}page7731")}),
            ),
            event(
                "e-3",
                "Product Added",
                json!({"product_id": format!("{tenant}basket7731")}),
            ),
        ];
        for number in 0..refused {
            events.push(json!({"id": format!("{tenant}refused7731-{number}"), "channel": "web"}));
        }
        let answer = sent(url, tenant, &json!(events)).fine();
        assert_eq!(
            (&answer["accepted"], answer["rejected"].as_array().unwrap().len()),
            (&json!(3), refused),
            "{answer}"
        );
        let profile = got(url, tenant, &format!("/v1/profiles/user_id:{user}")).fine();
        let profile = profile["id"].as_str().unwrap().to_owned();
        marks.push(profile.clone());
        let rejections = got(url, tenant, "/v1/rejections").fine();
        let person = Self {
            tenant,
            profile,
            rejection: rejections["rejections"][0]["sequence"].as_u64().unwrap(),
            marks,
        };
        person.is_counted_by_a_team(url);
        person
    }

    /// Has a team ask whether it may write to them, which a report counts by the team's name.
    fn is_counted_by_a_team(&self, url: &str) {
        let team = format!("{}team7731", self.tenant);
        let asked = json!({"who": self.profile, "channel": "email", "purpose": "service", "team": team,
            "matter": "m-1", "request_id": "contact-1"});
        posted(url, self.tenant, "/v1/contacts/decide", &asked).fine();
    }

    /// What is theirs and stands in a text.
    pub fn found_in(&self, text: &str) -> Option<&str> {
        let text = text.to_lowercase();
        let found = self.marks.iter().find(|mark| text.contains(mark.as_str()));
        found.map(String::as_str)
    }

    /// Fails where anything of theirs stands in a text.
    #[track_caller]
    pub fn is_not_in(&self, text: &str, what: &str) {
        let found = self.found_in(text);
        assert!(
            found.is_none(),
            "{what} tells {found:?} of {}: {text}",
            self.tenant
        );
    }

    /// All that an administrator of their tenant sees of them and of what was refused.
    pub fn as_known(&self, url: &str) -> [String; 4] {
        let key = key_of(self.tenant, "admin");
        [
            format!("/v1/profiles/{}", self.profile),
            format!("/v1/profiles/{}/timeline", self.profile),
            "/v1/rejections".to_owned(),
            "/v1/identity/matches".to_owned(),
        ]
        .map(|path| {
            let reply = asked(url, [self.tenant, &key], ["GET", &path], &Value::Null);
            assert_eq!(reply.status, 200, "{path}: {reply:?}");
            reply.body
        })
    }
}

/// Their customer id.
pub fn user_of(tenant: &str) -> String {
    format!("{tenant}user7731")
}

/// Their number, as it is dialled.
pub fn phone_of(tenant: &str) -> &'static str {
    if tenant == SHOP {
        "09121117731"
    } else {
        "09122227731"
    }
}
