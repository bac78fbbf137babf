//! A cluster of nats-servers of a test's own: each on free ports with a store of its own, ended with the value that
//! stands for all. One can be killed, or stopped, and started again. None tells clients of the others: who is behind a
//! proxy stays behind it.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

use crate::server::{binary, wait_for};

const SERVERS: usize = 3;

/// Servers that keep streams together.
pub struct Cluster {
    servers: Vec<Member>,
    _folder: TempDir,
}

struct Member {
    name: String,
    port: u16,
    folder: PathBuf,
    /// Where the others and its clients are.
    config: String,
    /// Bytes that its disk takes; without bound where it is not said.
    room: Option<u64>,
    child: Option<Child>,
}

impl Cluster {
    /// Three of them, which may not know each other yet.
    pub fn start() -> Self {
        Self::with_room(&[])
    }

    /// The same with disks of a size, by the names of their servers.
    pub fn with_room(rooms: &[(&str, u64)]) -> Self {
        // A port that was free may be taken by another meanwhile: then a server ends, and all begin anew.
        wait_for("a cluster", || {
            let mut cluster = Self::configured();
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

    fn configured() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("yekta-cluster-")
            .tempdir()
            .unwrap();
        // All are bound at once, so that they differ.
        let bound: Vec<TcpListener> = (0..2 * SERVERS)
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        let ports: Vec<u16> = bound.iter().map(|one| one.local_addr().unwrap().port()).collect();
        let (clients, routes) = ports.split_at(SERVERS);
        let all: Vec<String> = routes
            .iter()
            .map(|port| format!("nats://127.0.0.1:{port}"))
            .collect();
        let servers = clients.iter().zip(routes).enumerate();
        let servers = servers.map(|(number, (client, route))| {
            let (name, folder) = (format!("n{number}"), folder.path().join(number.to_string()));
            fs::create_dir(&folder).unwrap();
            let config = format!(
                "server_name: {name}\nlisten: 127.0.0.1:{client}\n\
                 cluster {{ name: test, listen: 127.0.0.1:{route}, no_advertise: true, routes: [{}] }}\n",
                all.join(", ")
            );
            Member {
                name,
                port: *client,
                folder,
                config,
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

impl Member {
    fn launch(&mut self) {
        let room = self
            .room
            .map_or_else(String::new, |bytes| format!(", max_file_store: {bytes}"));
        let store = self.folder.join("store");
        let config = format!("{}jetstream {{ store_dir: {store:?}{room} }}\n", self.config);
        fs::write(self.folder.join("server.conf"), config).unwrap();
        let log = File::create(self.folder.join("server.log")).unwrap();
        let child = Command::new(binary())
            .arg("-c")
            .arg(self.folder.join("server.conf"))
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
        self.kill();
    }
}
