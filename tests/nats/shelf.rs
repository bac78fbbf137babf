//! The newest snapshot in the object store: whole or not at all, replaced by a newer one, and nothing beside it.

use std::{collections::BTreeMap, fs, path::Path};

use futures_util::TryStreamExt;
use yekta::nats::shelf::Shelf;

use crate::{
    connected, run,
    server::{NatsServer, wait_for},
    settings,
};

/// The store's stream.
const STREAM: &str = "OBJ_YEKTA_SNAPSHOTS_default";
/// More than one message, and no multiple of it.
const BYTES: usize = 3 * 128 * 1024 + 77;

fn snapshot(folder: &Path, position: u64, byte: u8) -> std::path::PathBuf {
    let path = folder.join(format!("{position:020}.snapshot"));
    fs::write(&path, vec![byte; BYTES]).unwrap();
    path
}

/// Whether a file of the server's store holds the mark.
fn holds(folder: &Path, mark: &[u8]) -> bool {
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        match path.is_dir() {
            true => holds(&path, mark),
            false => fs::read(&path)
                .unwrap_or_default()
                .windows(mark.len())
                .any(|part| part == mark),
        }
    })
}

#[test]
fn what_is_put_there_last_is_what_comes_whole_under_its_name() {
    let server = NatsServer::start();
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    run(async {
        let shelf = Shelf::of(&connected(&server).await, &settings(&server));
        assert_eq!(
            shelf.fetch(to.path()).await.unwrap(),
            None,
            "there is no store yet"
        );
        for (position, byte) in [(7, b'a'), (1_234, b'b')] {
            shelf
                .put(&snapshot(from.path(), position, byte), false)
                .await
                .unwrap();
            let fetched = shelf.fetch(&to.path().join("snapshots")).await.unwrap().unwrap();
            assert_eq!(
                fetched,
                to.path().join(format!("snapshots/{position:020}.snapshot"))
            );
            assert_eq!(fs::read(&fetched).unwrap(), vec![byte; BYTES]);
        }
        // Another process, which has nothing of what this one knows.
        let other = Shelf::of(&connected(&server).await, &settings(&server));
        let fetched = other.fetch(to.path()).await.unwrap().unwrap();
        assert_eq!(fs::read(fetched).unwrap(), vec![b'b'; BYTES]);
    });
}

#[test]
fn nothing_is_left_of_what_is_replaced_anew() {
    let server = NatsServer::start();
    let from = tempfile::tempdir().unwrap();
    run(async {
        let shelf = Shelf::of(&connected(&server).await, &settings(&server));
        let mark = vec![b'm'; 1_000];
        shelf.put(&snapshot(from.path(), 1, b'm'), false).await.unwrap();
        let store = server.folder().join("store");
        assert!(holds(&store, &mark), "the test looks at the wrong place");
        shelf.put(&snapshot(from.path(), 2, b'n'), true).await.unwrap();
        // The server removes the files behind its answer.
        wait_for("the files to go", || (!holds(&store, &mark)).then_some(()));
        let fetched = shelf.fetch(from.path()).await.unwrap().unwrap();
        assert_eq!(fs::read(fetched).unwrap(), vec![b'n'; BYTES]);
    });
}

/// What the store's stream holds, by subjects.
async fn held(connection: &yekta::nats::Connection) -> BTreeMap<String, usize> {
    let stream = connection.jetstream.get_stream(STREAM).await.unwrap();
    let held = stream.info_with_subjects(">").await.unwrap();
    held.try_collect().await.unwrap()
}

#[test]
fn what_a_put_that_failed_left_behind_goes_with_the_next() {
    let server = NatsServer::start();
    let from = tempfile::tempdir().unwrap();
    run(async {
        let connection = connected(&server).await;
        let shelf = Shelf::of(&connection, &settings(&server));
        shelf.put(&snapshot(from.path(), 1, b'a'), false).await.unwrap();
        for piece in 0..5 {
            let subject = format!("$O.YEKTA_SNAPSHOTS_default.C.unfinished{}", piece % 2);
            let sent = connection.jetstream.publish(subject, vec![b'm'; 1_000].into());
            sent.await.unwrap().await.unwrap();
        }
        assert_eq!(
            held(&connection).await.len(),
            4,
            "one file, its name, and two unfinished"
        );
        shelf.put(&snapshot(from.path(), 2, b'b'), false).await.unwrap();
        let held = held(&connection).await;
        let (unfinished, kept): (Vec<_>, Vec<_>) = held.keys().partition(|name| name.contains("unfinished"));
        assert!(unfinished.is_empty() && kept.len() == 2, "{held:?}");
        let fetched = shelf.fetch(from.path()).await.unwrap().unwrap();
        assert_eq!(fs::read(fetched).unwrap(), vec![b'b'; BYTES]);
    });
}

#[test]
fn no_more_is_removed_with_one_put_than_is_bounded_and_the_rest_with_the_next() {
    const LEFT: usize = 70;
    let server = NatsServer::start();
    let from = tempfile::tempdir().unwrap();
    run(async {
        let connection = connected(&server).await;
        let shelf = Shelf::of(&connection, &settings(&server));
        shelf.put(&snapshot(from.path(), 1, b'a'), false).await.unwrap();
        for piece in 0..LEFT {
            let subject = format!("$O.YEKTA_SNAPSHOTS_default.C.unfinished{piece}");
            let sent = connection.jetstream.publish(subject, "piece".into());
            sent.await.unwrap().await.unwrap();
        }
        for left in [LEFT - 64, 0] {
            shelf.put(&snapshot(from.path(), 2, b'b'), false).await.unwrap();
            let held = held(&connection).await;
            assert_eq!(held.len(), 2 + left, "{held:?}");
        }
    });
}

#[test]
fn a_store_that_nobody_needs_is_removed_with_all_that_it_holds() {
    let server = NatsServer::start();
    let from = tempfile::tempdir().unwrap();
    run(async {
        let shelf = Shelf::of(&connected(&server).await, &settings(&server));
        assert!(!shelf.remove().await.unwrap(), "there is no store yet");
        let mark = vec![b'm'; 1_000];
        shelf.put(&snapshot(from.path(), 1, b'm'), false).await.unwrap();
        assert!(shelf.remove().await.unwrap());
        let store = server.folder().join("store");
        wait_for("the files to go", || (!holds(&store, &mark)).then_some(()));
        assert_eq!(shelf.fetch(from.path()).await.unwrap(), None);
    });
}
