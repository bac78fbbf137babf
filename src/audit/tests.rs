//! The chain under everything that may happen to a file; in a file of their own, readings back from its end.

mod backwards;

use std::{fs, path::Path};

use tempfile::TempDir;
use tokio::runtime::Builder;

use super::*;

fn telling(number: usize) -> Telling {
    Telling {
        at: format!("2026-11-22T12:00:{:02}Z", number % 60),
        who: "sara".to_owned(),
        role: "agent",
        action: "read contexts",
        purpose: None,
        view: Some("callcenter".to_owned()),
        shown: "all",
        people: vec![format!("{number:032x}")],
    }
}

/// Notes so many, some of them at once.
fn note(log: &AuditLog, numbers: std::ops::Range<usize>) {
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        for first in numbers.clone().step_by(3) {
            let some = (first..numbers.end.min(first + 3)).map(|number| log.note(telling(number)));
            for noted in futures_util::future::join_all(some).await {
                noted.unwrap();
            }
        }
    });
}

fn written(count: usize, file_bytes_max: u64) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    note(&AuditLog::with(dir.path(), file_bytes_max).unwrap(), 0..count);
    dir
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let numbers = files::numbers(folder).unwrap();
    numbers
        .into_iter()
        .map(|number| files::path(folder, number))
        .collect()
}

#[test]
fn every_telling_is_in_the_log_however_often_it_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..4 {
        let log = AuditLog::with(dir.path(), 2_000).unwrap();
        note(&log, round * 10..round * 10 + 10);
        let verified = verify(dir.path()).unwrap();
        assert_eq!(verified.records, u64::try_from(round * 10 + 10).unwrap());
        assert_eq!(verified.first.as_deref(), Some("2026-11-22T12:00:00Z"));
    }
    assert!(files_of(dir.path()).len() > 2, "no file was followed by another");
}

#[test]
fn any_byte_that_is_another_is_found() {
    let dir = written(6, 600);
    let head = verify(dir.path()).unwrap().head;
    for path in files_of(dir.path()) {
        let sound = fs::read(&path).unwrap();
        for place in 0..sound.len() {
            let mut spoiled = sound.clone();
            spoiled[place] ^= 1;
            fs::write(&path, &spoiled).unwrap();
            let found = verify(dir.path());
            // A last line without its end is one that was not written whole: fewer records and another head.
            assert!(
                found.is_err() || found.unwrap().head != head,
                "byte {place} of {}",
                path.display()
            );
        }
        fs::write(&path, &sound).unwrap();
    }
    assert_eq!(verify(dir.path()).unwrap().head, head);
}

#[test]
fn a_line_or_a_file_that_is_taken_out_is_found() {
    let dir = written(12, 300);
    let files = files_of(dir.path());
    assert!(files.len() > 2);
    let text = fs::read_to_string(&files[0]).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    fs::write(&files[0], lines[1..].concat()).unwrap();
    let broken = verify(dir.path()).unwrap_err();
    assert!(matches!(broken, AuditError::Broken { line: 1, .. }), "{broken}");
    fs::write(&files[0], &text).unwrap();
    // The last file is looked at before the log is gone on with.
    let last = files.last().unwrap();
    let text = fs::read_to_string(last).unwrap();
    fs::write(last, text.replacen("sara", "reza", 1)).unwrap();
    assert!(
        AuditLog::open(dir.path()).is_err(),
        "a log that was tampered with is gone on with"
    );
    fs::write(last, &text).unwrap();
    note(&AuditLog::open(dir.path()).unwrap(), 12..13);
    assert_eq!(verify(dir.path()).unwrap().records, 13);
    fs::rename(&files[1], dir.path().join("elsewhere")).unwrap();
    assert!(matches!(
        verify(dir.path()).unwrap_err(),
        AuditError::Missing { .. }
    ));
}

#[test]
fn an_end_that_is_cut_off_shows_against_a_head_that_was_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut heads = vec![BEGINNING];
    for number in 0..12 {
        note(&AuditLog::with(dir.path(), 600).unwrap(), number..number + 1);
        heads.push(verify(dir.path()).unwrap().head);
    }
    for (number, head) in (0..).zip(&heads) {
        let (verified, found) = verify_with(dir.path(), *head).unwrap();
        assert_eq!((verified.records, found), (12, number));
    }
    // The last file is cut off at the end of a line, and then taken out: the rest is a sound log, but not the one it was.
    let last = files_of(dir.path()).pop().unwrap();
    let text = fs::read_to_string(&last).unwrap();
    let whole: Vec<&str> = text.split_inclusive('\n').collect();
    fs::write(&last, whole[..whole.len() - 1].concat()).unwrap();
    let head = *heads.last().unwrap();
    for _ in 0..2 {
        let records = usize::try_from(verify(dir.path()).unwrap().records).unwrap();
        assert!(records < 12);
        let cut = verify_with(dir.path(), head).unwrap_err();
        assert!(cut.to_string().contains(&head.to_string()), "{cut}");
        assert!(verify_with(dir.path(), heads[records]).is_ok());
        fs::remove_file(&last).ok();
    }
    // What is written behind it makes no such head again.
    note(&AuditLog::with(dir.path(), 600).unwrap(), 90..99);
    assert!(matches!(
        verify_with(dir.path(), head),
        Err(AuditError::CutOff { .. })
    ));
}

#[test]
fn a_line_that_was_not_written_whole_is_cut_off() {
    let dir = written(5, 1 << 20);
    let path = files_of(dir.path()).pop().unwrap();
    let sound = fs::read(&path).unwrap();
    for cut in 1..200 {
        fs::write(&path, &sound[..sound.len() - cut]).unwrap();
        note(&AuditLog::open(dir.path()).unwrap(), 5..6);
        assert!(verify(dir.path()).unwrap().records >= 4, "{cut}");
    }
}

#[test]
fn who_cannot_be_noted_is_told_nothing() {
    let dir = written(1, 1 << 20);
    // A folder where the next file should be.
    let log = AuditLog::with(dir.path(), 1).unwrap();
    fs::create_dir(files::path(dir.path(), 2)).unwrap();
    let runtime = Builder::new_current_thread().build().unwrap();
    for _ in 0..2 {
        assert!(runtime.block_on(log.note(telling(2))).is_err());
    }
    fs::remove_dir(files::path(dir.path(), 2)).unwrap();
    assert!(
        runtime.block_on(log.note(telling(2))).is_err(),
        "it went on after a failure"
    );
    assert_eq!(verify(dir.path()).unwrap().records, 1);
}
