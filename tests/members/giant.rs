//! The processes of a tenant whose customers are between several partitions: they own its resolver and its partitions between
//! them, may be killed and started again, and tell in the end what became of all events.

use std::{collections::BTreeMap, fs, path::Path, process::Command, time::Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use yekta::cli::generate::{Generator, GeneratorConfig};

use crate::{
    answers::{Answer, post_soon, readiness, try_send},
    broker::{Broker, EVENTS},
    cluster::Cluster,
    journal, load,
    process::{Service, fingerprint_of, printed, serve, wait_for},
    replicas::{are_current, wait_until_whole},
    server::NatsServer,
    streams, times,
    town::connected,
};

const MASTER: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const LEASE_MS: u64 = 2_000;
/// How many partitions there are at first.
pub const PARTITIONS: usize = 2;
/// 1 January 2026 in UTC, in microseconds.
const START: i64 = 1_767_225_600_000_000;
/// Events that are sent between two things that happen.
pub const SLICE: usize = 200;

/// Where servers listen, the processes, and what is set besides.
type Beginning<'a> = (
    Vec<String>,
    &'a [&'static str],
    &'a [(&'static str, &'static str)],
);

/// The processes, and what they share.
pub struct Giant<S = NatsServer> {
    pub servers: S,
    /// Where these listen.
    urls: Vec<String>,
    pub broker: Broker,
    pub files: TempDir,
    folders: BTreeMap<&'static str, TempDir>,
    pub running: BTreeMap<&'static str, Service>,
    pub partitions: usize,
    /// What is set besides.
    more: Vec<(&'static str, &'static str)>,
}

impl Giant {
    /// Beside one server.
    pub fn new(names: &[&'static str]) -> Self {
        Self::with(names, &[])
    }

    /// The same with something set besides.
    pub fn with(names: &[&'static str], more: &[(&'static str, &'static str)]) -> Self {
        let server = NatsServer::start();
        let urls = vec![server.url()];
        Self::beside(server, connected(&urls), (urls, names, more))
    }
}

impl Giant<Cluster> {
    /// Beside three servers that all keep a copy.
    pub fn of_three(names: &[&'static str]) -> Self {
        let cluster = Cluster::start();
        let urls = cluster.urls();
        let broker = connected(&urls);
        wait_until_whole(&broker);
        Self::beside(cluster, broker, (urls, names, &[("YEKTA_NATS__REPLICAS", "3")]))
    }

    /// Starts a server again and waits until it has all that the others have.
    pub fn restart_server(&mut self, name: &str) {
        self.servers.restart(name);
        let kinds = ["YEKTA_JOURNAL", "YEKTA_OUT", "KV_YEKTA_PROFILES"];
        let tenants = self.tenants();
        let of_all = kinds
            .iter()
            .flat_map(|kind| tenants.iter().map(move |tenant| format!("{kind}_{tenant}")));
        let streams: Vec<String> = of_all
            .chain([EVENTS.to_owned(), "KV_YEKTA_CLUSTER".to_owned()])
            .collect();
        let streams: Vec<&str> = streams.iter().map(String::as_str).collect();
        wait_for("all copies to be current", || {
            are_current(&self.broker, &streams, self.urls.len()).then_some(())
        });
    }
}

impl<S> Giant<S> {
    fn beside(servers: S, broker: Broker, (urls, names, more): Beginning<'_>) -> Self {
        let files = tempfile::tempdir().unwrap();
        let folder = |name: &&'static str| (*name, tempfile::tempdir().unwrap());
        let mut giant = Self {
            servers,
            urls,
            broker,
            files,
            folders: names.iter().map(folder).collect(),
            running: BTreeMap::new(),
            partitions: 0,
            more: more.to_vec(),
        };
        giant.divide(PARTITIONS);
        for name in names {
            giant.start(name);
        }
        giant.wait_until_whole();
        giant
    }

    pub fn start(&mut self, name: &'static str) {
        let service = Service::of(self.command(name, self.folders[name].path()));
        self.running.insert(name, service);
    }

    fn command(&self, name: &str, data: &Path) -> Command {
        let mut command = self.among_tenants(serve(data));
        command
            .env("YEKTA_CLUSTER__NAME", name)
            .env("YEKTA_CLUSTER__LEASE_MS", LEASE_MS.to_string())
            .envs(self.more.iter().copied());
        command
    }

    /// A command of a process with these tenants.
    fn among_tenants(&self, mut command: Command) -> Command {
        command
            .env("YEKTA_TENANTS__DIR", self.files.path())
            .env("YEKTA_DATA__KEY", MASTER)
            .env("YEKTA_NATS__URL", self.urls.join(","))
            .env("YEKTA_CLUSTER__STANDBY", "true");
        command
    }

    /// Has the tenant have so many partitions, as its file says from now on.
    pub fn divide(&mut self, partitions: usize) {
        self.partitions = partitions;
        let file = format!("[cluster]\npartitions = {partitions}\n");
        fs::write(self.files.path().join("giant.toml"), file).unwrap();
    }

    pub fn kill(&mut self, name: &str) {
        self.running.remove(name).unwrap().running.kill();
    }

    /// The resolver, and the partitions.
    pub fn tenants(&self) -> Vec<String> {
        let partitions = (0..self.partitions).map(|partition| format!("giant-p{partition}"));
        std::iter::once("giant".to_owned()).chain(partitions).collect()
    }

    /// All who are ready at each process, with who owns each.
    pub fn owners(&self) -> Option<BTreeMap<String, &'static str>> {
        let mut owners = BTreeMap::new();
        for tenant in self.tenants() {
            for (name, service) in &self.running {
                let told =
                    readiness(&format!("{}/t/{tenant}", service.url)).filter(|told| told.code == 200)?;
                if told.role == "owner" && owners.insert(tenant.clone(), *name).is_some() {
                    return None;
                }
            }
            owners.get(&tenant)?;
        }
        Some(owners)
    }

    pub fn wait_until_whole(&self) -> BTreeMap<String, &'static str> {
        wait_for("the resolver and all partitions to have an owner", || {
            self.owners()
        })
    }

    /// Posts events to whoever takes them.
    pub fn post(&self, events: &[Value]) {
        post(&self.urls(), events);
    }

    /// Where events are posted to each of those that run.
    pub fn urls(&self) -> Vec<String> {
        let services = self.running.values();
        services
            .map(|service| format!("{}/t/giant/v1/events", service.url))
            .collect()
    }

    /// Posts the next of a world's events.
    pub fn tell(&self, world: &mut Generator, events: &mut Vec<Value>) {
        let some: Vec<Value> = world.by_ref().take(SLICE).collect();
        self.post(&some);
        events.extend(some);
    }

    /// What a partition published.
    pub fn told(&self, partition: usize, kind: &str) -> Vec<streams::Stored> {
        let (stream, filter) = (
            format!("YEKTA_OUT_giant-p{partition}"),
            format!("yekta.v1.giant_p{partition}.{kind}.>"),
        );
        let wanted = || streams::of(&stream, &filter);
        // A stream that is not there yet has told nothing, and one that holds nothing is not read.
        let is_any = self.broker.has(&stream) && self.broker.count(wanted()) > 0;
        match is_any {
            true => self.broker.read_all(wanted()),
            false => Vec::new(),
        }
    }

    /// Waits until each event was told once, by one of the partitions.
    pub fn wait_until_told(&self, count: usize) {
        wait_for("each event to be told", || {
            let told = (0..self.partitions).map(|partition| {
                let (stream, filter) = (
                    format!("YEKTA_OUT_giant-p{partition}"),
                    format!("yekta.v1.giant_p{partition}.context.>"),
                );
                self.broker.count(streams::of(&stream, &filter))
            });
            (told.sum::<usize>() >= count).then_some(())
        });
    }

    /// Each event was told once, and the versions of each profile have no gap, wherever it was when.
    pub fn check_told(&self, count: usize) {
        let (mut events, mut versions) = (BTreeMap::new(), BTreeMap::<String, Vec<u64>>::new());
        for partition in 0..self.partitions {
            for message in self.told(partition, "context") {
                let event = message.json()["event"].clone();
                let id = (event["source"].to_string(), event["id"].to_string());
                *events.entry(id).or_insert(0) += 1;
            }
            for message in self.told(partition, "profile") {
                let told = message.json();
                let is_new = told["kind"] == "updated" && !is_arrival(&told);
                if is_new {
                    let id = told["profile"].as_str().unwrap().to_owned();
                    versions
                        .entry(id)
                        .or_default()
                        .push(told["version"].as_u64().unwrap());
                }
            }
        }
        let again: Vec<_> = events.iter().filter(|(_, times)| **times > 1).collect();
        assert!(again.is_empty(), "told more than once: {again:?}");
        assert_eq!(events.len(), count);
        for (id, mut versions) in versions {
            versions.sort_unstable();
            let wanted: Vec<u64> = (1..).take(versions.len()).collect();
            assert_eq!(versions, wanted, "of {id}");
        }
    }

    /// Fails unless each of these events counts once in the end and all of them make what one engine makes of them, also when
    /// they come again: the next of the world come behind that.
    pub fn check(self, mut world: Generator, mut events: Vec<Value>) {
        self.post(&events);
        self.tell(&mut world, &mut events);
        self.wait_until_told(load::distinct(&events));
        self.check_told(load::distinct(&events));
        self.check_united(load::distinct(&events));
        for tenant in self.tenants() {
            journal::check_epochs_of(&self.broker, &tenant);
        }
        let has_some = |partition| !self.told(partition, "context").is_empty();
        assert!((0..PARTITIONS).all(has_some), "a partition had nobody");
        let expected = undisturbed(&events);
        self.check_copied(&expected);
        assert_eq!(self.stop(), expected);
    }

    /// What a process owns, which runs beside others.
    pub fn owned_by(&self, name: &str) -> Vec<String> {
        let owners = self.wait_until_whole().into_iter();
        let owned = owners.filter_map(|(tenant, owner)| (owner == name).then_some(tenant));
        owned.collect()
    }

    /// Which term each of these tenants is in: more, once another has taken it over.
    pub fn epochs(&self, tenants: &[String]) -> Vec<u64> {
        let terms = |tenant: &String| journal::epochs_of(&self.broker, tenant);
        let last = tenants.iter().map(|tenant| *terms(tenant).last().unwrap());
        last.map(|(_, epoch)| epoch).collect()
    }

    /// Ends all, one after the other: the fingerprints of all profiles as the last of them has them.
    pub fn stop(mut self) -> Vec<String> {
        self.wait_until_whole();
        let mut last = "";
        while let Some((name, service)) = self.running.pop_first() {
            let begun = Instant::now();
            service.stop();
            last = name;
            if !self.running.is_empty() {
                self.wait_until_whole();
                times::tell(
                    "from SIGTERM of a process until others have all of it",
                    &[begun.elapsed()],
                );
            }
        }
        let printed = (0..self.partitions).flat_map(|partition| {
            let mut command = fingerprint_of(self.folders[last].path());
            command.args(["--tenant", &format!("giant-p{partition}")]);
            prints(self.among_tenants(command))
        });
        let mut prints: Vec<String> = printed.collect();
        prints.sort_unstable();
        prints
    }
}

/// Posts events to whichever of these takes them.
pub fn post(urls: &[String], events: &[Value]) {
    for some in events.chunks(20) {
        let body = Value::from(some.to_vec());
        wait_for("a process to take what is posted", || {
            let answers = urls.iter().filter_map(|url| post_soon(url, &body));
            let mut taken = answers.filter(|answer| ![429, 503].contains(&answer.status));
            let answer = taken.next()?;
            assert_eq!(answer.status, 200, "{answer:?}");
            assert_eq!(answer.body["rejected"], json!([]), "{answer:?}");
            Some(())
        });
    }
}

/// The fingerprints of the profiles that a command tells of.
fn prints(mut command: Command) -> Vec<String> {
    command.arg("--json");
    let printed = printed(command, b"");
    let lines = printed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_profiles = lines.filter(|line| line["profile"].is_string());
    of_profiles
        .map(|line| line["fingerprint"].as_str().unwrap().to_owned())
        .collect()
}

/// The same of one engine that has all events in peace.
pub fn undisturbed(events: &[Value]) -> Vec<String> {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path());
    assert_eq!(load::send_all(&service.url, events), load::distinct(events));
    service.stop();
    let mut prints = prints(fingerprint_of(data.path()));
    prints.sort_unstable();
    prints
}

/// Whether it is told of somebody that they came from another partition.
pub fn is_arrival(told: &Value) -> bool {
    told["cause"]["resolution"] == "arrived"
}

/// The events of some people, without end.
pub fn people(seed: u64) -> Generator {
    Generator::new(GeneratorConfig {
        seed,
        people: 60,
        start: START,
    })
}

/// The answer to a question that is asked until it is as wanted.
pub fn asked(url: &str, is_it: impl Fn(&Answer) -> bool) -> Answer {
    wait_for("an answer", || {
        let answer = try_send("GET", url, None)?;
        is_it(&answer).then_some(answer)
    })
}
