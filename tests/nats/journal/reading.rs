//! What was appended is read back, as from the journal in a folder.

use proptest::test_runner::{Config, TestRunner};
use yekta::journal::file::{FileJournal, FileJournalConfig};

use super::*;

/// Each case has streams of its own.
const CASES: usize = 20;

/// What each journal says of the same commits, beside the positions.
fn contents(read: Vec<(Position, Commit)>) -> Vec<Commit> {
    read.into_iter().map(|(_, commit)| commit).collect()
}

#[test]
fn what_was_appended_is_read_as_from_a_folder() {
    let mut ground = Ground::new();
    let mut runner = TestRunner::new(Config::with_cases(1));
    for case in 0..CASES {
        let tenant: &'static str = format!("t{case}").leak();
        ground.tenant(tenant);
        let strategy = (vec(commits(tenant), 1..10), any::<bool>(), 0..10_u64);
        let ground = &ground;
        let case = |(mut commits, ahead, reopened): (Vec<Commit>, bool, u64)| {
            let folder = tempfile::tempdir().unwrap();
            let mut file = FileJournal::open(folder.path(), FileJournalConfig::default())
                .unwrap()
                .journal;
            let mut journal = ground.open();
            let mut positions: Vec<Position> = Vec::new();
            for (batch, commit) in (1..).zip(&mut commits) {
                commit.marker.batch = batch;
                file.append(commit).unwrap();
                if batch == reopened {
                    positions.extend((positions.len() as u64 + 1..batch).map(|_| journal.finish().unwrap()));
                    journal = ground.open();
                    assert_eq!(journal.last_batch(), batch - 1);
                }
                journal.begin(Arc::new(commit.clone())).unwrap();
                if !ahead || positions.len() as u64 + 1 < batch {
                    positions.push(journal.finish().unwrap());
                }
            }
            while positions.len() < commits.len() {
                positions.push(journal.finish().unwrap());
            }
            prop_assert!(positions.is_sorted_by(|one, next| one < next));
            prop_assert_eq!(journal.last(), *positions.last().unwrap());
            for bytes_max in [0, 500, usize::MAX] {
                let read = all(&journal, bytes_max).unwrap();
                prop_assert_eq!(
                    read.iter().map(|(position, _)| *position).collect::<Vec<_>>(),
                    positions.clone()
                );
                prop_assert_eq!(contents(read), commits.clone());
            }
            prop_assert_eq!(contents(all(&file, 500).unwrap()), commits);
            Ok(())
        };
        runner.run(&strategy, case).unwrap();
    }
}

#[test]
fn reads_begin_anywhere_and_keep_to_their_bound() {
    let ground = Ground::new();
    let mut journal = ground.open();
    let ends: Vec<u64> = (1..=10)
        .map(|batch| journal.append(&commit(batch, &["a", "b"])).unwrap().0)
        .collect();
    // An epoch record in the midst.
    let mut journal = ground.open();
    let ends: Vec<u64> = ends
        .into_iter()
        .chain((11..=20).map(|batch| journal.append(&commit(batch, &["a"])).unwrap().0))
        .collect();
    let reader = journal.reader();
    for after in 0..=ends[19] + 1 {
        let expected: Vec<u64> = ends.iter().copied().filter(|end| *end > after).collect();
        let positions = |bytes_max| {
            let read = reader.read_after(Position(after), bytes_max).unwrap();
            read.into_iter()
                .map(|(position, _)| position.0)
                .collect::<Vec<_>>()
        };
        assert_eq!(positions(usize::MAX), expected, "{after}");
        assert_eq!(positions(0), expected[..expected.len().min(1)], "{after}");
    }
}

#[test]
fn a_published_message_is_where_updates_reckon_it_to_be() {
    let ground = Ground::new();
    let mut journal = ground.open();
    let position = journal.append(&commit(1, &["a", "b", "c"])).unwrap();
    ground.runtime.block_on(async {
        let stream = ground
            .connection
            .jetstream
            .get_stream("YEKTA_JOURNAL_default")
            .await
            .unwrap();
        for (ahead, profile) in [(3, "a"), (2, "b"), (1, "c")] {
            let message = stream.get_raw_message(position.0 - ahead).await.unwrap();
            let subject = format!("yekta.v1.default.j.profile.updated.{profile}");
            assert_eq!(message.subject.as_str(), subject);
        }
        // What keeps another owner's messages out: where the batch was expected, and under which epoch record.
        let first = stream.get_raw_message(position.0 - 4).await.unwrap();
        let header = |name: &str| first.headers.get(name).map(|value| value.as_str().to_owned());
        assert_eq!(header("Nats-Expected-Last-Sequence").as_deref(), Some("1"));
        assert_eq!(
            header("Nats-Expected-Last-Subject-Sequence").as_deref(),
            Some("1")
        );
        assert_eq!(
            header("Nats-Expected-Last-Subject-Sequence-Subject").as_deref(),
            Some("yekta.v1.default.j.epoch")
        );
        let marker = stream.get_raw_message(position.0).await.unwrap();
        assert_eq!(marker.subject.as_str(), "yekta.v1.default.j.commit");
    });
}

#[test]
fn a_follower_beside_the_writer_sees_a_gapless_prefix() {
    const COMMITS: u64 = 200;
    let ground = Ground::new();
    // Some of what is read is still in memory, some is not.
    let small = JetStreamJournalConfig {
        latest_bytes_max: 20_000,
        ..config()
    };
    let mut journal = ground.open_with(small).unwrap();
    let reader = journal.reader();
    let follower = std::thread::spawn(move || {
        let (mut after, mut batch) = (Position::START, 0);
        while batch < COMMITS {
            for (position, found) in reader.read_after(after, 10_000).unwrap() {
                batch += 1;
                assert!(position > after);
                assert_eq!(found, commit(batch, &["a", "b", "c"]));
                after = position;
            }
        }
    });
    begin(&mut journal, commit(1, &["a", "b", "c"]));
    for batch in 2..=COMMITS {
        begin(&mut journal, commit(batch, &["a", "b", "c"]));
        journal.finish().unwrap();
    }
    journal.finish().unwrap();
    follower.join().unwrap();
}

#[test]
fn what_is_forgotten_is_gone_and_the_rest_is_read() {
    let ground = Ground::new();
    let mut journal = ground.open();
    for batch in 1..=10 {
        journal.append(&commit(batch, &["a"])).unwrap();
    }
    assert_eq!(
        journal.forget(journal.last()).unwrap(),
        Position(1),
        "the own epoch record stays"
    );
    let mut journal = ground.open();
    for batch in 11..=12 {
        journal.append(&commit(batch, &["a"])).unwrap();
    }
    let kept = all(&journal, usize::MAX).unwrap();
    // Within the fifth commit: it stays whole.
    let first = journal.forget(Position(kept[4].0.0 - 1)).unwrap();
    assert_eq!(first.0, kept[3].0.0 + 1);
    let reader = journal.reader();
    assert!(
        matches!(reader.read_after(Position::START, 1), Err(Error::Gone { first: found }) if found == first)
    );
    assert_eq!(reader.first(), first);
    assert_eq!(
        reader.read_after(Position(first.0 - 1), usize::MAX).unwrap(),
        kept[4..]
    );
    journal.append(&commit(13, &["a"])).unwrap();
    assert_eq!(ground.open().last_batch(), 13);
}
