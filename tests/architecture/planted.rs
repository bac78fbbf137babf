//! The test of the test: planted violations that must be caught, and legal code that must pass.

use std::collections::BTreeSet;

use crate::check::violations;
use crate::dependencies;

/// The file, the code in it, and what the report must say.
type Case = (&'static str, &'static str, &'static str);

/// One case a line.
#[rustfmt::skip]
const CAUGHT: &[Case] = &[
    // Modules of this crate, in every spelling.
    ("src/domain/a.rs", "use crate::store::Store;", "crate::store"),
    ("src/http/a.rs", "use crate::{store::Store, wire};", "crate::store"),
    ("src/http/a.rs", "use crate::{wire::{A, b::{C, D}}, engine, console::page};", "crate::console"),
    ("src/http/a.rs", "use crate :: journal :: Record;", "crate::journal"),
    ("src/http/a.rs", "use crate::r#store::Store;", "crate::store"),
    ("src/http/a.rs", "fn f() -> crate::store::Store { todo() }", "crate::store"),
    ("src/http/a.rs", "fn f(x: &<crate::store::Store as Open>::Key) {}", "crate::store"),
    ("src/http/a.rs", "fn f() { info!(\"x\", x = crate::store::LIMIT); }", "crate::store"),
    ("src/http/a.rs", "with_imports! { crate::{wire::A, store::B} }", "crate::store"),
    ("src/http/a.rs", "macro_rules! m { () => { $crate::store::open() } }", "crate::store"),
    ("src/http/a.rs", "fn f() { use crate::store as s; s::open(); }", "crate::store"),
    ("src/http/a.rs", "use yekta::store::Store;", "crate::store"),
    ("src/http/a.rs", "#[derive(A)] struct B { #[serde(with = \"crate::store::hex\")] c: u8 }", "crate::store"),
    ("src/http/a.rs", "#[derive(A)] struct B { #[serde(with = r#\"crate::store::hex\"#)] c: u8 }", "crate::store"),
    ("src/http/a.rs", "impl A { pub(in crate::store) fn f() {} }", "crate::store"),
    ("src/engine/a.rs", "use crate::config::Config;", "crate::config"),
    ("src/config/a.rs", "use crate::app;", "crate::app"),
    ("src/nats/a.rs", "use crate::http::problem;", "crate::http"),
    ("src/api/a.rs", "use crate::http::failure;", "crate::http"),
    ("src/api/a.rs", "use crate::nats::service;", "crate::nats"),
    ("src/api/a.rs", "use crate::store::Store;", "crate::store"),
    ("src/engine/a.rs", "use crate::api::Api;", "crate::api"),
    ("src/console/a.rs", "use crate::api::Api;", "crate::api"),
    ("src/decide/a.rs", "use crate::wire::Event;", "crate::wire"),
    ("src/lib.rs", "pub mod store; pub use store::Store;", "crate::store"),
    ("src/lib.rs", "pub use self::store::Store;", "crate::store"),
    ("src/main.rs", "fn main() { yekta::engine::run(); }", "crate::engine"),
    // The root as a whole hides what is behind it.
    ("src/http/a.rs", "use crate as root; fn f() { root::store::open(); }", "crate's root"),
    ("src/http/a.rs", "use crate::{self as root};", "crate's root"),
    ("src/http/a.rs", "extern crate self as root;", "crate's root"),
    ("src/http/a.rs", "use crate::*; fn f() { store::open(); }", "crate's root"),
    // Outside crates.
    ("src/http/a.rs", "use sled::Db;", "`sled`"),
    ("src/http/a.rs", "use ::sled;", "`sled`"),
    ("src/http/a.rs", "use sled as s;", "`sled`"),
    ("src/http/a.rs", "use {std::fmt, sled::Db};", "`sled`"),
    ("src/http/a.rs", "extern crate sled;", "`sled`"),
    ("src/http/a.rs", "fn f() -> ::sled::Result<()> { Ok(()) }", "`sled`"),
    ("src/http/a.rs", "mod sled; use ::sled::Db;", "`sled`"),
    ("src/http/a.rs", "mod sled; fn f() -> ::sled::Db { x() }", "`sled`"),
    ("src/http/a.rs", "fn f() { let x = Vec::<sled::Db>::new(); }", "`sled`"),
    ("src/http/a.rs", "fn f() { dbg!(sled::open(\"x\")); }", "`sled`"),
    ("src/store/a.rs", "#[tokio::main] async fn f() {}", "`tokio`"),
    ("src/store/a.rs", "#[derive(serde::Serialize)] struct A;", "`serde`"),
    ("src/journal/a.rs", "use std::fs; fn f() { serde_json::to_vec(&1); }", "`serde_json`"),
    ("src/engine/a.rs", "use tokio::{sync::mpsc, net::TcpStream};", "`tokio::net::TcpStream`"),
    ("src/engine/a.rs", "use tokio as t; fn f() { t::spawn(x); }", "`tokio::spawn`"),
    ("src/api/a.rs", "use axum::Json;", "`axum`"),
    ("src/api/a.rs", "use tokio::{task, net::TcpStream};", "`tokio::net::TcpStream`"),
    ("src/engine/a.rs", "use tokio::*;", "`tokio::*`"),
    ("src/wire/a.rs", "type R = anyhow::Result<()>;", "`anyhow`"),
    ("src/config/a.rs", "use anyhow::Context as _;", "`anyhow`"),
    // The pure core.
    ("src/domain/a.rs", "use std::time::SystemTime;", "`std::time::SystemTime`"),
    ("src/domain/a.rs", "use std::time; fn f() { time::Instant::now(); }", "`std::time::Instant`"),
    ("src/domain/a.rs", "use std as s; fn f() { s::fs::read(\"x\"); }", "`std::fs::read`"),
    ("src/domain/a.rs", "use std::time::*;", "`std::time::*`"),
    ("src/domain/a.rs", "use std::{fmt, thread::{self, spawn}};", "`std::thread`"),
    ("src/domain/a.rs", "fn f() { core::net::Ipv4Addr::LOCALHOST; }", "`std::net::Ipv4Addr`"),
    ("src/domain/a.rs", "fn f() { tracing::info!(\"x\"); }", "`tracing`"),
    // A test module is one behind `cfg(test)`, and ends where it ends.
    ("src/http/a.rs", "mod tests { use crate::store::Store; }", "crate::store"),
    ("src/http/a.rs", "#[cfg(test)] mod tests { } use crate::store::Store;", "crate::store"),
    ("src/http/a.rs", "#[cfg(not(test))] mod x { use crate::store::Store; }", "crate::store"),
    ("src/http/mod.rs", "mod tests;", "not behind"),
    // Habits.
    ("src/http/a.rs", "use super::problem;", "`super`"),
    ("src/http/a.rs", "use super::super::store::Store;", "`super`"),
    ("src/http/a.rs", "fn f() { call!(super::g()); }", "`super`"),
    ("src/http/a.rs", "from_here!(problem, super);", "`super`"),
    ("src/http/a.rs", "pub(in super::super) fn f() {}", "`super`"),
    ("src/http/a.rs", "include!(\"../store/mod.rs\");", "`include!`"),
    ("src/http/a.rs", "#[path = \"../store/mod.rs\"] mod x;", "`#[path]`"),
    ("src/http/a.rs", "mod helpers { }", "`helpers`"),
    ("src/http/util.rs", "", "`util`"),
    ("src/common/a.rs", "", "`common`"),
    ("src/queue/mod.rs", "", "has no rule"),
    ("src/queue.rs", "", "has no rule"),
    ("src/http/a.rs", "fn f() { \"open", "does not tokenise"),
];

/// The file and the code in it.
#[rustfmt::skip]
const LEGAL: &[(&str, &str)] = &[
    ("src/domain/a.rs", "// use crate::store::Store;\n/* sled::open */\n/// See [`crate::store::Store`].\nfn f() {}"),
    ("src/domain/a.rs", "const A: &str = \"use crate::store; super::x\"; const B: &str = r#\"sled::open\"#;"),
    ("src/http/a.rs", "fn f() { [serde_json::from_str(r#\"{\"a\":\"crate::store::hex\"}\"#)]; }"),
    ("src/domain/a.rs", "pub(crate) struct A { pub(super) b: u8, pub(in crate::domain) c: u8 }"),
    ("src/domain/a.rs", "#[cfg(test)]\nmod tests { use super::*; use crate::store::Store; }"),
    ("src/domain/a.rs", "#[cfg(test)] #[allow(x)] pub(crate) mod samples { use sled::Db; }\nuse std::fmt;"),
    ("src/domain/a.rs", "#[cfg(test)]\nmod tests;\nuse crate::domain::event::Event;"),
    ("src/domain/a/tests.rs", "use super::*; use proptest::prelude::*; use crate::wire::decode;"),
    ("src/domain/tests/order.rs", "use super::super::fold; use crate::engine::step;"),
    ("src/domain/a.rs", "use std::time::Duration; use std::time; fn f() -> time::Duration { Duration::ZERO }"),
    ("src/domain/a.rs", "fn f(config: u8, store: u8) { let tokio = config; self.sled.x(); store::<u8>(); }"),
    ("src/engine/a.rs", "use tokio::sync::{mpsc, oneshot as once}; fn f() { mpsc::channel(1); }"),
    ("src/engine/a.rs", "use crate::{domain::{self, event}, wire as w, store::Store as S, journal::*};"),
    ("src/api/a.rs", "use crate::{engine::api, wire}; fn f() { tokio::task::spawn_blocking(g); tokio::time::timeout(a, b); }"),
    ("src/nats/a.rs", "use crate::api::{Api, Failure};"),
    ("src/http/mod.rs", "mod config; use config::Config; fn f() { config::read(); self::config::read(); }"),
    ("src/config/a.rs", "use config::{Config, File}; use crate::{http, engine}; fn f() { ::config::x(); }"),
    ("src/app.rs", "use crate::config; fn f() -> anyhow::Result<()> { config::load() }"),
    ("src/http/a.rs", "fn f<'a>(x: &'a u8) -> impl Send + use<'a> { 'a: loop { break 'a x } }"),
    ("src/http/a.rs", "#[serde(rename_all = \"snake_case\", with = \"crate::wire::time\")] struct A;"),
    ("src/http/a.rs", "use axum::http; use crate::http::problem; fn f() -> http::StatusCode { problem::x() }"),
    ("src/lib.rs", "pub mod domain; pub mod store; #[cfg(test)] mod samples;"),
    ("src/main.rs", "use yekta::cli; fn main() -> std::process::ExitCode { cli::run() }"),
];

/// A manifest with everything the cases name.
const MANIFEST: &str = "
[package]
name = \"yekta\"
[dependencies]
anyhow = \"1\"
# a comment = \"no name\"
axum = { version = \"0.8\", features = [\"json\"] }
config = \"0.15\"
serde.workspace = true
serde_json = \"1\"
sled = \"=0.34.7\"
thiserror = \"2\"
tokio-util = \"0.7\"
tracing = \"0.1\"
[dependencies.tokio]
version = \"1\"
[dev-dependencies]
proptest = \"1\"
";

fn report(path: &str, code: &str) -> Vec<String> {
    violations(
        path,
        &format!("//! What it owns.\n{code}\n"),
        &dependencies(MANIFEST),
    )
}

#[test]
fn planted_violations_are_caught() {
    let mut missed = Vec::new();
    for (path, code, expected) in CAUGHT {
        let found = report(path, code);
        if !found.iter().any(|line| line.contains(expected)) {
            missed.push(format!("{path}: {code}\n  expected {expected}, found {found:?}"));
        }
    }
    assert!(
        missed.is_empty(),
        "{} of {} missed:\n{}",
        missed.len(),
        CAUGHT.len(),
        missed.join("\n")
    );
}

#[test]
fn legal_code_passes() {
    for (path, code) in LEGAL {
        assert_eq!(
            report(path, code),
            Vec::<String>::new(),
            "false alarm in {path}: {code}"
        );
    }
}

#[test]
fn a_file_without_an_opening_word_is_caught() {
    let found = violations(
        "src/domain/a.rs",
        "use std::fmt;\n//! Too late.\n",
        &BTreeSet::new(),
    );
    assert!(found.iter().any(|line| line.contains("//!")), "{found:?}");
}

#[test]
fn a_long_file_is_caught_and_one_at_the_limit_passes() {
    let longest = format!("//! Owns.\n{}", "\n".repeat(crate::LINES_MAX - 1));
    assert_eq!(
        violations("src/domain/a.rs", &longest, &BTreeSet::new()),
        Vec::<String>::new()
    );
    let found = violations("src/domain/a.rs", &format!("{longest}\n"), &BTreeSet::new());
    assert!(found.iter().any(|line| line.contains("401 lines")), "{found:?}");
}

#[test]
fn a_name_is_reported_once_with_its_first_line() {
    let found = report(
        "src/http/a.rs",
        "use crate::store::A;\nfn f() { crate::store::b(); A::c(); }",
    );
    assert_eq!(
        found,
        ["src/http/a.rs: line 2: imports `crate::store`, which `http` may not"]
    );
}

#[test]
fn a_manifest_gives_the_names_used_in_code() {
    let names = dependencies(MANIFEST);
    let expected = [
        "anyhow",
        "axum",
        "config",
        "serde",
        "serde_json",
        "sled",
        "thiserror",
        "tokio",
        "tokio_util",
        "tracing",
    ];
    assert_eq!(names, expected.map(str::to_owned).into());
}
