//! The newest snapshot in the object store: whole or not at all, and replaced by a newer one.

use std::{fs, path::Path};

use yekta::nats::shelf::Shelf;

use crate::{connected, run, server::NatsServer, settings};

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
        assert!(!holds(&store, &mark));
        let fetched = shelf.fetch(from.path()).await.unwrap().unwrap();
        assert_eq!(fs::read(fetched).unwrap(), vec![b'n'; BYTES]);
    });
}
