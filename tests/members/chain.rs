//! Headquarters and a shop whose server is a leaf node of theirs, with a line between them that can be cut; all as
//! `config/examples/shop` has it.

use std::{net::TcpListener, process::Command};

use async_nats::{
    ConnectOptions,
    jetstream::stream::{Config, External, Source},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    answers::{Answer, send},
    broker::{Broker, EVENTS},
    process::{Service, serve, wait_for},
    proxy::Proxy,
    server::NatsServer,
    serving::folder_with_the_secrets_of,
    town::{LONG_LEASE_MS, Town, connected},
};

const CONF: &str = include_str!("../../config/examples/shop/shop.conf");
const SETTINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/config/examples/shop/yekta.toml");

/// Headquarters with one member, and a shop at the other end of a line.
pub struct Chain {
    pub headquarters: Town<NatsServer>,
    pub line: Proxy,
    pub server: NatsServer,
    /// A client of the shop's server.
    pub broker: Broker,
    pub data: TempDir,
    /// The shop's process, while it runs.
    pub service: Option<Service>,
}

/// `yekta serve` of a folder in a shop, at a server there, as the example has it.
pub fn command(server: &NatsServer, data: &TempDir) -> Command {
    let mut command = serve(data.path());
    command
        .args(["--config", SETTINGS, "--nats-url", &server.url()])
        .env("YEKTA_NATS__PASSWORD", "of-yekta")
        .env("YEKTA_NATS__ACK_TIMEOUT_MS", "1000");
    command
}

/// A shop's server as the example has it, whose line leads to `headquarters`.
pub fn shops_server(headquarters: &str) -> NatsServer {
    let line = format!("[{headquarters}]");
    let environment = [
        ("YEKTA_PASSWORD", "of-yekta"),
        ("YEKTA_TILL_PASSWORD", "of-till"),
        ("YEKTA_HEADQUARTERS", line.as_str()),
    ];
    NatsServer::within(CONF, &[], &environment)
}

pub fn shops_broker(server: &NatsServer) -> Broker {
    let options = ConnectOptions::with_user_and_password("yekta".to_owned(), "of-yekta".to_owned());
    Broker::with(server, options)
}

pub fn free_port() -> u16 {
    let bound = TcpListener::bind("127.0.0.1:0").unwrap();
    bound.local_addr().unwrap().port()
}

impl Chain {
    pub fn open() -> Self {
        let port = free_port();
        let config = format!(
            "jetstream {{ domain: site-1 }}\nleafnodes {{ listen: \"127.0.0.1:{port}\", no_advertise: true }}\n"
        );
        let server = NatsServer::with(&config, &[]);
        let broker = connected(&[server.url()]);
        let mut headquarters = Town::beside(server, broker, LONG_LEASE_MS);
        headquarters.join("a");
        let line = Proxy::before(&format!("nats://127.0.0.1:{port}"));
        let server = shops_server(&line.url());
        let mut chain = Self {
            data: folder_with_the_secrets_of(headquarters.members[0].data.path()),
            broker: shops_broker(&server),
            headquarters,
            line,
            server,
            service: None,
        };
        chain.start();
        chain.source();
        chain
    }

    pub fn start(&mut self) {
        self.service = Some(Service::of(command(&self.server, &self.data)));
    }

    /// Has headquarters source what the shop's channels tell.
    fn source(&self) {
        let broker = &self.headquarters.broker;
        let source = Source {
            name: EVENTS.to_owned(),
            external: Some(External {
                api_prefix: "$JS.shop-1.API".to_owned(),
                delivery_prefix: None,
            }),
            ..Source::default()
        };
        let config = Config {
            sources: Some(vec![source]),
            ..broker.stream(EVENTS).config
        };
        let updated = broker.runtime.block_on(broker.jetstream.update_stream(config));
        updated.expect("headquarters source a shop's events");
    }

    pub fn owner(&self) -> &str {
        self.headquarters.members[0].url()
    }

    pub fn url(&self) -> &str {
        &self.service.as_ref().expect("the shop's process runs").url
    }

    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        send(method, &format!("{}{path}", self.url()), body)
    }

    /// Something that only the owner can do, asked of the shop.
    fn command(&self) -> Answer {
        let consent = json!({"sms": {"marketing": "granted"}});
        let path = "/v1/profiles/user_id:nobody/consent?request_id=c-1";
        self.ask("PUT", path, Some(&consent))
    }

    /// Waits until the shop says that commands go to the owner, or that nobody owns the tenant.
    pub fn wait_until_commands_are(&self, status: u16, code: &str) {
        wait_for(&format!("commands to be answered {status} {code}"), || {
            let answer = self.command();
            ((answer.status, &answer.body["code"]) == (status, &json!(code))).then_some(())
        });
    }

    /// Waits until the shop shows the position that the owner shows.
    pub fn wait_until_level(&self) {
        wait_for("the shop to be where the owner is", || {
            let asked =
                [self.owner(), self.url()].map(|url| send("GET", &format!("{url}/v1/reports/cx"), None));
            (asked[0].position() == asked[1].position()).then_some(())
        });
    }
}
