//! Clients that others wrote, installed once into `target/clients`.
//!
//! Where their tools are missing a test says so and passes, except where the environment says `CI=true`.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::process::output;

const INSTALLED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/clients");
/// What the environment may say that would send loopback's traffic elsewhere.
const PROXIES: [&str; 6] = [
    "http_proxy",
    "HTTP_PROXY",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
];

/// Whether all `tools` are there; a test that lacks one passes.
pub fn are_there(tools: &[&str]) -> bool {
    let missing: Vec<&&str> = tools.iter().filter(|tool| !is_there(tool)).collect();
    if !missing.is_empty() {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "missing: {missing:?}"
        );
        eprintln!("skipped: the clients of others were not tried, missing: {missing:?}");
    }
    missing.is_empty()
}

/// A folder into which `how` installed what `manifests` of the folder `sources` say; what is there is taken as long as
/// they are the same. Tests that need the same wait for the first of them.
pub fn install(name: &str, sources: &Path, manifests: &[&str], how: impl Fn(&Path)) -> PathBuf {
    let folder = Path::new(INSTALLED).join(name);
    let wanted: Vec<u8> = manifests
        .iter()
        .flat_map(|file| fs::read(sources.join(file)).unwrap())
        .collect();
    fs::create_dir_all(INSTALLED).unwrap();
    let lock = File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let done = folder.join("installed");
    if fs::read(&done).is_ok_and(|found| found == wanted) {
        return folder;
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    for file in manifests {
        fs::copy(sources.join(file), folder.join(file)).unwrap();
    }
    how(&folder);
    fs::write(done, wanted).unwrap();
    folder
}

/// The interpreter that finds what `requirements.txt` in the folder `sources` says.
pub fn python(name: &str, sources: &Path) -> PathBuf {
    let folder = install(name, sources, &["requirements.txt"], |folder| {
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

/// Has a client reach loopback as it is.
pub fn without_proxies(client: &mut Command) {
    for name in PROXIES {
        client.env_remove(name);
    }
}

/// What a client that has to succeed printed.
pub fn succeeds(command: Command) -> Vec<u8> {
    let what = format!("{:?}", command.get_program());
    let output = output(command, b"");
    let said = [&output.stdout[..], &output.stderr].concat();
    assert!(
        output.status.success(),
        "{what}: {}",
        String::from_utf8_lossy(&said)
    );
    output.stdout
}

fn is_there(tool: &str) -> bool {
    let mut command = Command::new(tool);
    let quiet = command
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}
