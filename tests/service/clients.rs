//! Segment's own clients, unmodified: what they send is taken, and makes one profile whoever sent it.
//!
//! They are installed once into `target/clients`. Where their tools are missing the test says so and passes, except
//! where the environment says `CI=true`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    api::Api,
    process::{Service, output},
    updates::Updates,
};

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/service/clients");
const INSTALLED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/clients");
const USER: &str = "customer-7";
/// What the environment may say that would send loopback's traffic elsewhere.
const PROXIES: [&str; 6] = [
    "http_proxy",
    "HTTP_PROXY",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
];

#[test]
fn what_segments_own_clients_send_makes_one_profile() {
    let missing: Vec<&str> = ["node", "npm", "python3"]
        .into_iter()
        .filter(|tool| !is_there(tool))
        .collect();
    if !missing.is_empty() {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "missing: {missing:?}"
        );
        eprintln!("skipped: Segment's own clients were not tried, missing: {missing:?}");
        return;
    }
    let (node, python) = (node_clients(), python_client());
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path());
    let mut updates = Updates::after(&service.url, "updates", 0);
    let mut by_node = Command::new("node");
    by_node.arg(source("node.mjs")).current_dir(node);
    let mut by_python = Command::new(python);
    by_python.arg(source("python.py"));
    for mut client in [by_node, by_python] {
        for name in PROXIES {
            client.env_remove(name);
        }
        client.args([&service.url, USER]);
        succeeds(client);
    }

    let told = updates.until(|message| message.data["document"]["counters"]["events"] == 4);
    let profile = Api::of(&service.url).profile("user_id", USER);
    let last = &told.last().unwrap().data;
    assert_eq!(
        last["document"], profile,
        "the stream and the answer tell the same"
    );
    assert!(
        told.iter()
            .all(|message| message.data["profile"] == profile["id"])
    );
    assert_eq!(profile["traits"]["first_name"], "Sara");
    assert_eq!(profile["traits"]["last_name"], "Rahimi");
    assert_eq!(profile["open"]["wishlist"][0]["product_id"], "p-1");
    assert_eq!(profile["totals"]["orders"], 1);
    let identifiers = profile["identifiers"].as_array().unwrap();
    assert!(
        identifiers
            .iter()
            .any(|one| one["kind"] == "user_id" && one["value"] == USER)
    );
}

/// The folder in which node finds Segment's client.
fn node_clients() -> PathBuf {
    install("node", &["package.json", "package-lock.json"], |folder| {
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts"])
            .current_dir(folder);
        succeeds(npm);
    })
}

/// The interpreter that finds Segment's client.
fn python_client() -> PathBuf {
    let folder = install("python", &["requirements.txt"], |folder| {
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv", "venv"]).current_dir(folder);
        succeeds(venv);
        let mut pip = Command::new(folder.join("venv/bin/python"));
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--only-binary=:all:",
            "-r",
            "requirements.txt",
        ]);
        pip.current_dir(folder);
        succeeds(pip);
    });
    folder.join("venv/bin/python")
}

/// A folder into which `how` installed what `manifests` say; what is there is taken as long as they are the same.
fn install(name: &str, manifests: &[&str], how: impl Fn(&Path)) -> PathBuf {
    let folder = Path::new(INSTALLED).join(name);
    let wanted: Vec<u8> = manifests
        .iter()
        .flat_map(|file| fs::read(source(file)).unwrap())
        .collect();
    let done = folder.join("installed");
    if fs::read(&done).is_ok_and(|found| found == wanted) {
        return folder;
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    for file in manifests {
        fs::copy(source(file), folder.join(file)).unwrap();
    }
    how(&folder);
    fs::write(done, wanted).unwrap();
    folder
}

fn source(file: &str) -> PathBuf {
    Path::new(SOURCES).join(file)
}

fn is_there(tool: &str) -> bool {
    let mut command = Command::new(tool);
    let quiet = command
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

fn succeeds(command: Command) {
    let what = format!("{:?}", command.get_program());
    let output = output(command, b"");
    let said = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{what}: {}",
        String::from_utf8_lossy(&said)
    );
}
