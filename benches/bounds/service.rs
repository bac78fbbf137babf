//! A service in a process of its own, so that its memory and its file handles are not the bench's.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

/// Places for connections beside those that a scene keeps.
const ROOM: usize = 200;

/// A running service; ended when it is dropped.
pub struct Service {
    pub address: SocketAddr,
    child: Child,
    _folder: TempDir,
}

impl Service {
    /// Starts it with room for so many connections, and some more.
    pub fn start(connections: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_yekta"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder.path())
            .env("YEKTA_HTTP__CONNECTIONS_MAX", (connections + ROOM).to_string())
            .env("YEKTA_DATA__BALLAST_BYTES", "0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        while !said.starts_with("listening on ") {
            said.clear();
            assert!(
                lines.read_line(&mut said).unwrap() > 0,
                "the service did not start"
            );
        }
        let address = said
            .trim()
            .trim_start_matches("listening on http://")
            .parse()
            .unwrap();
        Self {
            address,
            child,
            _folder: folder,
        }
    }

    /// Its resident memory.
    pub fn resident_bytes(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|rest| rest.trim().strip_suffix(" kB"));
        kilobytes.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0) * 1_024
    }

    /// Processor time of its writer so far.
    pub fn writer_time(&self) -> Duration {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id()));
        let read = |path: std::path::PathBuf| fs::read_to_string(path).unwrap_or_default();
        let nanoseconds = tasks
            .into_iter()
            .flatten()
            .flatten()
            .filter(|task| read(task.path().join("comm")).trim() == "yekta-writer")
            .filter_map(|task| {
                read(task.path().join("schedstat"))
                    .split(' ')
                    .next()?
                    .parse::<u64>()
                    .ok()
            });
        Duration::from_nanos(nanoseconds.sum())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
