//! What the house is built of: everything comes from one registry with a checksum, what a format on disk depends on is
//! pinned, and each exemption in `deny.toml` still has its reason. Needs no network, and never asks what day it is.

use std::fs;
use std::path::Path;

use jiff::civil::Date;
use toml::{Table, Value};

use crate::ROOT;

/// Dependencies whose versions decide what the bytes on disk mean.
const PINNED: [(&str, &str); 2] = [("sled", "0.34.7"), ("bincode", "2.0.1")];
/// Our own package.
const OWN: &str = "yekta";

/// A file of the repository's root as a table.
fn table(file: &str) -> Table {
    let text = fs::read_to_string(Path::new(ROOT).join(file)).unwrap_or_default();
    toml::from_str(&text).unwrap_or_default()
}

fn packages(lock: &Table) -> impl Iterator<Item = &Value> {
    lock.get("package")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// What is wrong with where a locked package comes from.
fn foreign(package: &Value) -> Option<String> {
    let name = text(package, "name");
    let from_registry = text(package, "source").starts_with("registry+");
    let checksum = text(package, "checksum");
    let has_checksum = checksum.len() == 64 && checksum.bytes().all(|byte| byte.is_ascii_hexdigit());
    (name != OWN && !(from_registry && has_checksum))
        .then(|| format!("{name} does not come from the registry with a checksum"))
}

/// What is wrong with an exemption, whose reason is `CRATE of DEPENDENT: why; looked at DATE; again by DATE`.
fn stale(exemption: &Value, lock: &Table) -> Option<String> {
    let (id, reason) = (text(exemption, "id"), text(exemption, "reason"));
    let says = |what: &str| Some(format!("{id}: {what}"));
    let Some((about, why)) = reason.split_once(": ") else {
        return says("expected `CRATE of DEPENDENT: why`");
    };
    let Some((name, dependent)) = about.split_once(" of ") else {
        return says("expected the crate and what brings it");
    };
    let brings = packages(lock)
        .filter(|package| text(package, "name") == dependent)
        .filter_map(|package| package.get("dependencies")?.as_array())
        .flatten()
        .filter_map(|needed| needed.as_str()?.split(' ').next())
        .any(|needed| needed == name);
    if !brings {
        return says("Cargo.lock no longer has it, or another crate brings it");
    }
    let date = |before: &str| -> Option<Date> {
        let (_, rest) = why.split_once(before)?;
        rest.split(';').next()?.trim().parse().ok()
    };
    match (date("; looked at "), date("; again by ")) {
        (Some(looked), Some(again)) if looked < again => None,
        _ => says("expected `looked at` with a date, and `again by` with a later one"),
    }
}

#[test]
fn everything_comes_from_one_registry_with_a_checksum() {
    let lock = table("Cargo.lock");
    assert!(
        packages(&lock).count() > PINNED.len(),
        "Cargo.lock was not understood"
    );
    let found: Vec<String> = packages(&lock).filter_map(foreign).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    let mut sources: Vec<&str> = packages(&lock)
        .map(|package| text(package, "source"))
        .filter(|source| !source.is_empty())
        .collect();
    sources.sort_unstable();
    sources.dedup();
    assert_eq!(sources.len(), 1, "{sources:?}");
}

#[test]
fn every_exemption_is_still_needed_and_will_be_looked_at_again() {
    let (lock, deny) = (table("Cargo.lock"), table("deny.toml"));
    let ignored = deny
        .get("advisories")
        .and_then(|advisories| advisories.get("ignore"))
        .and_then(Value::as_array);
    let found: Vec<String> = ignored
        .expect("deny.toml lists what it ignores")
        .iter()
        .filter_map(|exemption| stale(exemption, &lock))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    for (section, key) in [
        ("advisories", "yanked"),
        ("bans", "wildcards"),
        ("sources", "unknown-registry"),
        ("sources", "unknown-git"),
    ] {
        let denied = deny
            .get(section)
            .is_some_and(|section| text(section, key) == "deny");
        assert!(denied, "deny.toml: {section}.{key} is not denied");
    }
}

#[test]
fn what_the_bytes_on_disk_depend_on_is_pinned() {
    let (lock, manifest) = (table("Cargo.lock"), table("Cargo.toml"));
    let dependencies = manifest.get("dependencies").expect("Cargo.toml has dependencies");
    for (name, version) in PINNED {
        let asked = dependencies.get(name).map_or("", |asked| {
            asked.as_str().unwrap_or_else(|| text(asked, "version"))
        });
        assert_eq!(asked, format!("={version}"), "{name} is not pinned");
        let locked = packages(&lock).filter(|package| text(package, "name") == name);
        let locked: Vec<&str> = locked.map(|package| text(package, "version")).collect();
        assert_eq!(locked, [version], "{name}");
    }
}

#[test]
fn nothing_of_ours_is_unsafe() {
    let manifest = table("Cargo.toml");
    let rust = manifest.get("lints").and_then(|lints| lints.get("rust"));
    let unsafe_code = rust.map_or("", |rust| text(rust, "unsafe_code"));
    assert_eq!(unsafe_code, "forbid");
}

#[test]
fn what_is_planted_is_found() {
    let lock: Table = toml::from_str(
        r#"
        package = [
            { name = "yekta", version = "0.1.0", dependencies = ["old 1.0.0"] },
            { name = "old", version = "1.0.0", source = "registry+x", checksum = "0" },
            { name = "forked", version = "1.0.0", source = "git+x" },
            { name = "beside", version = "1.0.0" },
        ]
        "#,
    )
    .expect("a lock file");
    let found: Vec<String> = packages(&lock).filter_map(foreign).collect();
    assert_eq!(found.len(), 3, "{found:?}");
    for (reason, expected) in [
        (
            "old of yekta: why; looked at 2026-11-28; again by 2027-05-28",
            None,
        ),
        (
            "gone of yekta: why; looked at 2026-11-28; again by 2027-05-28",
            Some("no longer"),
        ),
        (
            "old of forked: why; looked at 2026-11-28; again by 2027-05-28",
            Some("no longer"),
        ),
        (
            "old of yekta: why; looked at 2026-11-28; again by 2026-11-28",
            Some("later"),
        ),
        (
            "old of yekta: why; looked at 2026-11-28; again by 2027-15-28",
            Some("later"),
        ),
        ("old of yekta: why; looked at 2026-11-28", Some("later")),
        (
            "old: why; looked at 2026-11-28; again by 2027-05-28",
            Some("brings"),
        ),
        ("", Some("why")),
    ] {
        let exemption = Value::Table(Table::from_iter([("reason".to_owned(), Value::from(reason))]));
        let said = stale(&exemption, &lock);
        let fits = match (&said, expected) {
            (Some(said), Some(expected)) => said.contains(expected),
            (said, expected) => said.is_none() && expected.is_none(),
        };
        assert!(fits, "{reason:?}: {said:?}");
    }
}
