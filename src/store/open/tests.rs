//! What becomes of folders that are new, foreign, newer or damaged.

use super::*;

const CONFIG: StoreConfig = StoreConfig::caching(8 << 20);

/// A folder with one commit in it, and that folder's parent, which deletes both when dropped.
fn written() -> (tempfile::TempDir, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("store");
    let store = Store::open(&dir, CONFIG).unwrap();
    let applied = Applied {
        position: 5,
        ..Applied::default()
    };
    store
        .apply(
            applied,
            [(b"key".as_slice(), Some([7; 3000].as_slice()))].into_iter(),
        )
        .unwrap();
    store.flush().unwrap();
    drop(store);
    (parent, dir)
}

/// Changes the folder through sled alone, behind the store's back.
fn tamper(dir: &Path, change: impl FnOnce(&sled::Db)) {
    await_former_handle(dir);
    let db = sled::Config::new().path(dir).flush_every_ms(None).open().unwrap();
    change(&db);
    db.flush().unwrap();
}

fn damage_of(dir: &Path) -> Damage {
    match Store::open(dir, CONFIG) {
        Err(OpenError::Corrupt { damage, .. }) => damage,
        other => panic!("expected damage, got {other:?}"),
    }
}

#[test]
fn a_newer_format_is_named_and_not_called_damage() {
    let (_parent, dir) = written();
    let newer = codec::encode(&Format { number: FORMAT + 1 }).unwrap();
    tamper(&dir, |db| assert!(db.insert(FORMAT_KEY, newer).is_ok()));
    let refused = Store::open(&dir, CONFIG);
    assert!(matches!(refused, Err(OpenError::NewerFormat { found, known, .. }) if found == known + 1));
}

#[test]
fn a_folder_without_its_own_records_is_damaged() {
    let (_parent, dir) = written();
    tamper(&dir, |db| assert!(db.remove(APPLIED_KEY).is_ok()));
    assert!(matches!(
        damage_of(&dir),
        Damage::Unreadable(Error::Missing { .. })
    ));
    tamper(&dir, |db| assert!(db.remove(FORMAT_KEY).is_ok()));
    assert!(matches!(damage_of(&dir), Damage::NoFormat));
}

#[test]
fn a_flipped_bit_in_an_own_record_is_damage() {
    for key in [FORMAT_KEY, APPLIED_KEY] {
        let (_parent, dir) = written();
        tamper(&dir, |db| {
            let mut bytes = db.get(key).unwrap().unwrap().to_vec();
            *bytes.last_mut().unwrap() ^= 1;
            assert!(db.insert(key, bytes).is_ok());
        });
        assert!(matches!(damage_of(&dir), Damage::Unreadable(Error::Codec(_))));
    }
}

#[test]
fn a_format_below_the_first_is_damage() {
    let (_parent, dir) = written();
    let zero = codec::encode(&Format { number: 0 }).unwrap();
    tamper(&dir, |db| assert!(db.insert(FORMAT_KEY, zero).is_ok()));
    assert!(matches!(damage_of(&dir), Damage::UnknownFormat { found: 0 }));
}

/// Whatever was done to the folder, it opens or is called damaged, and never claims to be further than it
/// was; set aside, it makes room for a new one.
fn opens_or_is_damaged(dir: &Path) -> bool {
    match Store::open(dir, CONFIG) {
        Ok(store) => {
            assert!(store.applied().unwrap().position <= 5);
            false
        }
        Err(OpenError::Corrupt { .. }) => {
            set_aside(dir).unwrap();
            assert_eq!(
                Store::open(dir, CONFIG).unwrap().applied().unwrap(),
                Applied::default()
            );
            true
        }
        Err(other) => panic!("expected damage, got {other:?}"),
    }
}

#[test]
fn garbage_in_any_file_never_panics() {
    let mut damaged = 0;
    for file in ["db", "conf"] {
        for (byte, whole) in [
            (0xa5, true),
            (0x00, true),
            (0xff, true),
            (0xa5, false),
            (0xff, false),
        ] {
            let (_parent, dir) = written();
            let path = dir.join(file);
            let mut bytes = fs::read(&path).unwrap();
            let from = if whole { 0 } else { bytes.len() / 2 };
            bytes[from..].fill(byte);
            fs::write(&path, bytes).unwrap();
            damaged += usize::from(opens_or_is_damaged(&dir));
        }
    }
    assert!(damaged > 0, "no garbage was ever noticed");
}

#[test]
fn a_file_that_ends_early_never_panics() {
    for file in ["db", "conf"] {
        for bytes in [0, 1, 10, 100, 2000] {
            let (_parent, dir) = written();
            File::options()
                .write(true)
                .open(dir.join(file))
                .unwrap()
                .set_len(bytes)
                .unwrap();
            opens_or_is_damaged(&dir);
        }
    }
}

#[test]
fn a_panic_of_sled_is_damage() {
    let outcome = guarded(Path::new("store"), || panic!("as sled does on some broken files"));
    assert!(matches!(
        outcome,
        Err(OpenError::Corrupt {
            damage: Damage::Panic,
            ..
        })
    ));
}

#[test]
fn a_store_that_was_just_dropped_opens_again() {
    let (_parent, dir) = written();
    for position in 6..46 {
        let store = Store::open(&dir, CONFIG).unwrap();
        let applied = Applied {
            position,
            ..Applied::default()
        };
        store
            .apply(
                applied,
                [(b"key".as_slice(), Some([1; 3000].as_slice()))].into_iter(),
            )
            .unwrap();
    }
}

#[test]
fn a_file_that_ends_early_is_damage_and_a_full_disk_is_not() {
    let is_damage = |kind: ErrorKind| {
        let error = Error::engine("open its folder")(sled::Error::Io(io::Error::from(kind)));
        matches!(refusal(Path::new("store"), error), OpenError::Corrupt { .. })
    };
    assert!(is_damage(ErrorKind::UnexpectedEof));
    assert!(is_damage(ErrorKind::InvalidData));
    assert!(!is_damage(ErrorKind::StorageFull));
    assert!(!is_damage(ErrorKind::PermissionDenied));
}

#[test]
fn a_path_that_is_no_folder_is_no_damage() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("store");
    fs::write(&path, "not a folder").unwrap();
    assert!(matches!(Store::open(&path, CONFIG), Err(OpenError::Io { .. })));
}

#[test]
fn damaged_folders_are_kept_side_by_side() {
    let (parent, dir) = written();
    assert_eq!(set_aside(&dir).unwrap(), parent.path().join("store.damaged-1"));
    fs::create_dir(&dir).unwrap();
    assert_eq!(set_aside(&dir).unwrap(), parent.path().join("store.damaged-2"));
    assert!(
        parent.path().join("store.damaged-1/db").exists(),
        "the first is still whole"
    );
    assert!(
        matches!(set_aside(&dir), Err(Error::Io { .. })),
        "nothing to set aside"
    );
}

#[test]
fn of_folders_that_were_behind_the_last_is_kept() {
    let (parent, dir) = written();
    let behind = parent.path().join("store.behind");
    assert_eq!(set_behind(&dir).unwrap(), behind);
    assert!(behind.join("db").exists());
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("second"), "").unwrap();
    assert_eq!(set_behind(&dir).unwrap(), behind);
    assert!(behind.join("second").exists() && !behind.join("db").exists());
    assert_eq!(
        fs::read_dir(parent.path()).unwrap().count(),
        1,
        "no other is there"
    );
}
