//! Operators while a tenant takes its time to start for the first time.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use tokio::time::{sleep, timeout};

use super::*;
use crate::config::LoadOptions;

const PATIENCE: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(10);

/// A process of one tenant that cannot start: it reads its secrets out of a pipe, into which nobody writes.
struct Stuck {
    folder: tempfile::TempDir,
}

impl Stuck {
    fn new() -> Self {
        let stuck = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::create_dir_all(stuck.at("data/slow")).unwrap();
        let made = Command::new("mkfifo").arg(stuck.at("data/slow/secrets")).status();
        assert!(made.unwrap().success());
        fs::create_dir(stuck.at("tenants")).unwrap();
        fs::write(stuck.at("tenants/slow.toml"), "").unwrap();
        stuck
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    async fn start(&self) -> Hosting {
        let shown = |path: &Path| path.display().to_string();
        let overrides = [
            ("data.dir", shown(&self.at("data"))),
            ("data.ballast_bytes", "0".to_owned()),
            ("data.free_min_bytes", "0".to_owned()),
            ("tenants.dir", shown(&self.at("tenants"))),
            ("http.listen", "127.0.0.1:0".to_owned()),
        ];
        let options = LoadOptions {
            file: None,
            env: std::iter::empty(),
            overrides: overrides.map(|(key, value)| (key.to_owned(), value)).to_vec(),
        };
        let settings = Settings::load(options.clone()).unwrap();
        let files = config::Tenants::new(self.at("tenants"), options);
        Hosting::start(&settings, files, Supervisor::default())
            .await
            .unwrap()
    }

    /// Has whoever reads the pipe find nothing in it, and a file of its own the next time.
    fn release(&self) {
        fs::rename(self.at("data/slow/secrets"), self.at("pipe")).unwrap();
    }

    /// Ends the wait of whoever reads the pipe by now.
    fn write_nothing(&self) {
        // Without waiting for somebody to read it.
        let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap();
        let mut options = fs::OpenOptions::new();
        drop(options.write(true).custom_flags(flags).open(self.at("pipe")));
    }
}

/// The answer to a request, head and body.
async fn asked(address: SocketAddr, method: &'static str, path: &'static str) -> String {
    let asking = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let head =
            format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    tokio::task::spawn_blocking(asking).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_are_answered_while_a_tenant_starts_for_the_first_time() {
    let stuck = Stuck::new();
    let mut hosting = stuck.start().await;
    let address = hosting.address();
    let starting = timeout(Duration::ZERO, hosting.started()).await;
    assert!(starting.is_err(), "the tenant has started");
    for (method, path, code, said) in [
        ("GET", "/v1/tenants", "200", "\"name\":\"slow\""),
        ("GET", "/v1/tenants/slow", "200", "\"status\":\"starting\""),
        ("PUT", "/v1/tenants/swift", "201", "\"name\":\"swift\""),
        ("GET", "/v1/tenants", "200", "\"name\":\"swift\""),
        ("DELETE", "/v1/tenants/swift", "204", ""),
        ("GET", "/v1/tenants/swift", "404", "no_tenant"),
    ] {
        let answer = asked(address, method, path).await;
        let is_expected = answer.starts_with(&format!("HTTP/1.1 {code}")) && answer.contains(said);
        assert!(is_expected, "{method} {path}: {answer}");
    }
    let starting = timeout(Duration::ZERO, hosting.started()).await;
    assert!(starting.is_err(), "the tenant has started");

    stuck.release();
    let writing = async {
        loop {
            stuck.write_nothing();
            sleep(LOOK).await;
        }
    };
    let started = async {
        tokio::select! {
            () = hosting.started() => {}
            () = writing => {}
        }
    };
    timeout(PATIENCE, started).await.unwrap();
    hosting.run(std::future::ready(())).await.unwrap();
}
