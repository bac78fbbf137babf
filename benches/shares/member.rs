//! A member of a shared tenant: a process on a folder that outlives it, what it says, and what it takes.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    figures::folder_bytes,
    processes::{sharing, wait_until_ready},
};

/// Between two looks at what may take minutes.
const LOOK: Duration = Duration::from_millis(50);

/// One that runs.
pub struct Member {
    pub url: String,
    name: String,
    servers: Vec<String>,
    // ORDER: it ends before its folder goes.
    running: Running,
    folder: TempDir,
}

/// Its process, which ends with this value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A stream as `yekta cluster status` tells of it.
#[derive(Debug)]
pub struct Stream {
    pub name: String,
    pub messages: u64,
    pub bytes: u64,
}

impl Member {
    /// One with an empty disk, once it is ready.
    pub fn new(servers: &[String], name: &str) -> Self {
        Self::on(tempfile::tempdir().unwrap(), (servers, name), None)
    }

    /// On a folder, with a snapshot every so many seconds; none where that is 0, one a day where it is not said.
    fn on(folder: TempDir, (servers, name): (&[String], &str), every: Option<u32>) -> Self {
        let said = folder.path().join("said");
        let mut command = sharing(servers, name);
        command
            .env("YEKTA_LOG__FORMAT", "json")
            .envs(every.map(|seconds| ("YEKTA_SNAPSHOTS__INTERVAL_S", seconds.to_string())))
            .arg("--data-dir")
            .arg(folder.path().join("data"))
            .stdout(Stdio::piped())
            .stderr(File::create(&said).unwrap());
        let mut running = Running(command.spawn().unwrap());
        // However long that takes: it says where it listens, or ends.
        let mut line = String::new();
        let mut lines = BufReader::new(running.0.stdout.take().unwrap());
        lines.read_line(&mut line).unwrap();
        let Some(url) = line.trim().strip_prefix("listening on ") else {
            panic!("{name} ended: {}", fs::read_to_string(said).unwrap());
        };
        wait_until_ready(url);
        Self {
            url: url.to_owned(),
            name: name.to_owned(),
            servers: servers.to_vec(),
            running,
            folder,
        }
    }

    /// Has an owner make a snapshot of what it has, and no other from then on.
    pub fn snapshotted(self) -> Self {
        let often = self.again(1);
        // It is in the object store when it is counted.
        often.wait_for_figure("yekta_engine_snapshot_seconds_count");
        often.again(0)
    }

    fn again(self, every: u32) -> Self {
        let (servers, name) = (self.servers.clone(), self.name.clone());
        Self::on(self.stop(), (&servers, &name), Some(every))
    }

    /// Ends it as operators do; its folder.
    pub fn stop(self) -> TempDir {
        let Self {
            mut running, folder, ..
        } = self;
        let id = running.0.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        running.0.wait().unwrap();
        folder
    }

    /// Waits until a figure of its metrics is not 0 any more.
    pub fn wait_for_figure(&self, name: &str) -> f64 {
        loop {
            let metrics = ureq::get(format!("{}/metrics", self.url)).call();
            let text = metrics.unwrap().body_mut().read_to_string().unwrap();
            let line = text
                .lines()
                .find_map(|line| line.strip_prefix(name)?.split(' ').nth(1));
            match line.and_then(|figure| figure.parse().ok()) {
                Some(figure) if figure > 0.0 => return figure,
                _ => thread::sleep(LOOK),
            }
        }
    }

    /// Bytes of the store in its folder.
    pub fn store_bytes(&self) -> u64 {
        store_bytes(&self.folder)
    }

    /// Bytes of the newest snapshot in its folder.
    pub fn snapshot_bytes(&self) -> u64 {
        let snapshots = fs::read_dir(place(&self.folder, "snapshots")).unwrap().flatten();
        let ours = snapshots.filter(|file| file.path().extension().is_some_and(|end| end == "snapshot"));
        let newest = ours.max_by_key(fs::DirEntry::file_name);
        newest.unwrap().metadata().unwrap().len()
    }

    /// What it said so far.
    pub fn said(&self) -> Vec<Value> {
        let said = fs::read_to_string(self.folder.path().join("said")).unwrap();
        said.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// The most memory that it ever had, in bytes; 0 where the system does not tell.
    pub fn peak_bytes(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.running.0.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|rest| rest.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        kilobytes.unwrap_or(0) * 1_024
    }

    /// The streams of the tenant.
    pub fn streams(&self) -> Vec<Stream> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yekta"));
        command.args([
            "cluster",
            "status",
            "--json",
            "--nats-url",
            &self.servers.join(","),
        ]);
        let told: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
        let streams = told["streams"].as_array().unwrap().iter();
        let streams = streams.map(|stream| Stream {
            name: stream["name"].as_str().unwrap().to_owned(),
            messages: stream["messages"].as_u64().unwrap(),
            bytes: stream["bytes"].as_u64().unwrap(),
        });
        streams.collect()
    }

    /// The stream of its commits.
    pub fn journal(&self) -> Stream {
        let mut streams = self.streams().into_iter();
        streams
            .find(|stream| stream.name.starts_with("YEKTA_JOURNAL_"))
            .unwrap()
    }
}

/// Bytes of the store in a member's folder.
pub fn store_bytes(folder: &TempDir) -> u64 {
    folder_bytes(&place(folder, "store"))
}

/// Where something of the tenant's lies.
fn place(folder: &TempDir, name: &str) -> PathBuf {
    folder.path().join("data/default").join(name)
}
