//! The end of a process with several tenants under load, by `kill -9` and as operators do: each has all that it
//! acknowledged, and nothing of another's.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::Value;
use yekta::cli::generate;

use crate::{
    load::{self, Load},
    process::{Service, fingerprint, printed},
    tenants::brands::{AIRLINE, Brands, SHOP},
};

const PEOPLE: u32 = 100;
/// More than either tenant takes while the other has yet to acknowledge what is waited for, on a busy machine, too.
const EVENTS: usize = 60 * load::BATCH;
/// Requests of each tenant that are acknowledged before an end comes.
const BEFORE: usize = 2;

/// A tenant under load.
struct Loaded {
    name: &'static str,
    events: Vec<Value>,
    bodies: Arc<Vec<String>>,
    /// The requests that were acknowledged.
    done: BTreeSet<usize>,
}

impl Loaded {
    fn of(name: &'static str, seed: u64) -> Self {
        let events = generate::events(seed, PEOPLE, EVENTS);
        Self {
            name,
            bodies: Arc::new(load::bodies(&events)),
            events,
            done: BTreeSet::new(),
        }
    }

    fn url(&self, service: &Service) -> String {
        format!("{}/t/{}", service.url, self.name)
    }

    /// Begins to send what was not acknowledged yet.
    fn begin(&self, service: &Service) -> Load {
        Load::begin(&self.url(service), &self.bodies, &self.done)
    }

    /// Sends what was acknowledged once more: nothing of it may be new.
    fn has_all(&self, service: &Service) {
        let others = (0..self.bodies.len()).filter(|number| !self.done.contains(number));
        let (sent, accepted) = Load::begin(&self.url(service), &self.bodies, &others.collect()).end();
        assert_eq!(sent.len(), self.bodies.len(), "{} went away", self.name);
        assert_eq!(accepted, 0, "{} has lost what it acknowledged", self.name);
    }
}

/// The fingerprint of a service of one tenant that took the events once and in peace.
fn undisturbed(events: &[Value]) -> String {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path());
    assert_eq!(load::send_all(&service.url, events), load::distinct(events));
    service.stop();
    fingerprint(data.path())
}

#[test]
fn whatever_ends_the_process_each_tenant_has_what_it_acknowledged() {
    // Nobody shows a key here: the keys of the process are no tenant's.
    let brands = Brands::of(&[(SHOP, ""), (AIRLINE, "")]);
    let mut tenants = [Loaded::of(SHOP, 81), Loaded::of(AIRLINE, 82)];
    for kills in [true, false] {
        // All are ready: none is through with its load before another begins.
        let service = brands.start();
        let loads = tenants.each_ref().map(|tenant| tenant.begin(&service));
        for (tenant, load) in tenants.iter().zip(&loads) {
            load.wait_until_acknowledged(tenant.done.len() + BEFORE);
        }
        if kills {
            service.running.kill();
        } else {
            service.stop();
        }
        for (tenant, load) in tenants.iter_mut().zip(loads) {
            tenant.done = load.end().0;
            let (done, all) = (tenant.done.len(), tenant.bodies.len());
            assert!(done < all, "the end came after the load of {}", tenant.name);
        }
        let service = brands.start();
        tenants.iter().for_each(|tenant| tenant.has_all(&service));
        service.stop();
    }

    let service = brands.start();
    for tenant in &tenants {
        load::send_all(&tenant.url(&service), &tenant.events);
    }
    service.stop();
    let prints = tenants.each_ref().map(|tenant| {
        let of_the_folder = |command: &str| {
            let command = brands.command(&[command, "--tenant", tenant.name]);
            printed(command, b"").trim().to_owned()
        };
        of_the_folder("verify");
        let print = of_the_folder("fingerprint");
        assert_eq!(print, undisturbed(&tenant.events), "{}", tenant.name);
        print
    });
    assert_ne!(prints[0], prints[1]);
}
