//! The file of a snapshot: whole or refused.

use std::{fs, path::PathBuf};

use proptest::prelude::*;

use super::{Contents, Draft, list, read};
use crate::store::{Applied, Error};

type Entry = (Vec<u8>, Option<Vec<u8>>);

const APPLIED: Applied = Applied {
    position: 77,
    batch: 7,
    fingerprint: [9; 32],
};

fn written(folder: &std::path::Path, entries: &[Entry]) -> PathBuf {
    let mut draft = Draft::begin(folder).unwrap();
    for (key, value) in entries {
        draft.add(key, value.as_deref()).unwrap();
    }
    let closed = draft.close(APPLIED, "file".to_owned(), [5; 16]).unwrap();
    closed.read(&mut |_, _| Ok(())).unwrap();
    closed.keep().unwrap()
}

fn entries(path: &std::path::Path) -> Result<(Vec<Entry>, Contents), Error> {
    let mut found: Vec<Entry> = Vec::new();
    let contents = read(path, &mut |key, value| {
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
    let mut draft = Draft::begin(folder.path()).unwrap();
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
    bytes[8] = 2;
    fs::write(&path, &bytes).unwrap();
    let error = entries(&path).unwrap_err().to_string();
    assert!(
        error.ends_with("it is no snapshot of a version that this build knows"),
        "{error}"
    );
}
