//! A tenant whose customers are between several partitions: a resolver and the partitions, which processes own between them.
//! Whoever is killed meanwhile, in the end each event counts once, in one partition, and the persons are those that one engine
//! makes of the same events.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use serde_json::{Value, json};
use tempfile::TempDir;
use yekta::cli::generate::{Generator, GeneratorConfig};

use crate::{
    answers::{Answer, follow, post_soon, readiness, try_send},
    broker::Broker,
    channel::visit,
    kills::kills,
    load,
    process::{Service, fingerprint_of, printed, serve, wait_for},
    server::NatsServer,
    streams,
    town::connected,
};

const MASTER: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const LEASE_MS: u64 = 2_000;
const PARTITIONS: usize = 2;
const SEED: u64 = 1_330;
/// 1 January 2026 in UTC, in microseconds.
const START: i64 = 1_767_225_600_000_000;
/// Events that are sent between two things that happen.
const SLICE: usize = 200;

/// The processes, and what they share.
pub struct Giant {
    pub server: NatsServer,
    pub broker: Broker,
    pub files: TempDir,
    folders: BTreeMap<&'static str, TempDir>,
    pub running: BTreeMap<&'static str, Service>,
    pub partitions: usize,
    /// What is set besides.
    more: Vec<(&'static str, &'static str)>,
}

impl Giant {
    fn new(names: &[&'static str]) -> Self {
        Self::with(names, &[])
    }

    /// The same with something set besides.
    pub fn with(names: &[&'static str], more: &[(&'static str, &'static str)]) -> Self {
        let files = tempfile::tempdir().unwrap();
        let server = NatsServer::start();
        let folder = |name: &&'static str| (*name, tempfile::tempdir().unwrap());
        let mut giant = Self {
            broker: connected(&[server.url()]),
            server,
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

    fn start(&mut self, name: &'static str) {
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
            .env("YEKTA_NATS__URL", self.server.url())
            .env("YEKTA_CLUSTER__STANDBY", "true");
        command
    }

    /// Has the tenant have so many partitions, as its file says from now on.
    fn divide(&mut self, partitions: usize) {
        self.partitions = partitions;
        let file = format!("[cluster]\npartitions = {partitions}\n");
        fs::write(self.files.path().join("giant.toml"), file).unwrap();
    }

    fn kill(&mut self, name: &str) {
        self.running.remove(name).unwrap().running.kill();
    }

    /// The resolver, and the partitions.
    fn tenants(&self) -> Vec<String> {
        let partitions = (0..self.partitions).map(|partition| format!("giant-p{partition}"));
        std::iter::once("giant".to_owned()).chain(partitions).collect()
    }

    /// All who are ready at each process, with who owns each.
    fn owners(&self) -> Option<BTreeMap<String, &'static str>> {
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
        for some in events.chunks(20) {
            let body = Value::from(some.to_vec());
            wait_for("a process to take what is posted", || {
                let answers = self
                    .running
                    .values()
                    .filter_map(|service| post_soon(&format!("{}/t/giant/v1/events", service.url), &body));
                let mut taken = answers.filter(|answer| ![429, 503].contains(&answer.status));
                let answer = taken.next()?;
                assert_eq!(answer.status, 200, "{answer:?}");
                assert_eq!(answer.body["rejected"], json!([]), "{answer:?}");
                Some(())
            });
        }
    }

    /// Posts the next of a world's events.
    fn tell(&self, world: &mut Generator, events: &mut Vec<Value>) {
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
    fn wait_until_told(&self, count: usize) {
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
    fn check_told(&self, count: usize) {
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

    /// Ends all, one after the other: the fingerprints of all profiles as the last of them has them.
    fn stop(mut self) -> Vec<String> {
        self.wait_until_whole();
        let mut last = "";
        while let Some((name, service)) = self.running.pop_first() {
            service.stop();
            last = name;
            if !self.running.is_empty() {
                self.wait_until_whole();
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
fn undisturbed(events: &[Value]) -> Vec<String> {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path());
    assert_eq!(load::send_all(&service.url, events), load::distinct(events));
    service.stop();
    let mut prints = prints(fingerprint_of(data.path()));
    prints.sort_unstable();
    prints
}

fn is_arrival(told: &Value) -> bool {
    told["cause"]["resolution"] == "arrived"
}

fn people(seed: u64) -> Generator {
    Generator::new(GeneratorConfig {
        seed,
        people: 60,
        start: START,
    })
}

#[test]
fn partitions_make_the_persons_that_one_engine_makes_whoever_is_killed() {
    let names = ["a", "b"];
    let mut giant = Giant::new(&names);
    let (mut world, mut events) = (people(SEED), Vec::new());
    for kill in 0..kills() {
        giant.tell(&mut world, &mut events);
        let name = names[kill % names.len()];
        giant.kill(name);
        giant.tell(&mut world, &mut events);
        giant.start(name);
        giant.wait_until_whole();
    }
    // What was told comes again, and changes nothing.
    giant.post(&events);
    giant.wait_until_told(load::distinct(&events));
    giant.check_told(load::distinct(&events));
    let has_some = |partition| !giant.told(partition, "context").is_empty();
    assert!((0..PARTITIONS).all(has_some), "a partition had nobody");
    // Who moved is told of beside what comes.
    wait_for("somebody to have moved", || {
        let departed = |partition| giant.told(partition, "profile.departed").len();
        ((0..PARTITIONS).map(departed).sum::<usize>() > 0).then_some(())
    });
    assert_eq!(giant.stop(), undisturbed(&events));
}

#[test]
fn a_tenant_gets_more_partitions_while_events_come() {
    let mut giant = Giant::new(&["a", "b"]);
    let (mut world, mut events) = (people(SEED + 1), Vec::new());
    for partitions in [PARTITIONS, 2 * PARTITIONS] {
        giant.divide(partitions);
        for _ in 0..3 {
            giant.tell(&mut world, &mut events);
        }
    }
    giant.wait_until_whole();
    wait_for("customers to move to the new partitions", || {
        let has_some = |partition| {
            giant
                .told(partition, "profile")
                .iter()
                .any(|told| is_arrival(&told.json()))
        };
        (PARTITIONS..giant.partitions).all(has_some).then_some(())
    });
    giant.tell(&mut world, &mut events);
    giant.wait_until_told(load::distinct(&events));
    giant.wait_until_settled();
    giant.check_told(load::distinct(&events));
    assert_eq!(giant.stop(), undisturbed(&events));
}

/// The answer to a question that is asked until it is as wanted.
pub fn asked(url: &str, is_it: impl Fn(&Answer) -> bool) -> Answer {
    wait_for("an answer", || {
        let answer = try_send("GET", url, None)?;
        is_it(&answer).then_some(answer)
    })
}

#[test]
fn whoever_is_asked_answers_for_the_partition_that_has_the_customer() {
    let giant = Giant::new(&["a", "b"]);
    let users: Vec<String> = (0..12).map(|number| format!("u-{number}")).collect();
    for user in &users {
        giant.post(&[visit(&format!("v-{user}"), user)]);
    }
    for service in giant.running.values() {
        for user in &users {
            let url = format!("{}/t/giant/v1/profiles/user_id:{user}", service.url);
            let seen = asked(&url, |answer| answer.status == 200);
            assert_eq!(seen.body["counters"]["events"], 1, "{seen:?}");
            // By its id as well, which says nothing of where it is.
            let id = seen.body["id"].as_str().unwrap();
            let url = format!("{}/t/giant/v1/profiles/{id}", service.url);
            assert_eq!(
                asked(&url, |answer| answer.status == 200).body["id"],
                seen.body["id"]
            );
        }
        let nobody = format!("{}/t/giant/v1/profiles/user_id:nobody", service.url);
        assert_eq!(try_send("GET", &nobody, None).unwrap().status, 404);
    }
    // What only an owner can do is done by the owner of that partition, once.
    let url = &giant.running.first_key_value().unwrap().1.url;
    for user in &users {
        let consent = json!({"email": {"marketing": "denied"}});
        let path = format!("{url}/t/giant/v1/profiles/user_id:{user}/consent?request_id=c-{user}");
        let answer = follow("PUT", &path, Some(&consent));
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let all = (0..PARTITIONS).map(|partition| giant.told(partition, "context").len());
    assert!(
        all.clone().all(|told| told > 0),
        "one partition has everybody: {:?}",
        all.collect::<Vec<_>>()
    );
}
