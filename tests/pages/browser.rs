//! A browser and the one page that it shows, looked at and typed into as people and scanners do.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    installed::{are_there, without_proxies},
    process::{PATIENCE, wait_for},
};

/// Speaks to the browser, over a pipe.
const DRIVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pages/browser.mjs");
/// Whoever starts a browser knows it by one of these names.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// How long a browser may take to end after a test that failed.
const ENDING: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(20);

/// A browser with one page, until it is closed.
pub struct Browser {
    driver: Child,
    commands: Option<ChildStdin>,
    answers: Receiver<String>,
    folder: TempDir,
}

impl Browser {
    /// A browser with a folder of its own; none where there is no browser, which ends the test well outside of CI.
    pub fn start() -> Option<Self> {
        let program = installed();
        if !are_there(&["node", program.unwrap_or("chromium")]) {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("node");
        without_proxies(&mut command);
        command
            .args([DRIVER, program.unwrap()])
            .arg(folder.path().join("profile"))
            .arg(PATIENCE.as_millis().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.path().join("stderr")).unwrap());
        let mut driver = command.spawn().unwrap();
        let commands = driver.stdin.take();
        let out = BufReader::new(driver.stdout.take().unwrap());
        let (said, answers) = channel();
        thread::spawn(move || {
            out.lines()
                .map_while(Result::ok)
                .try_for_each(|line| said.send(line))
        });
        Some(Self {
            driver,
            commands,
            answers,
            folder,
        })
    }

    /// Goes to an address.
    pub fn go(&mut self, url: &str) {
        self.ask("go", json!({ "url": url }));
    }

    /// Waits until all `texts` are seen in what `selector` selects; gives all that is seen there.
    pub fn sees(&mut self, selector: &str, texts: &[&str]) -> String {
        self.sees_pressing(None, selector, texts)
    }

    /// The same, pressing a key again and again meanwhile.
    pub fn sees_pressing(&mut self, key: Option<&str>, selector: &str, texts: &[&str]) -> String {
        let seen = self.ask("sees", json!({"selector": selector, "texts": texts, "key": key}));
        seen.as_str().unwrap().to_owned()
    }

    /// What is seen now of what `selector` selects, if anything.
    pub fn text(&mut self, selector: &str) -> Option<String> {
        let seen = self.ask("text", json!({ "selector": selector }));
        seen.as_str().map(str::to_owned)
    }

    /// What the page's document is written as, and its title with it, seen or not.
    pub fn document(&mut self) -> String {
        let document = self.eval("document.documentElement.outerHTML");
        document.as_str().unwrap().to_owned()
    }

    /// The value of an expression on the page; a promise is waited for.
    pub fn eval(&mut self, expression: &str) -> Value {
        self.ask("eval", json!({ "expression": expression }))
    }

    /// Presses a key.
    pub fn press(&mut self, key: &str) {
        self.ask("press", json!({ "key": key }));
    }

    /// Types a text and Enter, into whatever has the focus.
    pub fn scan(&mut self, text: &str) {
        self.ask("scan", json!({ "text": text }));
    }

    /// Shows pages so wide, `light` or `dark`.
    pub fn look(&mut self, width: u32, scheme: &str) {
        self.ask("look", json!({"width": width, "height": 900, "scheme": scheme}));
    }

    /// Writes down how the page looks, as a PNG.
    pub fn shoot(&mut self, file: &Path) {
        self.ask("shoot", json!({ "file": file }));
    }

    /// The value of an expression that needs what the script `file` defines.
    pub fn run(&mut self, file: &Path, expression: &str) -> Value {
        self.ask("run", json!({"file": file, "expression": expression}))
    }

    /// Clicks what `selector` selects; it has to be there.
    pub fn click(&mut self, selector: &str) {
        self.eval(&format!("document.querySelector({}).click()", json!(selector)));
    }

    /// Cuts the page off from every network, or has it back.
    pub fn cut_off(&mut self, is_off: bool) {
        self.ask("cut", json!({ "off": is_off }));
    }

    /// Ends it; no page may have thrown anything, or tried what its policy forbids.
    pub fn close(mut self) {
        let faults = self.ask("faults", json!({}));
        assert_eq!(faults, json!([]));
        drop(self.commands.take());
        let status = wait_for("the browser to end", || self.driver.try_wait().unwrap());
        assert!(status.success(), "{status}: {}", self.log());
    }

    fn ask(&mut self, what: &str, mut command: Value) -> Value {
        command["what"] = json!(what);
        let sent = writeln!(self.commands.as_mut().unwrap(), "{command}");
        // The driver gives up first, and says what it saw.
        let answer = self.answers.recv_timeout(2 * PATIENCE);
        let answer = answer.unwrap_or_else(|_| panic!("{what}: sent {sent:?}, said {}", self.log()));
        let mut answer: Value = serde_json::from_str(&answer).unwrap();
        if let Some(error) = answer.get("error") {
            panic!("{what}: {error}");
        }
        answer["value"].take()
    }

    fn log(&self) -> String {
        let log = std::fs::read(self.folder.path().join("stderr")).unwrap();
        String::from_utf8_lossy(&log).into_owned()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver ends the browser when nobody commands any more; a browser whose driver is gone ends by itself.
        drop(self.commands.take());
        let deadline = Instant::now() + ENDING;
        while self.driver.try_wait().is_ok_and(|status| status.is_none()) && Instant::now() < deadline {
            thread::sleep(LOOK);
        }
        // Both fail only where it has ended already.
        self.driver.kill().ok();
        self.driver.wait().ok();
    }
}

/// The browser that is installed; none where there is none.
fn installed() -> Option<&'static str> {
    BROWSERS.into_iter().find(|name| {
        let asked = Command::new(name).arg("--version").output();
        asked.is_ok_and(|output| output.status.success())
    })
}
