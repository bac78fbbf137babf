//! Processes of the binary: started, waited for and ended. Each is ended with the value that stands for it.

use std::{
    ffi::OsStr,
    fs::File,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::mpsc::{Receiver, sync_channel},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// How long anything may take before a test gives up; generous, since the machine may be busy with other tests.
pub const PATIENCE: Duration = Duration::from_secs(240);
/// Between two looks at a condition, at first and at last.
const LOOK_MIN: Duration = Duration::from_millis(2);
const LOOK_MAX: Duration = Duration::from_millis(50);
/// In between it is such a part of the time that was waited: who is waited for needs the processors more.
const LOOK_PART: u32 = 20;
/// Lines that are shown of what a process said, where a test fails.
const LINES_SHOWN: usize = 40;
/// Lines of output that wait to be read.
const LINES_MAX: usize = 4_096;

/// Looks until `condition` gives something.
pub fn wait_for<T>(what: &str, condition: impl FnMut() -> Option<T>) -> T {
    wait_or(condition, || format!("waited in vain for {what}"))
}

/// The same; where it is in vain, says what `explain` finds.
pub fn wait_or<T>(mut condition: impl FnMut() -> Option<T>, explain: impl FnOnce() -> String) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        let waited = begun.elapsed();
        if waited >= PATIENCE {
            panic!("{}", explain());
        }
        thread::sleep((waited / LOOK_PART).clamp(LOOK_MIN, LOOK_MAX));
    }
}

/// The binary with arguments, knowing no setting of whoever runs the tests.
pub fn yekta<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yekta"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("YEKTA_") {
            command.env_remove(name);
        }
    }
    // Hundreds of folders, and copies of them, on whatever disk: a ballast and the guard have tests of their own.
    command.env("YEKTA_DATA__BALLAST_BYTES", "0");
    command.env("YEKTA_DATA__FREE_MIN_BYTES", "0");
    command.args(args);
    command
}

/// `yekta serve` on `folder` and a free port.
pub fn serve(folder: &Path) -> Command {
    let mut command = yekta(["serve", "--listen", "127.0.0.1:0", "--data-dir"]);
    command.arg(folder);
    command
}

/// Runs a command that ends by itself and gives what it said.
pub fn output(mut command: Command, input: &[u8]) -> Output {
    let command = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A command that refuses its arguments does not read.
    let fed = thread::spawn(move || stdin.write_all(&input).ok());
    let output = child.wait_with_output().unwrap();
    fed.join().unwrap();
    output
}

/// The standard output of a command that has to succeed.
pub fn printed(command: Command, input: &[u8]) -> String {
    let output = output(command, input);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?}: {said}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

/// `yekta fingerprint` of a folder that no process has.
pub fn fingerprint_of(folder: &Path) -> Command {
    let mut command = yekta(["fingerprint", "--data-dir"]);
    command.arg(folder);
    command
}

/// What it prints.
pub fn fingerprint(folder: &Path) -> String {
    printed(fingerprint_of(folder), b"").trim().to_owned()
}

/// A process that runs on.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    log: PathBuf,
    _folder: TempDir,
}

impl Running {
    /// Starts it; what it says on standard error goes into a file.
    pub fn start(mut command: Command) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("stderr");
        let command = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap());
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (said, lines) = sync_channel(LINES_MAX);
        thread::spawn(move || {
            out.lines()
                .map_while(Result::ok)
                .try_for_each(|line| said.send(line))
        });
        Self {
            child,
            lines,
            log,
            _folder: folder,
        }
    }

    /// The next line of its output within `wait`; `None` when there was none.
    pub fn line(&self, wait: Duration) -> Option<String> {
        self.lines.recv_timeout(wait).ok()
    }

    /// Reads its output up to the line that says where it listens; gives the address, unless it ended before.
    pub fn listens(&self) -> Option<String> {
        let line = self.line(PATIENCE)?;
        let url = line.strip_prefix("listening on ");
        Some(url.unwrap_or_else(|| panic!("said {line:?}")).to_owned())
    }

    /// The address that it listens on.
    pub fn address(&self) -> String {
        let url = self.listens();
        url.unwrap_or_else(|| panic!("does not listen and said {}", self.log()))
    }

    /// What it said on standard error.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap()).into_owned()
    }

    /// The number that the system knows it by.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it ends by itself.
    pub fn ended(&mut self) -> ExitStatus {
        wait_for("the process to end", || self.child.try_wait().unwrap())
    }

    /// SIGKILL: nothing of it runs on.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Any signal, as `kill` calls it: `-STOP` has it do nothing until `-CONT`, and nobody is told.
    pub fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success(), "kill {signal}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let last = lines.len().saturating_sub(LINES_SHOWN);
            eprintln!("process {} said last:\n{}", self.id(), lines[last..].join("\n"));
        }
        // Both fail only where it has ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A service that listens.
pub struct Service {
    pub running: Running,
    pub url: String,
}

impl Service {
    /// Starts `yekta serve` on `folder` and waits until it listens.
    pub fn start(folder: &Path) -> Self {
        Self::of(serve(folder))
    }

    /// Starts a command that serves and waits until it listens.
    pub fn of(command: Command) -> Self {
        let running = Running::start(command);
        let url = running.address();
        Self { running, url }
    }

    /// Ends it as operators do; gives what it said on standard error.
    pub fn stop(mut self) -> String {
        self.running.terminate();
        let status = self.running.ended();
        let log = self.running.log();
        assert_eq!(status.code(), Some(0), "{log}");
        log
    }
}
