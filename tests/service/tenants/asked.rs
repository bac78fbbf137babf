//! `yekta tenant` where it names a running process: what the files' way does, at once.

use std::{fs, process::Command};

use crate::{
    process::{output, printed, yekta},
    tenants::{
        brands::{AIRLINE, Brands, OPERATOR, SHOP, got, key_of, keyed},
        operator::{GARDEN, fares, start, tells_no_key},
    },
};

/// The command, told by flags or by the environment whom to ask.
fn tenant(url: &str, key: &str, args: &[&str], by_flags: bool) -> Command {
    let mut command = yekta(["tenant"]);
    command.args(args);
    if by_flags {
        command.args(["--url", url, "--key", key]);
    } else {
        command.env("YEKTA_URL", url).env("YEKTA_KEY", key);
    }
    command
}

#[test]
fn a_running_process_is_asked_instead_of_the_files() {
    let brands = Brands::two();
    let service = start(&brands);
    let url = &service.url;
    let file = brands.beside("offered.toml");
    fs::write(&file, keyed(GARDEN)).unwrap();
    let offered = file.display().to_string();
    for by_flags in [true, false] {
        let asked = |args: &[&str]| printed(tenant(url, OPERATOR, args, by_flags), b"");
        assert_eq!(asked(&["add", GARDEN, &offered]), "garden\t/t/garden\n");
        assert_eq!(got(url, GARDEN, "/readyz").status, 200);
        assert_eq!(asked(&["list"]), "airline\tready\ngarden\tready\nshop\tready\n");
        assert_eq!(asked(&["remove", GARDEN]), "garden\tremoved\n");
        assert_eq!(got(url, GARDEN, "/readyz").status, 404);
        assert_eq!(asked(&["list"]), "airline\tready\nshop\tready\n");
    }
    let added = printed(
        tenant(url, OPERATOR, &["add", GARDEN, "-"], true),
        keyed(GARDEN).as_bytes(),
    );
    assert_eq!(added, "garden\t/t/garden\n");
    assert_eq!(fs::read_to_string(brands.file(GARDEN)).unwrap(), keyed(GARDEN));
    service.stop();
}

#[test]
fn what_a_process_refuses_is_told_and_no_key() {
    let brands = Brands::two();
    let service = start(&brands);
    let url = &service.url;
    let ill = format!("{}[engine]\nbatch_events_max = 0\n[stroe]\n", keyed(GARDEN));
    let admin = key_of(SHOP, "admin");
    for (key, args, said) in [
        (
            OPERATOR,
            ["add", GARDEN, "-"].as_slice(),
            ["engine.batch_events_max", "stroe"],
        ),
        (
            OPERATOR,
            &["add", "../garden", "-"],
            ["tenants.../garden", "bad_tenant"],
        ),
        (OPERATOR, ["remove", GARDEN].as_slice(), ["no_tenant", "404"]),
        (OPERATOR, ["remove", "../yekta"].as_slice(), ["no_tenant", "404"]),
        (
            admin.as_str(),
            ["add", GARDEN, "-"].as_slice(),
            ["unauthorized", "--key"],
        ),
        (admin.as_str(), ["list"].as_slice(), ["unauthorized", "--key"]),
    ] {
        let refused = output(tenant(url, key, args, true), ill.as_bytes());
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{args:?}: {told}");
        assert!(said.iter().all(|what| told.contains(what)), "{args:?}: {told}");
        tells_no_key(&told);
    }
    assert!(brands.beside("yekta.toml").exists());
    let names: Vec<String> = fares(url).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, [AIRLINE, SHOP]);
    // A file that cannot be used is told of, and fails the list.
    brands.put(GARDEN, &ill);
    assert_eq!(crate::tenants::operator::put(url, SHOP, &keyed(SHOP)).status, 200);
    let list = output(tenant(url, OPERATOR, &["list"], true), b"");
    let told = String::from_utf8(list.stdout).unwrap();
    assert_eq!(list.status.code(), Some(1), "{told}");
    let line = told.lines().find(|line| line.starts_with("garden\t")).unwrap();
    assert!(line.contains("engine.batch_events_max"), "{line}");
    service.stop();
}
