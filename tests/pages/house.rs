//! A service, what it is told of customers, and questions with its read key.

use std::{fs, path::Path, process::Command};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::Agent;

use crate::{
    api::Api,
    process::{PATIENCE, Service, serve},
};

/// The read key of a service that asks for one.
pub const READ_KEY: &str = "key-of-the-pages";
/// Mina's number, hers alone.
pub const KNOWN: &str = "+989123456789";
/// The product in her basket, by the number under its bars.
pub const TEA_MAKER: &str = "4006381333931";
pub const STORE: &str = "tehran-1";

/// A service on a folder of its own.
pub struct House {
    pub service: Service,
    agent: Agent,
    key: Option<&'static str>,
    _folder: TempDir,
}

impl House {
    /// One that asks for `key`, if any, whoever asks it anything.
    pub fn open(key: Option<&'static str>) -> Self {
        Self::open_with(key, &[])
    }

    /// The same, with settings of its own.
    pub fn open_with(key: Option<&'static str>, settings: &[(&str, &str)]) -> Self {
        Self::begin(key, |command, _| {
            command.envs(settings.iter().copied());
        })
    }

    /// One that asks for a key: [`READ_KEY`], or the key of one of `askers`, each of whom has a name and a role.
    pub fn open_to(askers: &[[&str; 3]]) -> Self {
        Self::begin(Some(READ_KEY), |command, folder| {
            let config = askers.iter().map(|[name, role, key]| {
                let file = folder.join(format!("{name}.key"));
                fs::write(&file, key).unwrap();
                format!(
                    "[keys.{name}]\nrole = {role:?}\nfile = {:?}\n",
                    file.display().to_string()
                )
            });
            let file = folder.join("yekta.toml");
            fs::write(&file, config.collect::<String>()).unwrap();
            command.arg("--config").arg(file);
        })
    }

    fn begin(key: Option<&'static str>, settle: impl FnOnce(&mut Command, &Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = serve(&folder.path().join("data"));
        if let Some(key) = key {
            command.env("YEKTA_HTTP__READ_KEY", key);
        }
        settle(&mut command, folder.path());
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .build();
        Self {
            service: Service::of(command),
            agent: config.new_agent(),
            key,
            _folder: folder,
        }
    }

    /// The address of a page.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.service.url)
    }

    /// Tells events; they are known when it returns.
    pub fn tell(&self, events: &[Value]) {
        let told = Api::of(&self.service.url).post("/v1/events?wait=commit", &json!(events));
        assert_eq!(told["rejected"], json!([]), "{told}");
    }

    /// The answer to a command that is taken.
    pub fn post(&self, path: &str, body: &Value) -> Value {
        let mut request = self.agent.post(self.page(path)).content_type("application/json");
        if let Some(key) = self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let mut answer = request.send(body.to_string()).unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// The document at `path`.
    pub fn get(&self, path: &str) -> Value {
        self.get_for(self.key, None, path)
    }

    /// The same for who has `key`, and what for, where that is said.
    pub fn get_for(&self, key: Option<&str>, purpose: Option<&str>, path: &str) -> Value {
        let mut request = self.agent.get(self.page(path));
        if let Some(key) = key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        if let Some(purpose) = purpose {
            request = request.header("yekta-purpose", purpose);
        }
        let mut answer = request.call().unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Mints a code for Mina that holds for an hour, with the members of `more`.
    pub fn mint(&self, more: Value) -> Value {
        let expires = Timestamp::now() + SignedDuration::from_hours(1);
        let mint =
            json!({"identifier": {"kind": "user_id", "value": "mina"}, "expires": expires.to_string()});
        self.post("/v1/qr", &with(mint, more))
    }

    /// What a code is worth now.
    pub fn code(&self, minted: &Value) -> Value {
        self.get(&format!("/v1/qr/{}", minted["token"].as_str().unwrap()))
    }

    /// Ends the service, which has to end well.
    pub fn close(self) {
        self.service.stop();
    }
}

/// A native event so many minutes ago, with the members of `more`.
pub fn event(id: &str, [channel, name]: [&str; 2], minutes_ago: i64, more: Value) -> Value {
    let time = Timestamp::now() - SignedDuration::from_mins(minutes_ago);
    let event =
        json!({"id": id, "source": "test", "channel": channel, "type": name, "time": time.to_string()});
    with(event, more)
}

pub fn identifier(kind: &str, value: &str, trust: &str) -> Value {
    json!({"kind": kind, "value": value, "trust": trust})
}

pub fn mina() -> Value {
    identifier("user_id", "mina", "verified")
}

/// The offer that Mina was shown.
pub fn offer() -> Value {
    json!({"offer_id": "kettles-10", "name": "10 % off kettles"})
}

/// What is in Mina's basket.
pub fn tea_maker() -> Value {
    json!({"product_id": TEA_MAKER, "name": "Tea maker", "quantity": 1, "price": 1_250_000, "currency": "IRR"})
}

/// Mina signs in with all that she is known by, and is shown an offer.
pub fn signed_in() -> Vec<Value> {
    let identifiers = json!([
        mina(),
        identifier("phone", KNOWN, "verified"),
        identifier("loyalty_id", "L-1001", "verified")
    ]);
    let traits = json!({"first_name": "Mina", "last_name": "Karimi", "tier": "gold"});
    vec![
        event(
            "1",
            ["web", "Signed In"],
            600,
            json!({"identifiers": identifiers, "traits": traits}),
        ),
        event(
            "2",
            ["web", "Offer Shown"],
            200,
            json!({"identifiers": [mina()], "properties": offer()}),
        ),
    ]
}

fn with(mut members: Value, more: Value) -> Value {
    let Value::Object(more) = more else {
        panic!("expected members")
    };
    members.as_object_mut().unwrap().extend(more);
    members
}
