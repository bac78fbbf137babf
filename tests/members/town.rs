//! Servers, and the members of one tenant beside them: who owns it, who joins, goes and comes back.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_nats::ConnectOptions;

use crate::{
    broker::Broker,
    cluster::Cluster,
    members::{Member, Place},
    process::wait_for,
    replicas::wait_until_whole,
    server::NatsServer,
};

/// The lease where a test waits until it lapses.
pub const SHORT_LEASE_MS: u64 = 2_000;
/// The lease where it must not lapse, however busy the machine is.
pub const LONG_LEASE_MS: u64 = 60_000;

/// Where members listen now, by their names.
pub type Addresses = Arc<Mutex<BTreeMap<String, String>>>;

/// Members, and the servers `S` that they share.
pub struct Town<S> {
    pub servers: S,
    pub place: Place,
    pub broker: Broker,
    pub members: Vec<Member>,
    pub addresses: Addresses,
}

/// A client that soon leaves a server which stands still.
pub fn connected(urls: &[String]) -> Broker {
    let options = ConnectOptions::new().ping_interval(Duration::from_secs(1));
    Broker::at(urls, options)
}

impl Town<Cluster> {
    /// Three servers, three copies of each stream, and two members.
    pub fn of_three(is_proxied: bool) -> Self {
        Self::on(Cluster::start(), SHORT_LEASE_MS, is_proxied)
    }

    /// The same on servers that run, with a lease.
    pub fn on(cluster: Cluster, lease_ms: u64, is_proxied: bool) -> Self {
        let place = Place {
            urls: cluster.urls(),
            replicas: 3,
            lease_ms,
            is_proxied,
            more: Vec::new(),
        };
        let broker = connected(&place.urls);
        let mut town = Self::empty(cluster, broker, place);
        wait_until_whole(&town.broker);
        town.join("a");
        town.join("b");
        town
    }
}

impl Town<NatsServer> {
    /// One server, and two members of whom the first owns the tenant.
    pub fn of_one(lease_ms: u64) -> Self {
        let mut town = Self::without_members(lease_ms);
        town.join("a");
        town.join("b");
        town
    }

    /// One server.
    pub fn without_members(lease_ms: u64) -> Self {
        let server = NatsServer::start();
        let broker = connected(&[server.url()]);
        Self::beside(server, broker, lease_ms)
    }

    /// One server that a client is connected to already.
    pub fn beside(server: NatsServer, broker: Broker, lease_ms: u64) -> Self {
        let place = Place {
            urls: vec![server.url()],
            replicas: 1,
            lease_ms,
            is_proxied: false,
            more: Vec::new(),
        };
        Self::empty(server, broker, place)
    }
}

impl<S> Town<S> {
    fn empty(servers: S, broker: Broker, place: Place) -> Self {
        Self {
            servers,
            place,
            broker,
            members: Vec::new(),
            addresses: Addresses::default(),
        }
    }

    /// Another member that does not run yet, with the secrets of the first.
    pub fn add(&mut self, name: &str) {
        let member = match self.members.first() {
            Some(first) => Member::beside(name, &self.place, first.data.path()),
            None => Member::new(name, &self.place),
        };
        self.members.push(member);
    }

    /// Has another member join, and waits until one owns the tenant and all are ready.
    pub fn join(&mut self, name: &str) {
        self.add(name);
        self.start(self.members.len() - 1);
        self.owner();
    }

    /// Starts a member and waits until it listens.
    pub fn start(&mut self, member: usize) {
        let member = &mut self.members[member];
        member.start();
        let mut addresses = self.addresses.lock().unwrap();
        addresses.insert(member.name.clone(), member.url().to_owned());
    }

    /// Nobody is sent to it any more: its port may soon be another's.
    pub fn forget(&self, member: usize) {
        let mut addresses = self.addresses.lock().unwrap();
        addresses.remove(&self.members[member].name);
    }

    /// Ends a member as a loss of power would.
    pub fn kill(&mut self, member: usize) {
        self.forget(member);
        self.members[member].take().running.kill();
    }

    /// Ends a member as operators do; gives what it said.
    pub fn stop(&mut self, member: usize) -> String {
        self.forget(member);
        self.members[member].take().stop()
    }

    /// Waits until exactly one of those who run owns the tenant and is ready, and all others are ready standbys.
    pub fn owner(&self) -> usize {
        wait_for("one owner, and standbys beside it", || {
            let (mut owner, mut standbys) = (None, 0);
            for (number, member) in self.running() {
                let told = member.readiness().filter(|told| told.code == 200)?;
                match (told.role.as_str(), owner) {
                    ("owner", None) => owner = Some(number),
                    ("standby", _) => standbys += 1,
                    _ => return None,
                }
            }
            owner.filter(|_| standbys + 1 == self.running().count())
        })
    }

    /// Waits until a member is ready in a role.
    pub fn wait_until(&self, member: usize, role: &str) {
        let member = &self.members[member];
        wait_for(&format!("{} to be ready as {role}", member.name), || {
            member.is_ready_as(role).then_some(())
        });
    }

    /// Those whose processes run.
    pub fn running(&self) -> impl Iterator<Item = (usize, &Member)> {
        let members = self.members.iter().enumerate();
        members.filter(|(_, member)| member.runs())
    }
}
