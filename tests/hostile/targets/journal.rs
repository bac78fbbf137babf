//! The journal: the body of one commit, and a folder with a segment in whatever state.

use std::path::Path;

use yekta::journal::{
    Commit, Error, Journal, Marker, Position,
    file::{FileJournal, FileJournalConfig, body},
};

use super::{choice, world::scratch};

const MARK: u64 = 0x0123_4567_89ab_cdef;
const VERSION: u32 = 2;
const HEADER_BYTES: usize = 56;

/// The first byte says how many messages the body has.
pub fn body(bytes: &[u8]) {
    let Some((messages, bytes)) = choice(bytes, 256) else {
        return;
    };
    let messages = u32::try_from(messages).unwrap();
    if let Ok(commit) = body::decode(bytes, 7, messages) {
        assert_eq!(commit.messages.len(), messages as usize);
        assert_eq!(commit.marker.batch, 7);
        // There is one way to write a commit: what reads is what was written.
        assert_eq!(body::encode(&commit, usize::MAX).unwrap(), bytes);
        assert!(
            body::encode(&commit, bytes.len() - 1).is_err(),
            "more than it may be"
        );
        assert!(
            body::decode(&[bytes, &[0]].concat(), 7, messages).is_err(),
            "with a byte behind it"
        );
        assert!(
            body::decode(&bytes[..bytes.len() - 1], 7, messages).is_err(),
            "without its last byte"
        );
    }
    assert!(
        body::decode(bytes, 7, u32::MAX).is_err(),
        "more messages than bytes"
    );
}

/// The first byte says what is right around the rest: nothing, the header of the segment, or also the frame.
pub fn folder(bytes: &[u8]) {
    let Some((right, rest)) = choice(bytes, 4) else {
        return;
    };
    let segment = match right {
        0 => rest.to_vec(),
        1 => [header(), rest.to_vec()].concat(),
        2 => [header(), framed(rest)].concat(),
        // A whole commit, and what a crash left behind it.
        _ => [header(), whole(1), rest.to_vec()].concat(),
    };
    let folder = scratch();
    std::fs::write(folder.path().join("00000000000000000001.journal"), segment).unwrap();
    let Some((last, batch)) = opened(folder.path(), None) else {
        return;
    };
    assert!(right != 3 || last >= Position(1), "what was whole is lost");
    // Opening it once more finds the same, and it goes on.
    assert_eq!(
        opened(folder.path(), Some(())),
        Some((last, batch)),
        "opened again"
    );
}

/// Opens the journal and reads it; with `append`, appends a commit as well. Says where it ended before.
fn opened(folder: &Path, append: Option<()>) -> Option<(Position, u64)> {
    let opened = match FileJournal::open(folder, FileJournalConfig::default()) {
        Ok(opened) => opened,
        Err(Error::Corrupt { .. } | Error::Version { .. }) => return None,
        Err(error) => panic!("{error}"),
    };
    assert!(append.is_none() || opened.cut_bytes == 0, "cut twice");
    let mut journal = opened.journal;
    let (last, batch) = (journal.last(), journal.last_batch());
    let is_sound = read(&journal, last);
    // Positions and batch numbers end somewhere; a journal there has no future.
    if append.is_some() && is_sound && last.0 < u64::MAX / 2 && batch < u64::MAX / 2 {
        let position = journal.append(&commit(batch + 1)).unwrap();
        assert_eq!(position, Position(last.0 + 1));
        assert!(read(&journal, position), "what was appended is read");
    }
    Some((last, batch))
}

/// Reads all of it; whether nothing was wrong with it.
fn read(journal: &FileJournal, last: Position) -> bool {
    let reader = journal.reader();
    let mut after = Position::START;
    while after < last {
        match reader.read_after(after, 1) {
            Ok(commits) => {
                let (position, _) = commits.last().expect("there is one more");
                assert!(*position > after && *position <= last, "goes on");
                after = *position;
            }
            Err(Error::Corrupt { .. }) => return false,
            Err(error) => panic!("{error}"),
        }
    }
    true
}

fn commit(batch: u64) -> Commit {
    Commit {
        messages: Vec::new(),
        changes: Vec::new(),
        marker: Marker {
            batch,
            fingerprint: [7; 32],
            time_us: -1,
            input: None,
            epoch: 0,
        },
    }
}

fn header() -> Vec<u8> {
    let mut bytes = b"YEKTAJNL".to_vec();
    bytes.extend(VERSION.to_le_bytes());
    for number in [MARK, 1, 1, 0, 0] {
        bytes.extend(u64::to_le_bytes(number));
    }
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    assert_eq!(bytes.len(), HEADER_BYTES);
    bytes
}

/// A frame whose checksum is right: `content` is its head and its body.
fn framed(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_le_bytes();
    let sum = crc32fast::hash(&[&length, content].concat());
    [
        &MARK.to_le_bytes(),
        length.as_slice(),
        &sum.to_le_bytes(),
        content,
    ]
    .concat()
}

/// The frame of an empty commit at `number`.
fn whole(number: u64) -> Vec<u8> {
    let body = body::encode(&commit(number), usize::MAX).unwrap();
    let length = u32::try_from(body.len()).unwrap().to_le_bytes();
    let number = number.to_le_bytes();
    framed(&[&[0], length.as_slice(), &[0; 4], &number, &number, &body].concat())
}
