//! A cluster of nats-servers of a test's own: each on free ports with a store of its own, ended with the value that
//! stands for all. One can be killed, or stopped, and started again. None tells clients of the others: who is behind a
//! proxy stays behind it.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
};

use tempfile::TempDir;

use crate::server::{binary, wait_for};

const SERVERS: usize = 3;
/// Lines of each server's log that a failing test shows.
const LINES_SHOWN: usize = 30;
/// How a plain server is told to keep streams.
const JETSTREAM: &str = "jetstream {}";

/// Servers that keep streams together.
pub struct Cluster {
    servers: Vec<Member>,
    _folder: TempDir,
}

struct Member {
    name: String,
    port: u16,
    folder: PathBuf,
    /// Its configuration, in which nothing says where the store is.
    config: String,
    environment: Vec<(String, String)>,
    /// Bytes that its disk takes; without bound where it is not said.
    room: Option<u64>,
    child: Option<Child>,
}

/// Where a server of a test listens.
#[derive(Clone, Copy)]
pub struct Ports {
    pub clients: u16,
    pub routes: u16,
    pub monitoring: u16,
}

/// How a server is set up.
pub struct Files {
    pub name: String,
    /// The configuration, in which nothing says where the store is.
    pub config: String,
    /// Files that lie beside it, by their names.
    pub beside: Vec<(String, String)>,
    pub environment: Vec<(String, String)>,
}

impl Cluster {
    /// Three of them, which may not know each other yet.
    pub fn start() -> Self {
        Self::with_room(&[])
    }

    /// The same with disks of a size, by the names of their servers.
    pub fn with_room(rooms: &[(&str, u64)]) -> Self {
        Self::launched(plain, rooms)
    }

    /// Three of them, the one of each number set up as `files` says, which is told where all of them listen.
    pub fn of(files: impl Fn(usize, &[Ports]) -> Files) -> Self {
        Self::launched(files, &[])
    }

    fn launched(files: impl Fn(usize, &[Ports]) -> Files, rooms: &[(&str, u64)]) -> Self {
        // A port that was free may be taken by another meanwhile: then a server ends, and all begin anew.
        wait_for("a cluster", || {
            let mut cluster = Self::configured(&files);
            for server in &mut cluster.servers {
                let room = rooms.iter().find(|(name, _)| *name == server.name);
                server.room = room.map(|(_, bytes)| *bytes);
                server.launch();
            }
            let listen = wait_for("the servers to listen or to end", || {
                let mut listen = true;
                for server in &mut cluster.servers {
                    if server.has_ended() {
                        return Some(false);
                    }
                    listen &= server.log().contains("Server is ready");
                }
                listen.then_some(true)
            });
            listen.then_some(cluster)
        })
    }

    fn configured(files: impl Fn(usize, &[Ports]) -> Files) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("yekta-cluster-")
            .tempdir()
            .unwrap();
        // All are bound at once, so that they differ.
        let bound: Vec<TcpListener> = (0..3 * SERVERS)
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        let ports: Vec<u16> = bound.iter().map(|one| one.local_addr().unwrap().port()).collect();
        let ports: Vec<Ports> = ports
            .chunks(3)
            .map(|three| Ports {
                clients: three[0],
                routes: three[1],
                monitoring: three[2],
            })
            .collect();
        let servers = (0..SERVERS).map(|number| {
            let (files, folder) = (files(number, &ports), folder.path().join(number.to_string()));
            fs::create_dir(&folder).unwrap();
            for (name, text) in files.beside {
                fs::write(folder.join(name), text).unwrap();
            }
            Member {
                name: files.name,
                port: ports[number].clients,
                folder,
                config: files.config,
                environment: files.environment,
                room: None,
                child: None,
            }
        });
        Self {
            servers: servers.collect(),
            _folder: folder,
        }
    }

    /// Where they listen.
    pub fn urls(&self) -> Vec<String> {
        let url = |server: &Member| format!("nats://127.0.0.1:{}", server.port);
        self.servers.iter().map(url).collect()
    }

    /// Their names.
    pub fn names(&self) -> Vec<String> {
        self.servers.iter().map(|server| server.name.clone()).collect()
    }

    /// Ends a server as a loss of power would, for its process.
    pub fn kill(&mut self, name: &str) {
        self.member(name).kill();
    }

    /// Ends a server as operators do.
    pub fn stop(&mut self, name: &str) {
        let server = self.member(name);
        server.signal("-TERM");
        wait_for("the server to end", || server.has_ended().then_some(()));
    }

    /// Starts it again on the same ports and store.
    pub fn restart(&mut self, name: &str) {
        let server = self.member(name);
        wait_for("a server to listen again", || {
            server.kill();
            server.launch();
            wait_for("the server to listen or to end", || {
                if server.has_ended() {
                    return Some(None);
                }
                server.log().contains("Server is ready").then_some(Some(()))
            })
        });
    }

    /// From its next start on the disk of a server has room for anything.
    pub fn grow(&mut self, name: &str) {
        self.member(name).room = None;
    }

    /// Has a server do nothing until [`Cluster::resume`]; connections stay.
    pub fn pause(&mut self, name: &str) {
        self.member(name).signal("-STOP");
    }

    /// Lets it go on.
    pub fn resume(&mut self, name: &str) {
        self.member(name).signal("-CONT");
    }

    fn member(&mut self, name: &str) -> &mut Member {
        let found = self.servers.iter_mut().find(|server| server.name == name);
        found.unwrap_or_else(|| panic!("no server is called {name}"))
    }
}

/// Servers that let everybody in.
fn plain(number: usize, ports: &[Ports]) -> Files {
    let routes: Vec<String> = ports
        .iter()
        .map(|one| format!("nats://127.0.0.1:{}", one.routes))
        .collect();
    let (name, own) = (format!("n{number}"), ports[number]);
    let config = format!(
        "server_name: {name}\nlisten: 127.0.0.1:{}\n{JETSTREAM}\n\
         cluster {{ name: test, listen: 127.0.0.1:{}, no_advertise: true, routes: [{}] }}\n",
        own.clients,
        own.routes,
        routes.join(", ")
    );
    Files {
        name,
        config,
        beside: Vec::new(),
        environment: Vec::new(),
    }
}

impl Member {
    fn launch(&mut self) {
        let config = match self.room {
            Some(bytes) => {
                let bounded = format!("jetstream {{ max_file_store: {bytes} }}");
                self.config.replace(JETSTREAM, &bounded)
            }
            None => self.config.clone(),
        };
        fs::write(self.folder.join("server.conf"), config).unwrap();
        let log = File::create(self.folder.join("server.log")).unwrap();
        let child = Command::new(binary())
            .arg("-c")
            .arg(self.folder.join("server.conf"))
            .arg("--store_dir")
            .arg(self.folder.join("store"))
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        self.child = Some(child.unwrap());
    }

    fn has_ended(&mut self) -> bool {
        let child = self.child.as_mut();
        child.is_none_or(|child| child.try_wait().unwrap().is_some())
    }

    fn signal(&self, signal: &str) {
        let child = self.child.as_ref().expect("a running server");
        let id = child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success(), "kill {signal}");
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("server.log")).unwrap_or_default()
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        if thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let last = lines.len().saturating_sub(LINES_SHOWN);
            eprintln!(
                "the server {} wrote last:\n{}",
                self.name,
                lines[last..].join("\n")
            );
        }
        self.kill();
    }
}
