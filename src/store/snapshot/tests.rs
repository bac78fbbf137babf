//! The file of a snapshot: whole or refused.

use std::{fs, path::PathBuf, sync::Arc};

use proptest::prelude::*;

use super::{Contents, Draft, Meter, list, read, read_metered};
use crate::{
    cipher::{AtRest, Cipher, DataKeys},
    store::{Applied, Error},
};

type Entry = (Vec<u8>, Option<Vec<u8>>);

const APPLIED: Applied = Applied {
    position: 77,
    batch: 7,
    fingerprint: [9; 32],
};

fn written(folder: &std::path::Path, entries: &[Entry]) -> PathBuf {
    written_by(folder, entries, None)
}

fn written_by(folder: &std::path::Path, entries: &[Entry], cipher: AtRest) -> PathBuf {
    let mut draft = Draft::begin(folder, cipher).unwrap();
    for (key, value) in entries {
        draft.add(key, value.as_deref()).unwrap();
    }
    let closed = draft.close(APPLIED, "file".to_owned(), [5; 16]).unwrap();
    closed.read(&mut |_, _| Ok(())).unwrap();
    closed.keep().unwrap()
}

fn entries(path: &std::path::Path) -> Result<(Vec<Entry>, Contents), Error> {
    entries_by(path, &None)
}

fn entries_by(path: &std::path::Path, cipher: &AtRest) -> Result<(Vec<Entry>, Contents), Error> {
    let mut found: Vec<Entry> = Vec::new();
    let contents = read(path, cipher, &mut |key, value| {
        found.push((key.to_vec(), value.map(<[u8]>::to_vec)));
        Ok(())
    })?;
    Ok((found, contents))
}

fn some() -> Vec<Entry> {
    (0..200_u32)
        .map(|number| {
            let value = (number % 7 > 0).then(|| vec![3; usize::try_from(number).unwrap()]);
            (number.to_be_bytes().to_vec(), value)
        })
        .collect()
}

proptest! {
    #[test]
    fn what_was_written_is_read(
        entries_in in prop::collection::vec(
            (prop::collection::vec(any::<u8>(), 1..40), proptest::option::of(prop::collection::vec(any::<u8>(), 0..300))),
            0..60,
        )
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path(), &entries_in);
        let (found, contents) = entries(&path).unwrap();
        prop_assert_eq!(&found, &entries_in);
        prop_assert_eq!(contents.applied, APPLIED);
        prop_assert_eq!(contents.entries, entries_in.len() as u64);
        prop_assert_eq!(list(folder.path()).unwrap(), vec![(77, path)]);
    }
}

#[test]
fn no_flipped_bit_and_no_cut_changes_what_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), &some());
    let (bytes, sound) = (fs::read(&path).unwrap(), entries(&path).unwrap());
    let check = |damaged: &[u8], how: &str| {
        fs::write(&path, damaged).unwrap();
        match entries(&path) {
            Err(Error::Snapshot { .. }) => {}
            // What opens and closes the frame says some things twice: nothing is missing then.
            Ok(found) => assert_eq!(found, sound, "{how}"),
            Err(other) => panic!("{how}: {other}"),
        }
    };
    for bit in 0..bytes.len() * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        check(&damaged, &format!("bit {bit}"));
    }
    for length in 0..bytes.len() {
        check(&bytes[..length], &format!("{length} bytes"));
    }
}

#[test]
fn what_was_not_finished_is_no_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let mut draft = Draft::begin(folder.path(), None).unwrap();
    draft.add(b"k", Some(b"v")).unwrap();
    drop(draft);
    assert_eq!(list(folder.path()).unwrap(), []);
    written(folder.path(), &some());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn another_version_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), &[]);
    let mut bytes = fs::read(&path).unwrap();
    bytes[8] = 3;
    fs::write(&path, &bytes).unwrap();
    let error = entries(&path).unwrap_err().to_string();
    assert!(
        error.ends_with("it is no snapshot of a version that this build knows"),
        "{error}"
    );
}

/// More than one piece, of what does not become less by being compressed.
fn many() -> Vec<Entry> {
    let noise = |seed: u32| {
        (0..500_u32).map(move |at| {
            let mixed =
                (seed.wrapping_mul(2_654_435_761) ^ at.wrapping_mul(40_503)).wrapping_mul(2_246_822_519);
            mixed.to_be_bytes()[0]
        })
    };
    let entry = |seed: u32| (seed.to_be_bytes().to_vec(), Some(noise(seed).collect()));
    (0..600).map(entry).collect()
}

#[test]
fn an_encrypted_snapshot_is_read_by_its_key_and_by_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let keys = DataKeys::new(true).unwrap();
    let by = |keys: &DataKeys| Some(Arc::new(Cipher::new(keys).unwrap()));
    let plain = written(folder.path(), &some());
    assert_eq!(
        entries_by(&plain, &by(&keys)).unwrap().0,
        some(),
        "from before there was a key"
    );
    let all_encrypted = keys.from(keys.newest());
    let refused = entries_by(&plain, &by(&all_encrypted)).unwrap_err();
    assert!(
        refused
            .to_string()
            .ends_with("it is not encrypted, as all here is"),
        "{refused}"
    );
    let path = written_by(folder.path(), &many(), by(&keys));
    assert!(
        fs::metadata(&path).unwrap().len() > 3 * (64 << 10),
        "several pieces"
    );
    assert_eq!(entries_by(&path, &by(&all_encrypted)).unwrap().0, many());
    assert!(matches!(entries(&path), Err(Error::NoKey)));
    let another = by(&DataKeys::new(false).unwrap());
    assert!(matches!(entries_by(&path, &another), Err(Error::Snapshot { .. })));
}

#[test]
fn it_is_counted_how_much_of_the_file_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let key = Some(Arc::new(Cipher::new(&DataKeys::new(false).unwrap()).unwrap()));
    for cipher in [None, key] {
        let path = written_by(folder.path(), &many(), cipher.clone());
        let (meter, mut seen) = (Meter::default(), Vec::new());
        read_metered(&path, &cipher, &meter, &mut |_, _| {
            seen.push(meter.bytes());
            Ok(())
        })
        .unwrap();
        let bytes = fs::metadata(&path).unwrap().len();
        assert!((1..bytes).contains(&seen[0]), "{} of {bytes}", seen[0]);
        assert!(seen.is_sorted());
        assert_eq!(meter.bytes(), bytes);
    }
}

#[test]
fn no_piece_of_an_encrypted_snapshot_can_be_changed_left_out_or_put_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let cipher = Some(Arc::new(Cipher::new(&DataKeys::new(false).unwrap()).unwrap()));
    let path = written_by(folder.path(), &many(), cipher.clone());
    let bytes = fs::read(&path).unwrap();
    let check = |damaged: Vec<u8>, how: &str| {
        fs::write(&path, damaged).unwrap();
        assert!(
            matches!(entries_by(&path, &cipher), Err(Error::Snapshot { .. })),
            "{how}"
        );
    };
    for at in (0..bytes.len()).step_by(977).chain(0..40) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        check(damaged, &format!("byte {at}"));
        check(bytes[..at].to_vec(), &format!("{at} bytes"));
    }
    let head = 8 + 4 + 16;
    let piece = 4 + 4 + 24 + (64 << 10) + 16;
    let [first, second] = [&bytes[head..head + piece], &bytes[head + piece..head + 2 * piece]];
    let rest = &bytes[head + 2 * piece..];
    check(
        [&bytes[..head], second, first, rest].concat(),
        "two in another order",
    );
    check([&bytes[..head], first, rest].concat(), "one left out");
    check([&bytes[..head], first, first, second, rest].concat(), "one twice");
    check([&bytes[..head], first, second].concat(), "the last left out");
    check([&bytes[..], first].concat(), "one behind the last");
}
