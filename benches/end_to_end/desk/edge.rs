//! The two edges that are asked, and how TLS is spoken on both.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_nats::Client;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use yekta::config::Settings;
use yekta::nats::{self, connect};

use crate::nats::server::NatsServer;
use crate::town;

/// Certificates that were made for tests, for 127.0.0.1.
const CERTIFICATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/nats/tls");

fn certificate(name: &str) -> PathBuf {
    Path::new(CERTIFICATES).join(name)
}

/// What a nats-server that speaks TLS is configured with.
pub fn server_tls() -> String {
    let [cert, key] = ["server.pem", "server-key.pem"].map(certificate);
    format!("tls {{ cert_file: {cert:?}, key_file: {key:?} }}")
}

/// A service on that server that speaks TLS itself.
pub fn settings(dir: &Path, server: &NatsServer) -> Settings {
    let file = |name: &str| certificate(name).display().to_string();
    let more = [
        ("nats.url", server.url()),
        ("nats.tls_required", "true".to_owned()),
        ("nats.tls_ca_file", file("ca.pem")),
        ("http.tls_cert_file", file("server.pem")),
        ("http.tls_key_file", file("server-key.pem")),
    ];
    town::settings_with(dir, &more)
}

/// A way to ask.
pub trait Edge: Sync {
    fn name(&self) -> &'static str;
    /// What an agent is told of whoever calls from `phone`.
    fn context(&self, phone: &str);
    /// What a till is told of a code.
    fn read(&self, code: &str);
    /// Uses a code up.
    fn redeem(&self, code: &str);
}

/// By HTTPS.
pub struct Http {
    agent: Agent,
    url: String,
}

impl Http {
    pub fn new(address: SocketAddr) -> Self {
        let ca = std::fs::read(certificate("ca.pem")).unwrap();
        let roots = RootCerts::from(vec![Certificate::from_pem(&ca).unwrap()]);
        let config = Agent::config_builder()
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .max_idle_connections(64)
            .max_idle_connections_per_host(64)
            .build();
        Self {
            agent: config.new_agent(),
            url: format!("https://{address}"),
        }
    }

    /// Posts events.
    pub fn tell(&self, events: &Value) {
        assert_eq!(self.post("/v1/events", events)["rejected"], json!([]));
    }

    /// Waits until somebody is known by an identifier.
    pub fn see(&self, who: &str) {
        let path = format!("/v1/context/callcenter/{who}");
        while !self.get(&path).contains("\"match\":\"one\"") {
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// A code for whoever has `phone`.
    pub fn mint(&self, phone: &str) -> String {
        let body = json!({"identifier": {"kind": "phone", "value": phone}, "purpose": "lookup"});
        self.post("/v1/qr", &body)["token"].as_str().unwrap().to_owned()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self
            .agent
            .post(format!("{}{path}", self.url))
            .send(body.to_string());
        let text = answer.unwrap().body_mut().read_to_string().unwrap();
        serde_json::from_str(&text).unwrap()
    }

    fn get(&self, path: &str) -> String {
        let answer = self.agent.get(format!("{}{path}", self.url)).call();
        answer.unwrap().body_mut().read_to_string().unwrap()
    }
}

impl Edge for Http {
    fn name(&self) -> &'static str {
        "HTTPS"
    }

    fn context(&self, phone: &str) {
        let path = format!("/v1/context/callcenter/phone:{}", phone.replace('+', "%2B"));
        assert!(self.get(&path).contains("\"match\":\"one\""));
    }

    fn read(&self, code: &str) {
        assert!(self.get(&format!("/v1/qr/{code}")).contains("\"outcome\""));
    }

    fn redeem(&self, code: &str) {
        let redeemed = self.post(&format!("/v1/qr/{code}/redeem"), &json!({"store_id": "north"}));
        assert_eq!(redeemed["outcome"], "valid");
    }
}

/// By requests over NATS.
pub struct Nats {
    runtime: Runtime,
    client: Client,
}

impl Nats {
    pub fn new(server: &NatsServer) -> Self {
        let runtime = Runtime::new().unwrap();
        let settings = nats::Settings {
            urls: vec![server.url().parse().unwrap()],
            tls: nats::Tls {
                required: true,
                ca_file: Some(certificate("ca.pem")),
                ..nats::Tls::default()
            },
            ..nats::Settings::default()
        };
        let client = runtime.block_on(connect(&settings)).unwrap().client.clone();
        Self { runtime, client }
    }

    fn ask(&self, subject: &str, body: &Value) -> String {
        let asked = self
            .client
            .request(format!("yekta.v1.default.{subject}"), body.to_string().into());
        let answer = self.runtime.block_on(asked).unwrap();
        String::from_utf8(answer.payload.to_vec()).unwrap()
    }
}

impl Edge for Nats {
    fn name(&self) -> &'static str {
        "NATS"
    }

    fn context(&self, phone: &str) {
        let body = json!({"view": "callcenter", "who": format!("phone:{phone}")});
        assert!(self.ask("q.context", &body).contains("\"match\":\"one\""));
    }

    fn read(&self, code: &str) {
        assert!(self.ask("q.qr", &json!({"token": code})).contains("\"outcome\""));
    }

    fn redeem(&self, code: &str) {
        let body = json!({"token": code, "store_id": "north"});
        assert!(self.ask("c.qr.redeem", &body).contains("\"valid\""));
    }
}
