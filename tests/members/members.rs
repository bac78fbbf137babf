//! A member: a process of `yekta serve` with a folder, a name and a way to the servers of its own.

use std::{path::Path, process::Command};

use tempfile::TempDir;

use crate::{
    answers::{Readiness, readiness},
    process::{Service, serve},
    proxy::{Proxy, Way},
    serving::folder_with_the_secrets_of,
};

/// What all members of a tenant are started with.
#[derive(Clone, Debug)]
pub struct Place {
    /// Of the servers.
    pub urls: Vec<String>,
    /// Copies of each stream.
    pub replicas: usize,
    /// How long an owner may be silent.
    pub lease_ms: u64,
    /// Whether each has a proxy before each server.
    pub is_proxied: bool,
    /// Further settings, by the names of variables.
    pub more: Vec<(String, String)>,
}

/// One of them.
pub struct Member {
    pub name: String,
    pub data: TempDir,
    /// Its own settings, beside those of all.
    pub own: Vec<(String, String)>,
    place: Place,
    proxies: Vec<Proxy>,
    /// While it runs.
    service: Option<Service>,
}

impl Member {
    /// One that does not run yet, on an empty folder.
    pub fn new(name: &str, place: &Place) -> Self {
        let proxies = match place.is_proxied {
            true => place.urls.iter().map(|url| Proxy::before(url)).collect(),
            false => Vec::new(),
        };
        Self {
            name: name.to_owned(),
            data: tempfile::tempdir().unwrap(),
            own: Vec::new(),
            place: place.clone(),
            proxies,
            service: None,
        }
    }

    /// The same on a folder with the secrets of another member, as operators copy them.
    pub fn beside(name: &str, place: &Place, other: &Path) -> Self {
        Self {
            data: folder_with_the_secrets_of(other),
            ..Self::new(name, place)
        }
    }

    /// What starts it.
    pub fn command(&self) -> Command {
        let urls: Vec<String> = match self.proxies.is_empty() {
            true => self.place.urls.clone(),
            false => self.proxies.iter().map(Proxy::url).collect(),
        };
        let mut command = serve(self.data.path());
        command
            .env("YEKTA_NATS__URL", urls.join(","))
            .env("YEKTA_NATS__REPLICAS", self.place.replicas.to_string())
            .env("YEKTA_CLUSTER__STANDBY", "true")
            .env("YEKTA_CLUSTER__NAME", &self.name)
            .env("YEKTA_CLUSTER__LEASE_MS", self.place.lease_ms.to_string())
            .envs(self.place.more.iter().cloned())
            .envs(self.own.iter().cloned());
        if self.place.replicas > 1 {
            // What was on its way to a server that goes is asked about soon. One alone may take its time.
            command.env("YEKTA_NATS__ACK_TIMEOUT_MS", "1000");
        }
        command
    }

    /// Starts it and waits until it listens.
    pub fn start(&mut self) {
        assert!(self.service.is_none(), "{} runs already", self.name);
        self.service = Some(Service::of(self.command()));
    }

    /// Its process.
    pub fn service(&self) -> &Service {
        let service = self.service.as_ref();
        service.unwrap_or_else(|| panic!("{} does not run", self.name))
    }

    /// Its process, given up to whoever ends it.
    pub fn take(&mut self) -> Service {
        self.service
            .take()
            .unwrap_or_else(|| panic!("{} does not run", self.name))
    }

    pub const fn runs(&self) -> bool {
        self.service.is_some()
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.service().url
    }

    /// What it says of itself; none where it does not run, or says nothing.
    pub fn readiness(&self) -> Option<Readiness> {
        readiness(&self.service.as_ref()?.url)
    }

    /// Whether it is ready in a role.
    pub fn is_ready_as(&self, role: &str) -> bool {
        let ready =
            |told: Readiness| (told.code, told.status.as_str()) == (200, "ready") && told.role == role;
        self.readiness().is_some_and(ready)
    }

    /// Treats its way to all servers so.
    pub fn set_way(&self, way: Way) {
        assert!(!self.proxies.is_empty(), "{} has no proxy", self.name);
        for proxy in &self.proxies {
            proxy.set(way);
        }
    }
}
