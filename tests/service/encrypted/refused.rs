//! Keys that do not open a folder, and files that hold none: what is said, what is not, and that nothing is changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    encrypted::{IN_EACH_KEY, key, keyed, lived_in, on, print_of, put},
    folder::files,
    process::{PATIENCE, Running, fingerprint_of, serve},
};

/// Each file of a folder and what is in it.
fn held(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let all = files(folder).into_iter();
    all.map(|path| {
        let content = fs::read(&path).unwrap();
        (path, content)
    })
    .collect()
}

/// Has a command fail, say all of this and show no key, and leave the folder as it is, to the byte: nothing is cut off, made,
/// or set aside.
pub fn check_refused(command: Command, folder: &Path, said: &[&str]) {
    let before = held(folder);
    let told = format!("{command:?}");
    let mut running = Running::start(command);
    assert_eq!(running.line(PATIENCE), None, "{told}");
    let status = running.ended();
    let log = running.log();
    assert!(matches!(status.code(), Some(1 | 78)), "{told}: {status}: {log}");
    for part in said {
        assert!(log.contains(part), "{part:?} is not what {told} said: {log}");
    }
    assert!(!log.contains(IN_EACH_KEY), "{told}: {log}");
    let after = held(folder);
    let paths: BTreeSet<&PathBuf> = before.keys().chain(after.keys()).collect();
    let changed: Vec<&PathBuf> = paths
        .into_iter()
        .filter(|path| before.get(*path) != after.get(*path))
        .collect();
    assert!(changed.is_empty(), "{told} changed {changed:?}");
}

#[test]
fn another_key_or_none_is_refused_and_changes_nothing() {
    let [data, keys, others] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let (folder, key_file) = (data.path(), put(keys.path(), &[1]));
    lived_in(folder, Some(&key_file));
    let before = print_of(folder, Some(&key_file));
    let other = put(others.path(), &[2, 3]);
    for wrong in [Some(other.as_path()), None] {
        let commands = ["verify", "snapshot", "rebuild"].map(|command| on(folder, command));
        for command in [serve(folder), fingerprint_of(folder)]
            .into_iter()
            .chain(commands)
        {
            check_refused(keyed(command, wrong), folder, &["data.key_file", "secrets"]);
        }
    }
    // One that is accepted still opens, whichever comes first.
    put(keys.path(), &[2, 1]);
    assert_eq!(print_of(folder, Some(&key_file)), before);
}

#[test]
fn a_file_that_holds_no_key_is_named_and_what_it_holds_is_not_shown() {
    let [data, empty, keys] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let key_file = put(keys.path(), &[1]);
    lived_in(data.path(), Some(&key_file));
    let useless = keys.path().join("useless.key");
    let check = || {
        let said = [
            "data.key_file",
            useless.to_str().unwrap(),
            "64 hexadecimal digits",
        ];
        for folder in [data.path(), empty.path()] {
            check_refused(keyed(serve(folder), Some(&useless)), folder, &said);
        }
    };
    // It is not there yet.
    check();
    for text in [
        String::new(),
        "\n".to_owned(),
        key(1).split_off(1),
        key(1) + "0",
        key(1).replace("0001", "000g"),
        format!("{}\n{}\n", key(1), key(2).split_off(2)),
        format!("the master key is {}", key(1)),
    ] {
        fs::write(&useless, text).unwrap();
        check();
    }
    assert!(!empty.path().join("default").exists(), "a folder was made");
}
