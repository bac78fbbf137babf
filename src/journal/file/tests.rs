//! The file journal through its public face, and what is left of it after crashes and damage.

mod refusals;
mod roll;

use std::fs::OpenOptions;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::io::Write;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::{TempDir, tempdir};

use crate::journal::Commit;
use crate::journal::file::segment::HEADER_BYTES;
use crate::journal::file::*;
use crate::journal::samples::{commit, commits};

const TINY: FileJournalConfig = FileJournalConfig {
    segment_bytes: 600,
    commit_bytes_max: 1 << 20,
};

fn open(folder: &Path) -> Opened {
    FileJournal::open(folder, TINY).unwrap()
}

fn all(journal: &FileJournal) -> Result<Vec<(Position, Commit)>, Error> {
    let (mut found, mut after) = (Vec::new(), Position::START);
    loop {
        let read = journal.reader().read_after(after, 500)?;
        let Some((last, _)) = read.last() else {
            return Ok(found);
        };
        after = *last;
        found.extend(read);
    }
}

/// Three commits of 2, 0 and 1 messages in one segment; the commits, and the offset of each frame and of the end.
fn small(folder: &Path) -> (Vec<Commit>, Vec<u64>) {
    let commits = [commit(1, &[b"a", b"b"]), commit(2, &[]), commit(3, &[b"c"])];
    let mut journal = open(folder).journal;
    let bytes = || std::fs::metadata(&files(folder)[0]).unwrap().len();
    let mut offsets = vec![bytes()];
    for commit in &commits {
        journal.append(commit).unwrap();
        offsets.push(bytes());
    }
    assert_eq!(files(folder).len(), 1);
    (commits.into(), offsets)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some()).collect();
    files.sort();
    files
}

/// A journal of twenty commits of one message each, over several segments.
fn long() -> (TempDir, FileJournal) {
    let folder = tempdir().unwrap();
    let mut journal = open(folder.path()).journal;
    for batch in 1..=20 {
        journal.append(&commit(batch, &[b"body"])).unwrap();
    }
    assert!(files(folder.path()).len() > 3);
    (folder, journal)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn what_was_appended_is_read_and_outlives_reopening(mut commits in prop::collection::vec(commits(), 0..12), half: bool) {
        let folder = tempdir().unwrap();
        let mut journal = open(folder.path()).journal;
        let (mut expected, mut position) = (Vec::new(), 0);
        for (batch, commit) in (1..).zip(&mut commits) {
            if half && batch == 6 {
                drop(journal);
                journal = open(folder.path()).journal;
            }
            commit.marker.batch = batch;
            position += commit.messages.len() as u64 + 1;
            prop_assert_eq!(journal.append(commit).unwrap(), Position(position));
            expected.push((Position(position), commit.clone()));
        }
        prop_assert_eq!(&all(&journal).unwrap(), &expected);
        drop(journal);
        let opened = open(folder.path());
        prop_assert_eq!(opened.cut_bytes, 0);
        prop_assert_eq!(opened.journal.last(), Position(position));
        prop_assert_eq!(opened.journal.last_batch(), expected.len() as u64);
        prop_assert_eq!(all(&opened.journal).unwrap(), expected);
    }
}

#[test]
fn every_cut_in_the_last_frame_recovers_the_commits_before_it() {
    let folder = tempdir().unwrap();
    let (commits, offsets) = small(folder.path());
    let whole = std::fs::read(&files(folder.path())[0]).unwrap();
    for length in offsets[2]..offsets[3] {
        std::fs::write(
            &files(folder.path())[0],
            &whole[..usize::try_from(length).unwrap()],
        )
        .unwrap();
        let Opened {
            mut journal,
            cut_bytes,
        } = open(folder.path());
        assert_eq!(cut_bytes, length - offsets[2]);
        assert_eq!(
            all(&journal).unwrap(),
            [
                (Position(3), commits[0].clone()),
                (Position(4), commits[1].clone())
            ]
        );
        assert_eq!(journal.append(&commits[2]).unwrap(), Position(6));
    }
    assert_eq!(std::fs::read(&files(folder.path())[0]).unwrap(), whole);
}

#[test]
fn a_whole_frame_that_does_not_follow_is_refused() {
    for (after, batch) in [(5, 4), (7, 4), (6, 3), (6, 5)] {
        let folder = tempdir().unwrap();
        let (_, offsets) = small(folder.path());
        let segment = Segment::open(files(folder.path()).remove(0), Position(1)).unwrap();
        let mut sealer = frame::Sealer::default();
        let sealed = sealer.seal(&commit(batch, &[]), Position(after), segment.header.mark);
        let mut file = OpenOptions::new()
            .append(true)
            .open(&files(folder.path())[0])
            .unwrap();
        file.write_all(sealed.unwrap().frame).unwrap();
        let opened = FileJournal::open(folder.path(), TINY);
        assert!(
            matches!(opened, Err(Error::Corrupt { offset, .. }) if offset == offsets[3]),
            "{after} {batch}"
        );
    }
}

#[test]
fn zeros_behind_the_last_frame_are_cut() {
    let folder = tempdir().unwrap();
    let (_, offsets) = small(folder.path());
    let file = OpenOptions::new()
        .write(true)
        .open(&files(folder.path())[0])
        .unwrap();
    file.set_len(offsets[3] + 1000).unwrap();
    assert_eq!(open(folder.path()).cut_bytes, 1000);
}

#[test]
fn every_flipped_bit_is_cut_at_the_end_and_refused_elsewhere() {
    let folder = tempdir().unwrap();
    let (commits, offsets) = small(folder.path());
    let path = files(folder.path()).remove(0);
    let whole = std::fs::read(&path).unwrap();
    for bit in 0..whole.len() * 8 {
        let mut damaged = whole.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&path, &damaged).unwrap();
        let opened = FileJournal::open(folder.path(), TINY);
        let at = (bit / 8) as u64;
        if at >= offsets[2] {
            let Opened { journal, cut_bytes } = opened.unwrap();
            assert_eq!(cut_bytes, offsets[3] - offsets[2], "bit {bit}");
            let found: Vec<_> = all(&journal)
                .unwrap()
                .into_iter()
                .map(|(_, commit)| commit)
                .collect();
            assert_eq!(found, commits[..2], "bit {bit}");
        } else if at >= offsets[0] {
            let begin = if at < offsets[1] { offsets[0] } else { offsets[1] };
            assert!(
                matches!(opened, Err(Error::Corrupt { offset, .. }) if offset == begin),
                "bit {bit}"
            );
        } else {
            assert!(
                matches!(
                    opened,
                    Err(Error::Corrupt { offset: 0, .. } | Error::Version { .. })
                ),
                "bit {bit}"
            );
        }
        if at < offsets[2] {
            assert_eq!(
                std::fs::read(&path).unwrap(),
                damaged,
                "a journal that was refused is left as it is"
            );
        }
    }
}

#[test]
fn damage_in_an_older_segment_is_reported_by_the_read_that_begins_at_it() {
    let (folder, journal) = long();
    drop(journal);
    let path = files(folder.path()).remove(1);
    let mut bytes = std::fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let journal = open(folder.path()).journal;
    let whole = journal.reader().read_after(Position::START, usize::MAX).unwrap();
    assert!(!whole.is_empty() && whole.len() < 20);
    let refused = journal.reader().read_after(whole.last().unwrap().0, usize::MAX);
    assert!(matches!(refused, Err(Error::Corrupt { .. })));
}

#[test]
fn a_missing_or_shortened_segment_is_refused() {
    let (folder, journal) = long();
    drop(journal);
    let path = files(folder.path()).remove(1);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    assert!(matches!(
        FileJournal::open(folder.path(), TINY),
        Err(Error::Corrupt { .. })
    ));
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(
        FileJournal::open(folder.path(), TINY),
        Err(Error::Corrupt { offset: 0, .. })
    ));
}

#[test]
fn reads_begin_anywhere_and_keep_to_their_bound() {
    let (_folder, journal) = long();
    let reader = journal.reader();
    for after in 0..=41 {
        let one = reader.read_after(Position(after), 0).unwrap();
        let expected = (after < 40).then(|| Position(after + 2 - after % 2));
        assert_eq!(one.first().map(|(position, _)| *position), expected);
        assert!(one.len() <= 1);
        let rest = reader.read_after(Position(after), usize::MAX).unwrap();
        assert_eq!(rest.len() as u64, (40 - after.min(40)).div_ceil(2));
    }
}

#[test]
fn what_is_forgotten_is_gone_and_the_rest_outlives_reopening() {
    let (folder, mut journal) = long();
    let reader = journal.reader();
    assert_eq!(journal.forget(Position::START).unwrap(), Position(1));
    let first = journal.forget(Position(20)).unwrap();
    assert!(first > Position(1) && first <= Position(21));
    assert!(
        matches!(reader.read_after(Position::START, 1), Err(Error::Gone { first: found }) if found == first)
    );
    let kept = reader.read_after(Position(first.0 - 1), usize::MAX).unwrap();
    drop(journal);
    let mut journal = open(folder.path()).journal;
    assert_eq!(
        journal.reader().read_after(Position(20), usize::MAX).unwrap(),
        kept[kept.len() - 10..]
    );
    journal.forget(Position(u64::MAX)).unwrap();
    assert_eq!((files(folder.path()).len(), journal.last()), (1, Position(40)));
}

#[test]
fn nothing_behind_what_may_be_forgotten_is_forgotten() {
    let (folder, mut journal) = long();
    let segments = files(folder.path()).len();
    for through in (0..=40).map(Position) {
        journal.forget(through).unwrap();
        let kept = journal.reader().read_after(through, usize::MAX).unwrap();
        assert_eq!(kept.len() as u64, (40 - through.0).div_ceil(2));
    }
    assert!(segments > 1 && files(folder.path()).len() == 1);
}

#[test]
fn a_reader_beside_the_writer_sees_a_gapless_prefix() {
    const COMMITS: u64 = 300;
    let folder = tempdir().unwrap();
    let mut journal = FileJournal::open(
        folder.path(),
        FileJournalConfig {
            segment_bytes: 4_000,
            ..TINY
        },
    )
    .unwrap()
    .journal;
    let reader = journal.reader();
    let follower = std::thread::spawn(move || {
        let (mut after, mut batch) = (Position::START, 0);
        while batch < COMMITS {
            for (position, commit) in reader.read_after(after, 1_000).unwrap() {
                batch += 1;
                assert_eq!((position, commit.marker.batch), (Position(batch * 2), batch));
                after = position;
            }
        }
    });
    for batch in 1..=COMMITS {
        journal.append(&commit(batch, &[&batch.to_le_bytes()])).unwrap();
    }
    follower.join().unwrap();
}

#[test]
fn a_frame_inside_of_a_torn_message_is_no_frame_of_another_journal() {
    let folder = tempdir().unwrap();
    let (_, offsets) = small(folder.path());
    let file = std::fs::read(&files(folder.path())[0]).unwrap();
    let foreign = &file[usize::try_from(offsets[0]).unwrap()..];
    // Noise enough that the message is not compressed, and holds the frames as they are.
    let noise = (0..2_000u32).map(|n| {
        BuildHasherDefault::<DefaultHasher>::new()
            .hash_one(n)
            .to_le_bytes()[0]
    });
    let body: Vec<u8> = foreign.iter().copied().chain(noise).collect();
    let other = tempdir().unwrap();
    let mut journal = open(other.path()).journal;
    journal.append(&commit(1, &[&body])).unwrap();
    drop(journal);
    let path = files(other.path()).remove(0);
    let whole = std::fs::read(&path).unwrap();
    assert!(whole.windows(foreign.len()).any(|bytes| bytes == foreign));
    std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    let opened = open(other.path());
    assert_eq!(
        (opened.journal.last(), opened.cut_bytes),
        (Position::START, whole.len() as u64 - 1 - HEADER_BYTES)
    );
}

#[test]
fn an_interrupted_segment_is_removed_and_a_second_writer_refused() {
    let (folder, journal) = long();
    let draft = folder.path().join("00000000000000000041.draft");
    std::fs::write(&draft, b"YEK").unwrap();
    assert!(matches!(
        FileJournal::open(folder.path(), TINY),
        Err(Error::Locked { .. })
    ));
    drop(journal);
    assert_eq!(open(folder.path()).journal.last(), Position(40));
    assert!(!draft.exists());
}
