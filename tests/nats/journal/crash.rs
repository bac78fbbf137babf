//! nats-server is killed, paused and set back while commits are under way.

use std::{
    process::Command,
    sync::{
        atomic::{AtomicU64, Ordering},
        mpsc::channel,
    },
    time::Instant,
};

use super::*;
use crate::server::wait_for;

const COMMITS: u64 = 400;
const KILLS: u64 = 6;

#[test]
fn no_commit_is_lost_or_stored_twice_while_the_server_is_killed() {
    let mut ground = Ground::new();
    let mut journal = ground.open();
    let reader = journal.reader();
    let finished = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&finished);
    let writer = std::thread::spawn(move || {
        let mut positions = Vec::new();
        begin(&mut journal, commit(1, &["a"; 20]));
        for batch in 2..=COMMITS + 1 {
            if batch <= COMMITS {
                begin(&mut journal, commit(batch, &["a"; 20]));
            }
            positions.push(journal.finish().unwrap());
            count.store(batch - 1, Ordering::SeqCst);
        }
        positions
    });
    for kill in 1..=KILLS {
        wait_for("some commits", || {
            let at = finished.load(Ordering::SeqCst);
            assert!(!writer.is_finished() || at == COMMITS, "the writer failed");
            (at >= kill * COMMITS / (KILLS + 1)).then_some(())
        });
        ground.server.kill();
        ground.server.restart();
    }
    let positions = writer.join().unwrap();
    let mut after = Position::START;
    for (batch, position) in (1..).zip(&positions) {
        let read = reader.read_after(after, 0).unwrap();
        assert_eq!(read, [(*position, commit(batch, &["a"; 20]))]);
        after = *position;
    }
    assert_eq!((positions.len() as u64, ground.end()), (COMMITS, after.0));
}

#[test]
fn an_answer_that_came_too_late_is_found_out() {
    let ground = Ground::new();
    let hasty = JetStreamJournalConfig {
        ack_timeout: Duration::from_millis(300),
        ..config()
    };
    let mut journal = ground.open_with(hasty).unwrap();
    journal.append(&commit(1, &["a"])).unwrap();
    let reader = journal.reader();
    ground.server.pause();
    let (tell, told) = channel();
    let finishing = std::thread::spawn(move || {
        begin(&mut journal, commit(2, &["a"]));
        let begun = Instant::now();
        tell.send(begun).unwrap();
        let position = journal.finish().unwrap();
        (begun.elapsed(), position, journal)
    });
    // Longer than an answer may take: looking and sending again, too, find nobody.
    let begun = told.recv().unwrap();
    wait_for("the answer to be late", || {
        (begun.elapsed() > Duration::from_millis(900)).then_some(())
    });
    ground.server.resume();
    let (waited, position, mut journal) = finishing.join().unwrap();
    assert!(waited > Duration::from_millis(500), "{waited:?}");
    journal.append(&commit(3, &["a"])).unwrap();
    let read = all(&journal, usize::MAX).unwrap();
    assert_eq!(read.len(), 3);
    assert_eq!(
        reader.read_after(Position::START, usize::MAX).unwrap()[1].0,
        position
    );
}

#[test]
fn a_server_that_lost_what_it_acknowledged_is_noticed() {
    let mut ground = Ground::new();
    let mut journal = ground.open();
    journal.append(&commit(1, &["a"])).unwrap();
    let (store, copy) = (
        ground.server.folder().join("store"),
        ground.server.folder().join("copy"),
    );
    ground.server.kill();
    copied(&store, &copy);
    ground.server.restart();
    journal.append(&commit(2, &["a"])).unwrap();
    ground.server.kill();
    std::fs::remove_dir_all(&store).unwrap();
    copied(&copy, &store);
    ground.server.restart();
    wait_for("the link", || {
        (ground.connection.link().reconnects >= 2).then_some(())
    });
    let says_so = |error: Error| {
        assert!(
            error
                .to_string()
                .contains("the stream ends before what it acknowledged"),
            "{error}"
        );
    };
    says_so(journal.reader().read_after(Position::START, 1).unwrap_err());
    says_so(journal.append(&commit(3, &["a"])).unwrap_err());
    // Who opens it now finds it shorter than the store that it should rebuild.
    assert!(ground.open().last() < journal.last());
}

fn copied(from: &std::path::Path, to: &std::path::Path) {
    let status = Command::new("cp").arg("-a").args([from, to]).status().unwrap();
    assert!(status.success());
}
