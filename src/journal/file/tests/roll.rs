//! A segment that is begun on demand, so that all before it can be forgotten.

use proptest::prelude::*;
use tempfile::tempdir;

use crate::journal::file::tests::{all, files, open};
use crate::journal::file::*;
use crate::journal::samples::commit;

const CANARY: &[u8] = b"canary-of-a-person-who-asked-to-be-forgotten";

fn has_canary(path: &Path) -> bool {
    let bytes = std::fs::read(path).unwrap();
    bytes.windows(CANARY.len()).any(|part| part == CANARY)
}

#[test]
fn all_that_came_before_it_can_be_forgotten() {
    let folder = tempdir().unwrap();
    let mut journal = open(folder.path()).journal;
    journal.append(&commit(1, &[CANARY])).unwrap();
    let last = journal.append(&commit(2, &[b"b"])).unwrap();
    assert!(files(folder.path()).iter().any(|path| has_canary(path)));
    // Without a new segment all of it stays.
    journal.forget(last).unwrap();
    assert!(files(folder.path()).iter().any(|path| has_canary(path)));

    journal.roll().unwrap();
    assert_eq!((journal.last(), journal.last_batch()), (last, 2));
    assert_eq!(journal.forget(last).unwrap(), Position(last.0 + 1));
    let left = files(folder.path());
    assert_eq!(left.len(), 1);
    assert_eq!(std::fs::metadata(&left[0]).unwrap().len(), segment::HEADER_BYTES);
    let gone = journal.reader().read_after(Position::START, 1);
    assert!(matches!(gone, Err(Error::Gone { .. })));

    // It goes on where it was, also when it is opened again.
    let third = journal.append(&commit(3, &[b"c"])).unwrap();
    assert_eq!(third, Position(last.0 + 2));
    drop(journal);
    let opened = open(folder.path());
    assert_eq!(opened.cut_bytes, 0);
    let mut journal = opened.journal;
    assert_eq!((journal.last(), journal.last_batch()), (third, 3));
    let read = journal.reader().read_after(last, usize::MAX).unwrap();
    assert_eq!(read, [(third, commit(3, &[b"c"]))]);
    journal.append(&commit(4, &[])).unwrap();
}

#[test]
fn a_segment_without_commits_is_not_followed_by_another() {
    let folder = tempdir().unwrap();
    let mut journal = open(folder.path()).journal;
    journal.roll().unwrap();
    assert_eq!(files(folder.path()).len(), 1);
    journal.append(&commit(1, &[])).unwrap();
    for _ in 0..3 {
        journal.roll().unwrap();
        assert_eq!(files(folder.path()).len(), 2);
    }
    drop(journal);
    let mut journal = open(folder.path()).journal;
    journal.roll().unwrap();
    assert_eq!(files(folder.path()).len(), 2);
}

#[test]
fn a_crash_behind_it_loses_nothing() {
    let folder = tempdir().unwrap();
    let mut journal = open(folder.path()).journal;
    let commits = [commit(1, &[b"a"]), commit(2, &[b"b"]), commit(3, &[b"c"])];
    journal.append(&commits[0]).unwrap();
    journal.append(&commits[1]).unwrap();
    journal.roll().unwrap();
    let rolled = files(folder.path());
    // Before the last segment had its name, once it had it, and in the middle of the first commit in it.
    for (named, torn) in [(false, 0), (true, 0), (true, 5)] {
        let crashed = tempdir().unwrap();
        for path in &rolled {
            std::fs::copy(path, crashed.path().join(path.file_name().unwrap())).unwrap();
        }
        let last = crashed.path().join(rolled[1].file_name().unwrap());
        if !named {
            std::fs::rename(&last, last.with_extension("draft")).unwrap();
        }
        if torn > 0 {
            let mut bytes = std::fs::read(&last).unwrap();
            bytes.extend(vec![0xa5; torn]);
            std::fs::write(&last, bytes).unwrap();
        }
        let Opened {
            mut journal,
            cut_bytes,
        } = open(crashed.path());
        assert_eq!(cut_bytes, torn as u64);
        assert_eq!((journal.last(), journal.last_batch()), (Position(4), 2));
        journal.append(&commits[2]).unwrap();
        let found: Vec<_> = all(&journal)
            .unwrap()
            .into_iter()
            .map(|(_, commit)| commit)
            .collect();
        assert_eq!(found, commits);
    }
}

#[test]
fn one_that_fails_poisons() {
    let folder = tempdir().unwrap();
    let mut journal = open(folder.path()).journal;
    journal.append(&commit(1, &[])).unwrap();
    // Where the draft of the next segment goes.
    let draft = folder.path().join("00000000000000000002.draft");
    std::fs::create_dir(&draft).unwrap();
    assert!(matches!(journal.roll(), Err(Error::Io { .. })));
    assert!(matches!(journal.roll(), Err(Error::Poisoned)));
    assert!(matches!(journal.append(&commit(2, &[])), Err(Error::Poisoned)));
    drop(journal);
    std::fs::remove_dir(&draft).unwrap();
    open(folder.path()).journal.append(&commit(2, &[])).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn who_reads_notices_nothing_of_it(rolls in prop::collection::vec(any::<bool>(), 1..20), under_way: bool) {
        let folder = tempdir().unwrap();
        let mut journal = open(folder.path()).journal;
        let mut expected = Vec::new();
        for (batch, rolls) in (1..).zip(rolls) {
            let next = commit(batch, &[b"body"]);
            let begun = journal.begin(Arc::new(next.clone())).unwrap();
            prop_assert_eq!(begun, Begun::UnderWay);
            // What is under way comes into the segment before.
            if rolls && under_way {
                journal.roll().unwrap();
            }
            expected.push((journal.finish().unwrap(), next));
            if rolls && !under_way {
                journal.roll().unwrap();
            }
            prop_assert_eq!(&all(&journal).unwrap(), &expected);
        }
        drop(journal);
        prop_assert_eq!(all(&open(folder.path()).journal).unwrap(), expected);
    }
}
