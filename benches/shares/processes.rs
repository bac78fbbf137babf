//! Processes of the service, and what they and the servers cost: the processor time of each kind, and what went to disk.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use crate::server::wait_for;

/// Ticks of a second in `/proc`.
const TICKS: f64 = 100.0;
const SECRET: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// The longest lease there may be, in milliseconds.
const STILL_MS: &str = "60000";

/// Processes of the service, each with the URL of its first tenant; ended when they are dropped.
pub struct Town {
    pub urls: Vec<String>,
    children: Vec<Child>,
    _folders: Vec<TempDir>,
}

impl Town {
    /// One process with so many tenants, on servers that keep so many copies.
    pub fn start(servers: &[String], tenants: usize, copies: usize) -> Self {
        let files = tempfile::tempdir().unwrap();
        for tenant in 0..tenants {
            fs::write(files.path().join(format!("t{tenant}.toml")), "").unwrap();
        }
        // Servers that have just met have no place for three copies yet.
        let (url, child, folder) = wait_for("the service to start", || {
            let mut command = serve(servers);
            command
                .env("YEKTA_TENANTS__DIR", files.path())
                .env("YEKTA_NATS__REPLICAS", copies.to_string());
            launched(command)
        });
        let urls: Vec<String> = (0..tenants).map(|tenant| format!("{url}/t/t{tenant}")).collect();
        for url in &urls {
            wait_until_ready(url);
        }
        Self {
            urls,
            children: vec![child],
            _folders: vec![files, folder],
        }
    }

    /// One process with one tenant, whose customers are in so many partitions, on servers that keep so many copies; in no
    /// partition where it is one engine.
    pub fn of_partitions(servers: &[String], partitions: usize, copies: usize) -> Self {
        let files = divided(partitions);
        // Servers that have just met have no place for three copies yet.
        let (url, child, folder) = wait_for("the service to start", || {
            let mut command = sharing(servers, "a");
            command
                .env("YEKTA_TENANTS__DIR", files.path())
                .env("YEKTA_NATS__REPLICAS", copies.to_string());
            launched(command)
        });
        for tenant in names(partitions) {
            wait_until_ready(&format!("{url}/t/{tenant}"));
        }
        Self {
            urls: vec![format!("{url}/t/giant")],
            children: vec![child],
            _folders: vec![files, folder],
        }
    }

    /// A process that owns the resolver of a tenant, and nothing else: who owns its only partition stands still.
    pub fn of_a_resolver(servers: &[String]) -> Self {
        let files = divided(1);
        let begin = |name: &str| {
            let mut command = sharing(servers, name);
            // Nobody is to take over from who stands still.
            command
                .env("YEKTA_TENANTS__DIR", files.path())
                .env("YEKTA_CLUSTER__LEASE_MS", STILL_MS);
            launched(command).unwrap()
        };
        let processes = ["a", "b"].map(begin);
        let at = wait_for("each of two processes to own something", || {
            let owned = |tenant: &str| {
                let mut urls = processes.iter().map(|(url, ..)| format!("{url}/t/{tenant}"));
                urls.position(|url| is_owner(&url))
            };
            let (resolver, partition) = (owned("giant")?, owned("giant-p0")?);
            (resolver != partition).then_some(resolver)
        });
        let [first, second] = processes;
        let ((url, working, folder), (_, still, other)) = match at {
            0 => (first, second),
            _ => (second, first),
        };
        let stopped = Command::new("kill")
            .args(["-STOP", &still.id().to_string()])
            .status();
        assert!(stopped.unwrap().success());
        Self {
            urls: vec![format!("{url}/t/giant")],
            children: vec![working, still],
            _folders: vec![files, folder, other],
        }
    }

    /// Whether the first process owns a tenant.
    pub fn owns(&self, tenant: &str) -> bool {
        let (process, _) = self.urls[0].split_once("/t/").unwrap();
        is_owner(&format!("{process}/t/{tenant}"))
    }

    /// An owner and a standby of one tenant; the owner's URL comes first.
    pub fn of_two(servers: &[String]) -> Self {
        let (mut urls, mut children, mut folders) = (Vec::new(), Vec::new(), Vec::new());
        for name in ["a", "b"] {
            let (url, child, folder) = launched(sharing(servers, name)).unwrap();
            wait_until_ready(&url);
            urls.push(url);
            children.push(child);
            folders.push(folder);
        }
        Self {
            urls,
            children,
            _folders: folders,
        }
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        for child in &mut self.children {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// The folder of a tenant with so many partitions.
fn divided(partitions: usize) -> TempDir {
    let files = tempfile::tempdir().unwrap();
    let file = format!("[cluster]\npartitions = {partitions}\n");
    fs::write(files.path().join("giant.toml"), file).unwrap();
    files
}

/// Its partitions, and the tenant itself.
fn names(partitions: usize) -> impl Iterator<Item = String> {
    let parts = (0..partitions).map(|partition| format!("giant-p{partition}"));
    parts.chain(["giant".to_owned()])
}

fn serve(servers: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yekta"));
    command
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("YEKTA_NATS__URL", servers.join(","))
        .env("YEKTA_DATA__BALLAST_BYTES", "0");
    command
}

/// One that shares its tenant with others, and its secrets by a key that all of them are given.
pub fn sharing(servers: &[String], name: &str) -> Command {
    let mut command = serve(servers);
    command
        .env("YEKTA_CLUSTER__STANDBY", "true")
        .env("YEKTA_CLUSTER__NAME", name)
        .env("YEKTA_DATA__KEY", SECRET);
    command
}

fn launched(mut command: Command) -> Option<(String, Child, TempDir)> {
    let folder = tempfile::tempdir().unwrap();
    command
        .arg("--data-dir")
        .arg(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut said = String::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    lines.read_line(&mut said).unwrap();
    match said.trim().strip_prefix("listening on ") {
        Some(url) => Some((url.to_owned(), child, folder)),
        None => {
            child.wait().unwrap();
            None
        }
    }
}

/// Whether a process that is ready owns a tenant.
fn is_owner(url: &str) -> bool {
    let told = ureq::get(format!("{url}/readyz")).call().ok();
    let told = told.and_then(|told| told.into_body().read_to_string().ok());
    told.is_some_and(|told| told.contains("\"role\":\"owner\""))
}

pub fn wait_until_ready(url: &str) {
    wait_for("the service to be ready", || {
        ureq::get(format!("{url}/readyz")).call().ok().map(drop)
    });
}

/// What the processes that this one started have cost so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Costs {
    service: f64,
    servers: f64,
    /// Bytes that the servers wrote.
    written: u64,
}

impl Costs {
    /// As the system tells now.
    pub fn now() -> Self {
        let mut costs = Self::default();
        let own = std::process::id().to_string();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let read = |name: &str| fs::read_to_string(entry.path().join(name)).unwrap_or_default();
            let stat = read("stat");
            let Some((name, rest)) = stat.split_once(") ") else {
                continue;
            };
            let fields: Vec<&str> = rest.split(' ').collect();
            if fields.get(1) != Some(&own.as_str()) {
                continue;
            }
            let ticks = |at: usize| fields[at].parse::<f64>().unwrap_or(0.0);
            let seconds = (ticks(11) + ticks(12)) / TICKS;
            if name.contains("nats-server") {
                costs.servers += seconds;
                let written = read("io");
                let line = written
                    .lines()
                    .find_map(|line| line.strip_prefix("write_bytes: "));
                costs.written += line.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
            } else if name.contains("yekta") {
                costs.service += seconds;
            }
        }
        costs
    }

    pub fn since(&self, before: &Self) -> Self {
        Self {
            service: self.service - before.service,
            servers: self.servers - before.servers,
            written: self.written - before.written,
        }
    }

    /// By the event.
    pub fn per_event(&self, count: usize, took: Duration) -> String {
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
        let (events, written) = (count as f64, self.written as f64);
        format!(
            "service {:.0} us, servers {:.0} us, {:.1} KB written, {}",
            self.service / events * 1e6,
            self.servers / events * 1e6,
            written / events / 1e3,
            rate(count, took)
        )
    }
}

impl Costs {
    /// Of processors, by the second that it took.
    pub fn per_second(&self, took: Duration) -> String {
        let share = |seconds: f64| seconds / took.as_secs_f64() * 1e3;
        let (service, servers) = (share(self.service), share(self.servers));
        format!("service {service:.0} ms, servers {servers:.0} ms of processor a second")
    }
}

/// So many in this time, by the second.
pub fn rate(count: usize, took: Duration) -> String {
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
    let count = count as f64;
    format!("{:.0}/s", count / took.as_secs_f64())
}
