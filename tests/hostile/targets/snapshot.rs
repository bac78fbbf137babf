//! A file of a snapshot, in whatever state.

use std::{io::Write, path::Path};

use lz4_flex::frame::FrameEncoder;
use yekta::store::{
    Applied, Error, codec,
    snapshot::{self, Contents},
};

use super::{choice, world::scratch};

type Entries = Vec<(Vec<u8>, Option<Vec<u8>>)>;

/// The first byte says what is right around the rest: nothing, the compression, or also the end.
pub fn file(bytes: &[u8]) {
    let Some((right, rest)) = choice(bytes, 3) else {
        return;
    };
    let folder = scratch();
    let path = folder.path().join("00000000000000000007.snapshot");
    let file = match right {
        0 => rest.to_vec(),
        1 => packed(rest),
        _ => packed(&ended(rest)),
    };
    std::fs::write(&path, file).unwrap();
    let Some((entries, contents)) = read(&path) else {
        return;
    };
    assert_eq!(entries.len() as u64, contents.entries);
    // What was read can be written, and is the same again.
    let mut draft = snapshot::Draft::begin(folder.path(), None).unwrap();
    for (key, value) in &entries {
        draft.add(key, value.as_deref()).unwrap();
    }
    let Contents {
        applied,
        journal,
        secrets,
        ..
    } = contents.clone();
    let closed = draft.close(applied, journal, secrets).unwrap();
    let path = closed.keep().unwrap();
    assert!(
        read(&path) == Some((entries, contents)),
        "written again it is another"
    );
}

fn read(path: &Path) -> Option<(Entries, Contents)> {
    let mut entries = Entries::new();
    let read = snapshot::read(path, &None, &mut |key, value| {
        entries.push((key.to_vec(), value.map(<[u8]>::to_vec)));
        Ok(())
    });
    match read {
        Ok(contents) => Some((entries, contents)),
        // It may say of itself that it is encrypted.
        Err(Error::Snapshot { .. } | Error::NoKey) => None,
        Err(error) => panic!("{error}"),
    }
}

fn packed(entries: &[u8]) -> Vec<u8> {
    let head = [b"YEKTASNP".as_slice(), &1_u32.to_le_bytes()].concat();
    let mut out = FrameEncoder::new(head);
    out.write_all(entries).unwrap();
    out.finish().unwrap()
}

/// `entries` and behind them an end that counts as many as a walk over them finds.
fn ended(entries: &[u8]) -> Vec<u8> {
    let contents = Contents {
        applied: Applied::default(),
        journal: "file".to_owned(),
        secrets: [1; 16],
        format: 1,
        entries: count(entries).unwrap_or_default(),
    };
    let record = codec::encode(&contents).unwrap();
    let length = u32::try_from(record.len()).unwrap().to_le_bytes();
    [entries, &[3], &length, &record].concat()
}

fn count(mut entries: &[u8]) -> Option<u64> {
    let part = |from: &mut &[u8]| {
        let (length, rest) = from.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        *from = rest.get(length..)?;
        Some(())
    };
    let mut count = 0;
    while let Some((kind, rest)) = entries.split_first() {
        entries = rest;
        part(&mut entries)?;
        if *kind == 1 {
            part(&mut entries)?;
        }
        count += 1;
    }
    Some(count)
}
