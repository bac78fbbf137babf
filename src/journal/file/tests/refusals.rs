//! Appends that fail or are refused, and limits that are no limits.

use std::fs::{File, OpenOptions};
use std::path::Path;

use tempfile::tempdir;

use crate::journal::file::tests::{TINY, all, files, open};
use crate::journal::file::*;
use crate::journal::samples::commit;

#[test]
fn a_failed_write_or_sync_poisons_and_shows_nothing_to_readers() {
    let unwritable = |path: &Path| File::open(path).unwrap();
    // Takes every write and refuses to sync.
    let unsyncable = |_: &Path| OpenOptions::new().write(true).open("/dev/null").unwrap();
    for broken in [&unwritable as &dyn Fn(&Path) -> File, &unsyncable] {
        let folder = tempdir().unwrap();
        let mut journal = open(folder.path()).journal;
        journal.append(&commit(1, &[])).unwrap();
        drop(journal);
        let (mut tail, _) = Tail::recover(folder.path(), TINY.segment_bytes, None).unwrap();
        tail.file = broken(&files(folder.path())[0]);
        let lock = disk::lock(folder.path()).unwrap();
        let mut journal = FileJournal::over(tail, lock, TINY.commit_bytes_max, None).unwrap();
        for batch in [2, 3] {
            assert_eq!(
                journal.begin(Arc::new(commit(batch, &[]))).unwrap(),
                Begun::UnderWay
            );
        }
        assert!(matches!(journal.finish(), Err(Error::Io { .. })));
        assert!(matches!(journal.finish(), Err(Error::Poisoned)));
        assert!(matches!(journal.append(&commit(2, &[])), Err(Error::Poisoned)));
        assert_eq!((journal.last(), all(&journal).unwrap().len()), (Position(1), 1));
        drop(journal);
        open(folder.path()).journal.append(&commit(2, &[])).unwrap();
    }
}

#[test]
fn a_refused_commit_leaves_the_journal_usable() {
    let folder = tempdir().unwrap();
    let mut journal = open(folder.path()).journal;
    let refused = journal.append(&commit(2, &[]));
    assert!(matches!(
        refused,
        Err(Error::BatchOutOfOrder {
            found: 2,
            expected: 1
        })
    ));
    assert!(matches!(
        journal.append(&commit(1, &[&[0; 1 << 20]])),
        Err(Error::TooLarge { .. })
    ));
    assert_eq!(journal.append(&commit(1, &[])).unwrap(), Position(1));
}

#[test]
fn limits_out_of_range_are_refused() {
    let config = FileJournalConfig {
        commit_bytes_max: 1 << 31,
        ..TINY
    };
    let refused = FileJournal::open(tempdir().unwrap().path(), config);
    assert!(matches!(
        refused,
        Err(Error::Config {
            key: "commit_bytes_max",
            ..
        })
    ));
}
