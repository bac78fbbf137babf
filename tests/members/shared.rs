//! Several processes with the same tenants: each owns as many as the others, what a dead one owned goes to those who live,
//! and back once it is there again. What each tenant was told is counted once, whoever owned it.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::json;
use tempfile::TempDir;

use crate::{
    answers::{follow, readiness, try_send},
    channel::visit,
    process::{Service, serve, wait_for},
    server::NatsServer,
};

const TENANTS: [&str; 4] = ["airline", "bank", "grocer", "retailer"];
const PROCESSES: [&str; 2] = ["a", "b"];
const MASTER: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// Twice as long a tenant is left to who is asked to own it, on a busy machine too.
const LEASE_MS: u64 = 3_000;

/// Processes with the same tenants.
struct Quarter {
    server: NatsServer,
    files: TempDir,
    folders: BTreeMap<&'static str, TempDir>,
    running: BTreeMap<&'static str, Service>,
}

impl Quarter {
    fn new() -> Self {
        let files = tempfile::tempdir().unwrap();
        for tenant in TENANTS {
            fs::write(files.path().join(format!("{tenant}.toml")), "").unwrap();
        }
        let folder = |name| (name, tempfile::tempdir().unwrap());
        Self {
            server: NatsServer::start(),
            files,
            folders: PROCESSES.into_iter().map(folder).collect(),
            running: BTreeMap::new(),
        }
    }

    fn start(&mut self, name: &'static str) {
        let service = Service::of(self.command(name, self.folders[name].path()));
        self.running.insert(name, service);
    }

    fn command(&self, name: &str, data: &Path) -> std::process::Command {
        let mut command = serve(data);
        command
            .env("YEKTA_TENANTS__DIR", self.files.path())
            .env("YEKTA_DATA__KEY", MASTER)
            .env("YEKTA_NATS__URL", self.server.url())
            .env("YEKTA_CLUSTER__STANDBY", "true")
            .env("YEKTA_CLUSTER__NAME", name)
            .env("YEKTA_CLUSTER__LEASE_MS", LEASE_MS.to_string());
        command
    }

    /// Who owns each tenant, if each has one owner and all others stand by.
    fn owners(&self) -> Option<BTreeMap<&'static str, &'static str>> {
        let mut owners = BTreeMap::new();
        for tenant in TENANTS {
            for (name, service) in &self.running {
                let told =
                    readiness(&format!("{}/t/{tenant}", service.url)).filter(|told| told.code == 200)?;
                if told.role == "owner" && owners.insert(tenant, *name).is_some() {
                    return None;
                }
            }
            owners.get(tenant)?;
        }
        Some(owners)
    }

    /// Waits until each process owns as many as this.
    fn wait_until_each_owns(&self, count: usize) {
        wait_for("all processes to own as many tenants", || {
            let owners = self.owners()?;
            let own = |name: &str| owners.values().filter(|owner| **owner == name).count();
            self.running.keys().all(|name| own(name) == count).then_some(())
        });
    }

    /// Has each tenant told of one more visit by whoever takes it, and waits until all processes know of it.
    fn visit(&self, number: u64) {
        for tenant in TENANTS {
            let id = format!("{tenant}-{number}");
            let event = visit(&id, "u-1");
            wait_for("a process to take a visit", || {
                let url = &self.running.values().next()?.url;
                let sent = try_send("POST", &format!("{url}/t/{tenant}/v1/events"), Some(&event))?;
                (sent.status == 200).then_some(())
            });
            for service in self.running.values() {
                let url = format!("{}/t/{tenant}/v1/profiles/user_id:u-1", service.url);
                wait_for("a process to know of a visit", || {
                    let seen = try_send("GET", &url, None)?;
                    (seen.body["counters"]["events"] == number).then_some(())
                });
            }
        }
    }
}

#[test]
fn processes_share_their_tenants_evenly_and_take_over_from_the_dead() {
    let mut quarter = Quarter::new();
    quarter.start("a");
    quarter.wait_until_each_owns(4);
    quarter.visit(1);
    quarter.start("b");
    quarter.wait_until_each_owns(2);
    quarter.visit(2);
    let dead = quarter.running.remove("a").unwrap();
    dead.running.kill();
    quarter.wait_until_each_owns(4);
    quarter.visit(3);
    quarter.start("a");
    quarter.wait_until_each_owns(2);
    quarter.visit(4);
    // Whoever is asked sends what only the owner can do to the owner, below the tenant's path.
    for tenant in TENANTS {
        for service in quarter.running.values() {
            let url = format!("{}/t/{tenant}/v1/events?wait=commit", service.url);
            let event = json!([visit(&format!("{tenant}-4"), "u-1")]);
            // Just after a hand-over a standby does not know yet who owns the tenant, and says so.
            wait_for("the owner to take an event", || {
                let answer = follow("POST", &url, Some(&event));
                assert!([200, 503].contains(&answer.status), "{answer:?}");
                (answer.status == 200).then_some(())
            });
        }
    }
    for (_, service) in std::mem::take(&mut quarter.running) {
        service.stop();
    }
}
