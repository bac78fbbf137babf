//! Tenants with partitions: what one file says of all of them, and which are refused.

use std::{fs, num::NonZeroU32, path::Path};

use super::*;
use crate::config::{LoadOptions, Tenants};

const SHARED: &str = "[nats]\nurl = [\"nats://a:1\"]\n[cluster]\nstandby = true\n";
const FOUR: &str = "[cluster]\npartitions = 4\n";

fn options(folder: &Path, process: &str) -> LoadOptions<std::iter::Empty<(String, String)>> {
    let file = folder.join("process.toml");
    fs::write(&file, process).unwrap();
    LoadOptions {
        file: Some(file),
        env: std::iter::empty(),
        overrides: Vec::new(),
    }
}

fn tenants(folder: &Path, process: &str) -> Tenants {
    Tenants::new(folder.join("tenants"), options(folder, process))
}

#[test]
fn a_partition_differs_from_its_tenant_in_its_name_and_its_place_alone() {
    let folder = tempfile::tempdir().unwrap();
    let tenants = tenants(folder.path(), SHARED);
    let whole = tenants.settings("small", "").unwrap();
    assert_eq!((whole.part(), whole.partitions()), (Part::Whole, 0));
    let acme = tenants.settings("acme", FOUR).unwrap();
    let partitions = NonZeroU32::new(4).unwrap();
    assert_eq!(acme.part(), Part::Resolver { partitions });
    let third = acme.partition(2);
    assert_eq!(
        (third.part(), third.partitions()),
        (Part::Partition { index: 2 }, 0)
    );
    assert_eq!(
        (third.data.tenant.as_str(), third.http.path.as_str()),
        ("acme-p2", "/t/acme-p2")
    );
    let bound = "127.0.0.1:80".parse().unwrap();
    assert_eq!(third.users_url(bound), "http://127.0.0.1:80/t/acme");
    assert_eq!(third.http.public_url(bound), "http://127.0.0.1:80/t/acme-p2");
    let mut named = third;
    (named.partition, named.data.tenant, named.http.path) =
        (None, acme.data.tenant.clone(), acme.http.path.clone());
    assert_eq!(named, acme);
}

#[test]
fn a_partition_is_found_by_its_name_where_there_are_so_many() {
    let folder = tempfile::tempdir().unwrap();
    let tenants = tenants(folder.path(), SHARED);
    tenants.put("acme", FOUR).unwrap();
    assert_eq!(tenants.named("acme-p3").unwrap().data.tenant, "acme-p3");
    assert_eq!(tenants.named("acme").unwrap().partitions(), 4);
    for name in ["acme-p4", "acme-p03", "acme-p", "acme-3", "other-p0"] {
        assert!(tenants.named(name).is_err(), "{name}");
    }
}

#[test]
fn only_a_tenant_that_is_shared_and_among_several_has_partitions() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |process: &str| {
        Settings::load(options(folder.path(), process))
            .unwrap_err()
            .to_string()
    };
    let shared = format!("{SHARED}partitions = 2\n");
    assert!(
        refused(&shared).contains("cluster.partitions"),
        "{}",
        refused(&shared)
    );
    let alone = "[cluster]\npartitions = 2\n[tenants]\ndir = \"x\"\n";
    assert!(
        refused(alone).contains("cluster.partitions"),
        "{}",
        refused(alone)
    );
    let many = format!("{SHARED}partitions = 65\n[tenants]\ndir = \"x\"\n");
    assert!(refused(&many).contains("from 0 to 64"), "{}", refused(&many));
    let sound = format!("{shared}[tenants]\ndir = \"x\"\n");
    Settings::load(options(folder.path(), &sound)).unwrap();
    // What the process says holds for each of its tenants.
    let settings = tenants(folder.path(), &sound).settings("acme", "").unwrap();
    assert_eq!(settings.partitions(), 2);
}

#[test]
fn no_partition_has_the_name_of_another_tenant_or_one_that_is_too_long() {
    let folder = tempfile::tempdir().unwrap();
    let tenants = tenants(folder.path(), SHARED);
    tenants.put("acme", FOUR).unwrap();
    let refused = tenants.beside_others("acme_p1", "").unwrap_err().to_string();
    assert!(
        refused.contains("cluster.partitions") && refused.contains("acme's"),
        "{refused}"
    );
    tenants.beside_others("acme_p4", "").unwrap();
    assert!(tenants.remove("acme").unwrap());
    tenants.put("acme_p1", "").unwrap();
    let refused = tenants.beside_others("acme", FOUR).unwrap_err().to_string();
    assert!(
        refused.contains("in subjects acme_p1 is") && refused.contains("acme_p1's"),
        "{refused}"
    );
    // Whoever wrote both files is told as well.
    tenants.put("acme", FOUR).unwrap();
    assert!(tenants.all().is_err());
    tenants.put("acme", "[cluster]\npartitions = 1\n").unwrap();
    tenants.all().unwrap();
    assert!(tenants.remove("acme").unwrap());
    tenants.beside_others("acme", "").unwrap();
    let (fits, long) = ("b".repeat(61), "b".repeat(62));
    tenants.settings(&fits, FOUR).unwrap();
    assert!(tenants.settings(&long, FOUR).is_err());
    tenants.settings(&long, "").unwrap();
}
