//! The files of tenants, the keys in them, and the process that serves them all.

use std::{
    fmt::Write as _,
    fs,
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;
use yekta::wire::digest::Digest;

use crate::{
    process::{Service, serve, wait_for, yekta},
    tenants::raw::{self, Reply},
};

/// The two that are there from the beginning.
pub const SHOP: &str = "shop";
pub const AIRLINE: &str = "airline";
/// Who has a key in a tenant's file: one sends, two ask.
pub const NAMES: [&str; 3] = ["sender", "agent", "admin"];
/// The key of the process' own configuration, an administrator's.
pub const OPERATOR: &str = "a-key-of-the-operator-0123456789";
/// Within which what was put in place holds: a look is ten seconds away at most, and a start or an end follows, which take
/// their time on a busy machine.
const LOOK_MAX: Duration = Duration::from_secs(45);

/// A tenant's key.
pub fn key_of(tenant: &str, name: &str) -> String {
    format!("a-key-of-{tenant}-{name}-0123456789")
}

pub fn sha256(key: &str) -> String {
    Digest::of(key.as_bytes()).to_string()
}

/// A tenant's file: everybody shows a key.
pub fn keyed(tenant: &str) -> String {
    let mut file = String::new();
    for name in NAMES {
        let digest = sha256(&key_of(tenant, name));
        let may = match name {
            "sender" => "channel = \"web\"",
            "agent" => "role = \"agent\"",
            _ => "role = \"admin\"",
        };
        writeln!(file, "[keys.{name}]\n{may}\nsha256 = \"{digest}\"").unwrap();
    }
    file.push_str("[channels.web]\nregion = \"IR\"\n[channels.callcenter]\nregion = \"IR\"\n");
    file
}

/// Folders of tenants' files and data, and the configuration that names them.
pub struct Brands {
    folder: TempDir,
}

impl Brands {
    /// Two tenants, whose every caller shows a key.
    pub fn two() -> Self {
        Self::of(&[(SHOP, &keyed(SHOP)), (AIRLINE, &keyed(AIRLINE))])
    }

    /// Tenants by the texts of their files.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (data, tenants) = (folder.path().join("data"), folder.path().join("tenants"));
        fs::create_dir(&tenants).unwrap();
        let config = format!(
            "[data]\ndir = {data:?}\n[tenants]\ndir = {tenants:?}\n\
             [keys.operator]\nrole = \"admin\"\nsha256 = \"{}\"\n",
            sha256(OPERATOR)
        );
        fs::write(folder.path().join("yekta.toml"), config).unwrap();
        let brands = Self { folder };
        for (name, text) in files {
            brands.put(name, text);
        }
        brands
    }

    /// Puts a tenant's file in place by hand, whole or not at all.
    pub fn put(&self, name: &str, text: &str) {
        let draft = self.folder.path().join("draft");
        fs::write(&draft, text).unwrap();
        fs::rename(&draft, self.file(name)).unwrap();
    }

    /// Where a tenant's file is.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("tenants").join(format!("{name}.toml"))
    }

    /// A file beside those of the tenants.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A tenant's data.
    pub fn data(&self, name: &str) -> PathBuf {
        self.folder.path().join("data").join(name)
    }

    /// A command that knows the configuration.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = yekta(args);
        command.arg("--config").arg(self.beside("yekta.toml"));
        command
    }

    /// The command that serves.
    pub fn serve(&self) -> Command {
        let mut command = serve(&self.folder.path().join("data"));
        command.arg("--config").arg(self.beside("yekta.toml"));
        command
    }

    /// Starts it and waits until all tenants are ready.
    pub fn start(&self) -> Service {
        let service = Service::of(self.serve());
        wait_for("all tenants to be ready", || {
            (readiness(&service.url).status == 200).then_some(())
        });
        service
    }
}

/// What the process says of all tenants.
pub fn readiness(url: &str) -> Reply {
    raw::ask(url, ["GET", "/readyz"], &[], "")
}

/// What a tenant answers to who shows `key`.
pub fn asked(url: &str, [tenant, key]: [&str; 2], [method, path]: [&str; 2], body: &Value) -> Reply {
    let bearer = format!("Bearer {key}");
    let body = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let target = format!("/t/{tenant}{path}");
    raw::ask(url, [method, &target], &[("Authorization", &bearer)], &body)
}

/// What a tenant answers to its own administrator.
pub fn got(url: &str, tenant: &str, path: &str) -> Reply {
    let key = key_of(tenant, "admin");
    asked(url, [tenant, &key], ["GET", path], &Value::Null)
}

/// The same of what is posted.
pub fn posted(url: &str, tenant: &str, path: &str, body: &Value) -> Reply {
    let key = key_of(tenant, "admin");
    asked(url, [tenant, &key], ["POST", path], body)
}

/// What a tenant answers to events by its own sender.
pub fn sent(url: &str, tenant: &str, events: &Value) -> Reply {
    let key = key_of(tenant, "sender");
    asked(url, [tenant, &key], ["POST", "/v1/events"], events)
}

/// Waits until something that a look brings is so, which takes no longer than a look.
pub fn wait_for_a_look<T>(what: &str, condition: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    let found = wait_for(what, condition);
    let took = begun.elapsed();
    assert!(took < LOOK_MAX, "{what} took {took:?}");
    found
}
